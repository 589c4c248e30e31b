package decide

import (
	"cmp"
	"math"
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/bench/validate"
)

// Goal is what advice minimizes first.
type Goal string

// Goals. Under both, the policy with the fewest executor-seconds is best among
// those whose difference is not significant.
const (
	FewestMisses Goal = "misses" // minimize the misses of all applications
	ShortestTime Goal = "time"   // minimize the turnaround of the class
)

// missTolerance is the share of the class's runs by which the misses of a policy
// may exceed the best one's, if the difference is not significant. Without it a
// class with few runs would get the cheapest policy, however many deadlines it
// misses: with few runs no difference is significant.
const missTolerance = 0.01

// exceedsTolerance reports whether a difference of misses, as a share of the runs with
// deadlines, exceeds the tolerance.
func (j *judge) exceedsTolerance(by deadlineSet, base *trial, difference float64) bool {
	return difference*by.over.total(base, deadlineCount(by.assumed)) > missTolerance*float64(len(j.own.apps))
}

// costTolerance is the share of executor-seconds that a policy must save to replace the
// current one if it is better in cost only. Repeats of one application differ by as
// much (docs/VALIDATION.md).
const costTolerance = 0.02

// byFigures orders trials by the first figure of a sampling, equal ones by the next.
func byFigures(figures ...func(*trial) float64) func(x, y *trial) int {
	return func(x, y *trial) int {
		for _, f := range figures {
			if c := cmp.Compare(f(x), f(y)); c != 0 {
				return c
			}
		}
		return 0
	}
}

// totalOf is a figure's total over a sampling, as a function of the trial.
func (by sampling) totalOf(f metrics.Figure) func(*trial) float64 {
	return func(t *trial) float64 { return by.total(t, f) }
}

// best is the policy of a list that is best by the goal.
func (j *judge) best(list []*trial) *trial {
	tied := j.equals(list)
	cost := j.own.totalOf(metrics.ExecutorSecondsOf)
	cheapest := slices.MinFunc(tied, byFigures(cost))
	if slices.Contains(tied, j.current) && cost(cheapest) > (1-costTolerance)*cost(j.current) {
		return j.current
	}
	return cheapest
}

// equals are the policies that are as good as the best in the first figure of the goal.
// For misses, the difference must not be significant and the estimate must be within
// the tolerance. For time, the estimate must be within one standard error of the model
// (the rule of Breiman and others, Classification and Regression Trees, 1984, for
// choosing the simpler of two models).
func (j *judge) equals(list []*trial) []*trial {
	cost := j.own.totalOf(metrics.ExecutorSecondsOf)
	if j.goal == ShortestTime {
		best := slices.MinFunc(list, byFigures(j.own.totalOf(metrics.TurnaroundOf)))
		slower := j.timeDeltas(list, best)
		return keep(list, func(i int) bool {
			return list[i] == best || !slower[i].Significant() && slower[i].Value <= j.model.Time
		})
	}
	for _, by := range j.deadlineSets() {
		best := slices.MinFunc(list, byFigures(by.over.totalOf(j.misses(by)), cost))
		more, significant := j.missDeltas(by, list, best)
		list = keep(list, func(i int) bool {
			return list[i] == best || !significant[i] && !j.exceedsTolerance(by, best, more[i].Value)
		})
	}
	return list
}

func keep(list []*trial, ok func(int) bool) []*trial {
	var kept []*trial
	for i, t := range list {
		if ok(i) {
			kept = append(kept, t)
		}
	}
	return kept
}

// verdict compares the best fixed size with the best dynamic allocation. Under the
// goal of time only the turnaround decides.
func (j *judge) verdict(static, dynamic *trial) Verdict {
	decide := func(difference float64) Verdict {
		if difference > 0 {
			return Static
		}
		return Dynamic
	}
	one := []*trial{dynamic}
	if j.goal == ShortestTime {
		if longer := j.timeDeltas(one, static)[0]; longer.Significant() {
			return decide(longer.Value)
		}
		return NoDifference
	}
	dearer := j.costDeltas(one, static)[0]
	for _, by := range j.deadlineSets() {
		more, significant := j.missDeltas(by, one, static)
		if significant[0] {
			return decide(more[0].Value)
		}
		if j.exceedsTolerance(by, static, math.Abs(more[0].Value)) && more[0].Value*dearer.Value < 0 {
			return NoDifference // the cheaper one seems to miss more, but not significantly
		}
	}
	if dearer.Significant() {
		return decide(dearer.Value)
	}
	return NoDifference
}

