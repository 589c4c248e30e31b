package policies

import (
	"slices"
	"time"
)

// The methods below are for policies other than Spark's.

// pending returns the tasks of a profile that wait, speculative copies included.
func (a *accounting) pending(profile int) int {
	d := &a.demand.profiles[profile]
	return max(0, d.pending) + d.speculative
}

// running returns the tasks of a profile that run, speculative copies included.
func (a *accounting) running(profile int) int { return a.demand.profiles[profile].running }

// want sets the target of a profile, within the bounds of the settings.
func (a *accounting) want(profile, n int, set Allocation, why Reason) {
	switch {
	case n < set.Min:
		n, why = set.Min, Reason{Cause: AtMinimum}
	case n > set.Max:
		n, why = set.Max, Reason{Cause: AtMaximum}
	}
	if t := &a.wanted[profile]; t.N != n {
		t.N, t.Why = n, why
		a.moved = true
	}
}

// request sends the targets if one has changed. A request that did not reach
// the manager is sent again the next time.
func (a *accounting) request() {
	if a.moved {
		a.moved = !a.send()
	}
}

// idle lists the executors of a profile that run no task, by id, without those
// that are being removed.
func (a *accounting) idle(profile int, now time.Duration, list []IdleExecutor) []IdleExecutor {
	list = list[:0]
	for _, id := range a.monitor.live {
		t := &a.monitor.trackers[id]
		if t.profile != profile || t.idleSince == Never || t.pendingRemoval || t.decommissioning {
			continue
		}
		list = append(list, IdleExecutor{ID: id, For: now - t.idleSince, Cached: len(t.cached) > 0, Shuffle: t.activeShuffle || t.shuffles.len() > 0})
	}
	slices.SortFunc(list, func(a, b IdleExecutor) int { return int(a.ID - b.ID) })
	return list
}
