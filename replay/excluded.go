package replay

import (
	"slices"

	"dynalloc/policies"
	"dynalloc/replay/exclusion"
)

// nextTaskOn removes the next pending task that may run on an executor; -1: there is none.
func (t *taskSet) nextTaskOn(r *exclusion.Rules, x *executor) int32 {
	if !r.On() {
		return t.nextTask()
	}
	allowed, refused := r.Allowed(&t.exclusion, t.retries, x.id, x.node)
	if int(t.pending) == len(refused) {
		return -1
	}
	t.retries = allowed
	task := t.nextTask()
	t.retries = append(refused, t.retries...)
	return task
}

// excludes reports whether an executor takes no tasks of a set because tasks failed on it.
func (a *application) excludes(set *taskSet, x *executor) bool {
	return a.exclusion.On() && (a.exclusion.Excludes(x.id, x.node, a.engine.now) || a.exclusion.Refuses(&set.exclusion, x.id, x.node))
}

// rescue looks for sets of which an offer started no task because one may run on none of
// the executors. Spark kills an idle executor, which is replaced; without one it asks the
// policy for more than it has, or gives up the job if there is no dynamic allocation. If
// that does not help in time, it gives up the job, too (TaskSchedulerImpl.resourceOffers).
func (a *application) rescue() {
	for _, set := range slices.Concat(a.waiting.Blocks()...) {
		if set.pending == 0 || set.givenUpAt > 0 || len(a.schedulable) == a.left || a.findTaker(func(x *executor) bool { return a.mayRun(set, x) }) != nil {
			continue
		}
		if !set.refused {
			a.scheduleRevive()
			continue
		}
		wait := exclusion.UnschedulableTimeout(a.settings.Properties)
		set.givenUpAt = a.engine.now + wait
		a.after(wait, setIsGivenUp, set.Number)
		idle := a.findTaker(func(x *executor) bool { return x.running() == 0 })
		switch {
		case idle != nil:
			a.crash(idle)
		case a.settings.Dynamic:
			a.observe(policies.Event{Kind: policies.UnschedulableTaskSetAdded, Stage: set.name()})
		default:
			set.givenUpAt = a.engine.now
			a.giveUpSet(set.Number)
		}
	}
}

// giveUpSet gives up the jobs of a set whose task has not found an executor in time.
func (a *application) giveUpSet(number int32) {
	set := a.sets[number]
	if set.zombie || set.givenUpAt == 0 || a.engine.now < set.givenUpAt {
		return
	}
	for _, job := range slices.Clone(a.stages[set.stage].users) {
		a.giveUp(job, TaskExcluded)
	}
}

// mayRun reports whether an executor may run a task of a set: one of those that are to run
// again, if there are any, because they come first.
func (a *application) mayRun(set *taskSet, x *executor) bool {
	allowed, _ := a.exclusion.Allowed(&set.exclusion, set.retries, x.id, x.node)
	return !a.excludes(set, x) && (len(allowed) > 0 || len(set.retries) == 0)
}

// rescued is the start of a task of a set that had found no executor.
func (a *application) rescued(set *taskSet) {
	set.givenUpAt = 0
	a.observe(policies.Event{Kind: policies.UnschedulableTaskSetRemoved, Stage: set.name()})
}

// excludeAfter excludes executors after an attempt that has succeeded, and kills them if
// the application is set up for it.
func (a *application) excludeAfter(set *taskSet) {
	for _, id := range a.exclusion.Succeed(&set.exclusion, a.engine.now) {
		if x := &a.executors[id]; a.exclusion.Kill && x.state < leaving {
			a.crash(x)
		}
	}
}
