package decide

import (
	"cmp"
	"math"
	"slices"
)

// A score is the figures of a fleet that a search compares, as means over the replicas
// in which it was replayed.
type score struct {
	misses, deadlines float64
	seconds           float64 // executor-seconds
	slower            float64 // the slowdown that Tuning.MaxSlowdown limits; 0 where every class has deadlines
	failed            bool    // a replay failed, or Spark refuses the fleet
}

// A goal is the limits that a fleet must meet; the cheapest that does is the best.
type goal struct{ missRate, slower float64 }

// excess is the amount by which a fleet exceeds the limits; 0 if it meets the goal.
func (g goal) excess(s score) float64 {
	if s.failed {
		return math.Inf(1)
	}
	over := max(0, s.slower-g.slower)
	if s.deadlines > 0 {
		over += max(0, s.misses/s.deadlines-g.missRate)
	}
	return over
}

// compare orders fleets, the better first: those that meet the goal by cost, the
// others by their excess.
func (g goal) compare(a, b score) int {
	return cmp.Or(cmp.Compare(g.excess(a), g.excess(b)), cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.misses, b.misses))
}

// dominates reports whether a is at least as good as b in misses and in cost, and
// better in one of them. A fleet that exceeds the slowdown limit does not dominate one
// that meets it.
func (g goal) dominates(a, b score) bool {
	if a.failed || b.failed {
		return !a.failed
	}
	if slowA, slowB := a.slower > g.slower, b.slower > g.slower; slowA != slowB {
		return slowB
	}
	return a.misses <= b.misses && a.seconds <= b.seconds && (a.misses < b.misses || a.seconds < b.seconds)
}

// front is the Pareto front of a list: the fleets that no other dominates, the
// cheapest first. Of equal ones the first is kept.
func (g goal) front(list []int, at func(int) score) []int {
	var front []int
	for _, i := range list {
		beaten := slices.ContainsFunc(list, func(j int) bool { return g.dominates(at(j), at(i)) })
		again := slices.ContainsFunc(front, func(j int) bool { return at(j).misses == at(i).misses && at(j).seconds == at(i).seconds })
		if !beaten && !again {
			front = append(front, i)
		}
	}
	slices.SortStableFunc(front, func(i, j int) int { return cmp.Compare(at(i).seconds, at(j).seconds) })
	return front
}

// best selects a number of fleets from a list, the best first. Half of them are the
// best by the goal. A quarter are those of the front that are nearest to the goal, on
// either side, because after few replicas a fleet that meets the goal may seem to miss
// it. The rest are spread over the front, so that cheap and safe fleets stay in the
// race. If the front is too short, the next fronts (those without the fleets already
// taken) follow.
func (g goal) best(list []int, keep int, at func(int) score) []int {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(i, j int) int { return g.compare(at(i), at(j)) })
	if keep >= len(sorted) {
		return sorted
	}
	kept := map[int]bool{}
	take := func(from []int, until int) {
		for _, i := range from {
			if len(kept) < min(until, keep) {
				kept[i] = true
			}
		}
	}
	take(sorted, (keep+1)/2)
	front := g.front(sorted, at)
	near := slices.Clone(front)
	slices.SortStableFunc(near, func(i, j int) int { return cmp.Compare(g.distance(at(i)), g.distance(at(j))) })
	near = slices.DeleteFunc(near, func(i int) bool { return kept[i] })
	take(near, (3*keep+3)/4)
	take(sampled(front, keep-len(kept)), keep)
	for rest := sorted; len(kept) < keep; {
		layer := g.front(rest, at)
		rest = slices.DeleteFunc(slices.Clone(rest), func(i int) bool { return slices.Contains(layer, i) })
		take(layer, keep)
	}
	return slices.DeleteFunc(sorted, func(i int) bool { return !kept[i] })
}

// distance is the absolute difference between the miss rate and the limit of the goal.
func (g goal) distance(s score) float64 {
	if s.failed {
		return math.Inf(1)
	}
	return math.Abs(s.misses - g.missRate*s.deadlines)
}

// sampled selects n evenly spaced elements of a list, including both ends.
func sampled(list []int, n int) []int {
	if n >= len(list) || n < 2 {
		return list[:min(n, len(list))]
	}
	var out []int
	for k := range n {
		out = append(out, list[k*(len(list)-1)/(n-1)])
	}
	return out
}

// halvingSteps are the numbers of replicas after which a race drops half of the
// candidates that are left: 1, 2, 4, ... and all.
func halvingSteps(replicas int) []int {
	var list []int
	for r := 1; r < replicas; r *= 2 {
		list = append(list, r)
	}
	return append(list, replicas)
}

// successiveHalving races candidates over replicas (Jamieson and Talwalkar,
// Non-stochastic best arm identification, AISTATS 2016): all are replayed in one
// replica, the better half of them in two, and so on, so that poor candidates cost few
// replays. It returns the finalists, which are replayed in all replicas, the best
// first. play replays candidates in the first replicas, except those that are replayed
// already; at returns a candidate's score over these replicas.
func (g goal) successiveHalving(list []int, replicas, finalists int, play func(list []int, replicas int) error, at func(int) score) ([]int, error) {
	for _, r := range halvingSteps(replicas) {
		if err := play(list, r); err != nil {
			return nil, err
		}
		keep := max(finalists, (len(list)+1)/2)
		if r == replicas {
			keep = finalists
		}
		list = g.best(list, keep, at)
	}
	return list, nil
}

// raceCost is the largest number of replays that a race takes.
func raceCost(candidates, replicas, finalists int) int {
	total, before := 0, 0
	for _, r := range halvingSteps(replicas) {
		total += candidates * (r - before)
		candidates, before = min(candidates, max(finalists, (candidates+1)/2)), r
	}
	return total
}
