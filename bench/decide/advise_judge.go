package decide

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/policies"
)

// Goal is what advice is after.
type Goal string

// Goals. In both, the fewest executor-seconds decide between policies that
// cannot be told apart.
const (
	FewestMisses Goal = "misses" // the fewest misses of all applications
	ShortestTime Goal = "time"   // the shortest turnaround of the class
)

// spared is how many more misses than under the best policy, as a share of the
// class's runs, are let pass in the estimate where the two cannot be told apart:
// that nothing is proven against a policy does not make it good.
const missTolerance = 0.01

// A Judged is a policy that was tried for a class, and what the class got.
type Evaluation struct {
	Policy           policies.Spec
	Replicas         int // replays of it; few for one that was left behind early
	Of               int // runs of the class with a deadline, given or assumed; with blocks of replicas times these
	Misses           stats.Estimate
	OtherClassMisses float64 // misses of the other classes
	Turnaround       float64 // mean, seconds
	ExecutorSeconds  float64
	Problem          string // why it could not be replayed; then there are no numbers

	// Against what is advised, for those that were judged in all replicas: by how
	// many misses of all applications more (of the class's own, where they are
	// assumed; in all replicas, where Of counts these), by which share of executor-seconds more,
	// and by which share of turnaround longer. All hold together.
	MissDelta, CostDelta, TimeDelta stats.Estimate
	MissesSignificant               bool

	Causes     []MissCause   // why the class's runs miss under it, most first; only of Static and Dynamic
	RampUpTime time.Duration // of those, median time to the executors they need

	trial *trial
}

// Static tells whether it is a fixed size.
func (j *Evaluation) Static() bool { return j.Policy.Fixed() }

// A judge compares the policies of one class in one scene.
type judge struct {
	goal     Goal
	seed     uint64
	model    validate.ModelError
	scenario *scenario
	all      sampling     // every application: whom a policy makes late
	own      sampling     // those of the class: what it costs
	step     deadlineStep // other deadlines; none: as they are
	current  *trial
	// assumed: no deadline is given for the class, so that it is also held to one
	// that is assumed, after those that are given.
	assumed bool
}

func newJudge(goal Goal, s *scenario, apps []int, model validate.ModelError, seed uint64) *judge {
	every := make([]int, len(s.workload.Apps))
	for i := range every {
		every[i] = i
	}
	j := &judge{goal: goal, seed: seed, model: model, scenario: s, all: s.sampling(every), own: s.sampling(apps)}
	j.assumed = !slices.ContainsFunc(apps, func(at int) bool { return s.reference[at].HasDeadline })
	return j
}

// A step is neighboring deadlines, in which a verdict has to hold: of those that
// a slack makes the next of its factors, of others a share more or less.
type deadlineStep struct {
	name   string
	slack  float64 // factor of the slack
	factor float64 // of other deadlines; 0: all as they are
}

// deadlineSteps are the next tighter and the next looser deadlines.
func (a *adviser) deadlineSteps() []deadlineStep {
	slack := a.results.Slack
	tighter, looser := deadlineStep{"deadlines x0.8", 0, 0.8}, deadlineStep{"deadlines x1.25", 0, 1.25}
	at := slices.Index(slack.Factors, slack.Headline())
	if at < 0 {
		return []deadlineStep{tighter, looser}
	}
	tighter.slack, looser.slack = 0.8*slack.Headline(), 1.25*slack.Headline()
	if at > 0 {
		tighter.slack = slack.Factors[at-1]
	}
	if at+1 < len(slack.Factors) {
		looser.slack = slack.Factors[at+1]
	}
	tighter.name, looser.name = fmt.Sprintf("slack x%.3g", tighter.slack), fmt.Sprintf("slack x%.3g", looser.slack)
	return []deadlineStep{tighter, looser}
}

// of is an application with the deadline of the step.
func (s deadlineStep) of(a *metrics.App) metrics.App {
	switch {
	case s.factor == 0:
		return *a
	case a.SlackBase > 0:
		return a.AtSlackFactor(s.slack)
	}
	b := *a
	b.Deadline = sla.Multiple(s.factor, a.Deadline)
	return b
}

// A lateness is one kind of deadlines that policies are compared by.
type deadlineSet struct {
	over    sampling
	assumed bool
}

// deadlineSets are what misses are counted by, in order of importance: the
// deadlines that are given, of all applications; and where the class has none,
// those assumed for it.
func (j *judge) deadlineSets() []deadlineSet {
	if j.assumed {
		return []deadlineSet{{over: j.all}, {j.own, true}}
	}
	return []deadlineSet{{over: j.all}}
}

// missed is the figure of misses where turnarounds are longer by a share.
func (j *judge) missed(assumed bool, longer float64) metrics.Figure {
	return func(a *metrics.App) float64 {
		b := j.step.of(a)
		b.HasDeadline = b.HasDeadline || assumed
		b.Turnaround = sla.Multiple(1+longer, b.Turnaround)
		return metrics.MissOf(&b)
	}
}

