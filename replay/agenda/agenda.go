// Package agenda has the queues of a replay: the events that it has scheduled (agenda.go),
// and values that wait in an order (list.go).
package agenda

import "time"

// An Event is scheduled for a time. Its numbers mean what the engine takes them for. It has
// four fields of a word because the compiler keeps such a struct in registers.
type Event struct {
	At    time.Duration
	Order uint64 // among events of the same time
	Subject
	Part
}

// A Subject is what an event is about.
type Subject struct {
	App int32 // index into Workload.Apps; -1: of the cluster
	Arg int32 // an executor, a node, a job, ...
}

// A Part is a task of a task set.
type Part struct{ Set, Task int32 }

func (s *Event) before(o *Event) bool {
	return s.At < o.At || s.At == o.At && s.Order < o.Order
}

// An Agenda is a binary heap of events. container/heap would box each event; this one
// moves values and allocates only to grow.
type Agenda struct{ events []Event }

// Next is the first event; nil if there is none. It is valid until the next call.
func (q *Agenda) Next() *Event {
	if len(q.events) == 0 {
		return nil
	}
	return &q.events[0]
}

// Clear drops all events.
func (q *Agenda) Clear() { q.events = q.events[:0] }

// Insert adds an event.
func (q *Agenda) Insert(s Event) {
	q.events = append(q.events, Event{})
	h := q.events
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if p := &h[parent]; s.At > p.At || s.At == p.At && s.Order > p.Order {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = s
}

// Pop removes the first event. There must be one.
func (q *Agenda) Pop() Event {
	h := q.events
	top := h[0]
	n := len(h) - 1
	last := h[n]
	h = h[:n]
	q.events = h
	if n == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return top
}
