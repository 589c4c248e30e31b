package replay

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
)

// A barrier stage starts all of its tasks together or none (SPARK-24374). So Spark checks
// its settings before a job begins, and its slots whenever it could start tasks.

// checkBarriers reports whether the job may begin. Spark checks when it creates a stage,
// the last one of a job first: there must be no dynamic allocation, and slots for all
// tasks of the stage. Too few slots are checked again after a while, because executors
// may be starting; until then the job does not exist for listeners
// (DAGScheduler.createResultStage, createShuffleMapStage, handleJobSubmitted).
func (a *application) checkBarriers(job int32) bool {
	if n := a.app.Jobs[job].BarrierSlots; n > 0 && !a.checkBarrier(job, n, 0) {
		return false
	}
	for _, stage := range a.plan.Barriers[job] {
		s := &a.app.Stages[stage]
		if a.stages[stage].attempts == 0 && !a.checkBarrier(job, s.Size(), s.Profile) { // else an earlier job created it
			return false
		}
	}
	if a.jobs[job].checks > 0 {
		a.path.slotsChecked(job)
	}
	return true
}

// checkBarrier is the check of one stage. A build of Spark that runs barrier stages under
// dynamic allocation cannot check the slots before: its policy asks for executors when the
// stage is there.
func (a *application) checkBarrier(job int32, tasks, profile int) bool {
	switch {
	case a.settings.Dynamic && a.app.DynamicBarriers:
	case a.settings.Dynamic:
		a.path.jobResumes(job)
		a.giveUp(job, BarrierWithDynamicAllocation)
		return false
	case tasks > a.slotsFor(profile):
		return a.checkAgain(job)
	}
	return true
}

// checkAgain lets a job wait for slots, or gives it up after so many checks that failed.
func (a *application) checkAgain(job int32) bool {
	a.path.slotsChecked(job)
	const prefix = "spark.scheduler.barrier.maxConcurrentTasksCheck."
	if a.jobs[job].checks++; a.jobs[job].checks > a.settings.Properties.Count(prefix+"maxFailures", 40) {
		a.giveUp(job, BarrierWithoutSlots)
	} else {
		a.after(a.settings.Properties.Duration(prefix+"interval", time.Second, 15*time.Second), jobIsSubmitted, job)
	}
	return false
}

// slotsFor is the number of tasks of a resource profile that all registered executors
// could run at a time (CoarseGrainedSchedulerBackend.maxNumConcurrentTasks).
func (a *application) slotsFor(profile int) (slots int) {
	for i := range a.executors {
		if x := &a.executors[i]; int(x.profile) == profile && (x.state == added || x.state == live) {
			slots += int(x.slots)
		}
	}
	return slots
}

// barrierFits reports whether all tasks of a barrier set fit on the executor that is
// offered, or on all (nowhere).
func (a *application) barrierFits(set *taskSet, one policies.ExecutorID) bool {
	free, p := int32(0), &a.profiles[set.profile]
	if one != nowhere {
		x := &a.executors[one]
		return x.profile == set.profile && x.state == live && x.free >= set.pending
	}
	for _, list := range [][]policies.ExecutorID{p.free, p.offered} {
		for _, id := range list {
			free += a.executors[id].free
		}
	}
	return free >= set.pending
}

// offerToBarriers lets a barrier set that would fit now wait for the next offer of all
// executors. Until then each executor was offered alone, as it became free.
func (a *application) offerToBarriers() {
	for _, block := range a.waiting.Blocks() {
		if slices.ContainsFunc(block, func(s *taskSet) bool { return s.barrier && a.barrierFits(s, nowhere) }) {
			a.scheduleRevive()
			return
		}
	}
}

// scheduleRevive has all executors offered at the next point of Spark's grid.
func (a *application) scheduleRevive() {
	if a.revives {
		return
	}
	a.revives = true
	a.after(a.nextRevival(a.engine.now+time.Millisecond)-a.engine.now, offersAreRevived, 0)
}

// nextRevival is the first time from a given one on at which the driver offers all
// executors, which it does at this interval.
func (a *application) nextRevival(from time.Duration) time.Duration {
	every := a.settings.Properties.Duration("spark.scheduler.revive.interval", time.Millisecond, time.Second)
	return a.registered + (from-a.registered+every-1)/every*every
}

// revive offers all executors.
func (a *application) revive() {
	a.revives, a.offerAll = false, true
	a.schedulePlacement()
}

// giveUp ends a job that Spark aborts, and stops the stages that no other job needs. The
// driver gets an exception. That ends the application, unless the log shows that the job
// failed or that the driver goes on after failed jobs.
func (a *application) giveUp(job int32, why Failure) {
	if j := &a.app.Jobs[job]; !j.Failed || j.BarrierSlots > 0 {
		a.result.Jobs[job].Failure = why
		a.result.Failure = cmp.Or(a.result.Failure, why)
	}
	a.upheavals++
	for _, stage := range a.plan.Graph[job] {
		s := &a.stages[stage]
		s.users = slices.DeleteFunc(slices.Clone(s.users), func(user int32) bool { return user == job })
		if set := s.active; set != nil && len(s.users) == 0 {
			set.zombie, a.zombies, set.pending, s.active = true, true, 0, nil
			a.dequeue(set)
			a.stopTasks(set)
			a.engine.emit(Event{Kind: StageEnded, App: a.index, Job: job, Stage: stage, N: int32(why)})
			a.observe(policies.Event{Kind: policies.StageCompleted, Stage: set.name()})
		}
	}
	if !a.jobs[job].running {
		a.result.Jobs[job].Start = a.engine.now // it never began
	}
	a.endJob(job)
}

// stopTasks stops the running tasks of a set.
func (a *application) stopTasks(set *taskSet) {
	for i := range a.executors {
		x := &a.executors[i]
		for k := len(x.tasks) - 1; k >= 0 && x.state < leaving; k-- {
			if x.tasks[k].set == set.Number {
				a.stop(x, k)
			}
		}
	}
}

// stop stops a running task.
func (a *application) stop(x *executor, k int) {
	t := x.tasks[k]
	set := a.sets[t.set]
	x.forget(k, a.engine.now)
	a.freeSlot(x)
	a.path.taskKilled(set, x, t.task)
	a.endTask(set, t.task, x, t.copy, policies.Killed)
}
