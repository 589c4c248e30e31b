package policies

import "time"

// A Holder is a policy that can explain why it does not give back an executor that runs
// no task. For other policies the replay reports that a timeout has not passed.
type Holder interface {
	HeldBy(id ExecutorID) Hold
}

// A Hold is the reason why an executor that runs no task is not given back.
type Hold struct {
	Cause Cause         // HeldIdle, HeldMinimum, HeldCached, HeldShuffle or HeldLiveShuffle
	Job   int           // with HeldLiveShuffle, a running job that may read its shuffle files; -1: none yet
	Until time.Duration // when the hold ends if nothing happens; Never: only an event can end it
}

// HeldBy implements Holder with the minimum of the settings.
func (s *allocationManager) HeldBy(id ExecutorID) Hold {
	return s.monitor.heldBy(id, func(int) int { return s.set.Min })
}

// HeldBy implements Holder: the fixed size holds every executor.
func (s *static) HeldBy(ExecutorID) Hold { return Hold{Cause: HeldMinimum, Job: -1, Until: Never} }

// HeldBy implements Holder for policies whose target is also their minimum.
func (a *accounting) HeldBy(id ExecutorID) Hold {
	return a.monitor.heldBy(id, func(profile int) int { return a.wanted[profile].N })
}

// heldBy returns what holds an idle executor; least is the number of executors of a
// profile that must remain. If several causes apply, shuffle files have precedence over
// cached blocks, and cached blocks over the minimum.
func (m *monitor) heldBy(id ExecutorID, least func(profile int) int) Hold {
	t := m.known(id)
	if t == nil {
		return Hold{Cause: HeldIdle, Job: -1, Until: Never}
	}
	timeout := m.timeout(t)
	switch {
	case t.activeShuffle:
		return Hold{Cause: HeldLiveShuffle, Job: m.jobReading(t), Until: Never}
	case t.shuffles.len() > 0 && timeout > m.timeouts.idle && m.timeouts.shuffle > m.timeouts.idle:
		return Hold{Cause: HeldShuffle, Job: -1, Until: t.deadline}
	case len(t.cached) > 0 && timeout > m.timeouts.idle && m.timeouts.cached > m.timeouts.idle:
		return Hold{Cause: HeldCached, Job: -1, Until: t.deadline}
	case t.profile >= 0 && m.profiles[t.profile+1].staying() <= least(t.profile):
		return Hold{Cause: HeldMinimum, Job: -1, Until: Never}
	}
	return Hold{Cause: HeldIdle, Job: -1, Until: t.deadline}
}

// jobReading is a running job that may read shuffle files of the executor, or -1.
func (m *monitor) jobReading(t *tracker) int {
	for m.firstActive < len(m.shuffles) && len(m.shuffles[m.firstActive].jobs) == 0 {
		m.firstActive++
	}
	for shuffle := max(m.firstActive, t.firstShuffle); shuffle < len(m.shuffles); shuffle++ {
		if u := &m.shuffles[shuffle]; len(u.jobs) > 0 && t.shuffles.has(shuffle) {
			return u.jobs[0]
		}
	}
	return -1
}
