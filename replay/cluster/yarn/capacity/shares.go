package capacity

import "dynalloc/replay/cluster/yarn/scheduler"

// updateShares works out what the queue and those below it are guaranteed and what
// they may use at most, after nodes came or went (AbstractParentQueue.updateClusterResource).
func (q *queue) updateShares(limits *resourceLimits) {
	if q.leaf != nil {
		q.leaf.updateShares(limits)
		return
	}
	q.updateAbsolute()
	if kind, _ := kindOf(q.labels, q.config.children...); kind == byWeight {
		q.normalizeWeights()
	}
	for _, label := range q.config.labels {
		if q.parent == nil {
			share := q.share(label)
			share.guaranteed, share.maximum = q.s.partitions[label], q.s.partitions[label]
		} else {
			q.updateGuaranteed()
		}
		q.updateScale(label)
	}
	for _, child := range q.children {
		childLimits := q.limitsOfChild(child, limits, "", false)
		child.updateShares(&childLimits)
	}
	q.updateUsedCapacities()
}

// normalizeWeights divides the weights of the queues below by their sum.
func (q *queue) normalizeWeights() {
	for _, label := range q.labels {
		var sum float32
		for _, child := range q.children {
			sum += max(0, child.config.on(label).weight)
		}
		for _, child := range q.children {
			if c := child.config.capacities[label]; c != nil && sum > 1e-6 {
				child.share(label).weight = c.weight / sum
			}
		}
	}
}

// updateAbsolute multiplies parts of the queue above by its parts of the partition
// (CSQueueUtils.updateAbsoluteCapacitiesByNodeLabels).
func (q *queue) updateAbsolute() {
	for _, label := range q.labels {
		share, above := q.shares[label], &partitionShare{absolute: 1, absoluteMax: 1}
		if q.parent != nil {
			above = q.parent.share(label)
		}
		if part := max(share.capacity, share.weight); part > 0 {
			share.absolute = part * above.absolute
		}
		if share.maxCapacity > 0 {
			share.absoluteMax = share.maxCapacity * above.absoluteMax
		}
	}
}

// updateGuaranteed works out the queue's guarantee and maximum in each partition from
// its parts of it, or its parts from its absolute capacity (AbstractCSQueue.updateEffectiveResources).
func (q *queue) updateGuaranteed() {
	none, calculator := scheduler.Resource{}, q.s.calculator
	for _, label := range q.config.labels {
		share, above, partition := q.share(label), q.parent.share(label), q.s.partitions[label]
		if !q.config.absoluteResources {
			share.guaranteed = partition.Times(float64(share.absolute))
			share.maximum = partition.Times(float64(share.absoluteMax))
			continue
		}
		share.guaranteed = q.config.on(label).minResources
		for _, kind := range []scheduler.Kind{scheduler.Memory, scheduler.Cores} {
			if above.scaled[kind] {
				kind.Set(&share.guaranteed, scheduler.Truncate(float64(float32(kind.Of(share.guaranteed))*above.scale[kind])))
			}
		}
		share.maximum = q.parent.config.on(label).maxResources
		if share.maximum == none {
			share.maximum = above.maximum
		}
		if own := q.config.on(label).maxResources; own != none {
			share.maximum = calculator.Min(partition, own, share.maximum)
		}
		share.capacity = finite(calculator.Divide(q.s.cluster, share.guaranteed, above.guaranteed))
		share.maxCapacity = finite(calculator.Divide(q.s.cluster, share.maximum, above.maximum))
		share.absolute = share.capacity * above.absolute
		share.absoluteMax = share.maxCapacity * above.absoluteMax
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
// shrink to fit (AbstractParentQueue.recalculateEffectiveMinRatio).
func (q *queue) updateScale(label string) {
	share := q.share(label)
	share.scaled = [2]bool{}
	var asked scheduler.Resource
	for _, child := range q.children {
		asked = asked.Plus(child.config.on(label).minResources)
	}
	has := share.guaranteed
	if q.parent == nil && has == (scheduler.Resource{}) || !q.s.more(asked, has) {
		return
	}
	for _, kind := range []scheduler.Kind{scheduler.Memory, scheduler.Cores} {
		if n := kind.Of(asked); n != 0 {
			share.scaled[kind], share.scale[kind] = true, float32(kind.Of(has))/float32(n)
		}
	}
}

func (q *queue) updateUsedCapacities() {
	for _, label := range q.labels {
		q.updateUsedCapacity(label)
	}
}

// updateUsedCapacity works out which part of its share of a partition the queue uses
// (CSQueueUtils.updateUsedCapacity).
func (q *queue) updateUsedCapacity(label string) {
	calculator, share, partition := q.s.calculator, q.share(label), q.s.partitions[label]
	share.usedCapacity, share.absoluteUsed = 0, 0
	if calculator.Compare(partition, partition, scheduler.Resource{}) > 0 {
		share.absoluteUsed = calculator.Divide(partition, share.used, partition)
		share.usedCapacity = calculator.Divide(partition, share.used, calculator.Max(partition, share.guaranteed, q.s.config.smallest))
	}
}
