package traces

import "time"

// A TimeSpent divides a part of the time of a run, recorded or replayed. The rest is the
// execution of tasks.
type TimeSpent struct {
	Driver  time.Duration // no task ran, and none could be launched
	Waits   time.Duration // tasks could be launched: the share of slots that were free
	Retries time.Duration // runs of tasks that failed, or of attempts of a stage after its first: the share of slots that they used
}

// A SpentClock measures TimeSpent. Its methods are called in the order of time.
type SpentClock struct {
	TimeSpent
	now                     time.Duration
	pending, running, slots int
}

// Pending adds tasks that can be launched from a time on, or takes some off.
func (c *SpentClock) Pending(at time.Duration, tasks int) {
	c.advance(at)
	c.pending += tasks
}

// Slots adds slots of executors, or takes some off.
func (c *SpentClock) Slots(at time.Duration, slots int) {
	c.advance(at)
	c.slots += slots
}

// Launched is the launch of a task that was pending.
func (c *SpentClock) Launched(at time.Duration) {
	c.advance(at)
	c.pending--
	c.running++
}

// Finished is the end of a task that ran for some time, and whether it was a retry.
func (c *SpentClock) Finished(at, ran time.Duration, retry bool) {
	c.advance(at)
	c.running--
	if retry {
		c.Retried(at, ran)
	}
}

// Retried is the end of a retry that ran for some time.
func (c *SpentClock) Retried(at, ran time.Duration) {
	c.advance(at)
	c.Retries += ran / time.Duration(max(c.slots, 1))
}

// End is the end of the run.
func (c *SpentClock) End(at time.Duration) TimeSpent {
	c.advance(at)
	return c.TimeSpent
}

func (c *SpentClock) advance(at time.Duration) {
	passed := max(at-c.now, 0)
	switch free := max(c.slots-c.running, 0); {
	case c.running <= 0 && c.pending <= 0:
		c.Driver += passed
	case c.pending > 0 && c.slots > 0:
		c.Waits += passed * time.Duration(free) / time.Duration(c.slots)
	}
	c.now = max(c.now, at)
}
