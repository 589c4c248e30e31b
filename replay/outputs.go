package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/attribution"
)

// resubmitDelay is the time for which Spark collects fetch failures before it resubmits
// the failed stages (DAGScheduler.RESUBMIT_TIMEOUT).
const resubmitDelay = 200 * time.Millisecond

// maxConsecutiveAttempts is the number of consecutive attempts of a stage with a failed
// fetch after which Spark aborts the job (spark.stage.maxConsecutiveAttempts).
const maxConsecutiveAttempts = 4

// lose handles the loss of an executor in the driver: its tasks fail, its cached blocks
// are lost and, without a shuffle service, so are its shuffle files. Spark does not
// wait for a fetch to fail: it forgets the outputs at once
// (DAGScheduler.removeExecutorAndUnregisterOutputs, TaskSetManager.executorLost).
func (a *application) lose(x *executor, decommissioned bool) {
	for i, at := range a.blocks {
		if at == x.id {
			a.blocks[i] = blockLost
		}
	}
	for _, t := range slices.Clone(x.tasks) {
		set := a.sets[t.set]
		x.forget(x.runs(set, t.task), a.engine.now)
		if a.path != nil {
			a.path.taskEnded(set, x, t.task)
		}
		a.endTask(set, t.task, x, t.copy, policies.Failed)
		if !set.zombie && set.doneOn[t.task] == nowhere && !t.copy {
			set.retry(t.task)
			a.path.taskRetried(set, t.task, true)
			a.enqueue(set)
		}
	}
	if !a.settings.Service || decommissioned {
		a.resubmit(x.id)
	}
	if !a.settings.Service {
		a.unregister(x.id)
	}
	for i := range a.stages {
		if set := a.stages[i].active; set != nil && set.barrier && len(set.retries) > 0 {
			a.failAttempt(set, BarrierTaskFailed)
		}
	}
}

// writes returns who keeps the output that a task writes on an executor.
func (a *application) writes(x *executor) policies.ExecutorID {
	if a.settings.Remote {
		return elsewhere
	}
	return x.id
}

// resubmit turns the tasks that succeeded on an executor back to pending, in
// the map stages that are active. With a shuffle service this happens only for
// a decommissioned executor, although the service still has its files (the
// quirk seen with SPARK-41469).
func (a *application) resubmit(id policies.ExecutorID) {
	for i := range a.stages {
		set := a.stages[i].active
		if set == nil || !a.app.Stages[i].Map {
			continue
		}
		for task, at := range set.doneOn {
			if at != id || a.stages[i].where[set.partition(int32(task))] != id {
				continue
			}
			set.doneOn[task] = nowhere
			set.done--
			a.result.Rerun++
			a.observe(policies.Event{Kind: policies.TaskEnd, Stage: set.name(), Task: task, Executor: id, End: policies.Resubmitted})
			set.retry(int32(task))
			a.path.taskResubmitted(set, int32(task))
			a.enqueue(set)
		}
	}
}

// unregister forgets the map outputs on an executor.
func (a *application) unregister(id policies.ExecutorID) {
	for i := range a.stages {
		s := &a.stages[i]
		if !a.app.Stages[i].Map {
			continue
		}
		for p, at := range s.where {
			if at == id {
				a.forgetOutput(int32(i), int32(p))
			}
		}
	}
	a.breakFetches()
}

// forgetOutput forgets the output of a partition.
func (a *application) forgetOutput(stage, partition int32) {
	s := &a.stages[stage]
	if s.available() {
		a.outputsIncomplete(stage)
	}
	s.where[partition] = nowhere
	s.missing++
	s.forgotten++
	a.path.outputLost(stage, partition)
}

// readsMissing reports whether output that the stage's tasks read is missing.
func (a *application) readsMissing(stage int32) bool {
	return (!a.settings.Service || a.filesLost) && !a.parentsAvailable(stage)
}

// failAttempt handles, in the driver, a task that could not read its input: the attempt
// of its stage ends, although its running tasks keep running. After a short wait the
// stages whose output is missing are submitted again, then this one. In a barrier stage
// every task that fails has the same effect, but no task keeps running and no output is
// kept; a stage that writes a job's result is not tried again, because it may have
// written a part of it (DAGScheduler.handleTaskCompletion).
func (a *application) failAttempt(set *taskSet, why Failure) {
	if set.zombie {
		return
	}
	e, s := a.engine, &a.stages[set.stage]
	set.zombie, a.zombies = true, true
	set.pending = 0
	a.dequeue(set)
	s.active = nil
	s.broken = true
	a.upheavals++
	a.path.stageWaits(set.stage)
	s.failures++
	if set.barrier {
		a.stopTasks(set)
		for p, at := range s.where {
			if at != nowhere {
				a.forgetOutput(set.stage, int32(p))
			}
		}
	}
	e.emit(Event{Kind: StageEnded, App: a.index, Job: set.job, Stage: set.stage, N: int32(why)})
	a.observe(policies.Event{Kind: policies.StageCompleted, Stage: set.name()})
	if s.failures == maxConsecutiveAttempts || set.barrier && !a.app.Stages[set.stage].Map {
		for _, job := range slices.Clone(s.users) {
			a.giveUp(job, why)
		}
		return
	}
	a.after(resubmitDelay, stageIsResubmitted, set.stage)
}

// resubmitStage resubmits a stage with a failed fetch when its input exists again.
func (a *application) resubmitStage(stage int32) {
	s := &a.stages[stage]
	s.broken = false
	a.path.stageResumes(stage, attribution.TimeRecompute)
	a.upheavals++
	if s.available() {
		a.notifyDependents(stage)
		return
	}
	a.advanceUsers(s)
}

// advanceUsers advances the jobs that wait for a stage.
func (a *application) advanceUsers(s *stageState) {
	for _, job := range slices.Clone(s.users) {
		a.advance(job)
		a.endJobIfDone(job)
	}
}

// A driver's garbage collection is what makes Spark's cleaner drop shuffles that
// nothing refers to any more. Heap pressure may bring one at any time; a periodic
// one comes every spark.cleaner.periodicGC.interval, and only that is modeled.
// Executors that are kept for nothing but their shuffle files are given back then,
// so it matters only where shuffle files keep executors.

// awaitGarbageCollection schedules the next periodic collection.
func (a *application) awaitGarbageCollection() {
	if a.settings.TracksShuffle && a.engine.config.Times.GC > 0 {
		a.after(a.engine.config.Times.GC, garbageIsCollected, 0)
	}
}

// collectGarbage drops the shuffles that are not needed any more. Nothing in a log
// says when the last reference to one goes; here it is when the last job has ended
// that lists its stage.
func (a *application) collectGarbage() {
	for stage := range a.stages {
		s := &a.stages[stage]
		if a.app.Stages[stage].Map && s.attempts > 0 && !s.cleaned && s.listing == 0 {
			s.cleaned = true
			a.observe(policies.Event{Kind: policies.ShuffleCleaned, Shuffle: stage})
		}
	}
	a.awaitGarbageCollection()
}
