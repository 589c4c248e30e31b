package exclusion

import (
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// In the log, tasks 0 and 2 failed on one bad executor, and task 1 on another. In the replay
// task 0 fails on executor 5, which is the bad one from then on: task 2 fails only there, as
// long as it is there. Task 1 fails anywhere.
func TestRecordedFailuresKeepTheirExecutor(t *testing.T) {
	failures := []traces.Failure{{Task: 0, Work: time.Second, Executor: 1}, {Task: 1, Work: time.Second, Executor: 2}, {Task: 2, Work: time.Second, Executor: 1}}
	here := func(policies.ExecutorID) bool { return false }
	left := func(id policies.ExecutorID) bool { return id == 5 }
	rules := RulesOf(on)
	var r Recorded
	fails := func(task int32, executor policies.ExecutorID, gone func(policies.ExecutorID) bool) bool {
		_, failed := r.Next(0, task, failures, executor, &rules, gone)
		return failed
	}
	if !fails(0, 5, here) || fails(0, 6, here) {
		t.Error("task 0 fails once")
	}
	if !fails(1, 6, here) || fails(2, 6, here) {
		t.Error("task 1 fails on executor 6, and task 2 does not")
	}
	if !fails(2, 6, left) {
		t.Error("when executor 5 has left, executor 6 takes on its failures")
	}
	r, rules = Recorded{}, RulesOf(nil)
	if !fails(0, 5, here) || !fails(2, 6, here) {
		t.Error("without exclusion it does not matter where a task fails")
	}
}
