package decide

import (
	"context"
	"math"
	"slices"
	"strings"

	"dynalloc/policies"
)

// race runs one race in a stage, of as many as the budget allows, counted in
// applications replayed. It is nil if that is none.
func (s *search) race(ctx context.Context, st *tuneScenario, list []int, finalists, budget int) ([]int, error) {
	size := len(st.workload.Apps)
	base := s.Replicas - st.base.done
	for len(list) > 0 && (base+raceCost(len(list), s.Replicas, finalists))*size > budget {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil, nil
	}
	play := func(list []int, replicas int) error { return s.play(ctx, st, list, replicas) }
	return s.goal.successiveHalving(list, s.Replicas, finalists, play, st.at)
}

// find tunes the classes, and then fleets of them. It returns the fleets of the
// joint stage that are worth a check, the best first.
func (s *search) find(ctx context.Context) ([]int, error) {
	size := len(s.Suite.Workload.Apps)
	reserve := min(s.Budget/2, (mostChecked+2+len(hindsightRatios))*s.Replicas)
	budget := (s.Budget - reserve) * size
	forClasses := int(float64(budget) * classShare)
	for k, c := range s.classes {
		if err := s.tuneClass(ctx, k, (forClasses-s.spent)/(len(s.classes)-k)); err != nil {
			return nil, err
		}
		if len(c.short) == 0 { // the budget was too small for it
			s.out.Untested = append(s.out.Untested, c.name)
			c.short, c.gave = []policies.Spec{policies.Recorded()}, make([]score, 1)
		}
	}
	return s.tuneFleet(ctx, budget)
}

// tuneClass searches one class by itself: it races a first list, and then the
// neighbors of the finalists against them, as long as that finds better ones.
func (s *search) tuneClass(ctx context.Context, k, budget int) error {
	c := s.classes[k]
	st := s.newStage(c.name, c.apps, 0)
	until := s.spent + budget
	var list []int
	for _, spec := range slices.Concat(s.Candidates, c.possible(policies.Start(c.space))) {
		list = append(list, s.enter(st, k, spec))
	}
	var finalists []int
	for range mostRounds {
		next, err := s.race(ctx, st, list, 2*classFinalists, until-s.spent)
		if err != nil {
			return err
		}
		next = s.thin(st, next, classFinalists)
		if next == nil || slices.Equal(next, finalists) {
			break
		}
		finalists = next
		list = slices.Clone(finalists)
		for _, i := range finalists {
			for _, spec := range c.possible(st.entries[i].specs[0].Neighbors(c.space)) {
				if known := len(st.entries); s.enter(st, k, spec) == known {
					list = append(list, known)
				}
			}
		}
	}
	for _, i := range finalists {
		c.short, c.gave = append(c.short, st.entries[i].specs[0]), append(c.gave, st.at(i))
	}
	return nil
}

// tuneFleet searches fleets: it begins with the best of each class, with what
// suits each class at one price of a miss, for many prices, with the recorded
// settings, and with one policy for all. Then it changes one class's policy at a
// time: to another of its finalists, and by a step, as what is best on the whole
// cluster may not be on a shared one.
func (s *search) tuneFleet(ctx context.Context, until int) ([]int, error) {
	st := s.joint
	each := func(of func(c *tuneClass) policies.Spec) int {
		specs := make([]policies.Spec, len(s.classes))
		for k, c := range s.classes {
			specs[k] = of(c)
		}
		return s.enter(st, -1, specs...)
	}
	list := []int{each(func(c *tuneClass) policies.Spec { return c.short[0] })}
	for _, price := range missPrices {
		list = append(list, each(func(c *tuneClass) policies.Spec { return c.at(price, s.goal) }))
	}
	list = append(list, each(func(*tuneClass) policies.Spec { return policies.Recorded() }))
	for _, spec := range slices.Concat(s.Candidates, policies.Start(s.widest())) {
		list = append(list, each(func(*tuneClass) policies.Spec { return spec }))
	}
	list = distinctOf(list)
	best := -1
	for range mostRounds {
		finalists, err := s.race(ctx, st, list, jointFinalists, until-s.spent)
		if err != nil {
			return nil, err
		}
		if finalists == nil || finalists[0] == best {
			break
		}
		best = finalists[0]
		list = slices.Clone(finalists)
		for _, from := range finalists[:min(2, len(finalists))] {
			for k, c := range s.classes {
				for _, spec := range c.short {
					swapped := slices.Clone(st.entries[from].specs)
					swapped[k] = spec
					list = append(list, s.enter(st, -1, swapped...))
				}
			}
		}
		for k, c := range s.classes {
			for _, spec := range c.possible(st.entries[best].specs[k].Neighbors(c.space)) {
				stepped := slices.Clone(st.entries[best].specs)
				stepped[k] = spec
				list = append(list, s.enter(st, -1, stepped...))
			}
		}
		list = distinctOf(list)
	}
	return s.worthACheck(), nil
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

// prices of a miss, in executor-seconds, from none to more than all of them.
var missPrices = []float64{0, 10, 30, 100, 300, 1000, 3000, 10000, 100000, 1e9}

// at is the finalist of a class that is cheapest where a miss costs so much,
// among those that are not too slow.
func (c *tuneClass) at(price float64, g goal) policies.Spec {
	best, least := 0, math.Inf(1)
	for k, gave := range c.gave {
		cost := gave.seconds + price*gave.misses
		if gave.failed || gave.slower > g.slower {
			cost = math.MaxFloat64
		}
		if cost < least {
			best, least = k, cost
		}
	}
	return c.short[best]
}

// distinctOf keeps the first of equal numbers.
func distinctOf(list []int) []int {
	var out []int
	for _, i := range list {
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// worthACheck are the best of the fleets that were played in all replicas, by the
// goal and by the front, and no more than can be checked; the best first.
func (s *search) worthACheck() []int {
	st := s.joint
	var full []int
	for i, e := range st.entries {
		if e.done == s.Replicas && e.played.err == nil {
			full = append(full, i)
		}
	}
	if len(full) == 0 {
		return nil
	}
	return s.thin(st, s.goal.best(full, 3*mostChecked, st.at), mostChecked)
}

// alike is how near to each other the costs of two fleets are that count as one.
const costEquality = 0.005

// thin keeps so many of a list, which has the best first, and of those that give
// nearly the same the one with the fewest settings.
func (s *search) thin(st *tuneScenario, list []int, keep int) []int {
	var out []int
	for _, i := range list {
		k := slices.IndexFunc(out, func(j int) bool { return s.near(st.at(i), st.at(j)) })
		switch {
		case k < 0:
			out = append(out, i)
		case settingsIn(st.entries[i].fleet) < settingsIn(st.entries[out[k]].fleet):
			out[k] = i
		}
	}
	return s.goal.best(out, keep, st.at)
}

// near tells whether two fleets give nearly the same.
func (s *search) near(a, b score) bool {
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