// finalists is the number of candidates of each kind that screening selects for replay
// in all replicas.
const finalists = 4

// mostJudged is the largest number of candidates that are replayed in all replicas: the
// finalists of both kinds, the current policy, the smallest fixed size that keeps the
// deadlines, and the best with the other protection of shuffle files.
const mostJudged = 2*finalists + 3

// split divides the candidates that could be replayed, and that Spark does not refuse, into
// fixed sizes and others.
func (j *judge) split(list []*candidate) (static, dynamic []*candidate) {
	for _, c := range list {
		_, refused := c.refusal(j.own.apps)
		switch {
		case c.err != nil || refused > 0:
		case c.isStatic():
			static = append(static, c)
		default:
			dynamic = append(dynamic, c)
		}
	}
	return static, dynamic
}

// screen selects, by their results in one replica, the candidates that are replayed in
// all replicas.
func (j *judge) screen(list []*candidate) []*candidate {
	kept := map[*candidate]bool{list[0]: true} // the current policy
	static, dynamic := j.split(list)
	for _, kind := range [][]*candidate{static, dynamic} {
		for _, c := range j.shortlist(kind) {
			kept[c] = true
		}
	}
	slices.SortStableFunc(static, func(x, y *candidate) int { return cmp.Compare(x.specs[0].Executors, y.specs[0].Executors) })
	if i := slices.IndexFunc(static, j.keepsDeadlines); i >= 0 {
		kept[static[i]] = true
	}
	if best := j.bestOnce(dynamic); best != nil {
		service := best.specs[0].Protection.Service
		other := slices.DeleteFunc(slices.Clone(dynamic), func(c *candidate) bool { return c.specs[0].Protection.Service == service })
		if o := j.bestOnce(other); o != nil {
			kept[o] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(c *candidate) bool { return !kept[c] })
}

// shortlist is the best candidates of one kind by the goal, and the cheapest of those
// that are nearly as good.
func (j *judge) shortlist(kind []*candidate) []*candidate {
	best := j.bestOnce(kind)
	if best == nil {
		return nil
	}
	near := j.goalOnce(best.trial) + max(1, missTolerance*float64(len(j.own.apps)))
	if j.goal == ShortestTime {
		near = j.goalOnce(best.trial) * (1 + 2*validate.HalfWidth(j.model.Time))
	}
	good := slices.DeleteFunc(slices.Clone(kind), func(c *candidate) bool { return c == best || j.goalOnce(c.trial) > near })
	slices.SortStableFunc(good, func(x, y *candidate) int { return cmp.Compare(j.costOnce(x.trial), j.costOnce(y.trial)) })
	return append(good[:min(finalists-1, len(good))], best)
}

// bestOnce is the best candidate by the goal in the first replica, then by cost; nil
// for an empty list.
func (j *judge) bestOnce(list []*candidate) *candidate {
	if len(list) == 0 {
		return nil
	}
	order := byFigures(j.goalOnce, j.costOnce)
	return slices.MinFunc(list, func(x, y *candidate) int { return order(x.trial, y.trial) })
}

// goalOnce is the figure that the goal minimizes, in the first replica.
func (j *judge) goalOnce(t *trial) float64 {
	if j.goal == ShortestTime {
		return t.sum(j.own.apps, 1, metrics.TurnaroundOf)
	}
	misses := t.sum(j.all.apps, 1, metrics.MissOf)
	if j.assumed {
		misses += t.sum(j.own.apps, 1, j.missed(true, 0))
	}
	return misses
}

// costOnce is the class's executor-seconds in the first replica.
func (j *judge) costOnce(t *trial) float64 { return t.sum(j.own.apps, 1, metrics.ExecutorSecondsOf) }

// keepsDeadlines reports whether the class keeps nearly all deadlines in the first
// replica.
func (j *judge) keepsDeadlines(c *candidate) bool {
	missed := c.sum(j.own.apps, 1, j.missed(j.assumed, 0))
	return missed <= (1-deadlinesKept)*c.sum(j.own.apps, 1, deadlineCount(j.assumed))
}
