package yarn

import "time"

// Preempt is one round of ProportionalCapacityPreemptionPolicy.
func (s *Capacity) Preempt(time.Duration) []Kill { return nil }
