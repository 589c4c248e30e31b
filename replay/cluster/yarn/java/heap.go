package java

// A javaHeap is a priority queue that, of values whose order is not strict,
// gives out the one that Java's would.
type PriorityQueue[V any] struct {
	values  []V
	compare func(a, b V) int
}

// NewPriorityQueue is an empty queue whose first value is one that compares as least.
func NewPriorityQueue[V any](compare func(a, b V) int) *PriorityQueue[V] {
	return &PriorityQueue[V]{compare: compare}
}

// Len is how many values the queue has.
func (h *PriorityQueue[V]) Len() int { return len(h.values) }

// All are its values in no order; the slice is the queue's own.
func (h *PriorityQueue[V]) All() []V { return h.values }

func (h *PriorityQueue[V]) Peek() V { return h.values[0] }

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
