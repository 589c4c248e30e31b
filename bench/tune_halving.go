package bench

import (
	"cmp"
	"math"
	"slices"
)

// A standing is what a fleet gives in the replicas that it has been played in,
// as means over them.
type standing struct {
	misses, deadlines float64
	seconds           float64 // executor-seconds
	slower            float64 // see Tuning.Slower; 0 where every class has deadlines
	failed            bool    // a replay did not come to an end
}

// A goal is what a fleet has to keep, and the cheapest that does is the best.
type goal struct{ missRate, slower float64 }

// excess is by how much a fleet fails the goal: 0 if it keeps it.
func (g goal) excess(s standing) float64 {
	if s.failed {
		return math.Inf(1)
	}
	over := max(0, s.slower-g.slower)
	if s.deadlines > 0 {
		over += max(0, s.misses/s.deadlines-g.missRate)
	}
	return over
}

// compare orders fleets, the better first: those that keep the goal by cost, the
// others by how far they miss it.
func (g goal) compare(a, b standing) int {
	return cmp.Or(cmp.Compare(g.excess(a), g.excess(b)), cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.misses, b.misses))
}

// dominates tells whether a is as good as b in misses and in cost, and better in
// one of them. What is slower than the goal allows dominates nothing that is not.
func (g goal) dominates(a, b standing) bool {
	if a.failed || b.failed {
		return !a.failed
	}
	if slowA, slowB := a.slower > g.slower, b.slower > g.slower; slowA != slowB {
		return slowB
	}
	return a.misses <= b.misses && a.seconds <= b.seconds && (a.misses < b.misses || a.seconds < b.seconds)
}

// front is those of a list that none dominates, cheapest first. Of equal ones
// the first stays.
func (g goal) front(list []int, at func(int) standing) []int {
	var front []int
	for k, i := range list {
		beaten := slices.ContainsFunc(list, func(j int) bool { return g.dominates(at(j), at(i)) })
		again := slices.ContainsFunc(list[:k], func(j int) bool { return at(j).misses == at(i).misses && at(j).seconds == at(i).seconds })
		if !beaten && !again {
			front = append(front, i)
		}
	}
	slices.SortStableFunc(front, func(i, j int) int { return cmp.Compare(at(i).seconds, at(j).seconds) })
	return front
}

// best picks so many of a list, the best first: half of them by the goal, and the
// rest from the front, from the front without it, and so on, so that what is
// cheap and what is safe stays in the race beside what seems best after a few
// replicas.
func (g goal) best(list []int, keep int, at func(int) standing) []int {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(i, j int) int { return g.compare(at(i), at(j)) })
	if keep >= len(sorted) {
		return sorted
	}
	kept := map[int]bool{}
	for _, i := range sorted[:(keep+1)/2] {
		kept[i] = true
	}
	for rest := slices.Clone(sorted); len(kept) < keep; {
		layer := g.front(rest, at)
		rest = slices.DeleteFunc(rest, func(i int) bool { return slices.Contains(layer, i) })
		slices.SortStableFunc(layer, func(i, j int) int { return g.compare(at(i), at(j)) })
		for _, i := range layer {
			if len(kept) < keep {
				kept[i] = true
			}
		}
	}
	return slices.DeleteFunc(sorted, func(i int) bool { return !kept[i] })
}

// rungs are after how many replicas a race drops half of those that are left: 1,
// 2, 4, ... and all.
func rungs(replicas int) []int {
	var list []int
	for r := 1; r < replicas; r *= 2 {
		list = append(list, r)
	}
	return append(list, replicas)
}

// halve races candidates over replicas (Jamieson and Talwalkar, Non-stochastic
// best arm identification, AISTATS 2016): all are played in one replica, the
// better half of them in two, and so on, so that poor ones cost little. The
// finalists are played in all replicas; they come back with the best first.
// Play sees to it that candidates have been played in so many replicas, and
// standing says what they gave in those.
func (g goal) halve(list []int, replicas, finalists int, play func(list []int, replicas int) error, at func(int) standing) ([]int, error) {
	for _, r := range rungs(replicas) {
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

// price is how many replays a race of so many takes at most.
func price(candidates, replicas, finalists int) int {
	total, before := 0, 0
	for _, r := range rungs(replicas) {
		total += candidates * (r - before)
		candidates, before = min(candidates, max(finalists, (candidates+1)/2)), r
	}
	return total
}
