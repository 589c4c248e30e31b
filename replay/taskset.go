package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/exclusion"
	"dynalloc/replay/lists"
	"dynalloc/replay/plan"
	"dynalloc/replay/pools"
)

// nowhere is the value of an executor's id that means no executor.
const nowhere = policies.ExecutorID(-1)

// elsewhere stands for a remote shuffle service in the place of an executor that has
// output of a stage. No loss of an executor or a node affects that output
// (ShuffleDriverComponents.supportsReliableStorage in DAGScheduler.handleExecutorLost
// and TaskSetManager.executorLost).
const elsewhere = policies.ExecutorID(-2)

// A taskSet is the tasks of one stage attempt, handed to the task scheduler: those
// of the stage's partitions that were missing when it was submitted. Without
// locality, tasks launch in increasing index, those to be run again first.
type taskSet struct {
	pools.Place // its Number is its index in application.sets
	stage       int32
	attempt     int32
	job         int32 // index of the job for which it was submitted
	profile     int32
	partitions  []int32 // of its tasks; nil: task i is partition i
	tasks       int32
	next        int32                 // first index that was never started
	retries     []int32               // indexes to be started again, the last one first
	doneOn      []policies.ExecutorID // by index, where it succeeded, else nowhere
	pending     int32                 // tasks that wait for a slot
	done        int32
	work        []int32 // by partition, the milliseconds that its task works
	reads       bool    // its tasks read shuffle data
	plain       bool    // no task of its stage fails by itself or has to do with cached blocks
	barrier     bool    // its tasks start together, and one that fails fails all
	exclusion   exclusion.Set
	refused     bool          // the last offer started none of its tasks
	givenUpAt   time.Duration // a task may run on no executor, and another has to come until then; 0: not so
	zombie      bool          // none of its tasks is started any more; those that run keep running

	speculation speculation
	preference  *plan.Preference // nil: its tasks run anywhere
}

// newSet adds a set of tasks to those of the application.
func (a *application) newSet() *taskSet {
	var set **taskSet
	if a.sets, set = lists.Extended(a.sets); *set == nil {
		*set = new(taskSet)
	}
	return *set
}

// name is how the policy's events call the attempt.
func (t *taskSet) name() policies.StageAttempt {
	return policies.StageAttempt{ID: t.stage, Attempt: t.attempt}
}

func (t *taskSet) partition(task int32) int32 {
	if t.partitions == nil {
		return task
	}
	return t.partitions[task]
}

// task is the index of a partition's task, or -1.
func (t *taskSet) task(partition int32) int32 {
	if t.partitions == nil {
		return partition
	}
	return int32(slices.Index(t.partitions, partition))
}

// waits reports whether the set has tasks or copies of tasks to start.
func (t *taskSet) waits() bool { return t.pending > 0 || len(t.speculation.pendingCopies) > 0 }

// nextTask removes the next pending task.
func (t *taskSet) nextTask() int32 {
	for {
		var task int32
		if n := len(t.retries); n > 0 {
			task = t.retries[n-1]
			t.retries = t.retries[:n-1]
		} else {
			task = t.next
			t.next++
			if t.startedOutOfOrder(task) {
				continue
			}
			if t.preference != nil {
				t.preference.Taken[task] = true
			}
		}
		if t.doneOn[task] == nowhere {
			t.pending--
			return task
		}
	}
}

// startedOutOfOrder reports whether a task was started before its turn because a slot
// was free on the node that it prefers.
func (t *taskSet) startedOutOfOrder(task int32) bool {
	return t.preference != nil && t.preference.Taken[task]
}

// forget drops what is known of the single tasks of a set of which all have succeeded and
// none runs, so that a long application holds only the tasks of its present stages.
func (t *taskSet) forget(ids *lists.Free[policies.ExecutorID]) {
	if t.Running == 0 {
		ids.Give(t.doneOn)
		t.partitions, t.retries, t.doneOn, t.preference, t.speculation = nil, nil, nil, nil, speculation{}
	}
}

// retry makes a task pending again.
func (t *taskSet) retry(task int32) {
	t.retries = append(t.retries, task)
	t.pending++
}

// dropRetry removes a task from those to be run again, because a copy of it has
// succeeded meanwhile.
func (t *taskSet) dropRetry(task int32) {
	if i := slices.Index(t.retries, task); i >= 0 {
		t.retries = slices.Delete(t.retries, i, i+1)
		t.pending--
	}
}

// A runningTask is a task on an executor.
type runningTask struct {
	start, end time.Duration
	set, task  int32
	fate       fate
	copy       bool // a speculative copy
}

// A fate is how a running task will end.
type fate uint8

const (
	succeeds   fate = iota
	fails           // as it did when it was recorded
	missesData      // what it reads is gone: a fetch failure
)
