package fair

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A policy is how a queue shares among its children or applications.
//
// Source: FairSharePolicy, DominantResourceFairnessPolicy and FifoPolicy.
type policy int

const (
	fairShare policy = iota // by memory
	drf                     // by the dominant resource
	fifo                    // by arrival; only of leaf queues
)

var policyNames = []string{"fair", "drf", "fifo"}

func (p policy) String() string { return policyNames[p] }

// allowsChild reports whether a queue of policy p may have a child of policy c.
func (p policy) allowsChild(c policy) bool {
	return p == drf || p == fairShare && c != drf
}

// calculator compares resources as the policy does.
func (p policy) calculator() scheduler.Calculator { return scheduler.Calculator{Dominant: p == drf} }

// divide gives fair shares of a total. Under fifo the first application gets all, and
// the others keep their last share.
func (p policy) divide(all []*schedulable, total scheduler.Resource) {
	switch {
	case p != fifo:
		divide(all, total, scheduler.Memory)
		if p == drf {
			divide(all, total, scheduler.Cores)
		}
	case len(all) > 0:
		slices.MinFunc(all, func(a, b *schedulable) int { return cmp.Compare(a.start, b.start) }).fairShare = total
	}
}

// inOrder lists queues or applications in the order in which a node is offered to them.
// It reorders all. The first one mostly takes the node, so that the others are not
// sorted before they are needed.
//
// Under drf a weight or a minimum of 0 makes the comparison one of values that are
// not numbers, and so not a strict order. What YARN makes of that depends on which
// values its sorted tree compares.
func inOrder[S sharer](p policy, all []S, cluster scheduler.Resource) iter.Seq[S] {
	compare := func(a, b S) int { return p.compare(a.share(), b.share(), cluster) }
	if p == drf {
		return slices.Values(java.TreeOrder(all, compare))
	}
	return func(yield func(S) bool) {
		rest := &byOrder[S]{all, compare}
		for heap.Init(rest); rest.Len() > 0; {
			if !yield(heap.Pop(rest).(S)) {
				return
			}
		}
	}
}

// byOrder is a heap: the next in the order is on top.
type byOrder[S any] struct {
	all     []S
	compare func(a, b S) int
}

func (h *byOrder[S]) Len() int           { return len(h.all) }
func (h *byOrder[S]) Less(i, j int) bool { return h.compare(h.all[i], h.all[j]) < 0 }
func (h *byOrder[S]) Swap(i, j int)      { h.all[i], h.all[j] = h.all[j], h.all[i] }
func (h *byOrder[S]) Push(any)           {} // nothing is added
func (h *byOrder[S]) Pop() any {
	last := len(h.all) - 1
	x := h.all[last]
	h.all = h.all[:last]
	return x
}

func (p policy) compare(a, b *schedulable, cluster scheduler.Resource) int {
	c := 0
	switch p {
	case fairShare:
		c = compareMemory(a, b)
	case drf:
		c = compareDominant(a, b, cluster)
	}
	return cmp.Or(c, cmp.Compare(a.start, b.start), cmp.Compare(a.name, b.name))
}

// compareMemory orders by memory: first those below their minimum share, by use /
// minimum share; then the others, by use / weight; last those that want no memory.
func compareMemory(a, b *schedulable) int {
	demandA, demandB := a.demand.MemoryMB, b.demand.MemoryMB
	usedA, usedB := a.used.MemoryMB, b.used.MemoryMB
	minA, minB := min(a.minShare.MemoryMB, demandA), min(b.minShare.MemoryMB, demandB)
	needyA, needyB := usedA < minA, usedB < minB
	if c := cmp.Or(compareBool(demandB > 0, demandA > 0), compareBool(needyB, needyA)); c != 0 {
		return c
	}
	if needyA {
		if c := scheduler.Sign(float64(usedA)/float64(max(minA, 1)) - float64(usedB)/float64(max(minB, 1))); c != 0 {
			return c
		}
	}
	weightA, weightB := float64(a.weight), float64(b.weight)
	switch {
	case weightA > 0 && weightB > 0:
		return scheduler.Sign(float64(usedA)/weightA - float64(usedB)/weightB)
	case weightA == weightB:
		return cmp.Compare(usedA, usedB)
	}
	return scheduler.Sign(weightB - weightA)
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareDominant compares the parts of the cluster that each uses of its dominant
// resource, for its weight, and then of its other resource. Those below the minimum
// of their dominant resource come first, in the order of their part of it.
func compareDominant(a, b *schedulable, cluster scheduler.Resource) int {
	dominantA, otherA := dominant(a.used, cluster)
	dominantB, otherB := dominant(b.used, cluster)
	needyA := dominantA.Of(a.used) < dominantA.Of(a.minShare)
	needyB := dominantB.Of(b.used) < dominantB.Of(b.minShare)
	if c := compareBool(needyB, needyA); c != 0 {
		return c
	}
	ratio := func(s *schedulable, kind scheduler.Kind) float64 {
		if needyA {
			return float64(kind.Of(s.used)) / float64(kind.Of(s.minShare))
		}
		return float64(kind.Of(s.used)) / float64(kind.Of(cluster)) / float64(s.weight)
	}
	return cmp.Or(
		scheduler.Sign(ratio(a, dominantA)-ratio(b, dominantB)),
		scheduler.Sign(ratio(a, otherA)-ratio(b, otherB)))
}

// dominant is the kind of which r is the larger part of the cluster, and the other one.
func dominant(r, cluster scheduler.Resource) (dominant, other scheduler.Kind) {
	if float64(r.Cores)/float64(cluster.Cores) > float64(r.MemoryMB)/float64(cluster.MemoryMB) {
		return scheduler.Cores, scheduler.Memory
	}
	return scheduler.Memory, scheduler.Cores
}

// below reports whether a use is less than a share, as the policy measures both.
func (p policy) below(used, share, cluster scheduler.Resource) bool {
	switch {
	case p != drf:
		return used.MemoryMB < share.MemoryMB
	case used == share:
		return false
	case cluster == scheduler.Resource{}:
		return p.calculator().Compare(cluster, used, share) < 0
	}
	return scheduler.DominantShare(cluster, used) < scheduler.DominantShare(cluster, share)
}
