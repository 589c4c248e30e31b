package yarn

import (
	"slices"
	"sort"
)

// A capacityQueue is a queue of the capacity scheduler: AbstractCSQueue and
// AbstractParentQueue there; what only queues of applications have is in leaf.
type capacityQueue struct {
	s        *Capacity
	config   *queueConfig
	parent   *capacityQueue
	children []*capacityQueue
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
	guaranteed, most          Resource
	usage, reserved, pending  Resource // reservations are in usage
	masters                   Resource // used by masters
	mastersLimit              Resource
	memoryScale, coresScale   float32 // of absolute capacities below that do not fit
	scalesMemory, scalesCores bool
}

// A mode is whether idle nodes of a shared label may serve requests without label.
type mode int

const (
	respectExclusivity mode = iota
	ignoreExclusivity
)

func (s *Capacity) newQueue(parent *capacityQueue, config *queueConfig) *capacityQueue {
	q := &capacityQueue{s: s, config: config, parent: parent, shares: map[string]*queueShare{}}
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
	for _, child := range inHashOrder(config.children, func(c *queueConfig) int32 { return stringHash(c.path) }) {
		q.children = append(q.children, s.newQueue(q, child))
	}
	return q
}

func (q *capacityQueue) share(label string) *queueShare {
	of, ok := q.shares[label]
	if !ok {
		of = &queueShare{}
		q.shares[label] = of
		q.labels = append(q.labels, label)
	}
	return of
}

func (q *capacityQueue) mayUse(label string) bool { return q.config.mayUse(label) }

