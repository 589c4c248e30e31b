package kubernetes

import (
	"cmp"
	"slices"
	"time"
)

// amounts are of processors, memory and pods, in this order.
type amounts [3]int64

const noLimit = -1

// A clusterQueue is Kueue's account of one ClusterQueue.
type clusterQueue struct {
	*ClusterQueue
	cohort    []*clusterQueue // it and those that it can borrow from; nil: none
	limited   [3]bool         // resources that it limits
	nominal   amounts
	borrowing amounts // noLimit: none
	lending   amounts // noLimit: none
	used      amounts
	kinds     []*kind
	admitted  []*workload // single executors, in order of admission
	blocked   bool        // in this pass
}

// A workload is what Kueue admits: a pod, or an application as a whole.
type workload struct {
	queue    *clusterQueue
	app      *app
	pod      *pod // nil: the application as a whole
	request  amounts
	priority int
	created  time.Duration
	seq      int
	kind     *kind // in which it waits; nil: it does not wait any more
	admitted bool
	since    time.Duration // when it was admitted
}

// A kind is workloads of one queue that are alike: if the first of them does
// not fit, none does.
type kind struct {
	request   amounts
	priority  int
	workloads []*workload // in order of creation; those that have left are taken out in time
	left      int         // of workloads, those that have left
	skipped   bool        // in this pass
}

// leave takes a workload out of its kind. The first one always waits.
func (w *workload) leave() {
	k := w.kind
	w.kind = nil
	k.left++
	for len(k.workloads) > 0 && k.workloads[0].kind != k {
		k.workloads = k.workloads[1:]
		k.left--
	}
	if 2*k.left > len(k.workloads) {
		k.workloads = slices.DeleteFunc(k.workloads, func(w *workload) bool { return w.kind != k })
		k.left = 0
	}
}

func (m *Manager) openQueues() {
	for i := range m.options.ClusterQueues {
		q := &clusterQueue{ClusterQueue: &m.options.ClusterQueues[i]}
		if c := q.CPU; c != nil {
			q.limit(0, int64(c.Nominal), int64(or(c.Borrowing, noLimit)), int64(or(c.Lending, noLimit)))
		}
		if c := q.Memory; c != nil {
			q.limit(1, int64(c.Nominal), int64(or(c.Borrowing, noLimit)), int64(or(c.Lending, noLimit)))
		}
		if c := q.Pods; c != nil {
			q.limit(2, int64(c.Nominal), int64(or(c.Borrowing, noLimit)), int64(or(c.Lending, noLimit)))
		}
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

func (q *clusterQueue) limit(r int, nominal, borrowing, lending int64) {
	q.limited[r], q.nominal[r], q.borrowing[r], q.lending[r] = true, nominal, borrowing, lending
}

// reserved is what a queue never lends.
func (q *clusterQueue) reserved(r int) int64 {
	if q.lending[r] == noLimit {
		return 0
	}
	return max(0, q.nominal[r]-q.lending[r])
}

// available is how much of a resource a queue may still admit, its cohort's and
// its own limits considered (Kueue's resource_node.go, available).
func (q *clusterQueue) available(r int, used func(*clusterQueue) int64) int64 {
	if q.cohort == nil {
		return q.nominal[r] - used(q)
	}
	parent := int64(0)
	for _, c := range q.cohort {
		if c.limited[r] {
			parent += c.nominal[r] - c.reserved(r) - max(0, used(c)-c.reserved(r))
		}
	}
	own := q.reserved(r)
	if q.borrowing[r] != noLimit {
		parent = min(parent, q.nominal[r]-own-max(0, used(q)-own)+q.borrowing[r])
	}
	return max(0, own-used(q)) + parent
}

// fits tells whether the queue's quota has room for a request now.
func (q *clusterQueue) fits(request amounts) bool {
	for r := range request {
		if q.limited[r] && request[r] > q.available(r, func(c *clusterQueue) int64 { return c.used[r] }) {
			return false
		}
	}
	return true
}

// couldFit tells whether it has room if nothing else is admitted.
func (q *clusterQueue) couldFit(request amounts) bool {
	for r := range request {
		if q.limited[r] && request[r] > q.available(r, func(*clusterQueue) int64 { return 0 }) {
			return false
		}
	}
	return true
}

// over tells whether a queue uses more than its nominal quota, or would with one
// more request.
func (q *clusterQueue) over(more amounts) bool {
	for r := range more {
		if q.limited[r] && q.used[r]+more[r] > q.nominal[r] {
			return true
		}
	}
	return false
}

func (q *clusterQueue) charge(w *workload, sign int64) {
	for r := range w.request {
		q.used[r] += sign * w.request[r]
	}
}

func amountsOf(s Size, pods int) amounts {
	return amounts{int64(s.CPU), int64(s.Memory), int64(pods)}
}

// queueUp puts a pod, or an application as a whole, into a queue.
func (m *Manager) queueUp(q *clusterQueue, a *app, p *pod) *workload {
	m.seq++
	w := &workload{queue: q, app: a, pod: p, priority: a.priority[0].value, created: m.now, seq: m.seq}
	if p != nil {
		w.request, w.priority = amountsOf(p.request, 1), p.priority
	} else {
		s := driverSize(&a.App)
		for range a.least {
			s = s.plus(a.sizes[0])
		}
		w.request = amountsOf(s, 1+a.least)
	}
	i := slices.IndexFunc(q.kinds, func(k *kind) bool { return k.request == w.request && k.priority == w.priority })
	if i < 0 {
		i = len(q.kinds)
		q.kinds = append(q.kinds, &kind{request: w.request, priority: w.priority})
	}
	w.kind = q.kinds[i]
	w.kind.workloads = append(w.kind.workloads, w)
	m.admitStale = true
	return w
}

// before is the order of workloads in a queue.
func before(x, y *workload) int {
	return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(x.created, y.created), cmp.Compare(x.seq, y.seq))
}

// withdraw takes a workload out of its queue, or gives its quota back.
func (m *Manager) withdraw(w *workload) {
	q := w.queue
	if !w.admitted {
		w.leave()
	} else {
		q.admitted = slices.DeleteFunc(q.admitted, func(x *workload) bool { return x == w })
		q.charge(w, -1)
		m.freed = true
	}
	m.admitStale = true
}

// admit plays cycles of Kueue's scheduler until nothing more can be admitted: in
// each cycle the head of each queue is tried, those that need not borrow first,
// then by priority and time. A head that does not fit blocks its queue under
// StrictFIFO, and is passed over under BestEffortFIFO.
func (m *Manager) admit() {
	if !m.admitStale {
		return
	}
	m.admitStale = false
	for _, q := range m.queues {
		q.blocked = false
		q.kinds = slices.DeleteFunc(q.kinds, func(k *kind) bool { return len(k.workloads) == 0 })
		for _, k := range q.kinds {
			k.skipped = false
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
			return cmp.Or(compareBool(x.queue.over(x.request), y.queue.over(y.request)), before(x, y))
		})
		for _, w := range heads {
			q := w.queue
			switch {
			case q.fits(w.request) || m.reclaim(w):
				m.let(w)
			case q.QueueingStrategy == strictFIFO:
				q.blocked = true
			default:
				w.kind.skipped = true
			}
		}
	}
}

