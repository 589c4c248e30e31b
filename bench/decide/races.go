package decide

import (
	"context"
	"math"
	"slices"
	"strings"

	"dynalloc/policies"
)

// Limits of a search.
const (
	classFinalists = 6   // specs of a class that enter the joint search
	jointFinalists = 8   // fleets that remain at the end of a race
	mostRounds     = 8   // largest number of rounds of neighbor steps, and of changes of one class
	mostChecked    = 10  // fleets of the front that are verified
	classShare     = 0.6 // share of the search's budget for tuning classes one by one
)

// race runs one race in a scenario, with as many candidates as the budget (in
// applications replayed) allows. It returns nil if the budget allows none.
func (s *search) race(ctx context.Context, sc *tuneScenario, list []int, finalists, budget int) ([]int, error) {
	size := len(sc.workload.Apps)
	base := s.Replicas - sc.base.done
	for len(list) > 0 && (base+raceCost(len(list), s.Replicas, finalists))*size > budget {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil, nil
	}
	play := func(list []int, replicas int) error { return s.play(ctx, sc, list, replicas) }
	return s.goal.successiveHalving(list, s.Replicas, finalists, play, sc.at)
}

// find tunes the classes and then fleets of their finalists. It returns the fleets of
// the joint scenario that verify replays again, the best first.
func (s *search) find(ctx context.Context) ([]int, error) {
	size := len(s.Suite.Workload.Apps)
	reserve := min(s.Budget/2, (mostChecked+2+len(hindsightRatios))*s.Replicas)
	budget := (s.Budget - reserve) * size
	forClasses := int(float64(budget) * classShare)
	for k, c := range s.classes {
		if err := s.tuneClass(ctx, k, (forClasses-s.spent)/(len(s.classes)-k)); err != nil {
			return nil, err
		}
		if len(c.short) == 0 { // the budget was too small
			s.out.Untested = append(s.out.Untested, c.name)
			c.short, c.scores = []policies.Spec{policies.Recorded()}, make([]score, 1)
		}
	}
	if err := s.tuneFleet(ctx, budget); err != nil {
		return nil, err
	}
	return s.toVerify(), nil
}

// tuneClass searches the specs of one class without the others: it races a first list,
// and then the finalists against their neighbors, until no neighbor is better.
func (s *search) tuneClass(ctx context.Context, k, budget int) error {
	c := s.classes[k]
	sc := s.newScenario(c.name, c.apps, 0)
	until := s.spent + budget
	var list []int
	for _, spec := range slices.Concat(s.Candidates, c.possible(policies.Start(c.space))) {
		list = append(list, s.enter(sc, k, spec))
	}
	var finalists []int
	for range mostRounds {
		next, err := s.race(ctx, sc, list, 2*classFinalists, until-s.spent)
		if err != nil {
			return err
		}
		next = s.dropAlike(sc, next, classFinalists)
		if next == nil || slices.Equal(next, finalists) {
			break
		}
		finalists = next
		list = slices.Clone(finalists)
		for _, i := range finalists {
			for _, spec := range c.possible(sc.candidates[i].specs[0].Neighbors(c.space)) {
				if known := len(sc.candidates); s.enter(sc, k, spec) == known {
					list = append(list, known)
				}
			}
		}
	}
	for _, i := range finalists {
		c.short, c.scores = append(c.short, sc.candidates[i].specs[0]), append(c.scores, sc.at(i))
	}
	return nil
}

