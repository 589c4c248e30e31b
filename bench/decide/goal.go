package decide

import (
	"cmp"
	"math"
	"slices"

	"dynalloc/bench/stats"
)

// A score is the figures by which fleets are ordered, over some replicas. All are
// integers: two fleets with equal results are equal, however their sums were formed.
type score struct {
	failed     bool
	excess     int   // misses beyond the target, over all classes, in thousandths
	misses     int   // in thousandths
	allowed    int   // misses that the target allows, in thousandths
	slow       int   // how far the slowest class without deadlines exceeds the slowdown limit, per mille
	turnaround int64 // of all classes, ms
	cost       int64 // executor-time held, ms
}

// A goal is what a fleet must meet; the cheapest that does is the best.
type goal struct {
	rate   float64 // share of the runs of each class that may miss their deadline
	slower int     // slowdown limit of a class without deadlines, per mille
	// safe: the model's error counts, and where the runs can prove the target they must.
	safe bool
	// time: the turnaround is minimized, and then the cost.
	time  bool
	proof []float64 // by class: the share of its runs that may miss so that the upper end of the interval meets the target; -1: so few runs cannot prove it
}

// allowed is how many of some runs of a class may miss, in thousandths.
func (g *goal) allowed(class, runs int) int {
	share := g.rate
	if g.safe && g.proof[class] >= 0 {
		share = g.proof[class]
	}
	return int(math.Floor(1000*share*float64(runs) + 1e-9)) // 0.07 * 100 is below 7 in binary
}

