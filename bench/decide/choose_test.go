package decide

import (
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/bench/validate"
	"dynalloc/internal/wide"
	"dynalloc/traces"
)

// tried is a trial in which each of 40 hourly runs takes so many executor-seconds and
// the first of them miss their deadlines.
func tried(executorSeconds float64, misses int) *trial {
	apps := make([]metrics.App, 40)
	for i := range apps {
		apps[i] = metrics.App{Turnaround: time.Minute, HasDeadline: true, Deadline: 2 * time.Minute, Executors: wide.Of(time.Duration(executorSeconds*float64(time.Second)), 1)}
		if i < misses {
			apps[i].Turnaround = 3 * time.Minute
		}
	}
	return &trial{runs: [][]metrics.App{apps}, done: 1}
}

// The current policy is changed only for one that saves more than 2 % of its cost or
// misses fewer deadlines.
func TestTheCurrentPolicyStaysUnlessAnotherIsBetter(t *testing.T) {
	s := &scenario{workload: &traces.Workload{}, replicas: make([]replica, 1)}
	var all []int
	for i := range 40 {
		s.workload.Apps = append(s.workload.Apps, &traces.Application{Submit: time.Duration(i) * time.Hour})
		s.reference = append(s.reference, sla.Reference{HasDeadline: true})
		all = append(all, i)
	}
	j := newJudge(FewestMisses, s, all, validate.ModelError{}, 1)
	for _, c := range []struct {
		name    string
		current *trial
		other   *trial
		changes bool
	}{
		{"it saves 1 %", tried(100, 0), tried(99, 0), false},
		{"it saves 3 %", tried(100, 0), tried(97, 0), true},
		{"it costs more and misses nothing", tried(100, 20), tried(120, 0), true},
		{"it saves much and misses half", tried(100, 0), tried(50, 20), false},
	} {
		j.current = c.current
		if best := j.best([]*trial{c.current, c.other}); (best == c.other) != c.changes {
			t.Errorf("%s: the policy changes: %v, want %v", c.name, best == c.other, c.changes)
		}
	}
}
