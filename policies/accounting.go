package policies

import "slices"

// accounting counts events for every policy except static, and turns targets into
// requests. It holds the demand, the executors, the hosts that tasks prefer, and the
// last request.
type accounting struct {
	client  Client
	kill    bool // removal kills executors; otherwise it decommissions them
	demand  demand
	hints   hints
	monitor monitor
	slots   []int // of one executor, by profile

	known      []bool // by profile: the default one, and those that a stage has used
	firstStage bool   // the last stage that was submitted is the first of its profile

	wanted   []Target // by profile; those of unknown profiles are not sent
	sent     []Target // in the last request
	left     []int    // executors that would remain, by profile; -1: not counted yet
	removals []Removal
	moved    bool // a target has changed since the last request
}

// begin counts for a new application, in the memory of what was counted before.
func (a *accounting) begin(s Spec, env Env) {
	n := len(env.Profiles)
	*a = accounting{
		client: env.Client, kill: !s.Protection.Decommission,
		demand: a.demand, hints: hints{profiles: make([]Hints, n)}, monitor: a.monitor,
		slots: zeros(a.slots, n), known: zeros(a.known, n), wanted: zeros(a.wanted, n), left: zeros(a.left, n),
		sent: a.sent[:0], removals: a.removals[:0],
	}
	a.demand.begin(n)
	a.monitor.begin(s.Allocation, s.Protection, env.Rules, n)
	for i, p := range env.Profiles {
		a.slots[i] = p.Slots
		a.wanted[i] = Target{Profile: i, Hints: &a.hints.profiles[i]}
	}
	a.known[0] = true
}

// zeros is a list of n zero values, in the memory of another if that suffices.
func zeros[T any](list []T, n int) []T {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// Observe counts one event, in the order in which Spark's two listeners get it:
// the allocation manager's before the monitor's.
func (a *accounting) Observe(e *Event) {
	switch e.Kind {
	case StageSubmitted:
		a.demand.stageSubmitted(e)
		a.hints.submitted(e)
		a.firstStage = !a.known[e.Profile]
		a.known[e.Profile] = true
	case StageCompleted:
		a.hints.completed(e.Stage)
		a.demand.stageCompleted(e)
	case TaskStart:
		a.demand.taskStart(e)
	case TaskEnd:
		a.demand.taskEnd(e)
	case SpeculativeTaskSubmitted:
		a.demand.speculativeTaskSubmitted(e)
	case UnschedulableTaskSetAdded:
		a.demand.unschedulable(e.Stage, true)
	case UnschedulableTaskSetRemoved:
		a.demand.unschedulable(e.Stage, false)
	}
	a.monitor.observe(e)
}

// send requests the targets of all known profiles. It returns false if the
// request did not reach the manager.
func (a *accounting) send() bool {
	a.sent = a.sent[:0]
	for i, t := range a.wanted {
		if a.known[i] {
			a.sent = append(a.sent, t)
		}
	}
	return a.client.RequestTotal(a.sent)
}

// remove gives back the executors of a list that exceed the targets, in the order of
// the list. It reports whether any were given back.
func (a *accounting) remove(idle []idleExecutor, why func(ExecutorID) Reason) bool {
	for i := range a.left {
		a.left[i] = -1
	}
	a.removals = a.removals[:0]
	for _, e := range idle {
		if e.profile < 0 {
			continue
		}
		left := &a.left[e.profile]
		if *left < 0 {
			*left = a.monitor.profiles[e.profile+1].staying()
		}
		if *left <= a.wanted[e.profile].N {
			continue
		}
		*left--
		a.removals = append(a.removals, Removal{Executor: e.id, Why: why(e.id)})
	}
	if len(a.removals) == 0 {
		return false
	}
	gone := a.client.Remove(a.removals)
	a.send() // Spark repeats its totals after each removal
	a.monitor.leaving(gone, a.kill)
	return true
}
