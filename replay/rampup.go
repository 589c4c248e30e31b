package replay

import (
	"math"
	"time"

	"dynalloc/policies"
)

// A rampUp waits for the moment at which an application has as many slots as its
// unfinished tasks could use.
type rampUp struct {
	most    int           // slots that may come
	ratio   float64       // slots for each task that the policy aims at: spark.dynamicAllocation.executorAllocationRatio
	since   time.Duration // when the first task was ready
	started bool
	done    bool
	tasks   int // that have not succeeded
	slots   int // of usable executors
}

// newRampUp waits for at most as many slots of the default profile as the policy,
// the application's limits and the cluster allow.
func (a *application) newRampUp(spec policies.Spec) rampUp {
	p, limits := &a.profiles[0], spec.Limits()
	most := a.engine.config.Cluster.Capacity() / int(p.taskCPUs)
	if a.coresMax > 0 {
		most = min(most, a.coresMax/int(p.taskCPUs))
	}
	if p.cores > 0 {
		most = min(most, limits.Max*int(p.slots(p.cores)))
	}
	return rampUp{most: most, ratio: limits.Ratio}
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
