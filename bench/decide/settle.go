package decide

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dynalloc/policies"
)

// settle changes the policy of one class at a time, to another of its finalists, to each
// fixed size, or to a neighbor of the best of each group, until no change of one class is
// better or the budget is spent: the policy that is best for a class alone on the cluster may
// not be best when the classes share it. Groups that are not chosen are searched as well,
// because the verdict compares the best of each kind.
func (d *decider) settle(ctx context.Context, from *trial, until int) (*trial, error) {
	for range mostRounds {
		before := from
		for k, c := range d.classes {
			if d.spent >= until {
				break
			}
			if c.stays() {
				continue
			}
			specs := slices.Clone(c.short)
			if !d.Only {
				specs = append(specs, c.sizes()...)
				for _, best := range c.bestOfGroups(from.specs[k]) {
					specs = append(specs, c.possible(c.resolve(best).Neighbors(c.space))...)
				}
			}
			best, err := d.narrow(ctx, from, k, specs, until)
			if err != nil {
				return from, err
			}
			from = d.preferred(&d.goal, d.joint, k, best, d.Replicas)
		}
		if from == before {
			break
		}
	}
	return from, nil
}

// bestOfGroups is a policy of the class, and the first finalist of each other group. The
// finalists are sorted by the goal.
func (c *class) bestOfGroups(chosen policies.Spec) []policies.Spec {
	best := []policies.Spec{chosen}
	for _, spec := range c.short {
		if !slices.ContainsFunc(best, func(b policies.Spec) bool { return c.group(b) == c.group(spec) }) {
			best = append(best, spec)
		}
	}
	return best
}