// provable is the largest share of misses in a number of independent runs at which the
// upper end of the interval is within a rate; -1 if there is none.
func provable(rate float64, runs int) float64 {
	if runs == 0 || upperEnd(0, runs) > rate {
		return -1
	}
	low, high := 0.0, rate
	for range 40 {
		if middle := (low + high) / 2; upperEnd(middle, runs) <= rate {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// upperEnd is the upper end of the interval of a share of independent runs.
func upperEnd(share float64, runs int) float64 {
	return stats.Proportion(share, float64(runs)).High
}

// proofRuns is the number of runs without a miss whose interval ends at a rate; 0 if
// there is none, because the rate is 0.
func proofRuns(rate float64) int {
	if rate <= 0 {
		return 0
	}
	n := 1
	if rate < 1 {
		n = max(1, int(math.Log(1-stats.Confidence)/math.Log(1-rate)))
	}
	for upperEnd(0, n) > rate {
		n++
	}
	return n
}

// missesOf is the misses that count, in thousandths.
func (g *goal) missesOf(c *counts) int {
	if g.safe {
		return c.expected
	}
	return 1000 * c.misses
}

// score orders the counts of a fleet by class against those of the settings in force in
// the same replicas.
func (g *goal) score(by, base []counts) score {
	var s score
	for k := range by {
		c := &by[k]
		s.turnaround, s.cost = s.turnaround+c.turnaround, s.cost+c.executors
		if k == len(by)-1 {
			continue // no class: its deadlines are not those of the window that is judged
		}
		misses := g.missesOf(c)
		allowed := g.allowed(k, c.deadlines)
		s.misses, s.allowed = s.misses+misses, s.allowed+allowed
		s.excess += max(0, misses-allowed)
		if c.deadlines == 0 && base[k].turnaround > 0 {
			s.slow = max(s.slow, int(1000*(c.turnaround-base[k].turnaround)/base[k].turnaround)-g.slower)
		}
	}
	return s
}

// compare orders fleets, the better first: by what they exceed the target and the limit,
// and then by cost.
func (g *goal) compare(a, b score) int {
	switch {
	case a.failed || b.failed:
		return oneIf(a.failed) - oneIf(b.failed)
	case g.time:
		return cmp.Or(cmp.Compare(a.turnaround, b.turnaround), cmp.Compare(a.cost, b.cost))
	}
	return cmp.Or(cmp.Compare(a.excess, b.excess), cmp.Compare(a.slow, b.slow), cmp.Compare(a.cost, b.cost), cmp.Compare(a.misses, b.misses))
}

// near reports whether a fleet comes as near to the goal as the best one, up to the margins: if
// that does not meet the goal, up to equivalenceMisses of some runs and equivalenceTime of the
// slowdown. noise is a difference of misses that does not count either, in thousandths.
func (g *goal) near(best, s score, runs int, noise float64) bool {
	switch {
	case s.failed:
		return false
	case g.time:
		return float64(s.turnaround) <= (1+equivalenceTime/1000.0)*float64(best.turnaround)
	}
	if best.excess > 0 {
		noise = max(noise, 1000*equivalenceMisses*float64(runs))
	}
	return float64(s.excess-best.excess) <= noise && s.slow-best.slow <= equivalenceTime*oneIf(best.slow > 0)
}

// meets reports whether a fleet meets the goal.
func (s *score) meets() bool { return !s.failed && s.excess == 0 && s.slow == 0 }

// dominates reports whether a is at least as good as b in misses and in cost, and
// better in one of them. A fleet that exceeds the slowdown limit does not dominate one
// that meets it.
func dominates(a, b score) bool {
	if a.failed || b.failed {
		return !a.failed
	}
	if slowA, slowB := a.slow > 0, b.slow > 0; slowA != slowB {
		return slowB
	}
	return a.misses <= b.misses && a.cost <= b.cost && (a.misses < b.misses || a.cost < b.cost)
}

// front is the Pareto front of a list: the fleets that no other dominates, the
// cheapest first. Of equal ones the first is kept.
func front(list []int, at func(int) score) []int {
	var front []int
	for _, i := range list {
		beaten := slices.ContainsFunc(list, func(j int) bool { return dominates(at(j), at(i)) })
		again := slices.ContainsFunc(front, func(j int) bool { return at(j).misses == at(i).misses && at(j).cost == at(i).cost })
		if !beaten && !again {
			front = append(front, i)
		}
	}
	slices.SortStableFunc(front, func(i, j int) int { return cmp.Compare(at(i).cost, at(j).cost) })
	return front
}

// best selects a number of fleets from a list, the best first. Half of them are the
// best by the goal. A quarter are those of the front that are nearest to the goal, on
// either side, because after few replicas a fleet that meets the goal may seem to miss
// it. The rest are spread over the front, so that cheap and safe fleets stay in the
// race. If the front is too short, the next fronts (those without the fleets already
// taken) follow.
func (g *goal) best(list []int, keep int, at func(int) score) []int {
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
	first := front(sorted, at)
	near := slices.Clone(first)
	slices.SortStableFunc(near, func(i, j int) int { return cmp.Compare(distance(at(i)), distance(at(j))) })
	near = slices.DeleteFunc(near, func(i int) bool { return kept[i] })
	take(near, (3*keep+3)/4)
	take(sampled(first, keep-len(kept)), keep)
	for rest := sorted; len(kept) < keep; {
		layer := front(rest, at)
		rest = slices.DeleteFunc(slices.Clone(rest), func(i int) bool { return slices.Contains(layer, i) })
		take(layer, keep)
	}
	return slices.DeleteFunc(sorted, func(i int) bool { return !kept[i] })
}

// distance is how far the misses of a fleet are from what the target allows, on either
// side.
func distance(s score) int {
	if s.failed {
		return math.MaxInt
	}
	return max(s.misses-s.allowed, s.allowed-s.misses)
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
// already; at returns a candidate's score over a number of replicas.
func (g *goal) successiveHalving(list []int, replicas, finalists int, play func(list []int, replicas int) error, at func(i, replicas int) score) ([]int, error) {
	for _, r := range halvingSteps(replicas) {
		if err := play(list, r); err != nil {
			return nil, err
		}
		keep := max(finalists, (len(list)+1)/2)
		if r == replicas {
			keep = finalists
		}
		list = g.best(list, keep, func(i int) score { return at(i, r) })
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
