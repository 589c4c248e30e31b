package kubernetes

import (
	"cmp"
	"slices"
	"time"
)

// amounts are of processors, memory and pods, in this order.
type amounts [3]int64

func amountsOf(s Size, pods int) amounts {
	return amounts{int64(s.CPU), int64(s.Memory), int64(pods)}
}

// A clusterQueue is Kueue's account of a ClusterQueue.
type clusterQueue struct {
	*ClusterQueue
	cohort    []*clusterQueue // itself and those that it can borrow from; nil: none
	limited   [3]bool         // resources that it limits
	nominal   amounts
	borrowing amounts // noLimit: none
	lending   amounts // noLimit: none
	used      amounts
	groups    []*workloadGroup
	admitted  []*workload // single executors, in order of admission
	blocked   bool        // in this admission
}

const noLimit = -1

// A workload is what Kueue admits: a pod, or an application as a whole.
type workload struct {
	queue      *clusterQueue
	app        *app
	pod        *pod // nil: the application as a whole
	request    amounts
	priority   int
	created    time.Duration
	sequence   int
	waiting    *member[*workload]
	group      *workloadGroup
	admitted   bool
	admittedAt time.Duration
}

// A workloadGroup is workloads of a queue that have the same chances of being admitted.
type workloadGroup struct {
	group[*workload]
	request  amounts
	priority int
	skipped  bool // in this admission
}

func (m *Manager) initQueues() {
	for i := range m.options.ClusterQueues {
		q := &clusterQueue{ClusterQueue: &m.options.ClusterQueues[i]}
		limit(q, 0, q.CPU)
		limit(q, 1, q.Memory)
		limit(q, 2, q.Pods)
		m.queues = append(m.queues, q)
		for _, n := range q.Namespaces {
			m.queueOf[n] = q
		}
	}
	for _, q := range m.queues {
		for _, other := range m.queues {
			if q.Cohort != "" && other.Cohort == q.Cohort {
				q.cohort = append(q.cohort, other)
			}
		}
	}
}

// limit sets the limits of a queue on a resource, if it has any.
func limit[T CPU | Memory | int](q *clusterQueue, r int, quota *QueueQuota[T]) {
	if quota != nil {
		q.limited[r], q.nominal[r] = true, int64(quota.Nominal)
		q.borrowing[r], q.lending[r] = int64(or(quota.Borrowing, noLimit)), int64(or(quota.Lending, noLimit))
	}
}

// neverLent is the part of a queue's quota that it does not lend.
func (q *clusterQueue) neverLent(r int) int64 {
	if q.lending[r] == noLimit {
		return 0
	}
	return max(0, q.nominal[r]-q.lending[r])
}

// available is how much of a resource a queue may still admit, by its own limits and
// those of its cohort; if empty, how much it could admit if nothing were admitted
// (available in Kueue's resource_node.go).
func (q *clusterQueue) available(r int, empty bool) int64 {
	used := func(c *clusterQueue) int64 {
		if empty {
			return 0
		}
		return c.used[r]
	}
	if q.cohort == nil {
		return q.nominal[r] - used(q)
	}
	ofCohort := int64(0)
	for _, c := range q.cohort {
		if c.limited[r] {
			own := c.neverLent(r)
			ofCohort += c.nominal[r] - own - max(0, used(c)-own)
		}
	}
	own := q.neverLent(r)
	if q.borrowing[r] != noLimit {
		ofCohort = min(ofCohort, q.nominal[r]-own-max(0, used(q)-own)+q.borrowing[r])
	}
	return max(0, own-used(q)) + ofCohort
}

// fits reports whether the queue's quota has room for a request now.
func (q *clusterQueue) fits(request amounts) bool { return q.hasRoom(request, false) }

// couldFit reports whether the quota has room for a request if nothing else is admitted.
func (q *clusterQueue) couldFit(request amounts) bool { return q.hasRoom(request, true) }

func (q *clusterQueue) hasRoom(request amounts, empty bool) bool {
	for r := range request {
		if q.limited[r] && request[r] > q.available(r, empty) {
			return false
		}
	}
	return true
}

