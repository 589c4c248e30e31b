package replay

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/attribution"
	"dynalloc/replay/plan"
	"dynalloc/replay/pools"
)

// A jobState is the driver's state of a job.
type jobState struct {
	running   bool
	ending    bool  // its stages are done, and the driver takes its time until it ends
	remaining int32 // stages that it still waits for
	checks    int   // of the slots for a barrier stage, that failed
	walked    int   // application.upheavals at the last walk over its graph
	rank      int32 // among the jobs that waited for the stage whose end is the latest, if that is ranked
	ranked    int32
}

// A stageState is the driver's state of a stage.
type stageState struct {
	where     []policies.ExecutorID // by partition, who has its output, else nowhere; nil before the first attempt, and when no job needs it any more
	missing   int32                 // partitions without output
	forgotten int                   // partitions whose output was lost since the last attempt was submitted
	attempts  int32
	active    *taskSet // the attempt whose tasks are started; nil: none
	failures  int32    // attempts in a row in which a fetch failed
	broken    bool     // a fetch failed; it waits to be submitted again
	delayed   bool     // it can be submitted, and the driver takes its time until it does
	prepared  bool     // the driver has taken that time
	users     []int32  // jobs that wait for it
	ready     int32    // parents whose output is all there
	listing   int32    // jobs that list it and have not ended
	cleaned   bool     // the driver has dropped its shuffle
	visit     uint32   // the last walk over the graph that came here
}

// submitJob starts a job. Its stages whose parents are available are submitted,
// those that are available themselves are skipped.
func (a *application) submitJob(job int32) {
	e := a.engine
	if !a.checkBarriers(job) {
		return
	}
	a.jobs[job].running = true
	a.result.Jobs[job].Start = e.now
	a.path.jobResumes(job)
	e.emit(Event{Kind: JobSubmitted, App: a.index, Job: job})
	a.observe(policies.Event{Kind: policies.JobStart, Job: int(job), Stages: a.plan.MapStages[job]})
	a.advance(job)
	a.endJobIfDone(job)
}

// prepareStage submits a stage after the driver's time for it, which it takes once for
// each attempt.
func (a *application) prepareStage(job, stage int32) {
	s, delay := &a.stages[stage], a.submissionDelay(stage)
	if s.prepared || delay == 0 {
		a.submitStage(job, stage)
		return
	}
	s.delayed = true
	a.path.stageWaits(stage)
	a.after(delay, stageIsPrepared, stage)
}

// submitPrepared submits a stage after the driver's time for it, unless output that it
// reads was lost meanwhile.
func (a *application) submitPrepared(stage int32) {
	s := &a.stages[stage]
	s.delayed, s.prepared = false, true
	why := attribution.TimeDriver
	if s.attempts > 0 {
		why = attribution.TimeRecompute
	}
	a.path.stageResumes(stage, why)
	if !a.parentsAvailable(stage) {
		a.advanceUsers(s)
	} else if len(s.users) > 0 {
		a.submitStage(s.users[0], stage)
	}
}

// submitStage submits an attempt of a stage, with the tasks of its missing partitions.
// They can start after the driver's time to send out their code.
func (a *application) submitStage(job, stage int32) {
	e, s, state := a.engine, &a.app.Stages[stage], &a.stages[stage]
	if state.attempts == 0 {
		state.where = e.ids.Take(s.Size(), nowhere)
		state.missing = int32(s.Size())
	}
	set := a.newSet()
	*set = taskSet{
		Place: pools.Place{Number: int32(len(a.sets) - 1), JobID: a.app.Jobs[job].ID, StageID: s.ID, Pool: a.pools.Named(a.app.Jobs[job].Pool)},
		stage: stage, attempt: state.attempts, job: job, profile: int32(s.Profile), tasks: state.missing, pending: state.missing,
	}
	if int(state.missing) < s.Size() {
		for p, at := range state.where {
			if at == nowhere {
				set.partitions = append(set.partitions, int32(p))
			}
		}
	}
	set.work, set.reads = a.plan.Work[a.plan.Offset[stage]:a.plan.Offset[stage+1]], a.plan.Reads[stage]
	set.plain = len(s.Failures)+len(a.plan.Blocks[stage]) == 0
	set.barrier = s.Barrier
	set.doneOn = e.ids.Take(int(set.tasks), nowhere)
	a.result.Rerun += state.forgotten
	state.forgotten = 0
	state.attempts++
	state.prepared = false
	state.active = set
	if !set.barrier {
		set.preference = a.prefer(set)
	}
	a.path.setSubmitted(set)
	if set.attempt == 0 {
		a.scheduleLosses(stage)
	}
	if s.Launch > 0 {
		a.after(s.Launch, stageIsLaunched, set.Number)
	} else {
		a.enqueue(set)
	}
	e.emit(Event{Kind: StageSubmitted, App: a.index, Job: job, Stage: stage, N: set.tasks})
	a.observe(policies.Event{Kind: policies.StageSubmitted, Stage: set.name(), Profile: s.Profile, Tasks: int(set.tasks)})
	a.scheduleSpeculation(set)
}

