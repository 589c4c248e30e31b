package decide

import (
	"context"
	"errors"
	"fmt"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
)

// A tuneClass is what is searched for one class.
type tuneClass struct {
	*class
	space policies.Space
	short []policies.Spec // those that go on to the joint search, best first
	gave  []score         // what each of short gave in the class by itself
}

// A search is a tuning under way. Budgets are counted in applications replayed.
type search struct {
	Tuning
	options   bench.Options
	reference []sla.Reference
	classes   []*tuneClass
	joint     *tuneScenario
	goal      goal
	spent     int             // applications replayed
	grid      int             // that all of tried would have taken in all replicas
	tried     map[string]bool // by scene and fleet
	out       TuneResult
}

// A stage is a scene with a base to which what is played in it is held.
type tuneScenario struct {
	*scenario
	base    *candidateFleet
	free    [][]int // applications of each class that has no deadlines
	entries []*candidateFleet
	byFleet map[string]int
}

// An entry is a fleet that is tried in a stage.
type candidateFleet struct {
	fleet  policies.Fleet
	specs  []policies.Spec // by class of the search, for the joint stage
	played *trial
	done   int // replicas
}

func (s *search) prepare() error {
	w := s.Suite.Workload
	s.goal = goal{s.MissRate, s.MaxSlowdown}
	list, err := classesOf(w, &s.Suite.Config.Cluster)
	if err != nil {
		return err
	}
	for _, c := range list {
		s.classes = append(s.classes, &tuneClass{class: c, space: s.spaceOf(c)})
	}
	s.joint = s.newStage("", upTo(len(w.Apps)), 0)
	for _, apps := range s.joint.free {
		s.out.WithoutDeadlines = append(s.out.WithoutDeadlines, w.Apps[apps[0]].Class)
	}
	return nil
}

// newStage is a stage of some applications, with replicas from a number on.
func (s *search) newStage(name string, apps []int, first int) *tuneScenario {
	token := map[string]string{}
	for _, c := range s.classes {
		token[c.name] = c.token
	}
	w := *s.Suite.Workload
	w.Apps = nil
	var reference []sla.Reference
	byClass := map[string][]int{}
	deadlines := map[string]bool{}
	for _, at := range apps {
		own := *s.Suite.Workload.Apps[at]
		byClass[own.Class] = append(byClass[own.Class], len(w.Apps))
		deadlines[own.Class] = deadlines[own.Class] || s.reference[at].HasDeadline
		own.Class = token[own.Class]
		w.Apps = append(w.Apps, &own)
		reference = append(reference, s.reference[at])
	}
	st := &tuneScenario{scenario: &scenario{name: name, workload: &w, reference: reference}, byFleet: map[string]int{}}
	for r := first; r < first+s.Replicas; r++ {
		st.replicas = append(st.replicas, shaken(&w, s.Suite.Config, r))
	}
	for _, c := range s.classes {
		if !deadlines[c.name] && len(byClass[c.name]) > 0 {
			st.free = append(st.free, byClass[c.name])
		}
	}
	st.base = &candidateFleet{fleet: bench.RecordedFleet(), played: &trial{fleet: bench.RecordedFleet()}}
	return st
}

// enter lists a fleet in a stage, or finds it there. Specs are by class; the
// stage is of the class with that number, or of all for -1.
func (s *search) enter(st *tuneScenario, class int, specs ...policies.Spec) int {
	var f policies.Fleet
	for k, spec := range specs {
		f.Rules = append(f.Rules, policies.Rule{Pattern: s.classes[max(k, class)].token, Spec: spec})
	}
	key := f.String()
	at, known := st.byFleet[key]
	if !known {
		f.Name = st.name
		at = len(st.entries)
		st.byFleet[key] = at
		st.entries = append(st.entries, &candidateFleet{fleet: f, specs: specs, played: &trial{fleet: f}})
	}
	if id := st.name + " " + key; !s.tried[id] {
		s.tried[id] = true
		s.grid += len(st.workload.Apps) * len(st.replicas)
	}
	return at
}

// play sees to it that fleets of a stage, and its base, have been played in so
// many replicas.
func (s *search) play(ctx context.Context, st *tuneScenario, list []int, replicas int) error {
	entries := []*candidateFleet{st.base}
	for _, i := range list {
		entries = append(entries, st.entries[i])
	}
	due := 0
	var all []*trial
	for _, e := range entries {
		due += max(0, replicas-e.done)
		all = append(all, e.played)
	}
	size, before := len(st.workload.Apps), s.spent
	o := bench.Options{Parallel: s.options.Parallel, Progress: func(done, _ int) { s.tell(before + done*size) }}
	if err := st.playAll(ctx, all, replicas, o); err != nil {
		return err
	}
	s.spent += due * size
	for _, e := range entries {
		e.done = max(e.done, replicas)
		var odd *replay.AppError
		if err := e.played.err; err != nil && !errors.Is(err, replay.ErrHorizon) && !errors.As(err, &odd) {
			return err
		}
	}
	if err := st.base.played.err; err != nil {
		return fmt.Errorf("under the recorded settings: %w", err)
	}
	return nil
}

// tell tells of progress, in replays of the whole workload.
func (s *search) tell(applications int) {
	if s.options.Progress != nil {
		s.options.Progress(min(applications/len(s.Suite.Workload.Apps), s.Budget), s.Budget)
	}
}

// score is what an entry gave in the replicas that it has been played in.
func (st *tuneScenario) score(e *candidateFleet) score {
	out := score{failed: e.played.err != nil}
	if out.failed || e.done == 0 {
		return out
	}
	for r := range e.done {
		for i := range e.played.runs[r] {
			a := &e.played.runs[r][i]
			out.misses += metrics.MissOf(a)
			out.deadlines += metrics.DeadlineOf(a)
			out.seconds += metrics.ExecutorSecondsOf(a)
		}
	}
	n := float64(e.done)
	out.misses, out.deadlines, out.seconds = out.misses/n, out.deadlines/n, out.seconds/n
	for k, apps := range st.free {
		took, base := 0.0, 0.0
		for r := range e.done {
			for _, at := range apps {
				took += metrics.TurnaroundOf(&e.played.runs[r][at])
				base += metrics.TurnaroundOf(&st.base.played.runs[r][at])
			}
		}
		if longer := took/base - 1; k == 0 || longer > out.slower {
			out.slower = longer
		}
	}
	return out
}

func (st *tuneScenario) at(i int) score { return st.score(st.entries[i]) }
