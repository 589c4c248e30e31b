package decide

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
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
	bench.Options
	Goal     Goal            // empty: FewestMisses
	Policies []policies.Spec // tried besides the usual ones
	Only     bool            // no others are tried, but for what the class has now
}

// Advice is what to set for each class of a workload.
type Advice struct {
	Suite         *bench.Suite
	Goal          Goal
	Replicas      int // replays of each policy that was judged, all but the first shaken
	Classes       []ClassAdvice
	Joint         *Joint // nil where nothing is to be changed, or only one class is there
	DeadlineBasis string
	LeftOut       []*replay.AppError // applications that cannot be replayed and are of no class
	CheckedAt     []string           // deadlines and loads at which the verdicts were tried again
	Notes         []string

	deadlines []sla.Reference
}

// Deadline is what an application of the suite's workload was held to, after its
// submission.
func (a *Advice) Deadline(app int) time.Duration { return a.deadlines[app].Deadline }

// ClassAdvice is what to set for one class.
type ClassAdvice struct {
	Class           string
	Runs            int
	Verdict         Verdict
	Stable          bool
	Flips           []string // why it is not stable: under which changes the verdict is another, and which
	Insufficiencies []string // why the logs are insufficient
	Notes           []string

	Current   Evaluation  // what the class has now
	Advised   Evaluation  // what to set: Current where that is as good; with Insufficient always Current
	Static    *Evaluation // the best fixed size; nil: none was tried
	Dynamic   *Evaluation // the best dynamic allocation; nil: none was tried
	Snippet   policies.Snippet
	NoSnippet string // why there is no snippet

	// Saved is what Dynamic saves of Static's executor-seconds, negative if it costs
	// more; SavedShare is the same as a share, Slower what its turnaround is longer by.
	Saved, SavedShare, TimeDelta stats.Estimate
	MissDelta                    stats.Estimate // misses of all applications under Dynamic less those under Static
	Assumed                      bool           // no deadline is given for the class: it is held to AssumedFactor times its run alone
	SmallestStatic               SmallestStatic
	Blocks                       bench.Blocks // what intervals of the class's own figures are over
	Model                        validate.ModelError
	Evaluations                  []Evaluation // in the order in which they were tried
}

// LeastStatic is the smallest fixed size that keeps 99 % of the deadlines.
type SmallestStatic struct {
	Executors int     // 0: no size that was tried does
	Kept      float64 // share of the deadlines that it keeps; without a size, that the best keeps
	Of        int     // replayed runs with a deadline
}

// enoughKept is the share of deadlines that a fixed size has to keep.
const deadlinesKept = 0.99

