package kubernetes

import (
	"cmp"
	"slices"
)

// reclaim evicts admitted executors so that a workload fits, and says whether it did: of
// queues of the cohort that use more than their nominal quota, if the workload stays within
// that of its own queue, and then of its own queue. Those of lowest priority go first, then
// the latest. No more are evicted than needed, and none if all would not be enough. A
// driver and an application as a whole are never evicted (Kueue's classic preemption).
func (m *Manager) reclaim(w *workload) bool {
	q := w.queue
	var targets []*workload
	for _, x := range q.candidates(w) {
		if q.fits(w.request) {
			break
		}
		if x.queue == q || x.queue.overNominal(amounts{}) {
			x.queue.charge(x, -1)
			targets = append(targets, x)
		}
	}
	enough := q.fits(w.request)
	for i := len(targets) - 1; enough && i >= 0; i-- { // those that can stay after all
		x := targets[i]
		x.queue.charge(x, 1)
		if q.fits(w.request) {
			targets = slices.Delete(targets, i, i+1)
		} else {
			x.queue.charge(x, -1)
		}
	}
	for _, x := range targets { // evicting them discharges them
		x.queue.charge(x, 1)
	}
	if !enough {
		return false
	}
	why := "cluster queue " + q.Name + " takes its quota back"
	for _, x := range targets {
		if x.queue == q {
			why = "preempted in cluster queue " + q.Name
		}
		m.evict(x.pod, why)
	}
	return true
}

// candidates are the admitted executors that a workload may have evicted, in the order in
// which they go.
func (q *clusterQueue) candidates(w *workload) []*workload {
	var all []*workload
	for _, c := range q.cohort {
		if c == q || !c.overNominal(amounts{}) || q.overNominal(w.request) {
			continue
		}
		for _, x := range c.admitted {
			if q.Preemption.ReclaimWithinCohort == anyPriority || q.Preemption.ReclaimWithinCohort == lowerPriority && x.priority < w.priority {
				all = append(all, x)
			}
		}
	}
	for _, x := range q.admitted {
		lower := x.priority < w.priority
		newer := x.priority == w.priority && x.created > w.created
		if q.Preemption.WithinClusterQueue == lowerPriority && lower || q.Preemption.WithinClusterQueue == lowerOrNewer && (lower || newer) {
			all = append(all, x)
		}
	}
	admittedAs := func(x *workload) int { return slices.Index(x.queue.admitted, x) }
	slices.SortStableFunc(all, func(x, y *workload) int {
		return cmp.Or(compareBool(x.queue == q, y.queue == q), cmp.Compare(x.priority, y.priority),
			cmp.Compare(y.admittedAt, x.admittedAt), cmp.Compare(admittedAs(y), admittedAs(x)))
	})
	return all
}
