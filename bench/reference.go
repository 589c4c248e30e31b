package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/reuse"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A workKey is equal for applications that do the same work. Workloads made from
// recordings repeat applications, and one replay alone is enough for all repeats;
// repeats share their slices, so that comparing pointers is sufficient.
type workKey struct {
	stages         *traces.Stage
	jobs           *traces.Job
	profiles       *traces.Profile
	recorded       *traces.Recorded
	earlier, setup time.Duration
	tail, until    time.Duration
	properties     string
}

func workKeyOf(a *traces.Application) workKey {
	return workKey{
		stages: firstOf(a.Stages), jobs: firstOf(a.Jobs), profiles: firstOf(a.Profiles), recorded: a.Recorded,
		earlier: a.EarlierAttempts, setup: a.Setup, tail: a.Tail, until: a.Until, properties: fmt.Sprint(a.Properties),
	}
}

func firstOf[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// distinctWork returns, for each application of the workload, the index of the first
// that does the same work; and the indexes of these first ones, in order.
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

// alone replays one application on the otherwise idle cluster under the base
// policy, without faults. The configuration is the suite's, and may have the plans of its
// workload.
func (s *Suite) alone(index int, config replay.Config, watch replay.Watch) (*replay.AppResult, error) {
	a := s.Workload.Apps[index]
	single := *a
	single.Submit = 0
	w := &traces.Workload{Name: s.Workload.Name + ", " + a.ID + " alone", Apps: []*traces.Application{&single}}
	config.Faults, config.RecordedLosses, config.Attribute, config.Watch = nil, false, false, watch
	result, err := reuse.Run(w, s.Policies[0], config)
	var failed *replay.AppError
	if errors.As(err, &failed) {
		failed.App = index
	}
	if err != nil {
		return nil, fmt.Errorf("application %s alone: %w", a.ID, err)
	}
	return &result.Apps[0], nil
}

// Misses is the number of applications of a group that missed their deadlines, and the
// number of those that have one.
type Misses struct{ Missed, Of int }

// Sweep counts the misses that applications of the results, replayed or recorded,
// would have at each slack factor: over all, and by class in the order of
// Classes.
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
	m.Of += int(metrics.DeadlineOf(a))
	m.Missed += int(metrics.MissOf(a))
}
