package replay

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay/latency"
)

// A state is the state of an executor.
type state uint8

const (
	starting        state = iota // granted
	added                        // registered, not yet able to take tasks
	live                         // takes tasks
	decommissioning              // takes no more tasks, and exits when its tasks have ended and its blocks are moved
	leaving                      // released; the driver has not yet seen its removal
	gone
)

// An executor is one executor of one application at run time.
type executor struct {
	id        policies.ExecutorID
	container int // the manager's name of it
	profile   int32
	node      int32
	state     state
	cores     int32
	slots     int32 // tasks that it can run at one time
	free      int32 // of those, without a task
	place     int32 // in application.schedulable; -1: it takes no tasks
	freePlace int32 // in profile.free; -1: it is not listed there
	history   latency.SlotHistory
	tasks     []runningTask
	crashed   bool                  // it ended without being given back; its tasks' ends no longer count
	nodeLost  bool                  // the manager has lost its node, and forgotten it
	peers     []policies.ExecutorID // those that take its blocks when it is decommissioned
	granted   time.Duration
	usable    time.Duration // from when on it takes tasks; -1: not yet
	leaves    time.Duration // since when it is decommissioning; -1: it is not
	since     time.Duration // when the number of its tasks last changed
	busy      wide.Time     // core-time of tasks up to since
	busyOut   wide.Time     // of that, while decommissioning
}

func (x *executor) running() int32 { return x.slots - x.free }

// settle adds the busy time up to now. It must be called before tasks start or end.
func (x *executor) settle(now time.Duration, taskCPUs int32) {
	cores := int64(x.running()) * int64(taskCPUs)
	x.busy.Add(now-x.since, cores)
	if x.leaves >= 0 {
		x.busyOut.Add(now-x.since, cores)
	}
	x.since = now
}

// forget removes a running task from the executor. It returns false if the executor
// does not run the task, because the task was stopped before.
func (x *executor) forget(set, task int32, end time.Duration) (runningTask, bool) {
	for i, t := range x.tasks {
		if t.set == set && t.task == task && t.end == end {
			last := len(x.tasks) - 1
			x.tasks[i] = x.tasks[last]
			x.tasks = x.tasks[:last]
			return t, true
		}
	}
	return runningTask{}, false
}

// close returns the executor's time by state, from its grant until now, when its cores
// are free for other applications.
func (x *executor) close(now time.Duration, p *profile) Ledger {
	x.settle(now, p.taskCPUs)
	cores := int64(x.cores)
	usable, leaves := x.usable, x.leaves
	if usable < 0 {
		usable = now
	}
	if leaves < 0 {
		leaves = now
	}
	usable = min(usable, leaves) // one may be given back before it takes a task
	return Ledger{
		Starting: wide.Of(usable-x.granted, cores),
		Busy:     x.busy,
		Idle:     wide.Of(leaves-usable, cores).Minus(x.busy).Plus(x.busyOut),
		Leaving:  wide.Of(now-leaves, cores).Minus(x.busyOut),
		Memory:   wide.Of(now-x.granted, p.memoryMB),
		Executor: wide.Of(now-x.granted, 1),
	}
}