// launchStage hands the tasks of a submitted attempt to the task scheduler, unless the
// attempt has ended.
func (a *application) launchStage(number int32) {
	if set := a.sets[number]; a.stages[set.stage].active == set {
		a.path.setLaunched(set)
		a.enqueue(set)
	}
}

// taskEnded handles the end of a task. Spark posts what follows from it in one turn of
// its scheduler: the task's end, its stage's, the submission of the stages that waited
// for it, its job's end.
func (a *application) taskEnded(id policies.ExecutorID, number, task int32) {
	e, set, x := a.engine, a.sets[number], &a.executors[id]
	if x.crashed {
		return // the driver will learn of the loss of its executor
	}
	k := x.ends(number, task, e.now)
	if k < 0 {
		return // it was stopped before its time
	}
	t := x.tasks[k]
	x.forget(k, e.now)
	a.freeSlot(x)
	if a.path != nil {
		a.path.taskEnded(set, x, task)
	}
	switch t.fate {
	case succeeds:
		a.taskSucceeded(set, task, x, t)
	case fails:
		set.exclusion.Fail(task, x.id, x.node, e.now)
		a.endTask(set, task, x, t.copy, policies.Failed)
		if set.barrier {
			a.failAttempt(set, BarrierTaskFailed)
		} else if set.doneOn[task] == nowhere && !set.zombie {
			set.retry(task)
			a.path.taskRetried(set, task, false)
			a.enqueue(set)
		}
	case missesData:
		a.endTask(set, task, x, t.copy, policies.Failed)
		a.failAttempt(set, FetchFailures)
	}
}

// endTask reports the end of a task, whether it succeeded or failed. Blocks cached by a
// successful task are reported before its end.
func (a *application) endTask(set *taskSet, task int32, x *executor, isCopy bool, why policies.EndReason) {
	set.TaskEnds()
	partition, vain := set.partition(task), int32(1)
	if why == policies.Success {
		vain = 0
	}
	a.engine.emitTask(TaskEnded, a.index, set, partition, x.id, vain)
	if why == policies.Success && !set.plain {
		a.cache(x.id, set.stage, partition)
	}
	a.observeTask(policies.TaskEnd, set, task, x.id, why, isCopy)
}

func (a *application) taskSucceeded(set *taskSet, task int32, x *executor, t runningTask) {
	a.endTask(set, task, x, t.copy, policies.Success)
	if set.doneOn[task] != nowhere {
		return // a copy of it was faster in the same instant
	}
	set.doneOn[task] = x.id
	set.done++
	if len(set.retries) > 0 {
		set.dropRetry(task)
	}
	if a.speculationRules.On {
		a.stopLosingCopy(set, task, t)
	}
	s, partition := &a.stages[set.stage], set.partition(task)
	if s.where[partition] == nowhere {
		s.where[partition] = a.writes(x)
		if s.missing--; s.missing == 0 {
			a.outputsComplete(set.stage)
		}
	}
	if set.zombie {
		a.completedElsewhere(s.active, partition, x.id)
		if s.active == nil && !s.broken && s.available() {
			a.upheavals++
			a.notifyDependents(set.stage)
		}
		set = s.active
	}
	if set != nil && set.done == set.tasks {
		a.completeStage(set)
		set.forget(&a.engine.ids)
	}
}

