package replay

import (
	"time"

	"dynalloc/replay/plan"
)

// Delay scheduling: a task that prefers a node waits for a slot there before it takes one
// elsewhere (TaskSetManager.getAllowedLocalityLevel).

// prefer returns the preferences of a set; nil if none of its tasks has one.
func (a *application) prefer(set *taskSet) *plan.Preference {
	places := a.plan.Places[set.stage]
	if places == nil {
		return nil
	}
	p := plan.NewPreference(set.tasks, func(task int32) plan.Place { return places[set.partition(task)] }, len(a.engine.hosts), a.engine.config.Cluster.Locality)
	if p != nil {
		p.Since = a.engine.now
	}
	return p
}

// taskFor removes the pending task that an executor is to run, or returns -1
// if all of them wait for other nodes.
func (a *application) taskFor(set *taskSet, x *executor) int32 {
	p := set.preference
	if p == nil || len(set.retries) > 0 {
		return set.nextTaskOn(&a.exclusion.Rules, x)
	}
	task := a.preferredTask(set, x)
	if task < 0 {
		return -1
	}
	set.pending--
	if a.settings.Version.Before(3, 1) {
		p.Since = a.engine.now // spark.locality.wait.legacyResetOnTaskLaunch
	}
	return task
}

// preferredTask returns the nearest task that may be launched on an executor now. If there
// is none, it has all executors offered when the wait is over, and returns -1.
func (a *application) preferredTask(set *taskSet, x *executor) int32 {
	p, pending := set.preference, func(task int32) bool { return set.doneOn[task] == nowhere }
	if task := p.Near(x.node, pending); task >= 0 {
		return task
	}
	wanted := p.Wanted(x.node, func(node int32) bool {
		return a.findTaker(func(x *executor) bool { return x.node == node }) != nil
	})
	until := p.Since + a.localityWaits[0]
	if !wanted || until <= a.engine.now {
		if task := p.Elsewhere(pending); task >= 0 {
			return task
		}
		var task int32
		if task, until = p.Far(a.engine.now, a.localityWaits, pending); task >= 0 {
			return task
		}
	}
	if !p.Waits {
		p.Waits = true
		a.schedule(a.nextRevival(max(until, a.engine.now+time.Millisecond)), localityWaitEnds, set.Number)
	}
	return -1
}

// offerAgain offers all executors, as a set has waited long enough for the nodes
// that its tasks prefer.
func (a *application) offerAgain(number int32) {
	set := a.sets[number]
	if set.preference == nil {
		return // all its tasks have succeeded
	}
	set.preference.Waits = false
	if set.waits() {
		a.offerAll = true
		a.schedulePlacement()
	}
}
