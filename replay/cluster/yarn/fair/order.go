package fair

import (
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// inOrder are sharers in the order in which they are offered a node.
//
// The policy drf compares what is not a number where a weight or a minimum is
// zero, and so has no strict order. What YARN makes of that depends on whom its
// sorted tree compares with whom, so the same tree is grown here.
func inOrder[S sharer](p policy, sharers []S, cluster scheduler.Resource) []S {
	compare := func(a, b S) int { return p.compare(a, b, cluster) }
	if p != drf {
		sorted := slices.Clone(sharers)
		slices.SortStableFunc(sorted, compare)
		return sorted
	}
	return java.TreeOrder(sharers, compare)
}
