package replay

import (
	"slices"

	"dynalloc/policies"
)

// A jobState is what the driver knows of a job.
type jobState struct {
	submitted bool
	remaining int32 // stages that it still waits for
}

// A stageState is what the driver knows of a stage.
type stageState struct {
	submitted bool
	available bool    // all its tasks are done; a later job skips it
	needed    bool    // by a job that runs
	users     []int32 // jobs that wait for it
}

// submitJob starts a job: its stages whose parents are available are
// submitted, those that are available already are skipped.
func (a *application) submitJob(job int32) {
	e := a.engine
	a.jobs[job].submitted = true
	a.result.Jobs[job].Start = e.now
	e.emit(Event{Kind: JobSubmitted, App: a.index, Job: job})
	a.event = policies.Event{Kind: policies.JobStart, Job: int(job), Stages: a.plan.maps[job]}
	a.observe()
	for _, s := range a.plan.graph[job] {
		if a.isResult(job, s) {
			a.need(job, s)
		}
	}
	a.submitReady(job)
	a.endJobIfDone(job)
}

// isResult says whether no other stage of the job reads the stage's output.
func (a *application) isResult(job, stage int32) bool {
	for _, child := range a.plan.children[stage] {
		if _, listed := slices.BinarySearch(a.plan.graph[job], child); listed {
			return false
		}
	}
	return true
}

// need makes the job wait for a stage and, where its output is missing, for
// the stages that it reads: the walk of DAGScheduler.getMissingParentStages.
func (a *application) need(job, stage int32) {
	s := &a.stages[stage]
	if s.available || slices.Contains(s.users, job) {
		return
	}
	s.needed = true
	s.users = append(s.users, job)
	a.jobs[job].remaining++
	for _, parent := range a.app.Stages[stage].Parents {
		a.need(job, int32(parent))
	}
}

// submitReady submits, in order of id, the stages of a job that nothing holds
// back any more.
func (a *application) submitReady(job int32) {
	for _, stage := range a.plan.graph[job] {
		if s := &a.stages[stage]; s.needed && !s.submitted && a.parentsAvailable(stage) {
			a.submitStage(job, stage)
		}
	}
}

func (a *application) parentsAvailable(stage int32) bool {
	for _, parent := range a.app.Stages[stage].Parents {
		if !a.stages[parent].available {
			return false
		}
	}
	return true
}

// submitStage hands the stage's tasks to the scheduler.
func (a *application) submitStage(job, stage int32) {
	e, s := a.engine, &a.app.Stages[stage]
	a.stages[stage].submitted = true
	set := &taskSet{
		stage: stage, job: job, jobID: a.app.Jobs[job].ID, stageID: s.ID,
		profile: int32(s.Profile), pool: a.pool(a.app.Jobs[job].Pool), tasks: int32(len(s.Tasks)),
	}
	a.sets[stage] = set
	at, _ := slices.BinarySearchFunc(a.waiting, set, compareFIFO)
	a.waiting = slices.Insert(a.waiting, at, set)
	a.offerAll = true
	a.unsettle()
	e.emit(Event{Kind: StageSubmitted, App: a.index, Job: job, Stage: stage, N: set.tasks})
	a.event = policies.Event{
		Kind: policies.StageSubmitted, Stage: policies.StageAttempt{ID: stage}, Profile: s.Profile, Tasks: len(s.Tasks),
	}
	a.observe()
}

// pool returns the scheduler pool of that name; unknown names make new ones.
func (a *application) pool(name string) *pool {
	if name == "" {
		name = defaultPool
	}
	for _, p := range a.pools {
		if p.name == name {
			return p
		}
	}
	p := &pool{name: name, fair: a.fair && name == defaultPool}
	a.pools = append(a.pools, p)
	return p
}

// taskEnded takes in the end of a task. Spark posts what follows from it in
// one turn of its scheduler: the task's end, its stage's, the submission of
// the stages that waited for it, its job's end.
func (a *application) taskEnded(id policies.ExecutorID, stage, task int32) {
	e, set, x := a.engine, a.sets[stage], &a.executors[id]
	x.settle(e.now, a.profiles[x.profile].taskCPUs)
	x.free++
	set.running--
	set.pool.running--
	set.done++
	a.freed = append(a.freed, id)
	a.unsettle()
	e.emit(Event{Kind: TaskEnded, App: a.index, Job: set.job, Stage: stage, Task: task, Executor: id})
	a.cache(id, stage, task)
	a.event = policies.Event{
		Kind: policies.TaskEnd, Stage: policies.StageAttempt{ID: stage}, Task: int(task), Executor: id, End: policies.Success,
	}
	a.observe()
	if set.done == set.tasks {
		a.completeStage(set)
	}
}

// cache stores the blocks of persisted RDDs that a task leaves behind.
func (a *application) cache(id policies.ExecutorID, stage, task int32) {
	for i, first := range a.plan.blocks[stage] {
		block := first + task
		if a.blocks[block] >= 0 {
			continue // it was there already, and was read
		}
		a.blocks[block] = id
		rdd := a.app.Stages[stage].Caches[i]
		a.event = policies.Event{
			Kind: policies.BlockUpdated, Executor: id, RDD: rdd.ID, Partition: int(task), Shuffle: -1,
			Memory: rdd.Memory, Disk: rdd.Disk && !rdd.Memory,
		}
		a.observe()
	}
}

// unpersist drops a cached RDD everywhere.
func (a *application) unpersist(index int) {
	rdd := a.app.Unpersists[index].RDD
	for s := range a.app.Stages {
		for i, c := range a.app.Stages[s].Caches {
			if c.ID != rdd {
				continue
			}
			first := a.plan.blocks[s][i]
			for task := range a.app.Stages[s].Tasks {
				a.blocks[first+int32(task)] = -1
			}
		}
	}
	a.event = policies.Event{Kind: policies.UnpersistRDD, RDD: rdd}
	a.observe()
}

func (a *application) completeStage(set *taskSet) {
	e, s := a.engine, &a.stages[set.stage]
	s.available = true
	e.emit(Event{Kind: StageEnded, App: a.index, Job: set.job, Stage: set.stage})
	a.event = policies.Event{Kind: policies.StageCompleted, Stage: policies.StageAttempt{ID: set.stage}}
	a.observe()
	for _, job := range s.users {
		a.jobs[job].remaining--
		a.submitReady(job)
	}
	for _, job := range s.users {
		a.endJobIfDone(job)
	}
	s.users = nil
}

func (a *application) endJobIfDone(job int32) {
	if a.jobs[job].remaining > 0 {
		return
	}
	e := a.engine
	a.result.Jobs[job].End = e.now
	e.emit(Event{Kind: JobEnded, App: a.index, Job: job})
	a.event = policies.Event{Kind: policies.JobEnd, Job: int(job)}
	a.observe()
	a.follow(job, e.now)
	a.unfinished--
	if a.ending {
		a.end()
	}
}
