package decide

import (
	"context"
	"errors"
	"fmt"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A search is a tuning in progress. Budgets are counted in applications replayed.
type search struct {
	Tuning
	options bench.Options
	origin  origin
	classes []*tuneClass
	joint   *tuneScenario
	goal    goal
	spent   int             // applications replayed
	tasks   int64           // tasks started in them
	grid    int             // applications that replaying all of tried in all replicas would take
	tried   map[string]bool // by scenario and fleet
	out     TuneResult
}

// A tuneClass is one class of a search.
type tuneClass struct {
	*class
	space  policies.Space
	short  []policies.Spec // the finalists, which enter the joint search; the best first
	scores []score         // of each of short, in the replay of this class alone
}

// A tuneScenario is a scenario of a search with its candidates.
type tuneScenario struct {
	*scenario
	apps             []int   // indexes of all applications
	base             *trial  // of the recorded settings
	withoutDeadlines [][]int // the applications of each class that has no deadlines
	candidates       []*candidate
	byFleet          map[string]int // indexes into candidates
}

func (s *search) prepare() error {
	s.goal = goal{s.MissRate, s.MaxSlowdown}
	list, err := classesOf(s.origin.workload, &s.origin.config.Cluster)
	if err != nil {
		return err
	}
	for _, c := range list {
		s.classes = append(s.classes, &tuneClass{class: c, space: s.spaceOf(c)})
	}
	s.joint = s.newScenario("", upTo(len(s.origin.workload.Apps)), 0)
	for _, apps := range s.joint.withoutDeadlines {
		s.out.WithoutDeadlines = append(s.out.WithoutDeadlines, s.origin.workload.Apps[apps[0]].Class)
	}
	return nil
}

// newScenario makes a scenario of some applications, with the replicas from a
// number on.
func (s *search) newScenario(name string, apps []int, first int) *tuneScenario {
	w := *s.origin.workload
	w.Apps = make([]*traces.Application, len(apps))
	byClass := map[string][]int{}
	deadlines := map[string]bool{}
	for i, at := range apps {
		a := s.origin.workload.Apps[at]
		w.Apps[i] = a
		byClass[a.Class] = append(byClass[a.Class], i)
		deadlines[a.Class] = deadlines[a.Class] || s.origin.reference[at].HasDeadline
	}
	sc := &tuneScenario{apps: upTo(len(apps)), base: newTrial(bench.RecordedFleet()), byFleet: map[string]int{}}
	var classes []*class
	for _, c := range s.classes {
		classes = append(classes, c.class)
		if own := byClass[c.name]; !deadlines[c.name] && len(own) > 0 {
			sc.withoutDeadlines = append(sc.withoutDeadlines, own)
		}
	}
	sc.scenario = newScenario(name, classes, &w, apps, &s.origin, first, s.Replicas)
	return sc
}

// enter adds a candidate to a scenario, or finds it there, and returns its index.
// The specs are by class; the scenario is of the class with that number, or of all
// classes for -1.
func (s *search) enter(sc *tuneScenario, class int, specs ...policies.Spec) int {
	var f policies.Fleet
	for k, spec := range specs {
		f.Rules = append(f.Rules, policies.Rule{Pattern: s.classes[max(k, class)].token, Spec: spec})
	}
	key := f.String()
	at, known := sc.byFleet[key]
	if !known {
		f.Name = sc.name
		at = len(sc.candidates)
		sc.byFleet[key] = at
		sc.candidates = append(sc.candidates, &candidate{specs, newTrial(f)})
	}
	if id := sc.name + " " + key; !s.tried[id] {
		s.tried[id] = true
		s.grid += len(sc.workload.Apps) * len(sc.replicas)
	}
	return at
}

// enterAll adds a candidate of all classes; of gives the spec of each.
func (s *search) enterAll(sc *tuneScenario, of func(k int, c *tuneClass) policies.Spec) int {
	specs := make([]policies.Spec, len(s.classes))
	for k, c := range s.classes {
		specs[k] = of(k, c)
	}
	return s.enter(sc, -1, specs...)
}

// play replays candidates of a scenario, and its base, in the first replicas, except
// those that are replayed already.
func (s *search) play(ctx context.Context, sc *tuneScenario, list []int, replicas int) error {
	trials := []*trial{sc.base}
	for _, i := range list {
		trials = append(trials, sc.candidates[i].trial)
	}
	size, before := len(sc.workload.Apps), s.spent
	remaining := sc.remaining(trials, replicas)
	tasks := s.tasks
	o := bench.Options{Parallel: s.options.Parallel, Progress: func(now bench.Progress) {
		s.tasks = tasks + now.Tasks
		s.reportProgress(float64(before) + now.Done*float64(size))
	}}
	if err := sc.play(ctx, trials, replicas, o); err != nil {
		return err
	}
	s.spent += remaining * size
	for _, t := range trials {
		var unschedulable *replay.AppError
		if t.err != nil && !errors.Is(t.err, replay.ErrHorizon) && !errors.As(t.err, &unschedulable) {
			return t.err
		}
	}
	if err := sc.base.err; err != nil {
		return fmt.Errorf("with the recorded settings: %w", err)
	}
	return nil
}

// reportProgress converts applications to replays of the whole workload.
func (s *search) reportProgress(applications float64) {
	if s.options.Progress != nil {
		done := min(applications/float64(len(s.Suite.Workload.Apps)), float64(s.Budget))
		s.options.Progress(bench.Progress{Done: done, Total: s.Budget, Tasks: s.tasks})
	}
}

// score is the mean result of a fleet over the replicas in which it was replayed.
func (sc *tuneScenario) score(t *trial) score {
	_, refused := t.refusal(sc.apps)
	out := score{failed: t.err != nil || refused > 0}
	if t.err != nil || t.done == 0 {
		return out
	}
	n := float64(t.done)
	out.misses = t.sum(sc.apps, t.done, metrics.MissOf) / n
	out.deadlines = t.sum(sc.apps, t.done, metrics.DeadlineOf) / n
	out.seconds = t.sum(sc.apps, t.done, metrics.ExecutorSecondsOf) / n
	for k, apps := range sc.withoutDeadlines {
		longer := t.sum(apps, t.done, metrics.TurnaroundOf)/sc.base.sum(apps, t.done, metrics.TurnaroundOf) - 1
		if k == 0 || longer > out.slower {
			out.slower = longer
		}
	}
	return out
}

// at is the score of the candidate with an index.
func (sc *tuneScenario) at(i int) score { return sc.score(sc.candidates[i].trial) }
