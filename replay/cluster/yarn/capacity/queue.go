package capacity

import (
	"cmp"
	"slices"
	"sort"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A capacityQueue is a queue of the capacity scheduler: AbstractCSQueue and
// AbstractParentQueue there; what only queues of applications have is in leaf.
type queue struct {
	s        *Scheduler
	config   *queueConfig
	parent   *queue
	children []*queue
	leaf     *leafQueue // nil: has queues below

	shares       map[string]*queueShare
	labels       []string // of shares, as they came
	applications int      // running and waiting; only of queues with queues below
}

// A queueShare is what a queue has of a partition.
type queueShare struct {
	capacity, maximum         float32 // of the queue above
	weight                    float32 // normalized
	absolute, absoluteMaximum float32 // of the partition
	used                      float32 // of what is guaranteed
	absoluteUsed              float32 // of the partition
	guaranteed, most          scheduler.Resource
	usage, reserved, pending  scheduler.Resource // reservations are in usage
	masters                   scheduler.Resource // used by masters
	mastersLimit              scheduler.Resource
	memoryScale, coresScale   float32 // of absolute capacities below that do not fit
	scalesMemory, scalesCores bool
}

// A mode is whether idle nodes of a shared label may serve requests without label.
type mode int

const (
	respectExclusivity mode = iota
	ignoreExclusivity
)

func (s *Scheduler) newQueue(parent *queue, config *queueConfig) *queue {
	q := &queue{s: s, config: config, parent: parent, shares: map[string]*queueShare{}}
	s.queues[config.path] = q
	s.byName[config.name] = append(s.byName[config.name], q)
	for _, label := range config.labels {
		of := q.share(label)
		of.capacity, of.maximum = config.capacity[label], config.maximum[label]
	}
	if len(config.children) == 0 {
		q.leaf = newLeaf(q)
		return q
	}
	// When YARN starts it reads its queues twice, and the second time puts them into
	// the order of a hash table. It decides between queues that are otherwise equal.
	for _, child := range java.HashOrder(config.children, func(c *queueConfig) int32 { return java.StringHash(c.path) }) {
		q.children = append(q.children, s.newQueue(q, child))
	}
	return q
}

func (q *queue) share(label string) *queueShare {
	of, ok := q.shares[label]
	if !ok {
		of = &queueShare{}
		q.shares[label] = of
		q.labels = append(q.labels, label)
	}
	return of
}

func (q *queue) mayUse(label string) bool { return q.config.mayUse(label) }

// updateShares works out what is guaranteed and what is the most after nodes came
// or went; AbstractParentQueue.updateClusterResource.
func (q *queue) updateShares(limits *resourceLimits) {
	if q.leaf != nil {
		q.leaf.updateShares(limits)
		return
	}
	q.updateAbsolute()
	if kind, _ := kindOf(q.labels, q.config.children...); kind == byWeight {
		for _, label := range q.labels {
			var sum float32
			for _, child := range q.children {
				sum += max(0, child.config.weight[label])
			}
			for _, child := range q.children {
				if w, ok := child.config.weight[label]; ok && sum > 1e-6 {
					child.share(label).weight = w / sum
				}
			}
		}
	}
	for _, label := range q.config.labels {
		if q.parent == nil {
			of := q.share(label)
			of.guaranteed, of.most = q.s.partitions[label], q.s.partitions[label]
		} else {
			q.updateGuaranteed()
		}
		q.updateScale(label)
	}
	for _, child := range q.children {
		child.updateShares(q.limitsOfChild(child, limits, "", false))
	}
	q.updateUsed()
}

// updateAbsolute multiplies shares down the tree;
// CSQueueUtils.updateAbsoluteCapacitiesByNodeLabels.
func (q *queue) updateAbsolute() {
	for _, label := range q.labels {
		of := q.shares[label]
		above, aboveMaximum := float32(1), float32(1)
		if q.parent != nil {
			above, aboveMaximum = q.parent.share(label).absolute, q.parent.share(label).absoluteMaximum
		}
		if share := max(of.capacity, of.weight); share > 0 {
			of.absolute = share * above
		}
		if of.maximum > 0 {
			of.absoluteMaximum = of.maximum * aboveMaximum
		}
	}
}

// updateGuaranteed is AbstractCSQueue.updateEffectiveResources.
func (q *queue) updateGuaranteed() {
	rc := q.s.calculator
	for _, label := range q.config.labels {
		of, above, partition := q.share(label), q.parent.share(label), q.s.partitions[label]
		if !q.config.absolute {
			of.guaranteed = partition.Times(float64(of.absolute))
			of.most = partition.Times(float64(of.absoluteMaximum))
			continue
		}
		of.guaranteed = q.config.least[label]
		if above.scalesMemory {
			of.guaranteed.MemoryMB = scheduler.Truncate(float64(float32(of.guaranteed.MemoryMB) * above.memoryScale))
		}
		if above.scalesCores {
			of.guaranteed.Cores = int(scheduler.Truncate(float64(float32(of.guaranteed.Cores) * above.coresScale)))
		}
		of.most = q.parent.config.most[label]
		if of.most == (scheduler.Resource{}) {
			of.most = above.most
		}
		if own := q.config.most[label]; own != (scheduler.Resource{}) {
			of.most = rc.Min(partition, own, of.most)
		}
		of.capacity = finite(rc.Divide(q.s.cluster, of.guaranteed, above.guaranteed))
		of.maximum = finite(rc.Divide(q.s.cluster, of.most, above.most))
		of.absolute = of.capacity * above.absolute
		of.absoluteMaximum = of.maximum * above.absoluteMaximum
	}
}

// finite is 0 for what is infinite or not a number.
func finite(f float32) float32 {
	if f-f != 0 {
		return 0
	}
	return f
}

// updateScale finds by how much the absolute capacities of the queues below must
// shrink to fit; AbstractParentQueue.recalculateEffectiveMinRatio.
func (q *queue) updateScale(label string) {
	of := q.share(label)
	of.scalesMemory, of.scalesCores = false, false
	var asked scheduler.Resource
	for _, child := range q.children {
		asked = asked.Plus(child.config.least[label])
	}
	has := of.guaranteed
	if q.parent == nil && has == (scheduler.Resource{}) || q.s.calculator.Compare(q.s.cluster, has, asked) >= 0 {
		return
	}
	if asked.MemoryMB != 0 {
		of.scalesMemory, of.memoryScale = true, float32(has.MemoryMB)/float32(asked.MemoryMB)
	}
	if asked.Cores != 0 {
		of.scalesCores, of.coresScale = true, float32(has.Cores)/float32(asked.Cores)
	}
}

func (q *queue) updateUsed() {
	for _, label := range q.labels {
		q.updateUsedOf(label)
	}
}

// updateUsedOf is CSQueueUtils.updateUsedCapacity.
func (q *queue) updateUsedOf(label string) {
	rc, of, partition := q.s.calculator, q.share(label), q.s.partitions[label]
	of.used, of.absoluteUsed = 0, 0
	if rc.Compare(partition, partition, scheduler.Resource{}) > 0 {
		guaranteed := rc.Max(partition, of.guaranteed, q.s.config.minimum)
		of.absoluteUsed = rc.Divide(partition, of.usage, partition)
		of.used = rc.Divide(partition, of.usage, guaranteed)
	}
}

// use adds to what the queue and all above it use.
func (q *queue) use(label string, r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		of := q.share(label)
		of.usage = of.usage.Plus(r)
		q.updateUsedOf(label)
	}
}

