package yarn

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf16"
)

// In a few places YARN goes through a Java hash map and takes what comes first:
// the node whose containers are preempted, the containers of a node, the requests
// of a starved application, the queues of a file. The order is arbitrary, yet
// the same each time for the same names. It is followed here, for the
// identifiers below, so that the choice is YARN's own.

// The names that the resource manager gives, as far as they decide the order of
// its hash maps.
const (
	clusterTimestamp = 1 // of the start of the resource manager, ms
	nodePort         = 1234
)

// host is a node's host name.
func host(node int) string { return fmt.Sprintf("node%d", node) }

// appName is an application's identifier, which also breaks ties.
func appName(app int) string {
	return fmt.Sprintf("application_%d_%04d", int64(clusterTimestamp), app)
}

// stringHash is Java's String.hashCode.
func stringHash(s string) int32 {
	var h int32
	for _, c := range utf16.Encode([]rune(s)) {
		h = 31*h + int32(c)
	}
	return h
}

// longHash folds a number of 64 bits, as Java does.
func longHash(x int64) int32 { return int32(x ^ int64(uint64(x)>>32)) }

// mix adds one more part to a hash code.
func mix(h, prime, part int32) int32 { return prime*h + part }

// nodeHash is NodeId.hashCode.
func nodeHash(node int) int32 {
	return mix(mix(8501, 493217, stringHash(host(node))), 493217, nodePort)
}

// appHash is ApplicationId.hashCode.
func appHash(app int) int32 {
	return mix(mix(6521, 371237, longHash(clusterTimestamp)), 371237, int32(app))
}

// containerHash is ContainerId.hashCode, for container seq of an application's
// first attempt.
func containerHash(app int, seq int64) int32 {
	attempt := mix(mix(5501, 347671, appHash(app)), 347671, 1)
	return mix(longHash(seq), 31, attempt)
}

// requestHash is SchedulerRequestKey.hashCode, for a request with nothing but a priority.
func requestHash(priority int) int32 {
	return mix(mix(mix(9511, 517861, int32(priority)), 31, 0), 31, 0)
}

// A hashOrder holds values in the order in which a Java HashMap has them.
type hashOrder[V comparable] struct {
	entries []hashEntry[V] // by insertion
	buckets int
	sorted  []V // nil: to be made anew
}

type hashEntry[V comparable] struct {
	hash  uint32
	value V
}

// add puts in a value that is not in yet.
func (o *hashOrder[V]) add(hash int32, v V) {
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

// remove takes out a value.
func (o *hashOrder[V]) remove(v V) {
	i := slices.IndexFunc(o.entries, func(e hashEntry[V]) bool { return e.value == v })
	if i >= 0 {
		o.entries = slices.Delete(o.entries, i, i+1)
		o.sorted = nil
	}
}

// values are all values; the slice is the holder's own.
func (o *hashOrder[V]) values() []V {
	if o.sorted == nil && len(o.entries) > 0 {
		es := slices.Clone(o.entries)
		slices.SortStableFunc(es, func(a, b hashEntry[V]) int { return cmp.Compare(o.bucket(a), o.bucket(b)) })
		for _, e := range es {
			o.sorted = append(o.sorted, e.value)
		}
	}
	return o.sorted
}

func (o *hashOrder[V]) bucket(e hashEntry[V]) uint32 { return e.hash & uint32(o.buckets-1) }

// A javaHeap is a priority queue that, of values whose order is not strict,
// gives out the one that Java's would.
type javaHeap[V any] struct {
	values  []V
	compare func(a, b V) int
}

func (h *javaHeap[V]) peek() V { return h.values[0] }

func (h *javaHeap[V]) push(v V) {
	h.values = append(h.values, v)
	i := len(h.values) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h.compare(v, h.values[up]) >= 0 {
			break
		}
		h.values[i] = h.values[up]
		i = up
	}
	h.values[i] = v
}

func (h *javaHeap[V]) pop() V {
	first := h.values[0]
	n := len(h.values) - 1
	v := h.values[n]
	h.values = h.values[:n]
	if n == 0 {
		return first
	}
	i := 0
	for 2*i+1 < n {
		down := 2*i + 1
		if down+1 < n && h.compare(h.values[down], h.values[down+1]) > 0 {
			down++
		}
		if h.compare(v, h.values[down]) <= 0 {
			break
		}
		h.values[i] = h.values[down]
		i = down
	}
	h.values[i] = v
	return first
}
