package attribution

import (
	"sort"
	"time"

	"dynalloc/policies"
)

// A Stopwatch measures the time for which a condition held, and how much of it fell
// into any interval. It is started and stopped in the order of time.
type Stopwatch struct{ spans []span }

// Clear forgets all times.
func (w *Stopwatch) Clear() { w.spans = w.spans[:0] }

// A span is one time for which the condition held, and the sum of those before it.
type span struct{ from, to, before time.Duration }

// Start says that the condition holds from now on. It must not hold already.
func (w *Stopwatch) Start(now time.Duration) {
	n := len(w.spans)
	if n > 0 && w.spans[n-1].to == now {
		w.spans[n-1].to = policies.Never // the span continues
		return
	}
	s := span{from: now, to: policies.Never}
	if n > 0 {
		last := &w.spans[n-1]
		s.before = last.before + last.to - last.from
	}
	w.spans = append(w.spans, s)
}

// Stop says that the condition holds no longer. It must have held.
func (w *Stopwatch) Stop(now time.Duration) {
	n := len(w.spans) - 1
	if w.spans[n].from == now {
		w.spans = w.spans[:n]
		return
	}
	w.spans[n].to = now
}

// before is how long it held before t.
func (w *Stopwatch) before(t time.Duration) time.Duration {
	i := sort.Search(len(w.spans), func(i int) bool { return w.spans[i].from >= t }) - 1
	if i < 0 {
		return 0
	}
	s := &w.spans[i]
	return s.before + min(t, s.to) - s.from
}

// Between is how long it held from one time to another.
func (w *Stopwatch) Between(from, to time.Duration) time.Duration {
	return w.before(to) - w.before(from)
}