func (q *queue) release(label string, r scheduler.Resource) {
	q.use(label, scheduler.Resource{}.Minus(r))
}

func (q *queue) reserve(label string, r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		q.share(label).reserved = q.share(label).reserved.Plus(r)
	}
}

func (q *queue) pend(label string, r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		q.share(label).pending = q.share(label).pending.Plus(r)
	}
}

// resourceLimits are what a queue may have at the moment, given the queues above.
type resourceLimits struct {
	limit     scheduler.Resource
	headroom  scheduler.Resource
	unreserve scheduler.Resource // to be given up first
	blocked   scheduler.Resource // kept back for queues that wait for it
}

func newLimits(limit scheduler.Resource) *resourceLimits {
	return &resourceLimits{limit: limit, headroom: limit}
}

func (q *queue) limitsOfChild(child *queue, limits *resourceLimits, label string, net bool) *resourceLimits {
	rc := q.s.calculator
	limits.limit = rc.Min(q.s.cluster, limits.limit, q.share(label).most)
	limit := limits.limit
	if net {
		limit = limit.Minus(limits.blocked)
	}
	available := limit.Minus(q.share(label).usage)
	return newLimits(rc.RoundDown(available.Plus(child.share(label).usage), q.s.config.minimum))
}

// hasPending says whether anything below waits for nodes of a label.
func (q *queue) hasPending(label string, m mode) bool {
	if m == ignoreExclusivity {
		label = ""
	}
	return q.s.calculator.Compare(q.s.cluster, q.share(label).pending, scheduler.Resource{}) > 0
}

