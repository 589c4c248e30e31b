package yarn

import (
	"cmp"
	"fmt"
	"slices"
)

// hashOrder is the order in which YARN comes across things that it keeps in Java's
// hash tables, given in the order in which they were put there.
func hashOrder[T any](things []T, hash func(T) uint32) []T {
	buckets := uint32(16)
	for len(things)*4 > int(buckets)*3 {
		buckets *= 2
	}
	bucket := func(of T) uint32 {
		h := hash(of)
		return (h ^ h>>16) & (buckets - 1)
	}
	order := slices.Clone(things)
	slices.SortStableFunc(order, func(a, b T) int { return cmp.Compare(bucket(a), bucket(b)) })
	return order
}

func hashOfString(s string) uint32 {
	var h uint32
	for _, c := range s {
		h = 31*h + uint32(c)
	}
	return h
}

// hashOfNode is that of the NodeId node<n>:1234.
func hashOfNode(n int) uint32 {
	h := uint32(8501)
	h = 493217*h + hashOfString(fmt.Sprint("node", n))
	return 493217*h + 1234
}

// hashOfPriority is that of the SchedulerRequestKey of a request's priority.
func hashOfPriority(n int) uint32 {
	h := uint32(9511)
	h = 517861*h + uint32(n)
	return h * 31 * 31
}