// narrow replays a fleet with each of some policies of a class, as many as there is budget
// for, first in few replicas, and then the best of each group in all. These become the
// finalists of the class.
func (d *decider) narrow(ctx context.Context, from *trial, k int, specs []policies.Spec, until int) ([]*trial, error) {
	c, sc := d.classes[k], d.joint
	list := []*trial{d.enter(sc, -1, from.specs...)}
	for _, spec := range specs {
		if t := d.with(sc, from, k, spec); !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	few := min(fewReplicas, d.Replicas)
	affordable := max(1, (until-d.spent)/(2*few*len(sc.workload.Apps))) // half of it; the finalists take the rest
	if err := d.play(ctx, sc, list[:1], d.Replicas); err != nil {
		return nil, err
	}
	list = list[:min(affordable, len(list))]
	if err := d.play(ctx, sc, list, few); err != nil {
		return nil, err
	}
	sorted := list[1:]
	slices.SortStableFunc(sorted, func(x, y *trial) int {
		return d.goal.compare(d.scoreOf(&d.goal, sc, x, few), d.scoreOf(&d.goal, sc, y, few))
	})
	var left [groups]int // how many of each group are kept
	kept := []*trial{list[0]}
	for _, t := range sorted {
		spec := t.specs[k]
		g := c.group(spec)
		own := spec.Recorded() || slices.Contains(d.Policies, spec)
		if t.failed() || !own && left[g] == kindFinalists {
			continue
		}
		left[g]++
		kept = append(kept, t)
	}
	// Each group keeps its best for as long as the budget allows.
	for len(kept) > 1 && d.spent+sc.remaining(kept, d.Replicas)*len(sc.workload.Apps) > until {
		last := len(kept) - 1
		for i := last; i > 0; i-- {
			if left[c.group(kept[i].specs[k])] > left[c.group(kept[last].specs[k])] {
				last = i
			}
		}
		left[c.group(kept[last].specs[k])]--
		kept = slices.Delete(kept, last, last+1)
	}
	if err := d.play(ctx, sc, kept, d.Replicas); err != nil {
		return nil, err
	}
	var short []policies.Spec
	for _, t := range kept {
		short = append(short, t.specs[k])
	}
	d.setShort(c, short, c.short)
	return kept, nil
}

// alternatives are a fleet and the fleets in which one class has another of its finalists.
func (d *decider) alternatives(sc *scenario, t *trial, k int) []*trial {
	list := []*trial{d.enter(sc, -1, t.specs...)}
	for _, spec := range d.classes[k].short {
		if other := d.with(sc, t, k, spec); other != list[0] {
			list = append(list, other)
		}
	}
	return list
}

// otherAnswer is the fleet of the other preference: for each class the policy that is best
// by its goal inside a fleet.
func (d *decider) otherAnswer(ctx context.Context, g *goal, from *trial) (*trial, error) {
	specs := slices.Clone(from.specs)
	for k := range d.classes {
		list := slices.DeleteFunc(d.alternatives(d.joint, from, k), func(t *trial) bool { return t.done < d.Replicas })
		if len(list) > 0 {
			specs[k] = d.preferred(g, d.joint, k, list, d.Replicas).specs[k]
		}
	}
	t := d.enter(d.joint, -1, specs...)
	err := d.play(ctx, d.joint, []*trial{t}, d.Replicas)
	if err != nil || t.failed() {
		return from, err
	}
	a, b := d.scoreOf(g, d.joint, from, d.Replicas), d.scoreOf(g, d.joint, t, d.Replicas)
	if g.compare(a, b) < 0 && (b.cost >= a.cost || !d.asNear(g, d.joint, upTo(len(d.classes)), from, t, d.Replicas)) {
		return from, nil
	}
	return t, nil
}

// preferred is the best of fleets that differ in the policy of one class. Of those that come
// as near to the goal as the best one, up to the margins and the noise of the replicas, the
// cheapest is taken; costs are tied if they differ by less than equivalenceCost of the class's
// cost, or than two standard errors over the replicas. Ties go to the settings in force, then
// to their kind, and then to the cheaper one.
func (d *decider) preferred(g *goal, sc *scenario, k int, list []*trial, replicas int) *trial {
	at := func(t *trial) score { return d.scoreOf(g, sc, t, replicas) }
	first := slices.MinFunc(list, func(x, y *trial) int { return g.compare(at(x), at(y)) })
	if first.failed() {
		return list[0]
	}
	near := slices.DeleteFunc(slices.Clone(list), func(t *trial) bool { return !d.asNear(g, sc, []int{k}, first, t, replicas) })
	byCost := func(x, y *trial) int {
		a, b := at(x), at(y)
		return cmp.Or(cmp.Compare(a.cost, b.cost), g.compare(a, b))
	}
	cheapest := slices.MinFunc(near, byCost)
	margin := equivalenceCost * float64(cheapest.totals(0, replicas)[k].executors)
	tied := slices.DeleteFunc(near, func(t *trial) bool {
		return float64(at(t).cost-at(cheapest).cost) > max(margin, 2*costError(t, cheapest, replicas))
	})
	return slices.MinFunc(tied, func(x, y *trial) int { return cmp.Or(d.rank(k, x)-d.rank(k, y), byCost(x, y)) })
}

// rank orders the policies of a class that are equally good: the settings in force, their
// kind, and what needs no new service come first.
func (d *decider) rank(k int, t *trial) int {
	c, spec := d.classes[k], t.specs[k]
	if spec.Recorded() {
		return 0
	}
	rank := 1 + oneIf(c.group(spec) == dynamicWithService)
	if c.resolve(spec).Fixed() != c.current.Fixed() {
		rank += 2
	}
	return rank
}

// asNear reports whether a fleet with other policies of some classes comes as near to the goal as the best one. If that meets the
// goal, the other one must, too; the settings in force need not by what two standard errors
// over the replicas do not tell apart. If it does not, misses are as many within
// equivalenceMisses of the runs of these classes or two standard errors, and the slowdown is within
// equivalenceTime: a difference too small to matter must not decide what is paid.
func (d *decider) asNear(g *goal, sc *scenario, of []int, best, t *trial, replicas int) bool {
	if t.failed() {
		return false
	}
	a, b := d.scoreOf(g, sc, best, replicas), d.scoreOf(g, sc, t, replicas)
	runs, inForce := 0, true
	for _, k := range of {
		runs, inForce = runs+best.totals(0, replicas)[k].deadlines, inForce && t.specs[k].Recorded()
	}
	noise := 0.0
	if a.excess > 0 || inForce {
		noise = 2 * missError(g, best, t, replicas)
	}
	return g.near(a, b, runs, noise)
}

// costError is the standard error of the difference of two fleets' costs over all
// replicas, ms.
func costError(x, y *trial, replicas int) float64 {
	return differenceError(x, y, replicas, func(c *counts) int64 { return c.executors })
}

// missError is that of their misses as a goal counts them, in thousandths.
func missError(g *goal, x, y *trial, replicas int) float64 {
	return differenceError(x, y, replicas, func(c *counts) int64 { return int64(g.missesOf(c)) })
}

// differenceError is the standard error of the difference of a figure of two fleets, over
// all classes and replicas.
func differenceError(x, y *trial, replicas int, of func(*counts) int64) float64 {
	if replicas < 2 {
		return 0
	}
	sum, squares := 0.0, 0.0
	for r := range replicas {
		v := 0.0
		for k := range x.tallies[r] {
			v += float64(of(&x.tallies[r][k]) - of(&y.tallies[r][k]))
		}
		sum, squares = sum+v, squares+v*v
	}
	n := float64(replicas)
	return math.Sqrt(max(0, squares-sum*sum/n) * n / (n - 1))
}