// Joint is all advice taken at one time.
type Joint struct {
	Fleet           policies.Fleet
	Before, After   float64        // misses of all applications, under what is set now and under the advice
	Of              int            // runs with a deadline
	MissDelta       stats.Estimate // misses, After less Before
	SavedShare      stats.Estimate // of all executor-seconds
	TimeDelta       stats.Estimate // longer by this share
	Worse           []string       // classes that miss more than the advice said
	ExecutorSeconds float64        // under the advice
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
var AssumedFactor = sla.DefaultSlack.Headline()

// loadSteps are the loads in which a verdict has to hold.
var loadSteps = []float64{0.8, 1.2}

// Advise says for each class of a workload whether to keep a fixed number of
// executors or to use dynamic allocation, and how to set it. One class's
// policies are tried while the others keep what their logs show; the joint
// choice is replayed at the end.
func Advise(ctx context.Context, s *bench.Suite, o AdviseOptions) (*Advice, error) {
	if o.Goal == "" {
		o.Goal = FewestMisses
	}
	base := *s
	if base.Config.Cluster.Assumed && neverShared(s.Workload) {
		base.Config.Cluster = validate.Unlimited
		base.Notes = append(slices.Clone(s.Notes), "The cluster is not given and no two applications ran at one time: policies are tried on one that is never full. Give --cluster if executors may have to wait for room.")
	}
	base.Policies = []policies.Fleet{bench.RecordedFleet()}
	base.Truth = nil
	results, err := bench.Run(ctx, &base, bench.Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	for i := range results.Reference {
		if ref := &results.Reference[i]; !ref.HasDeadline {
			ref.Deadline = sla.Multiple(AssumedFactor, ref.Alone) // assumed, where nothing else is asked of a class
		}
	}
	a := &adviser{suite: results.Suite, options: o, results: results}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	return a.advise(ctx)
}

// neverShared says whether no two applications of a workload ran at one time.
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

// An adviser makes advice.
type adviser struct {
	suite    *bench.Suite
	options  AdviseOptions
	results  *bench.Results // under what is set now
	classes  []*class
	replicas int
	scenario *scenario
	loads    []*scenario
	current  map[*scenario]*trial // what is set now
	quality  []logQuality         // by class
	played   int                  // replays that are done
	planned  int                  // replays that are foreseen
	notes    []string
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
	a.scenario = newScenario("", a.tokens(w, nil), a.results.Reference, a.suite.Config, a.replicas)
	a.current = map[*scenario]*trial{a.scenario: {fleet: bench.RecordedFleet()}}
	for _, load := range loadSteps {
		if len(w.Apps) < bench.FewestBlocks {
			break // there is nothing to thin out
		}
		if scene, err := a.scaled(load); err == nil {
			a.loads = append(a.loads, scene)
			a.current[scene] = &trial{fleet: bench.RecordedFleet()}
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

// fleet gives one class a policy while the others keep theirs.
func (c *class) fleet(s policies.Spec) policies.Fleet {
	f := bench.RecordedFleet()
	f.Rules = append([]policies.Rule{{Pattern: c.token, Spec: s}}, f.Rules...)
	f.Name = c.name + "=" + s.String()
	return f
}

// A tried is one policy that is tried for a class.
type candidate struct {
	spec  policies.Spec
	trial *trial
}

func (a *adviser) advise(ctx context.Context) (*Advice, error) {
	out := &Advice{
		Suite: a.suite, Goal: a.options.Goal, Replicas: a.replicas, DeadlineBasis: a.results.DeadlineBasis, LeftOut: a.results.LeftOut, deadlines: a.results.Reference,
		Notes: append(slices.Clone(a.results.Notes), a.notes...),
	}
	lists := make([][]*candidate, len(a.classes))
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
	a.planned = all

	for k, c := range a.classes {
		class, err := a.judgeClass(ctx, c, a.quality[k], lists[k], screen)
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
	a.report(a.planned) // there may be fewer than were foreseen
	return out, nil
}

// list is what is tried for a class; what it has now is the first.
func (a *adviser) list(c *class) []*candidate {
	list := []*candidate{{c.current, a.current[a.scenario]}}
	specs := c.candidates()
	if a.options.Only {
		specs = nil
	}
	for _, s := range unique(append(append([]policies.Spec{c.current}, specs...), a.options.Policies...))[1:] {
		list = append(list, &candidate{s, &trial{fleet: c.fleet(s)}})
	}
	return list
}

// play replays what has not been replayed yet.
func (a *adviser) play(ctx context.Context, s *scenario, list []*candidate, replicas int) error {
	played := make([]*trial, len(list))
	for i := range list {
		played[i] = list[i].trial
	}
	return a.playAll(ctx, s, played, replicas)
}

// playAll is playAll of a scene, with progress counted over the whole advice.
func (a *adviser) playAll(ctx context.Context, s *scenario, list []*trial, replicas int) error {
	done := 0
	err := s.playAll(ctx, list, replicas, bench.Options{Parallel: a.options.Parallel, Progress: func(now, _ int) {
		done = now
		a.report(a.played + done)
	}})
	a.played += done
	return err
}

func (a *adviser) report(done int) {
	if a.options.Progress != nil {
		a.options.Progress(done, a.planned)
	}
}