// tuneFleet searches fleets until the budget is spent. It begins with the best of each
// class, the best of each class at one price of a miss, for many prices, the recorded
// settings, and one policy for all classes. Then it changes the policy of one class at
// a time, to another of its finalists and to a neighbor: the spec that is best for a
// class alone on the cluster may not be best when the classes share it.
func (s *search) tuneFleet(ctx context.Context, until int) error {
	sc := s.joint
	var list []int
	add := func(i int) {
		if !slices.Contains(list, i) {
			list = append(list, i)
		}
	}
	add(s.enterAll(sc, func(_ int, c *tuneClass) policies.Spec { return c.short[0] }))
	for _, price := range missPrices {
		add(s.enterAll(sc, func(_ int, c *tuneClass) policies.Spec { return c.bestAt(price, s.goal) }))
	}
	for _, spec := range slices.Concat([]policies.Spec{policies.Recorded()}, s.Candidates, policies.Start(s.widest())) {
		add(s.enterAll(sc, func(int, *tuneClass) policies.Spec { return spec }))
	}
	best := -1
	for range mostRounds {
		finalists, err := s.race(ctx, sc, list, jointFinalists, until-s.spent)
		if err != nil {
			return err
		}
		if finalists == nil || finalists[0] == best {
			return nil
		}
		best = finalists[0]
		list = slices.Clone(finalists)
		change := func(from, class int, to []policies.Spec) {
			for _, spec := range to {
				specs := slices.Clone(sc.candidates[from].specs)
				specs[class] = spec
				add(s.enter(sc, -1, specs...))
			}
		}
		for _, from := range finalists[:min(2, len(finalists))] {
			for k, c := range s.classes {
				change(from, k, c.short)
			}
		}
		for k, c := range s.classes {
			change(best, k, c.possible(sc.candidates[best].specs[k].Neighbors(c.space)))
		}
	}
	return nil
}

// widest is the space with the most sizes.
func (s *search) widest() policies.Space {
	most := s.classes[0].space
	for _, c := range s.classes {
		if len(c.space.Sizes) > len(most.Sizes) {
			most = c.space
		}
	}
	return most
}

// missPrices are prices of a miss in executor-seconds, from nothing to more than
// all that a workload holds.
var missPrices = []float64{0, 10, 30, 100, 300, 1000, 3000, 10000, 100000, 1e9}

// bestAt is the finalist of a class with the lowest cost, misses included at a price,
// among those within the slowdown limit.
func (c *tuneClass) bestAt(price float64, g goal) policies.Spec {
	best, least := 0, math.Inf(1)
	for k, s := range c.scores {
		cost := s.seconds + price*s.misses
		if s.failed || s.slower > g.slower {
			cost = math.MaxFloat64
		}
		if cost < least {
			best, least = k, cost
		}
	}
	return c.short[best]
}

// replayedFully are the candidates of the joint scenario that were replayed in all
// replicas.
func (s *search) replayedFully() []int {
	var full []int
	for i, c := range s.joint.candidates {
		if c.done == s.Replicas && c.err == nil {
			full = append(full, i)
		}
	}
	return full
}

// toVerify are the best fleets by the goal and those of the front, at most mostChecked,
// the best first.
func (s *search) toVerify() []int {
	full := s.replayedFully()
	if len(full) == 0 {
		return nil
	}
	return s.dropAlike(s.joint, s.goal.best(full, 3*mostChecked, s.joint.at), mostChecked)
}

// costEquality is the relative difference below which the costs of two fleets
// count as equal.
const costEquality = 0.005

// dropAlike keeps at most keep candidates of a list that has the best first. Of
// candidates with nearly equal results it keeps the one with the fewest settings.
func (s *search) dropAlike(sc *tuneScenario, list []int, keep int) []int {
	var out []int
	for _, i := range list {
		k := slices.IndexFunc(out, func(j int) bool { return s.alike(sc.at(i), sc.at(j)) })
		switch {
		case k < 0:
			out = append(out, i)
		case settingsIn(sc.candidates[i].fleet) < settingsIn(sc.candidates[out[k]].fleet):
			out[k] = i
		}
	}
	return s.goal.best(out, keep, sc.at)
}

// alike reports whether two fleets have nearly equal results.
func (s *search) alike(a, b score) bool {
	return a.misses == b.misses && s.goal.excess(a) == s.goal.excess(b) && math.Abs(a.seconds-b.seconds) <= costEquality*min(a.seconds, b.seconds)
}

// settingsIn counts the settings that a fleet changes.
func settingsIn(f policies.Fleet) int {
	n := 0
	for _, rule := range f.Rules {
		n += strings.Count(rule.Spec.String(), ",")
	}
	return n
}
