package decide

import (
	"context"
	"math"
	"slices"

	"dynalloc/policies"
)

// settle changes the policy of one class at a time, to another of its finalists, to each
// fixed size, or to a neighbor, until no change of one class is better or the budget is spent: the policy that
// is best for a class alone on the cluster may not be best when the classes share it.
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
				specs = append(append(specs, c.sizes()...), c.possible(c.resolve(from.specs[k]).Neighbors(c.space))...)
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
	var left [groups]int
	kept := []*trial{list[0]}
	for _, t := range sorted {
		spec := t.specs[k]
		g := c.group(spec)
		own := spec.Recorded() || slices.Contains(d.Policies, spec)
		if t.failed() || !own && left[g] == kindFinalists {
			continue
		}
		if !own {
			left[g]++
		}
		kept = append(kept, t)
	}
	for len(kept) > 1 && d.spent+sc.remaining(kept, d.Replicas)*len(sc.workload.Apps) > until {
		kept = kept[:len(kept)-1]
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
	if t.failed() || g.compare(d.scoreOf(g, d.joint, from, d.Replicas), d.scoreOf(g, d.joint, t, d.Replicas)) < 0 {
		return from, err
	}
	return t, err
}

// preferred is the best of fleets that differ in the policy of one class. Fleets that meet
// the goal equally well are tied if their costs differ by less than equivalenceCost of the
// class's cost, or than two standard errors over the replicas.
func (d *decider) preferred(g *goal, sc *scenario, k int, list []*trial, replicas int) *trial {
	c := d.classes[k]
	first := slices.MinFunc(list, func(x, y *trial) int {
		return g.compare(d.scoreOf(g, sc, x, replicas), d.scoreOf(g, sc, y, replicas))
	})
	if first.failed() {
		return list[0]
	}
	best := d.scoreOf(g, sc, first, replicas)
	own := float64(first.totals(0, replicas)[k].executors)
	var tied []*trial
	for _, t := range list {
		if s := d.scoreOf(g, sc, t, replicas); t == first || d.tied(g, best, s, max(equivalenceCost*own, 2*costError(t, first, replicas))) {
			tied = append(tied, t)
		}
	}
	rank := func(t *trial) int {
		spec := t.specs[k]
		if spec.Recorded() {
			return 0
		}
		rank := 1 + oneIf(c.group(spec) == dynamicWithService)
		if c.resolve(spec).Fixed() != c.current.Fixed() {
			rank += 2
		}
		return rank
	}
	return slices.MinFunc(tied, func(x, y *trial) int {
		if r := rank(x) - rank(y); r != 0 {
			return r
		}
		return g.compare(d.scoreOf(g, sc, x, replicas), d.scoreOf(g, sc, y, replicas))
	})
}

// tied reports whether a fleet is as good as the best one up to a difference of cost, ms.
func (d *decider) tied(g *goal, best, s score, cost float64) bool {
	if s.failed || float64(s.cost-best.cost) > cost {
		return false
	}
	if g.time {
		return float64(s.turnaround) <= (1+equivalenceTime/1000.0)*float64(best.turnaround)
	}
	return s.excess == best.excess && s.slow == best.slow
}

// costError is the standard error of the difference of two fleets' costs over all
// replicas, ms.
func costError(x, y *trial, replicas int) float64 {
	if replicas < 2 {
		return 0
	}
	sum, squares := 0.0, 0.0
	for r := range replicas {
		v := 0.0
		for k := range x.tallies[r] {
			v += float64(x.tallies[r][k].executors - y.tallies[r][k].executors)
		}
		sum, squares = sum+v, squares+v*v
	}
	n := float64(replicas)
	return math.Sqrt(max(0, squares-sum*sum/n) * n / (n - 1))
}