// deadlineCount is the figure of applications with a deadline.
func deadlineCount(assumed bool) metrics.Figure {
	if assumed {
		return func(*metrics.App) float64 { return 1 }
	}
	return metrics.DeadlineOf
}

// misses compares how often applications miss under some policies with how
// often under one: differences as shares of the runs with deadlines, and whether
// each is told, by interval and by test.
func (j *judge) misses(by deadlineSet, others []*trial, base *trial) ([]stats.Estimate, []bool) {
	runs := by.over.sums(base, deadlineCount(by.assumed))
	of := stats.Sum(runs)
	if of == 0 {
		return make([]stats.Estimate, len(others)), make([]bool, len(others))
	}
	off := validate.HalfWidth(j.model.Time)
	late := by.over.sums(base, j.missed(by.assumed, 0))
	contrasts := make([]stats.Contrast, len(others))
	p := make([]float64, len(others))
	for i, o := range others {
		d := minus(by.over.sums(o, j.missed(by.assumed, 0)), late)
		contrasts[i] = stats.Contrast{Sums: d, Weights: runs, Counts: true}
		p[i] = stats.SignFlip(d, j.seed)
	}
	p = stats.Holm(p)
	estimates := stats.Simultaneous(contrasts, j.seed)
	told := make([]bool, len(others))
	for i, o := range others {
		now := stats.Sum(by.over.sums(o, j.missed(by.assumed, 0)))
		above := stats.Sum(by.over.sums(o, j.missed(by.assumed, off))) - now
		below := now - stats.Sum(by.over.sums(o, j.missed(by.assumed, -off)))
		estimates[i] = estimates[i].Widened(below/of, above/of)
		told[i] = estimates[i].Significant() && p[i] <= 1-stats.Confidence
	}
	return estimates, told
}

// exceedsTolerance tells whether a difference of misses, as a share of the runs with
// deadlines, is more than is let pass.
func (j *judge) exceedsTolerance(by deadlineSet, base *trial, difference float64) bool {
	return difference*by.over.total(base, deadlineCount(by.assumed)) > missTolerance*float64(len(j.own.apps))
}

// relative compares a figure of the class under some policies with that under
// one: differences as shares of the latter. What is drawn once for a whole
// replica, as start-up is, is one unknown and not many that even out: the spread
// between replicas widens the interval as the model's error does.
func (j *judge) relative(f metrics.Figure, deviation float64, others []*trial, base *trial) []stats.Estimate {
	contrasts := make([]stats.Contrast, len(others))
	of := j.own.sums(base, f)
	for i, o := range others {
		contrasts[i] = stats.Contrast{Sums: minus(j.own.sums(o, f), of), Weights: of}
	}
	estimates := stats.Simultaneous(contrasts, j.seed)
	for i, o := range others {
		if slices.Equal(contrasts[i].Sums, make([]float64, len(of))) {
			estimates[i] = stats.Estimate{} // the same: the model's error is the same, too
			continue
		}
		half := math.Hypot(validate.HalfWidth(deviation)*(1+estimates[i].Value), j.own.spread(f, o, base))
		estimates[i] = estimates[i].Widened(half, half)
	}
	return estimates
}

// spread is by how much the relative difference of two policies in one replica
// may lie from that in another: half of a 95 % interval.
func (by sampling) spread(f metrics.Figure, other, base *trial) float64 {
	var differences []float64
	for r := range base.runs {
		x, y := 0.0, 0.0
		for _, at := range by.apps {
			x, y = x+f(&other.runs[r][at]), y+f(&base.runs[r][at])
		}
		differences = append(differences, (x-y)/y)
	}
	if len(differences) < 2 {
		return 0
	}
	return stats.StudentQuantile(len(differences)-1) * stat.StdDev(differences, nil)
}

func minus(x, y []float64) []float64 {
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	return d
}

// little is by how much cheaper, in the estimate, another policy must be for what
// is set now to be changed, where nothing but the cost speaks for it: repeats of
// the same thing differ by as much (docs/VALIDATION.md).
const costTolerance = 0.02

// best is the policy that the goal asks for, among some that were played.
func (j *judge) best(list []*trial) *trial {
	tied := j.first(list)
	cheapest := slices.MinFunc(tied, func(x, y *trial) int {
		return cmp.Compare(j.own.total(x, metrics.ExecutorSecondsOf), j.own.total(y, metrics.ExecutorSecondsOf))
	})
	if slices.Contains(tied, j.current) && j.own.total(cheapest, metrics.ExecutorSecondsOf) > (1-costTolerance)*j.own.total(j.current, metrics.ExecutorSecondsOf) {
		return j.current
	}
	return cheapest
}

