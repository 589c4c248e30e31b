package capacity

import "dynalloc/replay/cluster/yarn/scheduler"

// A resourceLimits is the amount that a queue may get now, given the limits of its
// ancestors (YARN's ResourceLimits).
type resourceLimits struct {
	limit     scheduler.Resource // of what it may use in all
	headroom  scheduler.Resource // what it may use in addition
	unreserve scheduler.Resource // of its reservations, to be given up first
	blocked   scheduler.Resource // kept back for queues below that have reached their limit
}

func newLimits(limit scheduler.Resource) resourceLimits {
	return resourceLimits{limit: limit, headroom: limit}
}

// limitsOfChild are the limits of a queue below this one. If net is true, they exclude
// resources that are kept for other queues.
func (q *queue) limitsOfChild(child *queue, limits *resourceLimits, label string, net bool) resourceLimits {
	calculator := q.s.calculator
	limits.limit = calculator.Min(q.s.cluster, limits.limit, q.share(label).maximum)
	available := limits.limit.Minus(q.share(label).used)
	if net {
		available = available.Minus(limits.blocked)
	}
	return newLimits(calculator.RoundDown(available.Plus(child.share(label).used), q.s.config.smallest))
}

// canAssign reports whether the queue is below its limit, or would be if it gave
// reservations up. It sets the headroom (AbstractCSQueue.canAssignToThisQueue).
func (q *queue) canAssign(label string, limits *resourceLimits, unreservable scheduler.Resource, mode schedulingMode) bool {
	limit, used := q.s.partitions[label], q.share(label).used
	if mode == respectExclusivity {
		limit = q.s.calculator.Min(q.s.cluster, q.share(label).maximum, limits.limit)
	}
	limits.headroom = limit.Minus(used)
	return q.s.more(limit, used) ||
		q.s.config.lookAtAllNodes && q.s.positive(unreservable) && q.s.more(limit, used.Minus(unreservable))
}
