package attribution

import (
	"math"
	"time"
)

// A RampUp waits for the moment at which an application has as many slots as its
// unfinished tasks could use.
type RampUp struct {
	Most  int            // slots that may come
	Ratio float64        // slots for each task that the policy aims at: spark.dynamicAllocation.executorAllocationRatio
	Took  *time.Duration // set at that moment, to the time since the first task was ready

	since   time.Duration // when the first task was ready
	started bool
	done    bool
	tasks   int // that have not succeeded
	slots   int // of usable executors
}

// Demand adds tasks that are ready.
func (r *RampUp) Demand(now time.Duration, tasks int) {
	if !r.started {
		r.started, r.since = true, now
	}
	r.tasks += tasks
}

// AddSlots adds slots of an executor, or takes them off.
func (r *RampUp) AddSlots(slots int) { r.slots += slots }

// Finish is the success of a task.
func (r *RampUp) Finish(now time.Duration) {
	if !r.done {
		r.tasks--
		r.Check(now)
	}
}

// Check ends the wait if the moment has come.
func (r *RampUp) Check(now time.Duration) {
	if r.done || !r.started {
		return
	}
	if need := int(math.Ceil(float64(r.tasks) * r.Ratio)); r.slots >= min(need, r.Most) {
		r.done = true
		*r.Took = now - r.since
	}
}