// overNominal reports whether a queue uses more than its nominal quota, or would with a
// further request.
func (q *clusterQueue) overNominal(more amounts) bool {
	for r := range more {
		if q.limited[r] && q.used[r]+more[r] > q.nominal[r] {
			return true
		}
	}
	return false
}

// charge adds a workload to what the queue uses, or takes it off.
func (q *clusterQueue) charge(w *workload, sign int64) {
	for r := range w.request {
		q.used[r] += sign * w.request[r]
	}
}

// newWorkload puts a pod into a queue, or an application as a whole if the pod is nil.
func (m *Manager) newWorkload(q *clusterQueue, a *app, p *pod) *workload {
	m.sequence++
	w := &workload{queue: q, app: a, pod: p, priority: a.priority.value, created: m.now, sequence: m.sequence}
	if p != nil {
		w.request, w.priority = amountsOf(p.request, 1), p.priority
	} else {
		w.request = amountsOf(a.whole())
	}
	i := slices.IndexFunc(q.groups, func(g *workloadGroup) bool { return g.request == w.request && g.priority == w.priority })
	if i < 0 {
		i = len(q.groups)
		q.groups = append(q.groups, &workloadGroup{request: w.request, priority: w.priority})
	}
	w.group = q.groups[i]
	w.waiting = w.group.add(w)
	m.admissionChanged = true
	return w
}

// inQueueOrder is the order of workloads in a queue: by priority, then by creation.
func inQueueOrder(x, y *workload) int {
	return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(x.created, y.created), cmp.Compare(x.sequence, y.sequence))
}

// withdraw takes a workload out of its queue, or gives its quota back.
func (m *Manager) withdraw(w *workload) {
	q := w.queue
	if !w.admitted {
		w.waiting.leave()
	} else {
		q.admitted = without(q.admitted, w)
		q.charge(w, -1)
		m.quotaFreed = true
	}
	m.admissionChanged = true
}

// admit simulates cycles of Kueue's scheduler until nothing more can be admitted. In
// each cycle the first workload of each queue is tried: those that need not borrow
// first, then by priority and creation. One that does not fit blocks its queue under
// StrictFIFO, and is skipped under BestEffortFIFO.
func (m *Manager) admit() {
	if !m.admissionChanged {
		return
	}
	m.admissionChanged = false
	for _, q := range m.queues {
		q.blocked = false
		q.groups = slices.DeleteFunc(q.groups, func(g *workloadGroup) bool { return len(g.members) == 0 })
		for _, g := range q.groups {
			g.skipped = false
		}
	}
	for {
		var heads []*workload
		for _, q := range m.queues {
			if w := q.head(); w != nil && !q.blocked {
				heads = append(heads, w)
			}
		}
		if len(heads) == 0 {
			break
		}
		slices.SortStableFunc(heads, func(x, y *workload) int {
			return cmp.Or(compareBool(x.queue.overNominal(x.request), y.queue.overNominal(y.request)), inQueueOrder(x, y))
		})
		for _, w := range heads {
			switch q := w.queue; {
			case q.fits(w.request) || m.reclaim(w):
				m.admitWorkload(w)
			case q.QueueingStrategy == strictFIFO:
				q.blocked = true
			default:
				w.group.skipped = true
			}
		}
	}
}

// head is the first workload of a queue that was not skipped.
func (q *clusterQueue) head() *workload {
	var first *workload
	for _, g := range q.groups {
		if !g.skipped && len(g.members) > 0 && (first == nil || inQueueOrder(g.members[0].item, first) < 0) {
			first = g.members[0].item
		}
	}
	return first
}

// compareBool puts false before true.
func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// admitWorkload admits a workload, so that its pod or its application can proceed.
func (m *Manager) admitWorkload(w *workload) {
	q := w.queue
	w.waiting.leave()
	q.charge(w, 1)
	w.admitted, w.admittedAt = true, m.now
	if w.pod == nil {
		w.app.suspended = false
		m.driverless.Set(w.app.order, w.app)
		return
	}
	if !w.pod.driver {
		q.admitted = append(q.admitted, w)
	}
	m.enqueue(w.pod)
}
