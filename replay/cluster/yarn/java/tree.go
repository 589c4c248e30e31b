package java

import "github.com/emirpasic/gods/trees/redblacktree"

// TreeOrder is the order of a java.util.TreeSet to which values are added one after
// the other. No two of them may compare as equal. If compare is a strict order, this is
// the sorted order; else it depends on which values the tree compares with each other.
// Like TreeSet, the tree used here is a red-black tree with the usual insertion.
func TreeOrder[V any](values []V, compare func(a, b V) int) []V {
	tree := redblacktree.NewWith(func(a, b any) int { return compare(a.(V), b.(V)) })
	for _, v := range values {
		tree.Put(v, nil)
	}
	order := make([]V, 0, len(values))
	for _, v := range tree.Keys() {
		order = append(order, v.(V))
	}
	return order
}
