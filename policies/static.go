package policies

import (
	"slices"
	"time"
)

// static asks for a fixed number of executors and keeps them: the world without
// dynamic allocation.
//
// Spark refuses resource profiles besides the default one without dynamic
// allocation (ResourceProfileManager.isSupported). Logs that have some are
// replayed all the same: once a stage of a profile comes, as many executors are
// asked for it too.
type static struct {
	client  Client
	n       int
	targets []Target // of every profile that is asked for
	changed bool     // since the last request
}

func (s *static) Start(time.Duration) {
	s.want(0)
	s.request()
}

func (s *static) Observe(e *Event) {
	if e.Kind == StageSubmitted && e.Profile >= 0 {
		s.want(e.Profile)
	}
}

func (s *static) Tick(time.Duration) time.Duration {
	if s.changed {
		s.request()
	}
	return Never
}

func (s *static) want(profile int) {
	if slices.ContainsFunc(s.targets, func(t Target) bool { return t.Profile == profile }) {
		return
	}
	s.targets = append(s.targets, Target{Profile: profile, N: s.n, Why: Reason{Cause: FixedSize}})
	s.changed = true
}

func (s *static) request() {
	s.client.RequestTotal(s.targets)
	s.changed = false
}
