package selfreplay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// An observer measures a replay of one application.
type observer struct {
	since map[policies.ExecutorID]time.Duration // registration of the executors that the driver sees; ranged over for a sum only
	held  time.Duration
	end   time.Duration

	slots    int // of an executor
	clock    traces.SpentClock
	left     map[int32]int // by stage, tasks of its attempt that were not launched yet
	attempts map[int32]int // by stage
	running  map[runningTask]time.Duration
	spent    traces.TimeSpent
}

type runningTask struct {
	stage, task int32
	executor    policies.ExecutorID
}

func newObserver(a *traces.Application) *observer {
	return &observer{
		slots: a.Profiles[0].Slots(max(traces.ExecutorCores(a), a.LocalCores)),
		since: map[policies.ExecutorID]time.Duration{}, running: map[runningTask]time.Duration{},
		left: map[int32]int{}, attempts: map[int32]int{},
	}
}

// Observe takes one event of the replay.
func (o *observer) Observe(e replay.Event) {
	task := runningTask{e.Stage, e.Task, e.Executor}
	switch e.Kind {
	case replay.ExecutorAdded:
		o.since[e.Executor] = e.At
		o.clock.Slots(e.At, o.slots)
	case replay.ExecutorRemoved:
		if since, there := o.since[e.Executor]; there {
			o.held += e.At - since
			delete(o.since, e.Executor)
			o.clock.Slots(e.At, -o.slots)
		}
	case replay.StageSubmitted:
		o.left[e.Stage] = int(e.N)
		o.attempts[e.Stage]++
		o.clock.Pending(e.At, int(e.N))
	case replay.StageEnded:
		o.clock.Pending(e.At, -o.left[e.Stage])
		o.left[e.Stage] = 0
	case replay.TaskStarted:
		if o.left[e.Stage] > 0 {
			o.left[e.Stage]--
		} else { // a speculative copy
			o.clock.Pending(e.At, 1)
		}
		o.running[task] = e.At
		o.clock.Launched(e.At)
	case replay.TaskEnded:
		o.clock.Finished(e.At, e.At-o.running[task], e.N > 0 || o.attempts[e.Stage] > 1)
		delete(o.running, task)
		if e.N > 0 {
			o.left[e.Stage]++
			o.clock.Pending(e.At, 1)
		}
	case replay.AppEnded:
		o.end = e.At
		for _, since := range o.since {
			o.held += e.At - since
		}
		clear(o.since)
		o.spent = o.clock.End(e.At)
	}
}
