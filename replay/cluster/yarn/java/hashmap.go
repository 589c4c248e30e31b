package java

import (
	"cmp"
	"slices"
)

// A hashOrder holds values in the order in which a Java HashMap has them.
type HashMap[V comparable] struct {
	entries []hashEntry[V] // by insertion
	buckets int
	sorted  []V // nil: to be made anew
}

type hashEntry[V comparable] struct {
	hash  uint32
	value V
}

// Add puts in a value that is not in yet.
func (o *HashMap[V]) Add(hash int32, v V) {
	if o.buckets == 0 {
		o.buckets = 16
	}
	h := uint32(hash)
	e := hashEntry[V]{hash: h ^ h>>16, value: v}
	chain := 0
	for _, x := range o.entries {
		if o.bucket(x) == o.bucket(e) {
			chain++
		}
	}
	o.entries = append(o.entries, e)
	if chain >= 8 && o.buckets < 64 { // a long chain makes a small table grow
		o.buckets *= 2
	}
	if 4*len(o.entries) > 3*o.buckets {
		o.buckets *= 2
	}
	o.sorted = nil
}

// Remove takes out a value.
func (o *HashMap[V]) Remove(v V) {
	i := slices.IndexFunc(o.entries, func(e hashEntry[V]) bool { return e.value == v })
	if i >= 0 {
		o.entries = slices.Delete(o.entries, i, i+1)
		o.sorted = nil
	}
}

// Values are all values; the slice is the holder's own.
func (o *HashMap[V]) Values() []V {
	if o.sorted == nil && len(o.entries) > 0 {
		es := slices.Clone(o.entries)
		slices.SortStableFunc(es, func(a, b hashEntry[V]) int { return cmp.Compare(o.bucket(a), o.bucket(b)) })
		for _, e := range es {
			o.sorted = append(o.sorted, e.value)
		}
	}
	return o.sorted
}

func (o *HashMap[V]) bucket(e hashEntry[V]) uint32 { return e.hash & uint32(o.buckets-1) }

// HashOrder is the order in which YARN comes across things that it keeps in hash
// tables, given in the order in which they were put there.
func HashOrder[T comparable](things []T, hash func(T) int32) []T {
	var order HashMap[T]
	for _, of := range things {
		order.Add(hash(of), of)
	}
	return order.Values()
}
