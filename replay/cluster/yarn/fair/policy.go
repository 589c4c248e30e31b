package fair

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairPolicy is how a queue shares among its children or applications.
type policy int

const (
	fairShare policy = iota // by memory
	drf                     // by the dominant resource
	fifo                    // by arrival; of leaves only
)

func (p policy) String() string { return [...]string{"fair", "drf", "fifo"}[p] }

// allowsChild says whether a queue of policy p may have a child of policy c.
func (p policy) allowsChild(c policy) bool {
	return p == drf || p == fairShare && c != drf
}

// divide gives the sharers their shares of total.
func (p policy) divide(sharers []sharer, total scheduler.Resource) {
	switch p {
	case fairShare:
		divide(sharers, total, scheduler.Memory, false)
	case drf:
		divide(sharers, total, scheduler.Memory, false)
		divide(sharers, total, scheduler.Cores, false)
	case fifo: // all to the first; the others keep what they had
		if len(sharers) > 0 {
			*slices.MinFunc(sharers, func(a, b sharer) int { return cmp.Compare(a.start(), b.start()) }).share() = total
		}
	}
}

// divideSteady gives the queues their steady shares of total.
func (p policy) divideSteady(queues []sharer, total scheduler.Resource) {
	switch p {
	case fairShare:
		divide(queues, total, scheduler.Memory, true)
	case drf:
		divide(queues, total, scheduler.Memory, true)
		divide(queues, total, scheduler.Cores, true)
	}
}

// compare is the order in which the sharers are offered a node.
//
// Source: FairSharePolicy, DominantResourceFairnessPolicy, FifoPolicy in
// org.apache.hadoop...scheduler.fair.policies.
func (p policy) compare(a, b sharer, cluster scheduler.Resource) int {
	c := 0
	switch p {
	case fairShare:
		c = compareMemory(a, b)
	case drf:
		c = compareDominant(a, b, cluster)
	}
	return cmp.Or(c, cmp.Compare(a.start(), b.start()), cmp.Compare(a.name(), b.name()))
}

// compareMemory orders by need of memory: who wants none comes last, who is
// below a minimum share comes first, by how far below; then who uses least for
// its weight.
func compareMemory(a, b sharer) int {
	wantsA, wantsB := a.wants().MemoryMB, b.wants().MemoryMB
	if wantsA == 0 && wantsB > 0 {
		return 1
	}
	if wantsB == 0 && wantsA > 0 {
		return -1
	}
	usesA, usesB := a.uses().MemoryMB, b.uses().MemoryMB
	minA, minB := min(a.minShare().MemoryMB, wantsA), min(b.minShare().MemoryMB, wantsB)
	needyA, needyB := usesA < minA, usesB < minB
	if c := compareNeed(needyA, needyB); c != 0 {
		return c
	}
	if needyA {
		if c := scheduler.Sign(float64(usesA)/float64(max(minA, 1)) - float64(usesB)/float64(max(minB, 1))); c != 0 {
			return c
		}
	}
	weightA, weightB := float64(a.weight()), float64(b.weight())
	switch {
	case weightA > 0 && weightB > 0:
		return scheduler.Sign(float64(usesA)/weightA - float64(usesB)/weightB)
	case weightA == weightB:
		return scheduler.Sign(float64(usesA) - float64(usesB))
	}
	return scheduler.Sign(weightB - weightA)
}

// compareNeed puts who is below a minimum share first.
func compareNeed(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// compareDominant orders by the share of the cluster that each uses of its
// dominant resource, for its weight; who is below the minimum of that resource
// comes first, by how far below.
func compareDominant(a, b sharer, cluster scheduler.Resource) int {
	usesA, usesB := a.uses(), b.uses()
	domA, otherA := dominant(usesA, cluster)
	domB, otherB := dominant(usesB, cluster)
	needyA := domA.Of(usesA) < domA.Of(a.minShare())
	needyB := domB.Of(usesB) < domB.Of(b.minShare())
	if c := compareNeed(needyA, needyB); c != 0 {
		return c
	}
	ratio := func(s sharer, uses scheduler.Resource, k scheduler.Kind) float64 {
		if needyA {
			return float64(k.Of(uses)) / float64(k.Of(s.minShare()))
		}
		return float64(k.Of(uses)) / float64(k.Of(cluster)) / float64(s.weight())
	}
	return cmp.Or(
		scheduler.Sign(ratio(a, usesA, domA)-ratio(b, usesB, domB)),
		scheduler.Sign(ratio(a, usesA, otherA)-ratio(b, usesB, otherB)))
}

// dominant is the kind of which r is the larger part of the cluster, and the other.
func dominant(r, cluster scheduler.Resource) (scheduler.Kind, scheduler.Kind) {
	if float64(r.Cores)/float64(cluster.Cores) > float64(r.MemoryMB)/float64(cluster.MemoryMB) {
		return scheduler.Cores, scheduler.Memory
	}
	return scheduler.Memory, scheduler.Cores
}

// below says whether a use is less than a share, in the policy's measure.
func (p policy) below(uses, share, cluster scheduler.Resource) bool {
	if p != drf {
		return uses.MemoryMB < share.MemoryMB
	}
	if uses == share {
		return false
	}
	if cluster == (scheduler.Resource{}) {
		return scheduler.Calculator{Dominant: true}.Compare(cluster, uses, share) < 0
	}
	return scheduler.DominantShare(cluster, uses) < scheduler.DominantShare(cluster, share)
}

// calculator is the policy's way to compare resources.
func (p policy) calculator() scheduler.Calculator { return scheduler.Calculator{Dominant: p == drf} }
