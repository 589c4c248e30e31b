package java

import (
	"cmp"
	"math"
	"slices"
)

// A HashMap holds values in the order in which java.util.HashMap has its keys.
type HashMap[V comparable] struct {
	entries []hashEntry[V] // by insertion
	buckets int
	sorted  []V // nil: unknown
}

type hashEntry[V comparable] struct {
	hash  uint32
	value V
}

// Add puts a value in that is not in yet.
func (m *HashMap[V]) Add(hash int32, v V) {
	if m.buckets == 0 {
		m.buckets = 16
	}
	h := uint32(hash)
	e := hashEntry[V]{hash: h ^ h>>16, value: v}
	if m.buckets < 64 && m.chain(e) >= 8 { // Java makes a small table larger before it turns a chain into a tree
		m.buckets *= 2
	}
	m.entries = append(m.entries, e)
	if 4*len(m.entries) > 3*m.buckets {
		m.buckets *= 2
	}
	m.sorted = nil
}

// Clear takes all values out and keeps the memory.
func (m *HashMap[V]) Clear() { m.entries, m.buckets, m.sorted = m.entries[:0], 0, nil }

// First returns the first value in order that is chosen, the zero value if there is none.
func (m *HashMap[V]) First(chosen func(V) bool) (first V) {
	least := uint32(math.MaxUint32)
	for _, e := range m.entries {
		if b := m.bucket(e); b < least && chosen(e.value) {
			least, first = b, e.value
		}
	}
	return first
}

// chain is the number of entries in the bucket of another one.
func (m *HashMap[V]) chain(e hashEntry[V]) (n int) {
	for _, x := range m.entries {
		if m.bucket(x) == m.bucket(e) {
			n++
		}
	}
	return n
}

// Remove takes a value out.
func (m *HashMap[V]) Remove(v V) {
	i := slices.IndexFunc(m.entries, func(e hashEntry[V]) bool { return e.value == v })
	if i >= 0 {
		m.entries = slices.Delete(m.entries, i, i+1)
		m.sorted = nil
	}
}

// Values returns all values in order; the slice is valid until the next change.
func (m *HashMap[V]) Values() []V {
	if m.sorted == nil && len(m.entries) > 0 {
		es := slices.Clone(m.entries)
		slices.SortStableFunc(es, func(a, b hashEntry[V]) int { return cmp.Compare(m.bucket(a), m.bucket(b)) })
		for _, e := range es {
			m.sorted = append(m.sorted, e.value)
		}
	}
	return m.sorted
}

func (m *HashMap[V]) bucket(e hashEntry[V]) uint32 { return e.hash & uint32(m.buckets-1) }

// HashOrder is the order of a HashMap to which values are added one by one.
func HashOrder[V comparable](values []V, hash func(V) int32) []V {
	var m HashMap[V]
	for _, v := range values {
		m.Add(hash(v), v)
	}
	return m.Values()
}
