package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Verdict is what advice comes to for a class.
type Verdict string

// Verdicts.
const (
	Static       Verdict = "static"        // a fixed number of executors
	Dynamic      Verdict = "dynamic"       // dynamic allocation
	NoDifference Verdict = "no-difference" // the best of both kinds cannot be told apart
	Insufficient Verdict = "insufficient"  // the logs do not allow to judge
)

// AdviseOptions are what advice is asked for.
type AdviseOptions struct {
	Options
	Goal     Goal            // empty: FewestMisses
	Policies []policies.Spec // tried besides the usual ones
	Only     bool            // no others are tried, but for what the class has now
}

// Advice is what to set for each class of a workload.
type Advice struct {
	Suite         *Suite
	Goal          Goal
	Replicas      int // replays of each policy that was judged, all but the first shaken
	Classes       []ClassAdvice
	Joint         *Joint // nil where nothing is to be changed, or only one class is there
	DeadlineBasis string
	LeftOut       []*replay.AppError // applications that cannot be replayed and are of no class
	TriedAt       []string           // deadlines and loads at which the verdicts were tried again
	Notes         []string

	deadlines []Reference
}

// Deadline is what an application of the suite's workload was held to, after its
// submission.
func (a *Advice) Deadline(app int) time.Duration { return a.deadlines[app].Deadline }

// ClassAdvice is what to set for one class.
type ClassAdvice struct {
	Class   string
	Runs    int
	Verdict Verdict
	Stable  bool
	Flips   []string // why it is not stable: under which changes the verdict is another, and which
	Why     []string // why the logs are insufficient
	Notes   []string

	Current Judged  // what the class has now
	Advised Judged  // what to set: Current where that is as good; with Insufficient always Current
	Static  *Judged // the best fixed size; nil: none was tried
	Dynamic *Judged // the best dynamic allocation; nil: none was tried
	Snippet policies.Snippet
	NoConf  string // why there is no snippet

	// Saved is what Dynamic saves of Static's executor-seconds, negative if it costs
	// more; SavedShare is the same as a share, Slower what its turnaround is longer by.
	Saved, SavedShare, Slower Estimate
	MoreMisses                Estimate // misses of all applications under Dynamic less those under Static
	Assumed                   bool     // no deadline is given for the class: it is held to AssumedFactor times its run alone
	Least                     LeastStatic
	Blocks                    Blocks // what intervals of the class's own figures are over
	Model                     ModelError
	Tried                     []Judged // in the order in which they were tried
}

// LeastStatic is the smallest fixed size that keeps 99 % of the deadlines.
type LeastStatic struct {
	Executors int     // 0: no size that was tried does
	Kept      float64 // share of the deadlines that it keeps; without a size, that the best keeps
	Of        int     // replayed runs with a deadline
}

// enoughKept is the share of deadlines that a fixed size has to keep.
const enoughKept = 0.99

// Joint is all advice taken at one time.
type Joint struct {
	Fleet           policies.Fleet
	Before, After   float64  // misses of all applications, under what is set now and under the advice
	Of              int      // runs with a deadline
	More            Estimate // misses, After less Before
	SavedShare      Estimate // of all executor-seconds
	Turnaround      Estimate // longer by this share
	Worse           []string // classes that miss more than the advice said
	ExecutorSeconds float64  // under the advice
}

// How many replicas there are: few where many runs make the blocks, since the
// replicas then only smooth; and many where they are all that there is.
const (
	replicasOfMany = 5
	replicasOfFew  = 20
	manyRuns       = 100
)

// budget is how many application runs may be replayed for all candidates of all
// classes in all replicas; where it takes more, the candidates are first tried
// in one replica, and the best of each kind in all.
const budget = 40000

// AssumedFactor times its run alone is what a class is held to that has no
// deadline.
var AssumedFactor = DefaultSlack.Headline()

// loadSteps are the loads in which a verdict has to hold.
var loadSteps = []float64{0.8, 1.2}

