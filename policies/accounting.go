package policies

import (
	"slices"
	"time"
)

// accounting is what a driver can count from events: the demand, the executors,
// where tasks would like to run, and what was asked for last.
type accounting struct {
	client  Client
	kill    bool // removal kills; otherwise it decommissions
	demand  demand
	hints   hints
	monitor monitor
	slots   []int // of one executor, by profile

	known    []bool   // by profile: the default one, and those that a stage has named
	wanted   []Target // of all profiles; those that are not known are not sent
	sent     []Target
	left     []int // executors that would remain, by profile; -1: not counted yet
	removals []Removal
	moved    bool // a target has changed since the last request
}

func newAccounting(s Spec, env Env) accounting {
	n := len(env.Profiles)
	b := accounting{
		client: env.Client, kill: !s.Protection.Decommission,
		demand: newDemand(n), hints: hints{profiles: make([]Hints, n)},
		monitor: newMonitor(s.Allocation, s.Protection, env.Rules, n),
		slots:   make([]int, n), known: make([]bool, n), wanted: make([]Target, n), left: make([]int, n),
	}
	for i, p := range env.Profiles {
		b.slots[i] = p.Slots
		b.wanted[i] = Target{Profile: i, Hints: &b.hints.profiles[i]}
	}
	b.known[0] = true
	return b
}

// Observe counts one event.
func (b *accounting) Observe(e *Event) {
	switch e.Kind {
	case StageSubmitted:
		b.demand.stageSubmitted(e)
		b.hints.submitted(e)
		if e.Profile >= 0 {
			b.known[e.Profile] = true
		}
	case StageCompleted:
		b.hints.completed(e.Stage)
		b.demand.stageCompleted(e)
	case TaskStart:
		b.demand.taskStart(e)
	case TaskEnd:
		b.demand.taskEnd(e)
	case SpeculativeTaskSubmitted:
		b.demand.speculativeTaskSubmitted(e)
	case UnschedulableTaskSetAdded:
		b.demand.unschedulable(e.Stage, true)
	case UnschedulableTaskSetRemoved:
		b.demand.unschedulable(e.Stage, false)
	}
	b.monitor.observe(e)
}

// pending and running are the tasks of a profile, speculative copies included.
func (b *accounting) pending(profile int) int {
	d := &b.demand.profiles[profile]
	return max(0, d.pending) + d.speculative
}

func (b *accounting) running(profile int) int { return b.demand.profiles[profile].running }

// want notes the number of executors wanted for a profile, within bounds.
func (b *accounting) want(profile, n int, set Allocation, why Reason) {
	switch {
	case n < set.Min:
		n, why = set.Min, Reason{Cause: AtMinimum}
	case n > set.Max:
		n, why = set.Max, Reason{Cause: AtMaximum}
	}
	if t := &b.wanted[profile]; t.N != n {
		t.N, t.Why = n, why
		b.moved = true
	}
}

// request sends the targets if one has changed. A request that did not reach
// the manager is sent again the next time.
func (b *accounting) request() {
	if b.moved {
		b.moved = !b.send()
	}
}

// idle lists the executors of a profile on which nothing runs, by id, without
// those that are leaving.
func (b *accounting) idle(profile int, now time.Duration, list []IdleExecutor) []IdleExecutor {
	list = list[:0]
	for _, id := range b.monitor.live {
		t := &b.monitor.trackers[id]
		if t.profile != profile || t.idleSince == Never || t.pendingRemoval || t.decommissioning {
			continue
		}
		list = append(list, IdleExecutor{ID: id, For: now - t.idleSince, Cached: len(t.cached) > 0, Shuffle: t.activeShuffle || t.shuffles.len() > 0})
	}
	slices.SortFunc(list, func(a, b IdleExecutor) int { return int(a.ID - b.ID) })
	return list
}