// mayAssign is AbstractCSQueue.canAssignToThisQueue: whether the queue is below
// its limit, or would be without reservations. It sets the headroom.
func (q *queue) mayAssign(label string, limits *resourceLimits, unreservable scheduler.Resource, m mode) bool {
	rc, cluster := q.s.calculator, q.s.cluster
	limit := q.s.partitions[label]
	if m == respectExclusivity {
		limit = rc.Min(cluster, q.share(label).most, limits.limit)
	}
	used := q.share(label).usage
	limits.headroom = limit.Minus(used)
	if rc.Compare(cluster, used, limit) < 0 {
		return true
	}
	return q.s.config.continueLooking &&
		rc.Compare(cluster, unreservable, scheduler.Resource{}) > 0 &&
		rc.Compare(cluster, used.Minus(unreservable), limit) < 0
}

// assign finds one container for a node; AbstractParentQueue.assignContainers.
func (q *queue) assign(node *schedulerNode, limits *resourceLimits, m mode) assignment {
	if q.leaf != nil {
		return q.leaf.assign(node, limits, m)
	}
	rc, label := q.s.calculator, node.Label
	if m == respectExclusivity && !q.mayUse(label) || !q.hasPending(label, m) {
		return assignment{}
	}
	if node.reserved != nil || !rc.Fits(q.s.config.minimum, node.free) {
		return assignment{}
	}
	if !q.mayAssign(label, limits, q.share("").reserved, m) {
		return assignment{}
	}
	result := assignment{}
	for _, child := range q.inOrder(label) {
		of := q.limitsOfChild(child, limits, label, true)
		a := child.assign(node, of, m)
		if rc.Compare(q.s.cluster, a.size, scheduler.Resource{}) > 0 {
			return a
		}
		if a.skipped != skippedAtLimit {
			continue
		}
		if result.skipped != skippedAtLimit {
			result = a
		}
		blocked := of.blocked
		if child.leaf != nil {
			blocked = of.headroom
		}
		limits.blocked = limits.blocked.Plus(rc.Max(q.s.cluster, blocked, scheduler.Resource{}))
	}
	return result
}

// inOrder are the queues below, the one that is served first first;
// PriorityUtilizationQueueOrderingPolicy.
func (q *queue) inOrder(label string) []*queue {
	order := slices.Clone(q.children)
	sort.SliceStable(order, func(i, j int) bool {
		return compareQueues(order[i], order[j], label, q.config.byPriority) < 0
	})
	return order
}

func compareQueues(a, b *queue, label string, byPriority bool) int {
	if label != "" && a.mayUse(label) != b.mayUse(label) {
		if a.mayUse(label) {
			return -1
		}
		return 1
	}
	of, other := a.share(label), b.share(label)
	aUsed, bUsed := of.used, other.used
	switch {
	case of.absolute > 0 && other.absolute == 0:
		return -1
	case of.absolute == 0 && other.absolute > 0:
		return 1
	case of.absolute == 0 && other.absolute == 0:
		aUsed, bUsed = of.absoluteUsed, other.absoluteUsed
	}
	aPriority, bPriority := 0, 0
	if byPriority {
		aPriority, bPriority = a.config.priority, b.config.priority
	}
	if c := compareUse(float64(aUsed), float64(bUsed), aPriority, bPriority); c != 0 {
		return c
	}
	least, otherLeast := a.config.least[label], b.config.least[label]
	if least != (scheduler.Resource{}) && otherLeast != (scheduler.Resource{}) {
		return cmp.Or(cmp.Compare(otherLeast.MemoryMB, least.MemoryMB), cmp.Compare(otherLeast.Cores, least.Cores))
	}
	return cmp.Compare(other.absolute, of.absolute)
}

// compareUse puts queues below their share before those above it, among either
// the one of higher priority first, then the one that uses less of its share.
func compareUse(a, b float64, aPriority, bPriority int) int {
	if aPriority != bPriority && (a < 1) == (b < 1) {
		return cmp.Compare(bPriority, aPriority)
	}
	return scheduler.Sign(a - b)
}
