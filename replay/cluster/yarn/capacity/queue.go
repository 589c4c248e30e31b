package capacity

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A byLabel is an amount on the nodes of each label. There are few labels.
type byLabel []labeled

type labeled struct {
	label  string
	amount scheduler.Resource
}

// on is the amount on the nodes of a label.
func (b byLabel) on(label string) scheduler.Resource {
	for i := range b {
		if b[i].label == label {
			return b[i].amount
		}
	}
	return scheduler.Resource{}
}

func (b *byLabel) add(label string, r scheduler.Resource) {
	for i := range *b {
		if (*b)[i].label == label {
			(*b)[i].amount = (*b)[i].amount.Plus(r)
			return
		}
	}
	*b = append(*b, labeled{label, r})
}

// A queue is a parent queue, or what all queues have; what only queues of
// applications have is in leaf.
//
// Source: AbstractCSQueue and AbstractParentQueue.
type queue struct {
	s        *Scheduler
	config   *queueConfig
	parent   *queue // nil: the root
	children []*queue
	order    []*queue   // scratch
	leaf     *leafQueue // nil: there are queues below

	shares       map[string]*partitionShare // by label
	unlabeled    *partitionShare            // that of nodes without label, once it is known
	labels       []string                   // keys of shares, in order of creation
	applications int                        // running and waiting; only of parent queues
}

// A partitionShare is what a queue has of a partition.
//
// Source: QueueCapacities, QueueResourceQuotas and ResourceUsage.
type partitionShare struct {
	capacity, maxCapacity float32 // parts of the queue above
	weight                float32 // part of the sum of weights; 0: none
	absolute, absoluteMax float32 // parts of the partition
	usedCapacity          float32 // used part of what is guaranteed
	absoluteUsed          float32 // used part of the partition

	guaranteed, maximum     scheduler.Resource
	used, reserved, pending scheduler.Resource // reservations count as used
	amUsed, amLimit         scheduler.Resource // by application masters

	scaled [2]bool    // by kind: absolute capacities below together exceed the guarantee
	scale  [2]float32 // to which part of themselves they then shrink
}

// A schedulingMode determines whether a node of a shared label may serve requests
// without a label (YARN's SchedulingMode).
type schedulingMode int

const (
	respectExclusivity schedulingMode = iota
	ignoreExclusivity
)

func (s *Scheduler) newQueue(parent *queue, config *queueConfig) *queue {
	q := &queue{s: s, config: config, parent: parent, shares: map[string]*partitionShare{}}
	s.queues[config.path] = q
	s.byName[config.name] = append(s.byName[config.name], q)
	for _, label := range config.labels {
		share := q.share(label)
		share.capacity, share.maxCapacity = config.on(label).capacity, config.on(label).maxCapacity
	}
	if len(config.children) == 0 {
		q.leaf = newLeaf(q)
		s.leaves = append(s.leaves, q.leaf)
		return q
	}
	// At its start YARN reads its queues twice, and the second time stores them in the
	// order of a hash table. This order decides between queues that are otherwise equal.
	for _, child := range java.HashOrder(config.children, func(c *queueConfig) int32 { return java.StringHash(c.path) }) {
		q.children = append(q.children, s.newQueue(q, child))
	}
	return q
}

// share is what the queue has of a partition.
func (q *queue) share(label string) *partitionShare {
	if label == "" && q.unlabeled != nil {
		return q.unlabeled
	}
	share := q.shares[label]
	if share == nil {
		share = &partitionShare{}
		q.shares[label] = share
		q.labels = append(q.labels, label)
	}
	if label == "" {
		q.unlabeled = share
	}
	return share
}

// addUsed adds to what the queue and all above it use.
func (q *queue) addUsed(label string, r scheduler.Resource) {
	q.s.changed = true
	for ; q != nil; q = q.parent {
		q.share(label).used = q.share(label).used.Plus(r)
		q.updateUsedCapacity(label)
	}
}

// addReserved adds to what the queue and all above it have reserved.
func (q *queue) addReserved(label string, r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		q.share(label).reserved = q.share(label).reserved.Plus(r)
	}
}

// addPending adds to what the queue and all above it wait for.
func (q *queue) addPending(label string, r scheduler.Resource) {
	q.s.changed = true
	for ; q != nil; q = q.parent {
		q.share(label).pending = q.share(label).pending.Plus(r)
	}
}

