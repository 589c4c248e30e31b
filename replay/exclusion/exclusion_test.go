package exclusion

import (
	"testing"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
)

var on = spark.Properties{"spark.excludeOnFailure.enabled": "true"}

// A task does not run again where it failed, nor on a node where it failed twice. An executor
// on which two tasks failed is out for the attempt, and with a second one so is their node.
func TestAnAttemptAvoidsWhereItsTasksFailed(t *testing.T) {
	r, s := RulesOf(on), &Set{}
	may := func(task, executor, node int32) bool {
		allowed, _ := r.Allowed(s, []int32{task}, policies.ExecutorID(executor), node)
		return len(allowed) == 1 && !r.Refuses(s, policies.ExecutorID(executor), node)
	}
	s.Fail(7, 1, 0, 0)
	if may(7, 1, 0) || !may(8, 1, 0) || !may(7, 2, 0) {
		t.Error("after one failure the task avoids the executor, and nothing else changes")
	}
	s.Fail(7, 2, 0, 0)
	if may(7, 3, 0) || !may(7, 4, 1) || !may(8, 3, 0) {
		t.Error("after two failures on a node the task avoids the node")
	}
	s.Fail(8, 1, 0, 0)
	if may(9, 1, 0) || !may(9, 2, 0) {
		t.Error("an executor with two failed tasks is out for the attempt")
	}
	s.Fail(8, 2, 0, 0)
	if may(9, 3, 0) || !may(9, 4, 1) {
		t.Error("a node with two such executors is out for the attempt")
	}
}

// Attempts count for the application only when they succeed. After two failures an executor
// is out for an hour, and with the second executor the node is.
func TestAnApplicationExcludesForAnHour(t *testing.T) {
	x := NewTracker(on)
	out := func(executor, node int32, at time.Duration) bool {
		return x.Excludes(policies.ExecutorID(executor), node, at)
	}
	first, second := &Set{}, &Set{}
	first.Fail(0, 1, 0, time.Second)
	if list := x.Succeed(first, time.Minute); len(list) > 0 || out(1, 0, time.Minute) {
		t.Errorf("one failure excludes %v", list)
	}
	second.Fail(0, 1, 0, time.Minute)
	if list := x.Succeed(second, 2*time.Minute); len(list) != 1 || !out(1, 0, 2*time.Minute) || out(2, 0, 2*time.Minute) {
		t.Errorf("the same number in another attempt is another task: %v", list)
	}
	third := &Set{}
	third.Fail(3, 2, 0, 3*time.Minute)
	third.Fail(4, 2, 0, 3*time.Minute)
	x.Succeed(third, 4*time.Minute)
	if !out(9, 0, 5*time.Minute) || out(9, 1, 5*time.Minute) {
		t.Error("the node of two excluded executors is out, others are not")
	}
	if out(1, 1, 2*time.Minute+time.Hour) {
		t.Error("an executor is back after an hour")
	}
}

// The settings before Spark 3.1 have other names; without any, nothing is excluded.
func TestRulesOf(t *testing.T) {
	if r := RulesOf(nil); r.On() || r.Kill {
		t.Errorf("by default: %+v", r)
	}
	r := RulesOf(spark.Properties{"spark.blacklist.enabled": "true", "spark.blacklist.killBlacklistedExecutors": "true", "spark.blacklist.timeout": "10min",
		"spark.blacklist.application.maxFailedTasksPerExecutor": "5"})
	if !r.Sets || !r.Application || !r.Kill || r.Timeout != 10*time.Minute || r.AppOnExecutor != 5 || r.TaskOnExecutor != 1 {
		t.Errorf("by the old names: %+v", r)
	}
	if r := RulesOf(spark.Properties{"spark.excludeOnFailure.application.enabled": "true"}); r.Sets || !r.Application {
		t.Errorf("for the application only: %+v", r)
	}
}
