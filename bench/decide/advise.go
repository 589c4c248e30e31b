package decide

import (
	"context"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/traces"
)

// The number of replicas. If the blocks consist of many runs, replicas only smooth the
// figures, so few are enough; otherwise the intervals rest on the replicas alone.
const (
	replicasOfMany = 5
	replicasOfFew  = 20
	manyRuns       = 100
)

// budget is the number of application runs that may be replayed for all candidates
// of all classes in all replicas. Above it the candidates are screened in one
// replica, and the best of each kind are replayed in all.
const budget = 40000

// AssumedFactor times the turnaround of a run alone is its deadline if the class has no
// deadlines.
var AssumedFactor = sla.DefaultSlack.Headline()

// loadSteps are the loads at which a verdict is checked.
var loadSteps = []float64{0.8, 1.2}

var (
	loadNotChecked = note.Declare("load-not-checked", "load", "error")
)

// Advise finds for each class of a workload whether a fixed number of executors or
// dynamic allocation is better, and with which settings. The candidates of one class
// are replayed while the other classes keep their recorded settings; at the end the
// advice for all classes is replayed together.
func Advise(ctx context.Context, s *bench.Suite, o AdviseOptions) (*Advice, error) {
	if o.Goal == "" {
		o.Goal = FewestMisses
	}
	base := *s
	limitless := base.Config.Cluster.Assumed && neverShared(s.Workload)
	if limitless {
		base.Config.Cluster = validate.Unlimited
		base.Config.Cluster.Assumed = true
	}
	base.Policies, base.Truth = []policies.Fleet{bench.RecordedFleet()}, nil
	results, err := bench.Run(ctx, &base, bench.Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	for i := range results.Reference {
		if ref := &results.Reference[i]; !ref.HasDeadline {
			ref.Deadline = sla.Multiple(AssumedFactor, ref.Alone) // used only if the class has no deadline
		}
	}
	a := &adviser{suite: results.Suite, options: o, results: results, current: map[*scenario]*trial{}, room: newRoomCheck(base.Config.Cluster.Assumed, limitless)}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	return a.advise(ctx)
}

// neverShared reports whether no two applications of a workload ran at the same time.
func neverShared(w *traces.Workload) bool {
	until := time.Duration(0)
	for _, a := range w.Apps {
		if a.Recorded == nil || a.Submit < until {
			return false
		}
		until = a.Submit + a.EarlierAttempts + a.Recorded.End
	}
	return true
}

// An adviser holds the state of one call of Advise.
type adviser struct {
	suite    *bench.Suite
	options  AdviseOptions
	results  *bench.Results // with the current settings
	classes  []*class
	replicas int
	scenario *scenario
	loads    []*scenario
	current  map[*scenario]*trial // of the current settings
	quality  []logQuality         // by class
	room     *roomCheck
	progress bench.Progress // of all replays that are expected
	notes    []note.Note
}

func (a *adviser) prepare() error {
	w := a.suite.Workload
	var err error
	if a.classes, err = classesOf(w, &a.suite.Config.Cluster); err != nil {
		return err
	}
	a.quality = a.logQualities()
	a.replicas = replicasOfFew
	if len(w.Apps) >= manyRuns {
		a.replicas = replicasOfMany
	}
	for _, c := range a.classes {
		if bench.BlocksOf(w, c.apps).Unit == bench.ByReplica {
			a.replicas = replicasOfFew
		}
	}
	a.scenario = a.newScenario("", w, upTo(len(w.Apps)), a.replicas)
	for _, load := range loadSteps {
		if len(w.Apps) < bench.FewestBlocks {
			break // too few runs to compute a load from a part of them
		}
		if scaled, err := a.scaled(load); err == nil {
			a.loads = append(a.loads, scaled)
		} else {
			a.notes = append(a.notes, loadNotChecked.With(load, err))
		}
	}
	return nil
}

// newScenario makes a scenario of applications of the suite, with the current
// settings as its first trial.
func (a *adviser) newScenario(name string, w *traces.Workload, from []int, replicas int) *scenario {
	of := &origin{a.suite.Workload, a.results.Reference, a.suite.Config, nil}
	if name == "" { // at another load the cluster is fuller than it was
		of.room = a.room
	}
	s := newScenario(name, a.classes, w, from, of, 0, replicas)
	a.current[s] = newTrial(bench.RecordedFleet())
	return s
}

func (a *adviser) advise(ctx context.Context) (*Advice, error) {
	out := &Advice{
		Suite: a.suite, Goal: a.options.Goal, Replicas: a.replicas, DeadlineBasis: a.results.DeadlineBasis, LeftOut: a.results.LeftOut,
		Notes: slices.Concat(a.results.Notes, a.notes), Self: a.results.Self, deadlines: a.results.Reference,
	}
	lists := make([][]*candidate, len(a.classes))
	total := 0
	for k, c := range a.classes {
		lists[k] = a.candidates(c)
		total += len(lists[k])
	}
	planned := total * a.replicas
	screen := planned*len(a.suite.Workload.Apps) > budget
	if screen {
		planned = total + len(a.classes)*mostJudged*a.replicas
	}
	a.progress.Total = planned + (len(a.classes)*2*(1+len(a.loads))+2)*a.replicas

	for k, c := range a.classes {
		class, err := a.adviseClass(ctx, c, a.quality[k], lists[k], screen)
		if err != nil {
			return nil, err
		}
		out.Classes = append(out.Classes, *class)
	}
	if a.options.Goal == FewestMisses {
		for _, s := range a.deadlineSteps() {
			out.CheckedAt = append(out.CheckedAt, s.name)
		}
	}
	for _, s := range a.loads {
		out.CheckedAt = append(out.CheckedAt, s.name)
	}
	var err error
	if out.Joint, err = a.joint(ctx, out.Classes); err != nil {
		return nil, err
	}
	out.RoomDecides = a.room.list()
	a.progress.Done = float64(a.progress.Total) // there may be fewer replays than were planned
	a.report()
	return out, nil
}

// candidates are the candidates of a class. The first is the current policy.
func (a *adviser) candidates(c *class) []*candidate {
	list := []*candidate{{[]policies.Spec{c.current}, a.current[a.scenario]}}
	specs := []policies.Spec{c.current}
	if !a.options.Only {
		specs = append(specs, c.candidates()...)
	}
	for _, s := range unique(append(specs, a.options.Policies...))[1:] {
		list = append(list, &candidate{[]policies.Spec{s}, newTrial(c.fleet(s))})
	}
	return list
}

// play replays trials in a scenario, with progress over the whole advice.
func (a *adviser) play(ctx context.Context, s *scenario, list []*trial, replicas int) error {
	before := a.progress
	return s.play(ctx, list, replicas, bench.Options{Parallel: a.options.Parallel, Progress: func(now bench.Progress) {
		a.progress.Done, a.progress.Tasks = before.Done+now.Done, before.Tasks+now.Tasks
		a.report()
	}})
}

func (a *adviser) report() {
	if a.options.Progress != nil {
		a.options.Progress(a.progress)
	}
}
