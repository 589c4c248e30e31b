package exclusion

import (
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
)

// Rules are the settings of spark.excludeOnFailure. How often something has to fail:
type Rules struct {
	Sets        bool // exclude from the attempt of a stage in which tasks fail
	Application bool // exclude from the application, once such an attempt has succeeded
	Kill        bool // kill executors that are excluded from the application

	TaskOnExecutor, TaskOnNode            int // attempts of one task that fail there exclude it there
	StageOnExecutor, StageExecutorsOnNode int // tasks of an attempt; excluded executors
	AppOnExecutor, AppExecutorsOnNode     int // tasks of the application; excluded executors
	Timeout                               time.Duration
}

// RulesOf reads the settings of an application
// (org.apache.spark.internal.config.EXCLUDE_ON_FAILURE_ENABLED, MAX_TASK_ATTEMPTS_PER_EXECUTOR
// and so on). Names before Spark 3.1 count where the present ones are not set.
func RulesOf(p spark.Properties) Rules {
	const now, before = "spark.excludeOnFailure.", "spark.blacklist."
	on := p.Bool(now+"enabled", p.Bool(before+"enabled", false))
	count := func(key, old string, otherwise int) int { return p.Count(key, p.Count(old, otherwise)) }
	return Rules{
		Sets: p.Bool(now+"taskAndStage.enabled", on), Application: p.Bool(now+"application.enabled", on),
		Kill:           p.Bool(now+"killExcludedExecutors", p.Bool(before+"killBlacklistedExecutors", false)),
		TaskOnExecutor: count(now+"task.maxTaskAttemptsPerExecutor", before+"task.maxTaskAttemptsPerExecutor", 1), TaskOnNode: count(now+"task.maxTaskAttemptsPerNode", before+"task.maxTaskAttemptsPerNode", 2),
		StageOnExecutor: count(now+"stage.maxFailedTasksPerExecutor", before+"stage.maxFailedTasksPerExecutor", 2), StageExecutorsOnNode: count(now+"stage.maxFailedExecutorsPerNode", before+"stage.maxFailedExecutorsPerNode", 2),
		AppOnExecutor: count(now+"application.maxFailedTasksPerExecutor", before+"application.maxFailedTasksPerExecutor", 2), AppExecutorsOnNode: count(now+"application.maxFailedExecutorsPerNode", before+"application.maxFailedExecutorsPerNode", 2),
		Timeout: p.Duration(now+"timeout", time.Millisecond, p.Duration(before+"timeout", time.Millisecond, time.Hour)),
	}
}

// UnschedulableTimeout is how long a task that may run on no executor waits for another.
func UnschedulableTimeout(p spark.Properties) time.Duration {
	before := p.Duration("spark.scheduler.blacklist.unschedulableTaskSetTimeout", time.Second, 120*time.Second)
	return p.Duration("spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout", time.Second, before)
}

// On reports whether anything is excluded at all.
func (r *Rules) On() bool { return r.Sets || r.Application }

// A Set is the failures of one attempt of a stage (TaskSetExcludelist).
type Set struct{ failures []failure }

// A failure is a task that failed on an executor of a node.
type failure struct {
	task     int32
	executor policies.ExecutorID
	node     int32
	at       time.Duration
}

// Fail adds a failure of a task.
func (s *Set) Fail(task int32, executor policies.ExecutorID, node int32, at time.Duration) {
	s.failures = append(s.failures, failure{task, executor, node, at})
}

// tasks counts the tasks that have failed on an executor.
func (s *Set) tasks(executor policies.ExecutorID) int {
	var tasks []int32
	for _, f := range s.failures {
		if f.executor == executor && !slices.Contains(tasks, f.task) {
			tasks = append(tasks, f.task)
		}
	}
	return len(tasks)
}

// executors counts the executors of a node on which at least so many tasks have failed.
func (s *Set) executors(node int32, least int) int {
	var executors []policies.ExecutorID
	for _, f := range s.failures {
		if f.node == node && !slices.Contains(executors, f.executor) && s.tasks(f.executor) >= least {
			executors = append(executors, f.executor)
		}
	}
	return len(executors)
}

// Refuses reports whether an executor takes no task of the attempt.
func (r *Rules) Refuses(s *Set, executor policies.ExecutorID, node int32) bool {
	return r.Sets && len(s.failures) > 0 &&
		(s.tasks(executor) >= r.StageOnExecutor || s.executors(node, r.StageOnExecutor) >= r.StageExecutorsOnNode)
}

// Allowed divides tasks that are to run again into those that may run on an executor and
// those that may not.
func (r *Rules) Allowed(s *Set, tasks []int32, executor policies.ExecutorID, node int32) (allowed, refused []int32) {
	for _, task := range tasks {
		onExecutor, onNode := 0, 0
		for _, f := range s.failures {
			if f.task == task && f.node == node {
				onNode++
				if f.executor == executor {
					onExecutor++
				}
			}
		}
		if r.Sets && (onExecutor >= r.TaskOnExecutor || onNode >= r.TaskOnNode) {
			refused = append(refused, task)
		} else {
			allowed = append(allowed, task)
		}
	}
	return allowed, refused
}

// A Tracker is the exclusions of an application (HealthTracker).
type Tracker struct {
	Rules
	failures  Set                                   // of attempts that have succeeded; each task is counted for itself
	executors map[policies.ExecutorID]time.Duration // until when each is excluded; only looked up
	nodes     map[int32]time.Duration
	next      int32 // number of the next task in failures
}

// NewTracker follows the settings of an application.
func NewTracker(p spark.Properties) Tracker {
	return Tracker{Rules: RulesOf(p)}
}

// Succeed takes the failures of an attempt that has succeeded, and returns the executors
// that are excluded from now on.
func (t *Tracker) Succeed(s *Set, now time.Duration) (excluded []policies.ExecutorID) {
	if !t.Application || len(s.failures) == 0 {
		return nil
	}
	t.failures.failures = slices.DeleteFunc(t.failures.failures, func(f failure) bool { return f.at+t.Timeout <= now })
	if t.executors == nil {
		t.executors, t.nodes = map[policies.ExecutorID]time.Duration{}, map[int32]time.Duration{}
	}
	numbers := map[int32]int32{} // of the attempt's tasks in failures; only looked up
	for _, f := range s.failures {
		if _, known := numbers[f.task]; !known {
			numbers[f.task] = t.next
			t.next++
		}
		t.failures.Fail(numbers[f.task], f.executor, f.node, f.at)
	}
	for _, f := range s.failures {
		if t.failures.tasks(f.executor) < t.AppOnExecutor || t.executors[f.executor] > now {
			continue
		}
		t.executors[f.executor] = now + t.Timeout
		excluded = append(excluded, f.executor)
		if t.failures.executors(f.node, t.AppOnExecutor) >= t.AppExecutorsOnNode {
			t.nodes[f.node] = now + t.Timeout
		}
	}
	return excluded
}

// Excludes reports whether an executor takes no tasks at all.
func (t *Tracker) Excludes(executor policies.ExecutorID, node int32, now time.Duration) bool {
	return t.executors[executor] > now || t.nodes[node] > now
}
