package replay

import (
	"math"
	"time"

	"dynalloc/policies"
)

// A rampUp waits for the moment at which an application has as many slots as its
// unfinished tasks could use.
type rampUp struct {
	most    int           // slots that the policy, the application's limits and the cluster allow
	ratio   float64       // slots for each task that the policy aims at: spark.dynamicAllocation.executorAllocationRatio
	since   time.Duration // when the first task was ready
	started bool
	done    bool
	tasks   int // that have not succeeded
	slots   int // of usable executors
}

func (a *application) newRampUp(spec policies.Spec) rampUp {
	return rampUp{most: a.mostSlots(spec), ratio: spec.Limits().Ratio}
}

// mostSlots is how many slots the default profile of an application may have.
func (a *application) mostSlots(spec policies.Spec) int {
	p := &a.profiles[0]
	most := a.engine.config.Cluster.Capacity() / int(p.taskCPUs)
	if a.coresMax > 0 {
		most = min(most, a.coresMax/int(p.taskCPUs))
	}
	if p.cores > 0 {
		most = min(most, spec.Limits().Max*int(p.slots(p.cores)))
	}
	return most
}

// demand adds the tasks of a set.
func (r *rampUp) demand(now time.Duration, tasks int) {
	if !r.started {
		r.started, r.since = true, now
	}
	r.tasks += tasks
}

// finish is the success of a task.
func (r *rampUp) finish(a *application) {
	if r.done {
		return
	}
	r.tasks--
	r.check(a)
}

// check ends the wait if the moment has come.
func (r *rampUp) check(a *application) {
	if r.done || !r.started {
		return
	}
	if need := int(math.Ceil(float64(r.tasks) * r.ratio)); r.slots >= min(need, r.most) {
		r.done = true
		a.result.Attribution.RampUp = a.engine.now - r.since
	}
}