// hasPending reports whether an application in the queue waits for a node of a label.
func (q *queue) hasPending(label string, mode schedulingMode) bool {
	if mode == ignoreExclusivity {
		label = ""
	}
	return q.s.positive(q.share(label).pending)
}

// mayServe reports whether a node with a label can serve an application in the queue.
func (q *queue) mayServe(label string, mode schedulingMode) bool {
	return (mode == ignoreExclusivity || q.config.mayUse(label)) && q.hasPending(label, mode)
}

// assign finds a container for a node, or a reservation of it: in the first queue
// below, in their order, that has one. If a queue has reached its limit, its headroom
// is reserved for it and not given to the queues after it
// (AbstractParentQueue.assignContainers).
func (q *queue) assign(node *schedulerNode, limits *resourceLimits, mode schedulingMode) assignment {
	if q.leaf != nil {
		return q.leaf.assign(node, limits, mode)
	}
	label := node.Label
	if !q.mayServe(label, mode) || node.reserved != nil || !q.s.calculator.Fits(q.s.config.smallest, node.free) ||
		!q.canAssign(label, limits, q.share("").reserved, mode) {
		return assignment{}
	}
	result := assignment{}
	order := q.inOrder(label, mode)
	for i := range order {
		child := order[i]
		if i == 1 && len(order) > 2 {
			slices.SortStableFunc(order[1:], func(a, b *queue) int { return q.compareBelow(a, b, label) })
			child = order[1]
		}
		childLimits := q.limitsOfChild(child, limits, label, true)
		a := child.assign(node, &childLimits, mode)
		if q.s.positive(a.size) {
			return a
		}
		if a.skipped != skippedAtLimit {
			continue
		}
		if result.skipped != skippedAtLimit {
			result = a
		}
		blocked := childLimits.blocked
		if child.leaf != nil {
			blocked = childLimits.headroom
		}
		limits.blocked = limits.blocked.Plus(q.s.calculator.Max(q.s.cluster, blocked, scheduler.Resource{}))
	}
	return result
}

// inOrder are the child queues that want something, beginning with the one that is served
// first. That one mostly takes the node, so that the others are not sorted before they are
// needed.
//
// Source: PriorityUtilizationQueueOrderingPolicy.
func (q *queue) inOrder(label string, mode schedulingMode) []*queue {
	order, first := q.order[:0], 0
	for _, c := range q.children {
		if !c.mayServe(label, mode) {
			continue
		}
		order = append(order, c)
		if last := len(order) - 1; q.compareBelow(c, order[first], label) < 0 {
			first = last
		}
	}
	q.order = order
	if first > 0 {
		c := order[first]
		copy(order[1:first+1], order[:first])
		order[0] = c
	}
	return order
}

func (q *queue) compareBelow(a, b *queue, label string) int {
	return compareQueues(a, b, label, q.config.byPriority)
}

func compareQueues(a, b *queue, label string, byPriority bool) int {
	if mayA, mayB := a.config.mayUse(label), b.config.mayUse(label); mayA != mayB {
		if mayA {
			return -1
		}
		return 1
	}
	shareA, shareB := a.share(label), b.share(label)
	usedA, usedB := shareA.usedCapacity, shareB.usedCapacity
	switch {
	case shareA.absolute > 0 && shareB.absolute == 0:
		return -1
	case shareA.absolute == 0 && shareB.absolute > 0:
		return 1
	case shareA.absolute == 0 && shareB.absolute == 0:
		usedA, usedB = shareA.absoluteUsed, shareB.absoluteUsed
	}
	priorityA, priorityB := 0, 0
	if byPriority {
		priorityA, priorityB = a.config.priority, b.config.priority
	}
	if c := compareUse(float64(usedA), float64(usedB), priorityA, priorityB); c != 0 {
		return c
	}
	minA, minB := a.config.on(label).minResources, b.config.on(label).minResources
	if minA != (scheduler.Resource{}) && minB != (scheduler.Resource{}) {
		return cmp.Or(cmp.Compare(minB.MemoryMB, minA.MemoryMB), cmp.Compare(minB.Cores, minA.Cores))
	}
	return cmp.Compare(shareB.absolute, shareA.absolute)
}

// compareUse compares two queues by the part of their share that they use. Queues below
// their share come before those above it. Inside each group, higher priority comes
// first, then lower use.
func compareUse(a, b float64, priorityA, priorityB int) int {
	if priorityA != priorityB && (a < 1) == (b < 1) {
		return cmp.Compare(priorityB, priorityA)
	}
	return scheduler.Sign(a - b)
}
