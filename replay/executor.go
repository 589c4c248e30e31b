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
	profile   int32
	node      int32
	slots     int32 // tasks that it can run at one time
	free      int32 // of those, without a task
	taskCPUs  int32 // cores that a task occupies
	place     int32 // in application.schedulable; -1: it takes no tasks
	freePlace int32 // in profile.free; -1: it is not listed there
	tasks     []runningTask
	state     state
	crashed   bool // it ended without being given back; its tasks' ends no longer count
	nodeLost  bool // the manager has lost its node, and forgotten it
	history   latency.SlotHistory
	busy      wide.Time     // core-time of tasks that have ended
	busyOut   wide.Time     // of that, while decommissioning
	leaves    time.Duration // since when it is decommissioning; -1: it is not
	usable    time.Duration // from when on it takes tasks; -1: not yet
	granted   time.Duration
	cores     int32
	container int                   // the manager's name of it
	peers     []policies.ExecutorID // those that take its blocks when it is decommissioned
}

func (x *executor) running() int32 { return x.slots - x.free }

// ends returns the place of a task that ends now among those that run; -1: the executor does
// not run it, because it was stopped before.
func (x *executor) ends(set, task int32, now time.Duration) int {
	for i := range x.tasks {
		if t := &x.tasks[i]; t.end == now && t.task == task && t.set == set {
			return i
		}
	}
	return -1
}

// forget removes a running task, and counts the time for which it ran.
func (x *executor) forget(i int, now time.Duration) {
	x.count(&x.tasks[i], now)
	last := len(x.tasks) - 1
	if i < last {
		x.tasks[i] = x.tasks[last]
	}
	x.tasks = x.tasks[:last]
}

func (x *executor) count(t *runningTask, now time.Duration) {
	cores := int64(x.taskCPUs)
	x.busy.Add(now-t.start, cores)
	if x.leaves >= 0 {
		x.busyOut.Add(now-max(t.start, x.leaves), cores)
	}
}

// close returns the executor's time by state, from its grant until now, when its cores
// are free for other applications.
func (x *executor) close(now time.Duration, p *profile) Ledger {
	for i := range x.tasks {
		x.count(&x.tasks[i], now)
	}
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
		Memory:   wide.Of(now-x.granted, p.MemoryMB),
		Executor: wide.Of(now-x.granted, 1),
	}
}
