package policies

import "time"

// static asks for a fixed number of executors of the default profile and keeps
// them: the world without dynamic allocation.
type static struct {
	client Client
	n      int
}

func (s *static) Start(time.Duration) {
	s.client.RequestTotal([]Target{{N: s.n, Why: Reason{Cause: FixedSize}}})
}

func (s *static) Observe(*Event) {}

func (s *static) Tick(time.Duration) time.Duration { return Never }
