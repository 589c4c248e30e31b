package plan

import "time"

// A Median is the lower median of times that come one after another. Half of them are in a
// heap with the largest first, the others in one with the smallest first, so that another
// time costs the logarithm of their number.
type Median struct {
	low  timeHeap // negative
	high timeHeap
}

// Len is the number of times.
func (m *Median) Len() int { return len(m.low) + len(m.high) }

// Value is the lower median; there must be a time.
func (m *Median) Value() time.Duration { return -m.low[0] }

// Add adds a time.
func (m *Median) Add(t time.Duration) {
	if len(m.low) == 0 || t <= m.Value() {
		m.low.push(-t)
	} else {
		m.high.push(t)
	}
	switch {
	case len(m.low) > len(m.high)+1:
		m.high.push(-m.low.pop())
	case len(m.low) < len(m.high):
		m.low.push(-m.high.pop())
	}
}

// A timeHeap is a binary heap with the smallest time first.
type timeHeap []time.Duration

func (h *timeHeap) push(t time.Duration) {
	*h = append(*h, t)
	list := *h
	i := len(list) - 1
	for ; i > 0 && t < list[(i-1)/2]; i = (i - 1) / 2 {
		list[i] = list[(i-1)/2]
	}
	list[i] = t
}

func (h *timeHeap) pop() time.Duration {
	list := *h
	first, last := list[0], list[len(list)-1]
	list = list[:len(list)-1]
	*h = list
	i := 0
	for {
		child := 2*i + 1
		if child+1 < len(list) && list[child+1] < list[child] {
			child++
		}
		if child >= len(list) || last <= list[child] {
			break
		}
		list[i] = list[child]
		i = child
	}
	if len(list) > 0 {
		list[i] = last
	}
	return first
}
