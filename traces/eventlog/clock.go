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
	latest      int64 // of the events so far, since the last step
	begun       int64 // earliest of those that the driver posts at their time
	posted      int64 // of those that the driver posts at their time
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

// advance takes the time of an event that the driver posts at that time, so that such
// events are logged in order.
func (c *clock) advance(ms int64) bool {
	if !c.see(ms) {
		return false
	}
	if c.begun == 0 || ms < c.begun {
		c.begun = ms
	}
	if back := c.posted - ms; back > queueDelay {
		c.stepBack(back)
		c.posted, c.latest = ms, ms // so that one step is counted once
	}
	c.posted, c.latest = max(c.posted, ms), max(c.latest, ms)
	return true
}

// follow takes the time of an event of a task. The scheduler notes it when it launches a
// task or receives its result, and posts the event when its event loop comes to it. In a
// busy driver this is seconds later, so the order of these events shows no step.
func (c *clock) follow(ms int64) {
	if c.see(ms) {
		c.latest = max(c.latest, ms)
	}
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
