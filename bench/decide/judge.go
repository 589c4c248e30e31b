package decide

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
)

// A judge compares the policies of one class in one scenario.
type judge struct {
	goal     Goal
	seed     uint64
	model    validate.ModelError
	scenario *scenario
	all      sampling     // every application, because a policy can make any of them miss a deadline
	own      sampling     // the applications of the class, over which its cost is summed
	step     deadlineStep // changed deadlines; zero: unchanged
	current  *trial       // of the current policy; may be nil
	// startup is how uncertain start-up times are that no replica varies: the standard
	// deviation of their logarithm. 0: replicas vary them.
	startup float64
	// assumed is true if no deadline is given for the class. Its assumed deadlines are
	// then compared too, after the given deadlines of other classes.
	assumed bool
}

func newJudge(goal Goal, s *scenario, apps []int, model validate.ModelError, seed uint64) *judge {
	j := &judge{goal: goal, seed: seed, model: model, scenario: s, all: s.sampling(upTo(len(s.workload.Apps))), own: s.sampling(apps)}
	j.assumed = !slices.ContainsFunc(apps, func(at int) bool { return s.reference[at].HasDeadline })
	return j
}

// A deadlineStep changes deadlines slightly, to check that a verdict still holds:
// deadlines from a slack rule use its next factor, others are multiplied by a factor.
type deadlineStep struct {
	name   string
	slack  float64 // the slack rule's factor to use instead
	factor float64 // multiplies all other deadlines; 0: all deadlines are unchanged
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

// A deadlineSet is a set of deadlines; policies are compared by how many of them they
// miss.
type deadlineSet struct {
	over    sampling
	assumed bool // every application counts, with its assumed deadline
}

// deadlineSets are the sets in order of importance: the given deadlines of all
// applications, then the assumed ones of the class if it has none.
func (j *judge) deadlineSets() []deadlineSet {
	if j.assumed {
		return []deadlineSet{{over: j.all}, {j.own, true}}
	}
	return []deadlineSet{{over: j.all}}
}

// missed is the figure that counts misses if all turnarounds were longer by a share.
func (j *judge) missed(assumed bool, longer float64) metrics.Figure {
	return func(a *metrics.App) float64 {
		b := j.step.of(a)
		b.HasDeadline = b.HasDeadline || assumed
		b.Turnaround, b.Response = sla.Multiple(1+longer, b.Turnaround), sla.Multiple(1+longer, b.Response)
		return metrics.MissOf(&b)
	}
}

// misses is the figure that counts misses of a set of deadlines.
func (j *judge) misses(by deadlineSet) metrics.Figure { return j.missed(by.assumed, 0) }

// deadlineCount is the figure that counts applications with a deadline.
func deadlineCount(assumed bool) metrics.Figure {
	if assumed {
		return func(*metrics.App) float64 { return 1 }
	}
	return metrics.DeadlineOf
}

// missDeltas compares the misses under other policies with those under base. The
// differences are shares of the runs with deadlines. A difference is significant only
// if both its interval, widened by the model's error, and a test show it.
func (j *judge) missDeltas(by deadlineSet, others []*trial, base *trial) (deltas []stats.Estimate, significant []bool) {
	significant = make([]bool, len(others))
	runs := by.over.sums(base, deadlineCount(by.assumed))
	of := stats.Sum(runs)
	if of == 0 {
		return make([]stats.Estimate, len(others)), significant
	}
	late := by.over.sums(base, j.misses(by))
	contrasts := make([]stats.Contrast, len(others))
	for i, o := range others {
		contrasts[i] = stats.Contrast{Sums: minus(by.over.sums(o, j.misses(by)), late), Weights: runs, Counts: true}
	}
	p := stats.AdjustedSignFlips(contrasts, j.seed)
	deltas = stats.Simultaneous(contrasts, j.seed)
	for i, o := range others {
		sum := func(longer float64) float64 { return stats.Sum(by.over.sums(o, j.missed(by.assumed, longer))) }
		below, above := modelRange(math.Hypot(j.model.Time, j.startup*j.all.startupShare(o, metrics.TurnaroundOf, startupTurnaround)), sum)
		deltas[i] = deltas[i].Widened(below/of, above/of)
		deltas[i].Interval = deltas[i].Within(-1, 1)
		significant[i] = deltas[i].Significant() && p[i] <= 1-stats.Confidence
	}
	return deltas, significant
}

// modelRange is the change of misses, below and above, if turnarounds are wrong by an
// error with a standard deviation of their logarithm; misses returns their number if
// turnarounds are longer by a share.
func modelRange(deviation float64, misses func(longer float64) float64) (below, above float64) {
	off := validate.HalfWidth(deviation)
	now := misses(0)
	return now - misses(-off), misses(off) - now
}

// missDelta is missDeltas for one policy, in misses.
func (j *judge) missDelta(over sampling, other, base *trial) stats.Estimate {
	deltas, _ := j.missDeltas(deadlineSet{over: over}, []*trial{other}, base)
	return deltas[0].Scaled(over.total(base, metrics.DeadlineOf))
}

// timeDeltas and costDeltas compare the class's turnarounds and executor-seconds under
// other policies with those under base, as shares of base.
func (j *judge) timeDeltas(others []*trial, base *trial) []stats.Estimate {
	return j.relative(metrics.TurnaroundOf, startupTurnaround, j.model.Time, others, base)
}

func (j *judge) costDeltas(others []*trial, base *trial) []stats.Estimate {
	return j.relative(metrics.ExecutorSecondsOf, startupExecutors, j.model.Executors, others, base)
}

// relative compares a figure of the class under other policies with that under base, as
// shares of base. Random values that are drawn once for a whole replica, such as
// start-up times, do not average out over its runs. Therefore the spread between
// replicas widens the interval, as do the model's error and, without replicas, what is
// not known of start-up; startup is that part of the figure.
func (j *judge) relative(f, startup metrics.Figure, deviation float64, others []*trial, base *trial) []stats.Estimate {
	contrasts := make([]stats.Contrast, len(others))
	of := j.own.sums(base, f)
	for i, o := range others {
		contrasts[i] = stats.Contrast{Sums: minus(j.own.sums(o, f), of), Weights: of}
	}
	estimates := stats.Simultaneous(contrasts, j.seed)
	for i, o := range others {
		if slices.Equal(contrasts[i].Sums, make([]float64, len(of))) {
			estimates[i] = stats.Estimate{} // equal results: the model's error cancels
			continue
		}
		error := math.Hypot(validate.HalfWidth(deviation), j.startupError(f, startup, o, base))
		half := math.Hypot(error*(1+estimates[i].Value), j.own.spread(f, o, base))
		estimates[i] = estimates[i].Widened(half, half)
		estimates[i].Interval = estimates[i].Within(-1, math.Inf(1)) // nothing is 100 % shorter or cheaper
	}
	return estimates
}

// spread is the half-width of a 95 % interval for the relative difference of two
// policies in one replica, from the differences between replicas.
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