// head is the first workload of a queue that was not passed over.
func (q *clusterQueue) head() *workload {
	var first *workload
	for _, k := range q.kinds {
		if !k.skipped && len(k.workloads) > 0 && (first == nil || before(k.workloads[0], first) < 0) {
			first = k.workloads[0]
		}
	}
	return first
}

func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// let admits a workload.
func (m *Manager) let(w *workload) {
	q := w.queue
	w.leave()
	q.charge(w, 1)
	w.admitted, w.since = true, m.now
	if w.pod == nil {
		w.app.suspended = false
		return
	}
	if !w.pod.driver {
		q.admitted = append(q.admitted, w)
	}
	m.join(w.pod)
}

// reclaim evicts admitted executors so that a workload fits (Kueue's classic
// preemption): those of queues in the cohort that use more than their nominal
// quota, if the workload stays within its queue's own, and those of its own
// queue; the former first, then those of lowest priority, then the latest. Of
// them no more than needed are taken. An application as a whole and a driver
// are never evicted.
func (m *Manager) reclaim(w *workload) bool {
	q := w.queue
	var candidates []*workload
	for _, c := range q.cohort {
		if c == q || !c.over(amounts{}) || q.over(w.request) {
			continue
		}
		for _, x := range c.admitted {
			if q.Preemption.ReclaimWithinCohort == anyPriority || q.Preemption.ReclaimWithinCohort == lowerPriority && x.priority < w.priority {
				candidates = append(candidates, x)
			}
		}
	}
	for _, x := range q.admitted {
		lower := x.priority < w.priority
		newer := x.priority == w.priority && x.created > w.created
		if q.Preemption.WithinClusterQueue == lowerPriority && lower || q.Preemption.WithinClusterQueue == lowerOrNewer && (lower || newer) {
			candidates = append(candidates, x)
		}
	}
	admittedAt := func(x *workload) int { return slices.Index(x.queue.admitted, x) }
	slices.SortStableFunc(candidates, func(x, y *workload) int {
		return cmp.Or(compareBool(x.queue == q, y.queue == q), cmp.Compare(x.priority, y.priority),
			cmp.Compare(y.since, x.since), cmp.Compare(admittedAt(y), admittedAt(x)))
	})
	var targets []*workload
	for _, x := range candidates {
		if q.fits(w.request) {
			break
		}
		if x.queue == q || x.queue.over(amounts{}) {
			x.queue.charge(x, -1)
			targets = append(targets, x)
		}
	}
	enough := q.fits(w.request)
	for i := len(targets) - 1; enough && i >= 0; i-- {
		x := targets[i]
		x.queue.charge(x, 1)
		if q.fits(w.request) {
			targets = slices.Delete(targets, i, i+1)
		} else {
			x.queue.charge(x, -1)
		}
	}
	for _, x := range targets {
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
