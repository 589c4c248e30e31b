package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/latency"
)

// A firstTask is a first task that starts in this instant.
type firstTask struct {
	executor policies.ExecutorID
	task     runningTask
	first    latency.First
}

// scheduleEnd schedules the end of a task.
func (a *application) scheduleEnd(x *executor, t *runningTask) {
	a.engine.push(agenda.Event{At: t.end, Subject: agenda.Subject{App: a.index, Arg: int32(x.id)}, Part: agenda.Part{Set: t.set, Task: t.task}}, taskIsDone)
}

// startFirstTasks adds the overhead of first tasks to those that start in this instant.
// It runs at the end of the instant, because the overhead depends on how many start on
// the same node.
func (a *application) startFirstTasks() {
	for _, f := range a.firstTasks {
		x := &a.executors[f.executor]
		at := 0
		for x.tasks[at] != f.task {
			at++
		}
		t := &x.tasks[at]
		n := &a.engine.hosts[x.node]
		others := n.FirstTasks - 1
		if f.first.InSlot {
			others = n.StartingAt(a.engine.now) - 1
		}
		t.end += a.times.FirstCost(f.first, &x.history, a.engine.now, others)
		a.scheduleEnd(x, t)
	}
	for _, f := range a.firstTasks {
		a.engine.hosts[a.executors[f.executor].node].FirstTasks = 0
	}
	a.firstTasks = a.firstTasks[:0]
}

// removalLag is the time from a kill until the driver sees that the executor is
// gone.
func (a *application) removalLag(id policies.ExecutorID) time.Duration {
	if a.settings.RemovalDelayed {
		return a.draw(latency.RemovalLag, id, 0)
	}
	return a.engine.config.Cluster.Traits().RemovalLag
}