// Advise says for each class of a workload whether to keep a fixed number of
// executors or to use dynamic allocation, and how to set it. One class's
// policies are tried while the others keep what their logs show; the joint
// choice is replayed at the end.
func Advise(ctx context.Context, s *Suite, o AdviseOptions) (*Advice, error) {
	if o.Goal == "" {
		o.Goal = FewestMisses
	}
	base := *s
	if base.Config.Cluster.Assumed && alone(s.Workload) {
		base.Config.Cluster = Roomy
		base.Notes = append(slices.Clone(s.Notes), "The cluster is not given and no two applications ran at one time: policies are tried on one that is never full. Give --cluster if executors may have to wait for room.")
	}
	base.Policies = []policies.Fleet{recordedFleet()}
	base.Truth = nil
	results, err := Run(ctx, &base, Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	for i := range results.Reference {
		if ref := &results.Reference[i]; !ref.HasDeadline {
			ref.Deadline = times(AssumedFactor, ref.Alone) // assumed, where nothing else is asked of a class
		}
	}
	a := &adviser{suite: results.Suite, options: o, results: results}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	return a.advise(ctx)
}

// alone says whether no two applications of a workload ran at one time.
func alone(w *traces.Workload) bool {
	until := time.Duration(0)
	for _, a := range w.Apps {
		if a.Recorded == nil || a.Submit < until {
			return false
		}
		until = a.Submit + a.Earlier + a.Recorded.End
	}
	return true
}

func recordedFleet() policies.Fleet {
	return policies.FleetOf("recorded", policies.Spec{Kind: "recorded"})
}

// An adviser makes advice.
type adviser struct {
	suite    *Suite
	options  AdviseOptions
	results  *Results // under what is set now
	classes  []*class
	replicas int
	scene    *scene
	loads    []*scene
	current  map[*scene]*played // what is set now
	trust    []trust            // by class
	progress counter
	notes    []string
}

func (a *adviser) prepare() error {
	w := a.suite.Workload
	var err error
	if a.classes, err = classesOf(w, &a.suite.Config.Cluster); err != nil {
		return err
	}
	a.trust = a.trusts()
	a.replicas = replicasOfFew
	if len(w.Apps) >= manyRuns {
		a.replicas = replicasOfMany
	}
	for _, c := range a.classes {
		if BlocksOf(w, c.apps).Unit == ByReplica {
			a.replicas = replicasOfFew
		}
	}
	a.scene = newScene("", a.tokens(w, nil), a.results.Reference, a.suite.Config, a.replicas)
	a.current = map[*scene]*played{a.scene: {fleet: recordedFleet()}}
	for _, load := range loadSteps {
		if len(w.Apps) < FewestBlocks {
			break // there is nothing to thin out
		}
		if scene, err := a.scaled(load); err == nil {
			a.loads = append(a.loads, scene)
			a.current[scene] = &played{fleet: recordedFleet()}
		} else {
			a.notes = append(a.notes, fmt.Sprintf("Whether the advice holds at a load of %g could not be tried: %v.", load, err))
		}
	}
	return nil
}

// tokens is a workload whose applications are of classes that no pattern of
// another one covers. From gives for each application its index in the suite's
// workload; nil: the same.
func (a *adviser) tokens(w *traces.Workload, from []int) *traces.Workload {
	out := *w
	out.Apps = make([]*traces.Application, len(w.Apps))
	token := make([]string, len(a.suite.Workload.Apps))
	for _, c := range a.classes {
		for _, at := range c.apps {
			token[at] = c.token
		}
	}
	for i, app := range w.Apps {
		at := i
		if from != nil {
			at = from[i]
		}
		own := *app
		own.Class = token[at]
		own.Recorded = a.suite.Workload.Apps[at].Recorded // which tells a fixed size where the settings do not
		out.Apps[i] = &own
	}
	return &out
}

// scaled is the workload at another load. Whole pipelines are left out or
// doubled (traces.Scale), picked by a seed under which each class keeps some of
// its runs; where they are too few for that, single runs.
func (a *adviser) scaled(load float64) (*scene, error) {
	whole := a.suite.Workload
	single := a.tokens(whole, nil)
	for _, app := range single.Apps {
		app.User = "" // with a class that does not come from its name, each is a pipeline
	}
	const seeds = 10
	for _, w := range []*traces.Workload{whole, single} {
		if w == whole && pipelines(whole) < FewestBlocks {
			continue
		}
		for seed := a.suite.Config.Seed; seed < a.suite.Config.Seed+seeds; seed++ {
			scaled, err := traces.Scale(w, load, seed)
			if err != nil {
				return nil, err
			}
			if len(classes(scaled)) < len(a.classes) {
				continue
			}
			from, err := original(scaled, whole)
			if err != nil {
				return nil, err
			}
			reference := make([]Reference, len(from))
			for i, at := range from {
				reference[i] = a.results.Reference[at]
			}
			return newScene(fmt.Sprintf("load x%g", load), a.tokens(scaled, from), reference, a.suite.Config, a.replicas), nil
		}
	}
	return nil, errors.New("every choice of runs drops a class")
}

// pipelines counts what traces.Scale would leave out or double as a whole.
func pipelines(w *traces.Workload) int {
	seen := map[[2]string]bool{}
	for _, a := range w.Apps {
		seen[[2]string{a.User, a.Class}] = true
	}
	return len(seen)
}

// fleet gives one class a policy while the others keep theirs.
func (c *class) fleet(s policies.Spec) policies.Fleet {
	f := recordedFleet()
	f.Rules = append([]policies.Rule{{Pattern: c.token, Spec: s}}, f.Rules...)
	f.Name = c.name + "=" + s.String()
	return f
}

// A trial is one policy tried for a class.
type tried struct {
	spec   policies.Spec
	played *played
}

func (a *adviser) advise(ctx context.Context) (*Advice, error) {
	out := &Advice{
		Suite: a.suite, Goal: a.options.Goal, Replicas: a.replicas, DeadlineBasis: a.results.DeadlineBasis, LeftOut: a.results.LeftOut, deadlines: a.results.Reference,
		Notes: append(slices.Clone(a.results.Notes), a.notes...),
	}
	lists := make([][]*tried, len(a.classes))
	total := 0
	for k, c := range a.classes {
		lists[k] = a.list(c)
		total += len(lists[k])
	}
	all := total * a.replicas
	screen := all*len(a.suite.Workload.Apps) > budget
	if screen {
		all = total + len(a.classes)*mostJudged*a.replicas
	}
	all += (len(a.classes)*2*(1+len(a.loads)) + 2) * a.replicas
	a.progress = counter{total: all, tell: a.options.Progress}

	for k, c := range a.classes {
		class, err := a.judgeClass(ctx, c, a.trust[k], lists[k], screen)
		if err != nil {
			return nil, err
		}
		out.Classes = append(out.Classes, *class)
	}
	if a.options.Goal == FewestMisses {
		for _, s := range a.steps() {
			out.TriedAt = append(out.TriedAt, s.name)
		}
	}
	for _, s := range a.loads {
		out.TriedAt = append(out.TriedAt, s.name)
	}
	var err error
	if out.Joint, err = a.joint(ctx, out.Classes); err != nil {
		return nil, err
	}
	a.progress.finish()
	return out, nil
}

// list is what is tried for a class; what it has now is the first.
func (a *adviser) list(c *class) []*tried {
	list := []*tried{{c.current, a.current[a.scene]}}
	specs := c.candidates()
	if a.options.Only {
		specs = nil
	}
	for _, s := range unique(append(append([]policies.Spec{c.current}, specs...), a.options.Policies...))[1:] {
		list = append(list, &tried{s, &played{fleet: c.fleet(s)}})
	}
	return list
}

func (a *adviser) judgeClass(ctx context.Context, c *class, t trust, list []*tried, screen bool) (*ClassAdvice, error) {
	j := newJudge(a.options.Goal, a.scene, c.apps, t.model, a.suite.Config.Seed)
	j.current = list[0].played
	if screen {
		if err := a.play(ctx, a.scene, list, 1); err != nil {
			return nil, err
		}
	}
	final := list
	if screen {
		final = j.screened(list)
	}
	if err := a.play(ctx, a.scene, final, a.replicas); err != nil {
		return nil, err
	}
	if err := list[0].played.err; err != nil {
		return nil, fmt.Errorf("class %s as it is set now: %w", c.name, err)
	}
	advice := &ClassAdvice{Class: c.name, Runs: len(c.apps), Stable: true, Why: t.why, Notes: t.notes, Model: t.model, Blocks: j.own.blocks, Assumed: j.assumed}
	if c.others > 0 {
		advice.Notes = append(advice.Notes, fmt.Sprintf("%d of its %d runs had other settings than %s; what is called current is each as it was.", c.others, len(c.apps), c.current))
	}
	for _, tr := range list {
		advice.Tried = append(advice.Tried, j.describe(tr.spec, tr.played))
	}
	find := func(p *played) *Judged {
		for i := range list {
			if list[i].played == p {
				return &advice.Tried[i]
			}
		}
		return nil
	}
	static, dynamic := kinds(final)
	best := map[bool]*played{}
	for fixed, of := range map[bool][]*played{true: static, false: dynamic} {
		if len(of) > 0 {
			best[fixed] = j.best(of)
		}
	}
	if best[true] != nil {
		advice.Static = find(best[true])
	}
	if best[false] != nil {
		advice.Dynamic = find(best[false])
	}
	advice.Least = j.least(list, advice.Tried)
	advised := a.choose(j, advice, best[true], best[false])
	if len(advice.Why) > 0 {
		advice.Verdict, advised = Insufficient, j.current
	}
	j.against(advised, advice.Tried)
	for _, d := range []*Judged{advice.Static, advice.Dynamic} {
		if d != nil {
			if err := a.causes(ctx, j, d.played.fleet, d); err != nil {
				return nil, err
			}
		}
	}
	advice.Advised, advice.Current = *find(advised), advice.Tried[0]
	if err := a.stability(ctx, c, j, advice, best[true], best[false]); err != nil {
		return nil, err
	}
	snippet, err := c.snippet(advice.Advised.Policy)
	if advice.Snippet = snippet; err != nil {
		advice.NoConf = err.Error()
	}
	return advice, nil
}

// choose decides between the kinds and measures what lies between them.
func (a *adviser) choose(j *judge, advice *ClassAdvice, static, dynamic *played) *played {
	switch {
	case static == nil && dynamic == nil:
		advice.Verdict = NoDifference
		return j.current
	case dynamic == nil:
		advice.Verdict = Static
		return static
	case static == nil:
		advice.Verdict = Dynamic
		return dynamic
	}
	advice.Verdict = j.verdict(static, dynamic)
	more, _ := j.misses(lateness{over: j.all}, []*played{dynamic}, static)
	runs := j.all.total(static, deadlineFigure)
	advice.MoreMisses = Estimate{more[0].Value * runs, more[0].Times(runs)}
	dearer := j.relative(executorFigure, j.model.Executors, []*played{dynamic}, static)[0]
	seconds := j.own.total(static, executorFigure)
	advice.SavedShare = Estimate{-dearer.Value, dearer.Times(-1)}
	advice.Saved = Estimate{-dearer.Value * seconds, dearer.Times(-seconds)}
	advice.Slower = j.relative(turnaroundFigure, j.model.Time, []*played{dynamic}, static)[0]
	switch advice.Verdict {
	case Static:
		return static
	case Dynamic:
		return dynamic
	}
	return j.best([]*played{static, dynamic})
}

// play replays what has not been replayed yet.
func (a *adviser) play(ctx context.Context, s *scene, list []*tried, replicas int) error {
	played := make([]*played, len(list))
	for i := range list {
		played[i] = list[i].played
	}
	return s.playAll(ctx, played, replicas, a.options.Options, &a.progress)
}

// kinds sorts what could be replayed into fixed sizes and the rest.
func kinds(list []*tried) (static, dynamic []*played) {
	for _, t := range list {
		switch {
		case t.played.err != nil:
		case t.spec.Kind == "static":
			static = append(static, t.played)
		default:
			dynamic = append(dynamic, t.played)
		}
	}
	return static, dynamic
}

// least is the smallest fixed size that keeps 99 % of the class's deadlines.
func (j *judge) least(list []*tried, judged []Judged) LeastStatic {
	var found LeastStatic
	sizes := make([]int, 0, len(list))
	for i, t := range list {
		if t.spec.Kind == "static" && t.played.err == nil {
			sizes = append(sizes, i)
		}
	}
	slices.SortFunc(sizes, func(x, y int) int { return list[x].spec.Executors - list[y].spec.Executors })
	for _, i := range sizes {
		of := j.own.total(list[i].played, due(j.assumed)) * float64(judged[i].Replicas)
		if of == 0 {
			return LeastStatic{}
		}
		kept := 1 - j.own.total(list[i].played, j.missed(j.assumed, 0))*float64(judged[i].Replicas)/of
		if kept > found.Kept {
			found.Kept, found.Of = kept, int(math.Round(of))
		}
		if kept >= enoughKept {
			return LeastStatic{list[i].spec.Executors, kept, int(math.Round(of))}
		}
	}
	return found
}

// stability looks for changes under which the verdict is another: tighter and
// looser deadlines, and less and more load.
func (a *adviser) stability(ctx context.Context, c *class, j *judge, advice *ClassAdvice, static, dynamic *played) error {
	if static == nil || dynamic == nil || advice.Verdict == Insufficient {
		return nil
	}
	flip := func(under string, v Verdict) {
		if v != advice.Verdict {
			advice.Stable = false
			advice.Flips = append(advice.Flips, fmt.Sprintf("%s: %s", under, v))
		}
	}
	if a.options.Goal == FewestMisses {
		for _, s := range a.steps() {
			neighbor := *j
			neighbor.step = s
			flip(s.name, neighbor.verdict(static, dynamic))
		}
	}
	for _, s := range a.loads {
		var apps []int
		for i, app := range s.workload.Apps {
			if app.Class == c.token {
				apps = append(apps, i)
			}
		}
		pair := make([]*tried, 2)
		for i, of := range []*Judged{advice.Static, advice.Dynamic} {
			pair[i] = &tried{of.Policy, &played{fleet: c.fleet(of.Policy)}}
		}
		if err := a.play(ctx, s, pair, a.replicas); err != nil {
			return err
		}
		if pair[0].played.err != nil || pair[1].played.err != nil {
			advice.Notes = append(advice.Notes, fmt.Sprintf("At %s it could not be replayed.", s.name))
			continue
		}
		loaded := newJudge(a.options.Goal, s, apps, j.model, j.seed)
		flip(s.name, loaded.verdict(pair[0].played, pair[1].played))
	}
	return nil
}

// joint replays all advice at one time.
func (a *adviser) joint(ctx context.Context, advice []ClassAdvice) (*Joint, error) {
	changed := false
	inner, outer := recordedFleet(), policies.Fleet{Name: "advised"}
	inner.Name = "advised"
	for k, c := range a.classes {
		s := advice[k].Advised.Policy
		outer.Rules = append(outer.Rules, policies.Rule{Pattern: c.name, Spec: s})
		if s == advice[k].Current.Policy {
			continue // each run as it is
		}
		changed = true
		inner.Rules = append([]policies.Rule{{Pattern: c.token, Spec: s}}, inner.Rules...)
	}
	if !changed || len(a.classes) < 2 {
		return nil, nil
	}
	now, then := a.current[a.scene], &played{fleet: inner}
	if err := a.scene.playAll(ctx, []*played{now, then}, a.replicas, a.options.Options, &a.progress); err != nil {
		return nil, err
	}
	if then.err != nil {
		return nil, fmt.Errorf("all advice at one time: %w", then.err)
	}
	model := ModelError{}
	for k := range advice {
		model = model.orMore(advice[k].Model)
	}
	every := newJudge(a.options.Goal, a.scene, everyApp(a.scene), model, a.suite.Config.Seed)
	runs := every.all.total(now, deadlineFigure)
	more, _ := every.misses(lateness{over: every.all}, []*played{then}, now)
	dearer := every.relative(executorFigure, model.Executors, []*played{then}, now)[0]
	joint := &Joint{
		Fleet: outer, Before: every.all.total(now, missFigure), After: every.all.total(then, missFigure), Of: int(math.Round(runs)),
		More:            Estimate{more[0].Value * runs, more[0].Times(runs)},
		SavedShare:      Estimate{-dearer.Value, dearer.Times(-1)},
		Turnaround:      every.relative(turnaroundFigure, model.Time, []*played{then}, now)[0],
		ExecutorSeconds: every.all.total(then, executorFigure),
	}
	for k, c := range a.classes {
		own := newJudge(a.options.Goal, a.scene, c.apps, advice[k].Model, a.suite.Config.Seed)
		alone, together := own.own.total(advice[k].Advised.played, missFigure), own.own.total(then, missFigure)
		if of := own.own.total(then, deadlineFigure); of > 0 && together-alone > 2*spared*of {
			joint.Worse = append(joint.Worse, fmt.Sprintf("%s misses %.1f of %.0f deadlines with all advice taken, %.1f with its own alone", c.name, together, of, alone))
		}
	}
	return joint, nil
}

func everyApp(s *scene) []int {
	all := make([]int, len(s.workload.Apps))
	for i := range all {
		all[i] = i
	}
	return all
}

// finish tells that all is done, however many replays were foreseen.
func (c *counter) finish() {
	if c.tell != nil {
		c.tell(c.total, c.total)
	}
}
