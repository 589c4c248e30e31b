package eventlog

import (
	"math"

	"dynalloc/traces"
)

// A clock follows the times of a log. It finds the log's span, and whether the
// driver's clock was set while the application ran. Times are milliseconds since
// 1970, 0 if unknown.
type clock struct {
	first, last int64 // of all times
	latest      int64 // of the events that are logged in the order of their times
	steps       int   // how often times ran backwards
	largestStep int64 // ms
	invalid     int   // times and durations out of range
}

// queueDelay is how far times can run backwards, in ms, without the clock having
// been set: several threads of the driver post events, each with the time at which
// it began to. The largest step in a hundred undamaged logs is 255 ms.
const queueDelay = 2000

// see takes a time and reports whether it is valid.
func (c *clock) see(ms int64) bool {
	if ms <= 0 || ms > traces.MaxTime {
		if ms != 0 && ms != -1 { // old logs write both for "unknown"
			c.invalid++
		}
		return false
	}
	if c.first == 0 || ms < c.first {
		c.first = ms
	}
	c.last = max(c.last, ms)
	return true
}

// advance takes the time of an event that is logged in the order of time.
func (c *clock) advance(ms int64) bool {
	if !c.see(ms) {
		return false
	}
	if back := c.latest - ms; back > queueDelay {
		c.stepBack(back)
		c.latest = ms // so that one step is counted once
	}
	c.latest = max(c.latest, ms)
	return true
}

// interval takes the two ends of something. The end cannot lie before the start
// unless the clock was set, or one of them is no time.
func (c *clock) interval(from, to int64) {
	if to > 0 && to < from && from <= traces.MaxTime {
		c.stepBack(from - to)
	}
}

func (c *clock) stepBack(ms int64) {
	c.steps++
	c.largestStep = max(c.largestStep, ms)
}

// duration brings a task's duration in ms into range.
func (c *clock) duration(ms int64) int32 {
	if ms < 0 || ms > math.MaxInt32 {
		c.invalid++
	}
	return int32(min(max(ms, 0), math.MaxInt32))
}
