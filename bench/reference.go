package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/traces"
)

// content is what makes two applications the same work: a workload made from
// recordings repeats applications, and one run alone answers for all repeats.
type workKey struct {
	stages     *traces.Stage
	jobs       *traces.Job
	profiles   *traces.Profile
	earlier    time.Duration
	setup      time.Duration
	tail       time.Duration
	properties string
}

func workKeyOf(a *traces.Application) workKey {
	c := workKey{earlier: a.EarlierAttempts, setup: a.Setup, tail: a.Tail, properties: fmt.Sprint(a.Properties)}
	if len(a.Stages) > 0 {
		c.stages = &a.Stages[0]
	}
	if len(a.Jobs) > 0 {
		c.jobs = &a.Jobs[0]
	}
	if len(a.Profiles) > 0 {
		c.profiles = &a.Profiles[0]
	}
	return c
}

// distinctWork returns, for each application of the workload, the index of the first
// that is the same work; and those firsts in order.
func distinctWork(w *traces.Workload) (same, firsts []int) {
	seen := make(map[workKey]int)
	same = make([]int, len(w.Apps))
	for i, a := range w.Apps {
		key := workKeyOf(a)
		first, ok := seen[key]
		if !ok {
			first = i
			seen[key] = i
			firsts = append(firsts, i)
		}
		same[i] = first
	}
	return same, firsts
}

// alone replays an application of the workload on the idle cluster under the
// base policy.
func (s *Suite) alone(index int) (*replay.AppResult, error) {
	a := s.Workload.Apps[index]
	single := *a
	single.Submit = 0
	w := &traces.Workload{Name: s.Workload.Name + ", " + a.ID + " alone", Apps: []*traces.Application{&single}}
	result, err := replay.Run(w, s.Policies[0], s.Config)
	var odd *replay.AppError
	if errors.As(err, &odd) {
		odd.App = index
	}
	if err != nil {
		return nil, fmt.Errorf("application %s alone: %w", a.ID, err)
	}
	return &result.Apps[0], nil
}

// setReferences finds what every application and query is measured against; alone are
// the runs alone, by application.
func (r *Results) setReferences(alone []*replay.AppResult) {
	s := r.Suite
	r.Slack = s.Deadlines.SlackInForce(s.Slack)
	r.Reference = sla.References(s.Workload, s.Deadlines, r.Slack, alone)
	r.Queries = sla.QueriesWithDeadline(s.Workload, s.Deadlines, alone)
}

// Misses are how many applications of a group missed their deadlines, of those
// that have one.
type Misses struct{ Missed, Of int }

// Sweep counts the misses that applications of the results, replayed or
// recorded, would have at each factor of the slack: over all, and by class in the
// order of Classes.
func (r *Results) Sweep(apps []metrics.App) (all []Misses, byClass [][]Misses) {
	all, byClass = make([]Misses, len(r.Slack.Factors)), make([][]Misses, len(r.Classes))
	for c := range byClass {
		byClass[c] = make([]Misses, len(r.Slack.Factors))
	}
	for i := range apps {
		c, known := slices.BinarySearch(r.Classes, apps[i].Class)
		for k, factor := range r.Slack.Factors {
			a := apps[i].AtSlackFactor(factor)
			all[k].add(&a)
			if known {
				byClass[c][k].add(&a)
			}
		}
	}
	return all, byClass
}

func (m *Misses) add(a *metrics.App) {
	if a.HasDeadline {
		m.Of++
	}
	if a.Missed() {
		m.Missed++
	}
}