// updateShares works out what is guaranteed and what is the most after nodes came
// or went; AbstractParentQueue.updateClusterResource.
func (q *capacityQueue) updateShares(limits *resourceLimits) {
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
func (q *capacityQueue) updateAbsolute() {
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
func (q *capacityQueue) updateGuaranteed() {
	rc := q.s.calculator
	for _, label := range q.config.labels {
		of, above, partition := q.share(label), q.parent.share(label), q.s.partitions[label]
		if !q.config.absolute {
			of.guaranteed = partition.times(float64(of.absolute))
			of.most = partition.times(float64(of.absoluteMaximum))
			continue
		}
		of.guaranteed = q.config.least[label]
		if above.scalesMemory {
			of.guaranteed.MemoryMB = truncate(float64(float32(of.guaranteed.MemoryMB) * above.memoryScale))
		}
		if above.scalesCores {
			of.guaranteed.Cores = int(truncate(float64(float32(of.guaranteed.Cores) * above.coresScale)))
		}
		of.most = q.parent.config.most[label]
		if of.most == (Resource{}) {
			of.most = above.most
		}
		if own := q.config.most[label]; own != (Resource{}) {
			of.most = rc.lesser(partition, own, of.most)
		}
		of.capacity = finite(rc.divide(q.s.cluster, of.guaranteed, above.guaranteed))
		of.maximum = finite(rc.divide(q.s.cluster, of.most, above.most))
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
func (q *capacityQueue) updateScale(label string) {
	of := q.share(label)
	of.scalesMemory, of.scalesCores = false, false
	var asked Resource
	for _, child := range q.children {
		asked = asked.plus(child.config.least[label])
	}
	has := of.guaranteed
	if q.parent == nil && has == (Resource{}) || q.s.calculator.compare(q.s.cluster, has, asked) >= 0 {
		return
	}
	if asked.MemoryMB != 0 {
		of.scalesMemory, of.memoryScale = true, float32(has.MemoryMB)/float32(asked.MemoryMB)
	}
	if asked.Cores != 0 {
		of.scalesCores, of.coresScale = true, float32(has.Cores)/float32(asked.Cores)
	}
}

func (q *capacityQueue) updateUsed() {
	for _, label := range q.labels {
		q.updateUsedOf(label)
	}
}

// updateUsedOf is CSQueueUtils.updateUsedCapacity.
func (q *capacityQueue) updateUsedOf(label string) {
	rc, of, partition := q.s.calculator, q.share(label), q.s.partitions[label]
	of.used, of.absoluteUsed = 0, 0
	if rc.compare(partition, partition, Resource{}) > 0 {
		guaranteed := rc.greater(partition, of.guaranteed, q.s.config.minimum)
		of.absoluteUsed = rc.divide(partition, of.usage, partition)
		of.used = rc.divide(partition, of.usage, guaranteed)
	}
}

// use adds to what the queue and all above it use.
func (q *capacityQueue) use(label string, r Resource) {
	for ; q != nil; q = q.parent {
		of := q.share(label)
		of.usage = of.usage.plus(r)
		q.updateUsedOf(label)
	}
}

func (q *capacityQueue) release(label string, r Resource) { q.use(label, Resource{}.minus(r)) }

func (q *capacityQueue) reserve(label string, r Resource) {
	for ; q != nil; q = q.parent {
		q.share(label).reserved = q.share(label).reserved.plus(r)
	}
}

func (q *capacityQueue) pend(label string, r Resource) {
	for ; q != nil; q = q.parent {
		q.share(label).pending = q.share(label).pending.plus(r)
	}
}

// resourceLimits are what a queue may have at the moment, given the queues above.
type resourceLimits struct {
	limit     Resource
	headroom  Resource
	unreserve Resource // to be given up first
	blocked   Resource // kept back for queues that wait for it
}

func newLimits(limit Resource) *resourceLimits {
	return &resourceLimits{limit: limit, headroom: limit}
}

func (q *capacityQueue) limitsOfChild(child *capacityQueue, limits *resourceLimits, label string, net bool) *resourceLimits {
	rc := q.s.calculator
	limits.limit = rc.lesser(q.s.cluster, limits.limit, q.share(label).most)
	limit := limits.limit
	if net {
		limit = limit.minus(limits.blocked)
	}
	available := limit.minus(q.share(label).usage)
	return newLimits(rc.roundDown(available.plus(child.share(label).usage), q.s.config.minimum))
}

// hasPending says whether anything below waits for nodes of a label.
func (q *capacityQueue) hasPending(label string, m mode) bool {
	if m == ignoreExclusivity {
		label = ""
	}
	return q.s.calculator.compare(q.s.cluster, q.share(label).pending, Resource{}) > 0
}

// mayAssign is AbstractCSQueue.canAssignToThisQueue: whether the queue is below
// its limit, or would be without reservations. It sets the headroom.
func (q *capacityQueue) mayAssign(label string, limits *resourceLimits, unreservable Resource, m mode) bool {
	rc, cluster := q.s.calculator, q.s.cluster
	limit := q.s.partitions[label]
	if m == respectExclusivity {
		limit = rc.lesser(cluster, q.share(label).most, limits.limit)
	}
	used := q.share(label).usage
	limits.headroom = limit.minus(used)
	if rc.compare(cluster, used, limit) < 0 {
		return true
	}
	return q.s.config.continueLooking &&
		rc.compare(cluster, unreservable, Resource{}) > 0 &&
		rc.compare(cluster, used.minus(unreservable), limit) < 0
}

// assign finds one container for a node; AbstractParentQueue.assignContainers.
func (q *capacityQueue) assign(node *capacityNode, limits *resourceLimits, m mode) assignment {
	if q.leaf != nil {
		return q.leaf.assign(node, limits, m)
	}
	rc, label := q.s.calculator, node.Label
	if m == respectExclusivity && !q.mayUse(label) || !q.hasPending(label, m) {
		return assignment{}
	}
	if node.reserved != nil || !rc.fits(q.s.config.minimum, node.free) {
		return assignment{}
	}
	if !q.mayAssign(label, limits, q.share("").reserved, m) {
		return assignment{}
	}
	result := assignment{}
	for _, child := range q.inOrder(label) {
		of := q.limitsOfChild(child, limits, label, true)
		a := child.assign(node, of, m)
		if rc.compare(q.s.cluster, a.size, Resource{}) > 0 {
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
		limits.blocked = limits.blocked.plus(rc.greater(q.s.cluster, blocked, Resource{}))
	}
	return result
}

// inOrder are the queues below, the one that is served first first;
// PriorityUtilizationQueueOrderingPolicy.
func (q *capacityQueue) inOrder(label string) []*capacityQueue {
	order := slices.Clone(q.children)
	sort.SliceStable(order, func(i, j int) bool {
		return compareQueues(order[i], order[j], label, q.config.byPriority) < 0
	})
	return order
}

func compareQueues(a, b *capacityQueue, label string, byPriority bool) int {
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
	if least != (Resource{}) && otherLeast != (Resource{}) {
		if c := sign(float64(otherLeast.MemoryMB - least.MemoryMB)); c != 0 {
			return c
		}
		return otherLeast.Cores - least.Cores
	}
	return sign(float64(other.absolute) - float64(of.absolute))
}

// compareUse puts queues below their share before those above it, among either
// the one of higher priority first, then the one that uses less of its share.
func compareUse(a, b float64, aPriority, bPriority int) int {
	if aPriority != bPriority && (a < 1) == (b < 1) {
		return sign(float64(bPriority - aPriority))
	}
	return sign(a - b)
}
