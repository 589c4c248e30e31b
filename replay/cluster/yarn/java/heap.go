package java

// A PriorityQueue is a heap that gives out values in the order of
// java.util.PriorityQueue, also if compare is not a strict order. Package
// container/heap asks for less-than alone and so would come to another order then.
type PriorityQueue[V any] struct {
	values  []V
	compare func(a, b V) int
}

// NewPriorityQueue makes an empty queue that gives out the least value first.
func NewPriorityQueue[V any](compare func(a, b V) int) *PriorityQueue[V] {
	return &PriorityQueue[V]{compare: compare}
}

// Len is the number of values.
func (h *PriorityQueue[V]) Len() int { return len(h.values) }

// All returns the values in no order; the slice is valid until the next change.
func (h *PriorityQueue[V]) All() []V { return h.values }

// Peek returns the first value.
func (h *PriorityQueue[V]) Peek() V { return h.values[0] }

// Push adds a value.
func (h *PriorityQueue[V]) Push(v V) {
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

// Pop takes the first value out.
func (h *PriorityQueue[V]) Pop() V {
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