// completedElsewhere removes a task from the active attempt because an earlier attempt
// has completed it (TaskSetManager.markPartitionCompleted).
func (a *application) completedElsewhere(active *taskSet, partition int32, id policies.ExecutorID) {
	if active == nil {
		return
	}
	task := active.task(partition)
	if task < 0 || active.doneOn[task] != nowhere {
		return
	}
	waits := task >= active.next && !active.startedOutOfOrder(task) || slices.Contains(active.retries, task)
	active.doneOn[task] = id
	active.done++
	if waits {
		active.pending--
	}
}

// completeStage ends the active attempt of a stage. If output was lost
// meanwhile, the stage is submitted again for what is missing.
func (a *application) completeStage(set *taskSet) {
	s := &a.stages[set.stage]
	s.active = nil
	s.failures = 0
	a.dequeue(set)
	a.excludeAfter(set)
	a.engine.emit(Event{Kind: StageEnded, App: a.index, Job: set.job, Stage: set.stage})
	a.observe(policies.Event{Kind: policies.StageCompleted, Stage: set.name()})
	a.notifyDependents(set.stage)
}

func (a *application) endJobIfDone(job int32) {
	j, tail := &a.jobs[job], a.app.Jobs[job].Tail
	switch {
	case j.remaining > 0 || !j.running || j.ending:
	case tail > 0:
		j.ending = true
		a.path.jobWaits(job)
		a.after(tail, jobIsDone, job)
	default:
		a.endJob(job)
	}
}

// endJobAfterTail ends a job after the driver's time for it.
func (a *application) endJobAfterTail(job int32) {
	a.path.jobResumes(job)
	a.endJob(job)
}

// endJob ends a job, for better or worse. Listeners hear nothing of a job that never
// began. An application whose driver does not go on after a failed job ends.
func (a *application) endJob(job int32) {
	e, started := a.engine, a.jobs[job].running
	a.jobs[job].running = false
	for _, stage := range a.app.Jobs[job].Stages {
		s := &a.stages[stage]
		s.listing--
		if s.listing == 0 && s.active == nil && s.available() && !a.zombies && !a.settings.Migrates {
			e.ids.Give(s.where)
			s.where = nil // no job asks for it any more, no task reads it, and none writes to it
		}
	}
	r := &a.result.Jobs[job]
	r.End = e.now
	e.emit(Event{Kind: JobEnded, App: a.index, Job: job, N: int32(r.Failure)})
	if started {
		a.observe(policies.Event{Kind: policies.JobEnd, Job: int(job)})
	}
	if r.Failure != NoFailure && !a.plan.Survives {
		a.schedule(e.now, applicationEnds, 0)
		return
	}
	a.follow(job, e.now)
	a.unfinishedJobs--
	a.endIfDone(e.now)
}

// endIfDone schedules the end of the driver, Application.Tail after the end of the last
// job, or when the clock stops it.
func (a *application) endIfDone(from time.Duration) {
	if a.unfinishedJobs == 0 {
		a.path.workFinished()
		if a.app.FailsAgain() {
			a.result.Failure = cmp.Or(a.result.Failure, FailedAsRecorded)
		}
		a.schedule(max(from+a.app.Tail, a.clockStart()+a.app.Until, a.began+a.app.Setup), applicationEnds, 0)
	}
}

// clockStart is the time from which the application's times of the clock count. A driver
// that the manager places late does not move them.
func (a *application) clockStart() time.Duration { return a.app.Submit + a.app.EarlierAttempts }

// actions are the events that begin each action of a driver.
var actions = [...]eventType{plan.JobSubmitted: jobIsSubmitted, plan.RDDUnpersisted: rddIsUnpersisted}

// follow schedules what the driver does after a job's end, or after the
// application's start (job -1). Nothing happens before the driver has registered.
func (a *application) follow(job int32, from time.Duration) {
	a.path.jobFollowed(job)
	for _, f := range a.plan.Followers[job+1] {
		at := f.Cue.Time(from, a.clockStart())
		a.schedule(max(at, a.began+a.app.Setup, a.engine.now), actions[f.Action], f.Index)
	}
}
