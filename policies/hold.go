package policies

import "time"

// A Keeper is a policy that can say what keeps an executor. Those that cannot
// are taken to keep executors until a timeout.
type Keeper interface {
	// Keeps says what keeps an executor that runs no task.
	Keeps(id ExecutorID) Hold
}

// A Hold is what keeps an executor that runs no task.
type Hold struct {
	Cause Cause         // HeldIdle, HeldMinimum, HeldCached, HeldShuffle or HeldLiveShuffle
	Job   int           // of HeldLiveShuffle, a running job that lists its shuffle files; -1: none does, they are new
	Until time.Duration // until when it is kept, if nothing else happens; Never: nothing ends it
}

// Keeps says what keeps an idle executor under Spark's rules. Where several
// things do, shuffle files count before cached blocks, and those before the
// minimum.
func (s *allocationManager) Keeps(id ExecutorID) Hold {
	return s.monitor.keeps(id, func(int) int { return s.set.Min })
}

// Keeps says that the fixed size keeps every executor.
func (s *static) Keeps(ExecutorID) Hold { return Hold{Cause: HeldMinimum, Job: -1, Until: Never} }

// Keeps says what keeps an idle executor of which a policy decides by its
// target alone: as under Spark's rules, with that target for a minimum.
func (b *accounting) Keeps(id ExecutorID) Hold {
	return b.monitor.keeps(id, func(profile int) int { return b.wanted[profile].N })
}

// keeps says what keeps an idle executor if no more than least of its profile
// are given back.
func (m *monitor) keeps(id ExecutorID, least func(profile int) int) Hold {
	t := m.known(id)
	if t == nil {
		return Hold{Cause: HeldIdle, Job: -1, Until: Never}
	}
	timeout := m.timeout(t)
	switch {
	case t.activeShuffle:
		return Hold{Cause: HeldLiveShuffle, Job: m.reader(t), Until: Never}
	case t.shuffles.len() > 0 && timeout > m.timeouts.idle && m.timeouts.shuffle > m.timeouts.idle:
		return Hold{Cause: HeldShuffle, Job: -1, Until: t.deadline}
	case len(t.cached) > 0 && timeout > m.timeouts.idle && m.timeouts.cached > m.timeouts.idle:
		return Hold{Cause: HeldCached, Job: -1, Until: t.deadline}
	case t.profile >= 0 && m.profiles[t.profile+1].staying() <= least(t.profile):
		return Hold{Cause: HeldMinimum, Job: -1, Until: Never}
	}
	return Hold{Cause: HeldIdle, Job: -1, Until: t.deadline}
}
