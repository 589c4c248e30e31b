package replay

import (
	"sort"
	"time"

	"dynalloc/policies"
)

// A stopwatch adds up the time for which something held, and knows how much of it
// fell into any interval. It is run and stopped in order of time.
type stopwatch struct{ spans []span }

// A span is one time for which it held, and the sum of those before it.
type span struct{ from, to, before time.Duration }

func (c *stopwatch) start(now time.Duration) {
	n := len(c.spans)
	if n > 0 && c.spans[n-1].to == now {
		c.spans[n-1].to = policies.Never // it went on
		return
	}
	s := span{from: now, to: policies.Never}
	if n > 0 {
		last := &c.spans[n-1]
		s.before = last.before + last.to - last.from
	}
	c.spans = append(c.spans, s)
}

func (c *stopwatch) stop(now time.Duration) {
	n := len(c.spans) - 1
	if c.spans[n].from == now {
		c.spans = c.spans[:n]
		return
	}
	c.spans[n].to = now
}

// before is how long it held before t.
func (c *stopwatch) before(t time.Duration) time.Duration {
	i := sort.Search(len(c.spans), func(i int) bool { return c.spans[i].from >= t }) - 1
	if i < 0 {
		return 0
	}
	s := &c.spans[i]
	return s.before + min(t, s.to) - s.from
}

// between is how long it held from one time to another.
func (c *stopwatch) between(from, to time.Duration) time.Duration {
	return c.before(to) - c.before(from)
}
