package java

import "github.com/emirpasic/gods/trees/redblacktree"

// TreeOrder is the order of a java.util.TreeSet to which values are added one by
// one, none of which compare as equal. If compare is a strict order, that is the
// sorted order; else it depends on which values the tree compares with each other.
// TreeSet is a red-black tree with the usual insertion, as the one used here is.
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
