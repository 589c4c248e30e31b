package decide

import (
	"cmp"
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/bench/validate"
)

// finalists is how many of each kind are judged in all replicas by their merits.
const finalists = 4

// mostJudged is how many are judged in all: besides the finalists of each kind
// what is set now, the smallest fixed size that keeps the deadlines, and the other
// protection of shuffle files.
const mostJudged = 2*finalists + 3

// screen are those that are worth judging in all replicas, told from one.
func (j *judge) screen(list []*candidate) []*candidate {
	kept := map[*candidate]bool{list[0]: true} // what is set now
	var static, dynamic []*candidate
	for _, t := range list {
		switch {
		case t.trial.err != nil:
		case t.spec.Fixed():
			static = append(static, t)
		default:
			dynamic = append(dynamic, t)
		}
	}
	for _, kind := range [][]*candidate{static, dynamic} {
		for _, t := range j.shortlist(kind) {
			kept[t] = true
		}
	}
	slices.SortStableFunc(static, func(x, y *candidate) int { return cmp.Compare(x.spec.Executors, y.spec.Executors) })
	if i := slices.IndexFunc(static, j.keeps); i >= 0 {
		kept[static[i]] = true
	}
	if best := j.bestOnce(dynamic); best != nil {
		other := slices.DeleteFunc(slices.Clone(dynamic), func(t *candidate) bool { return t.spec.Protection.Service == best.spec.Protection.Service })
		if o := j.bestOnce(other); o != nil {
			kept[o] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(t *candidate) bool { return !kept[t] })
}

// shortlist are of one kind the best by the goal, and the cheapest of those that
// are nearly as good.
func (j *judge) shortlist(kind []*candidate) []*candidate {
	best := j.bestOnce(kind)
	if best == nil {
		return nil
	}
	near := j.goalOnce(best) + max(1, missTolerance*float64(len(j.own.apps)))
	if j.goal == ShortestTime {
		near = j.goalOnce(best) * (1 + 2*validate.HalfWidth(j.model.Time))
	}
	good := slices.DeleteFunc(slices.Clone(kind), func(t *candidate) bool { return t == best || j.goalOnce(t) > near })
	slices.SortStableFunc(good, func(x, y *candidate) int { return cmp.Compare(j.costOnce(x), j.costOnce(y)) })
	return append(good[:min(finalists-1, len(good))], best)
}

// bestOnce is the best by the goal in one replica, and then by cost; nil of none.
func (j *judge) bestOnce(list []*candidate) *candidate {
	if len(list) == 0 {
		return nil
	}
	return slices.MinFunc(list, func(x, y *candidate) int {
		return cmp.Or(cmp.Compare(j.goalOnce(x), j.goalOnce(y)), cmp.Compare(j.costOnce(x), j.costOnce(y)))
	})
}

// goalOnce is what is to be small, in the first replica.
func (j *judge) goalOnce(t *candidate) float64 {
	if j.goal == ShortestTime {
		return j.own.once(t.trial, metrics.TurnaroundOf)
	}
	misses := j.all.once(t.trial, metrics.MissOf)
	if j.assumed {
		misses += j.own.once(t.trial, j.missed(true, 0))
	}
	return misses
}

func (j *judge) costOnce(t *candidate) float64 { return j.own.once(t.trial, metrics.ExecutorSecondsOf) }

// keeps tells whether the class keeps nearly all deadlines in the first replica.
func (j *judge) keeps(t *candidate) bool {
	return j.own.once(t.trial, j.missed(j.assumed, 0)) <= (1-deadlinesKept)*j.own.once(t.trial, deadlineCount(j.assumed))
}

// once is a figure's sum in the first replica.
func (by sampling) once(p *trial, f metrics.Figure) float64 {
	sum := 0.0
	for _, at := range by.apps {
		sum += f(&p.runs[0][at])
	}
	return sum
}