// first are the policies that cannot be told from the best in what the goal asks
// for first, and are nearly as good in the estimate: for misses by spared, for
// time by one standard error of the model (the rule of Breiman and others,
// Classification and Regression Trees, 1984, for taking the simpler of two).
func (j *judge) first(list []*trial) []*trial {
	if j.goal == ShortestTime {
		best := slices.MinFunc(list, func(x, y *trial) int {
			return cmp.Compare(j.own.total(x, metrics.TurnaroundOf), j.own.total(y, metrics.TurnaroundOf))
		})
		slower := j.relative(metrics.TurnaroundOf, j.model.Time, list, best)
		return keep(list, func(i int) bool {
			return list[i] == best || !slower[i].Significant() && slower[i].Value <= j.model.Time
		})
	}
	for _, by := range j.deadlineSets() {
		best := slices.MinFunc(list, func(x, y *trial) int {
			return cmp.Or(cmp.Compare(by.over.total(x, j.missed(by.assumed, 0)), by.over.total(y, j.missed(by.assumed, 0))),
				cmp.Compare(j.own.total(x, metrics.ExecutorSecondsOf), j.own.total(y, metrics.ExecutorSecondsOf)))
		})
		more, told := j.misses(by, list, best)
		list = keep(list, func(i int) bool { return list[i] == best || !told[i] && !j.exceedsTolerance(by, best, more[i].Value) })
	}
	return list
}

func keep(list []*trial, ok func(int) bool) []*trial {
	var kept []*trial
	for i, p := range list {
		if ok(i) {
			kept = append(kept, p)
		}
	}
	return kept
}

// verdict compares the best fixed size with the best dynamic allocation. By goal
// time only turnaround makes a difference; the cheaper one is advised all the
// same.
func (j *judge) verdict(static, dynamic *trial) Verdict {
	decide := func(difference float64) Verdict {
		if difference > 0 {
			return Static
		}
		return Dynamic
	}
	if j.goal == ShortestTime {
		if longer := j.relative(metrics.TurnaroundOf, j.model.Time, []*trial{dynamic}, static)[0]; longer.Significant() {
			return decide(longer.Value)
		}
		return NoDifference
	}
	dearer := j.relative(metrics.ExecutorSecondsOf, j.model.Executors, []*trial{dynamic}, static)[0]
	for _, by := range j.deadlineSets() {
		more, told := j.misses(by, []*trial{dynamic}, static)
		if told[0] {
			return decide(more[0].Value)
		}
		if j.exceedsTolerance(by, static, math.Abs(more[0].Value)) && more[0].Value*dearer.Value < 0 {
			return NoDifference // the cheaper one seems to miss more, but that is not proven
		}
	}
	if dearer.Significant() {
		return decide(dearer.Value)
	}
	return NoDifference
}

// against compares what was judged with what is advised.
func (j *judge) against(advised *trial, judged []Evaluation) {
	var others []*trial
	var at []int
	for i := range judged {
		if p := judged[i].trial; judged[i].Problem == "" && len(p.runs) == len(advised.runs) {
			others, at = append(others, p), append(at, i)
		}
	}
	by := j.deadlineSets()[len(j.deadlineSets())-1]
	runs := by.over.total(advised, deadlineCount(by.assumed))
	if j.own.blocks.Unit == bench.ByReplica {
		runs *= float64(len(advised.runs))
	}
	more, told := j.misses(by, others, advised)
	dearer := j.relative(metrics.ExecutorSecondsOf, j.model.Executors, others, advised)
	slower := j.relative(metrics.TurnaroundOf, j.model.Time, others, advised)
	for k, i := range at {
		d := &judged[i]
		d.MissDelta, d.MissesSignificant = more[k].Scaled(runs), told[k]
		d.CostDelta, d.TimeDelta = dearer[k], slower[k]
	}
}

// describe measures what a class got under a policy.
func (j *judge) describe(s policies.Spec, p *trial) Evaluation {
	d := Evaluation{Policy: s, trial: p}
	for _, r := range p.runs {
		if r != nil {
			d.Replicas++
		}
	}
	if p.err != nil {
		d.Problem = p.err.Error()
		return d
	}
	d.ExecutorSeconds = j.own.total(p, metrics.ExecutorSecondsOf)
	d.Turnaround = j.own.total(p, metrics.TurnaroundOf) / float64(len(j.own.apps))
	d.OtherClassMisses = j.all.total(p, j.missed(false, 0)) - j.own.total(p, j.missed(false, 0))
	runs := j.own.total(p, deadlineCount(j.assumed))
	d.Of = int(math.Round(runs))
	now := j.own.total(p, j.missed(j.assumed, 0))
	d.Misses.Value = now
	if d.Replicas < len(j.scenario.replicas) {
		d.Misses.Interval = stats.NoInterval()
		return d
	}
	if j.own.blocks.Unit == bench.ByReplica {
		d.Of *= d.Replicas
		d.Misses.Value *= float64(d.Replicas)
	}
	if d.Of == 0 {
		return d
	}
	off := validate.HalfWidth(j.model.Time)
	times := float64(d.Of) / runs
	above, below := j.own.total(p, j.missed(j.assumed, off))-now, now-j.own.total(p, j.missed(j.assumed, -off))
	e := stats.Share(j.own.sums(p, j.missed(j.assumed, 0)), j.own.sums(p, deadlineCount(j.assumed)))
	e = stats.Estimate{Value: d.Misses.Value, Interval: e.Interval.Scaled(float64(d.Of))}.Widened(below*times, above*times)
	e.Low, e.High = max(0, e.Low), min(float64(d.Of), e.High)
	d.Misses = e
	return d
}
