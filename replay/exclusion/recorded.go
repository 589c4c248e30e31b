package exclusion

import (
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// Recorded are the failures of an application's log, as far as they have happened in a
// replay. Where executors are excluded it matters which of them failures have in common:
// failures on one recorded executor happen on one executor of the replay, the first on which
// one of them happens. A task that runs elsewhere succeeds, as tasks did there. Without
// exclusion a failure happens wherever its task runs.
type Recorded struct {
	happened map[int32][]bool            // by stage and failure; only looked up
	executor map[int]policies.ExecutorID // by Failure.Executor; only looked up
}

// Next returns how long the next run of a task on an executor takes until it fails; false
// if it succeeds. Gone says which executors are no longer there: others take on their
// failures.
func (r *Recorded) Next(stage, task int32, failures []traces.Failure, on policies.ExecutorID, rules *Rules, gone func(policies.ExecutorID) bool) (time.Duration, bool) {
	if len(failures) == 0 {
		return 0, false
	}
	if r.happened == nil {
		r.happened, r.executor = map[int32][]bool{}, map[int]policies.ExecutorID{}
	}
	if r.happened[stage] == nil {
		r.happened[stage] = make([]bool, len(failures))
	}
	for i, f := range failures {
		if f.Task != int(task) || r.happened[stage][i] {
			continue
		}
		if f.Executor > 0 && rules.On() {
			at, known := r.executor[f.Executor]
			if known && at != on && !gone(at) {
				return 0, false
			}
			r.executor[f.Executor] = on
		}
		r.happened[stage][i] = true
		return f.Work, true
	}
	return 0, false
}
