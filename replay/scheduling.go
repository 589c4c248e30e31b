package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
)

// schedulePlacement marks the application's waiting tasks for placement at the end of
// the instant.
func (a *application) schedulePlacement() {
	if !a.placementDue {
		a.placementDue = true
		a.engine.placements = append(a.engine.placements, a)
	}
}

// enqueue lists a set among those with pending tasks, and has all executors
// offered.
func (a *application) enqueue(set *taskSet) {
	a.waiting.Insert(set)
	a.offerAll = true
	a.wantsExecutor()
	a.schedulePlacement()
}

// dequeue removes a set from those with pending tasks.
func (a *application) dequeue(set *taskSet) {
	a.waiting.Remove(set)
}

// place gives the free slots to waiting tasks. Spark offers all executors when a
// task set is submitted, and one executor when a task on it has ended or when it
// has registered.
func (a *application) place() {
	a.placementDue = false
	if a.waiting.Len() > 0 {
		if a.offerAll {
			a.offerToAll()
		} else {
			for _, id := range a.freed {
				a.offerOne(&a.executors[id])
			}
		}
	}
	a.offerAll = false
	a.freed = a.freed[:0]
	if a.plan.HasBarriers {
		a.offerToBarriers()
	}
	if len(a.firstTasks) > 0 {
		a.startFirstTasks()
	}
	if a.exclusion.On() {
		a.rescue()
	}
}

// launch starts a task of a set, or a copy of one, on an executor.
func (a *application) launch(set *taskSet, x *executor, task int32, isCopy bool) {
	e := a.engine
	set.TaskStarts()
	e.started++
	if set.refused = false; set.givenUpAt > 0 {
		a.rescued(set)
	}
	a.takeSlot(x)
	partition := set.partition(task)
	first := x.history.Record(e.now, set.stage, set.reads, x.slots)
	var work, recompute time.Duration
	var fate fate
	if set.plain && !isCopy && !a.readsMissing(set.stage) {
		work = milliseconds(set.work[partition])
	} else {
		work, recompute, fate = a.duration(set, x, partition, isCopy)
	}
	x.tasks = append(x.tasks, runningTask{})
	t := &x.tasks[len(x.tasks)-1]
	t.start, t.end, t.set, t.task, t.fate, t.copy = e.now, e.now+work+recompute, set.Number, task, fate, isCopy
	if a.path != nil {
		a.path.taskLaunched(set, x, t, recompute)
	}
	if first == (latency.First{}) {
		t.end += a.warmCost(x)
		a.scheduleEnd(x, t)
	} else { // startFirstTasks adds the rest
		t.end += a.times.By[latency.Overhead].Typical(0)
		a.firstTasks = append(a.firstTasks, firstTask{x.id, *t, first})
		e.hosts[x.node].FirstTasks++
	}
	if a.result.FirstTask < 0 {
		a.result.FirstTask = e.now
	}
	e.emitTask(TaskStarted, a.index, set, partition, x.id, 0)
	a.observeTask(policies.TaskStart, set, task, x.id, policies.Success, isCopy)
}

// warmCost is the overhead of a task that is not a first one, which depends on the
// executors that are starting on its node.
func (a *application) warmCost(x *executor) time.Duration {
	others := a.engine.hosts[x.node].StartingAt(a.engine.now)
	if others == 0 {
		return a.warmAlone
	}
	return a.times.By[latency.Overhead].Typical(others) + a.times.By[latency.OverheadRun].Typical(others)
}

// duration is how long a task's work will take, for how long it will compute lost
// blocks again before, and how it will end.
func (a *application) duration(set *taskSet, x *executor, partition int32, isCopy bool) (work, recompute time.Duration, f fate) {
	switch {
	case a.readsMissing(set.stage):
		fetch, _ := a.fetchTime(set)
		return fetch, 0, missesData
	case isCopy:
		return a.copyDuration(set, partition), 0, succeeds
	}
	failures, gone := a.app.Stages[set.stage].Failures, func(id policies.ExecutorID) bool { return a.executors[id].state != live }
	if work, ok := a.failures.Next(set.stage, partition, failures, x.id, &a.exclusion.Rules, gone); ok {
		return work, 0, fails
	}
	recompute = a.recompute(set.stage, partition)
	a.result.Recomputed.Add(recompute, 1)
	return milliseconds(set.work[partition]), recompute, succeeds
}

func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }
