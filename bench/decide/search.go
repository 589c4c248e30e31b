package decide

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/policies"
	"dynalloc/replay"
)

// Limits of a search.
const (
	groupFinalists    = 4    // specs of each group of a class that enter the joint search
	everyoneFinalists = 3    // fleets that are left of those with which it begins
	fewReplicas       = 2    // in which changes of one class are compared first
	mostRounds        = 8    // largest number of rounds of neighbor steps, and of changes of one class
	mostShown         = 6    // fleets of the front that are judged
	classShare        = 0.3  // share of the budget for searching classes one by one
	startShare        = 0.1  // for the fleets with which the joint search begins
	settleShare       = 0.65 // share of the budget after which fleets are not changed any more
)

// enter adds a fleet to a scenario, or finds it there. The specs are by class of the
// scenario: of the class with that number, or of all classes for -1.
func (d *decider) enter(sc *scenario, class int, specs ...policies.Spec) *trial {
	f := policies.Fleet{Name: sc.name}
	for k, spec := range specs {
		f.Rules = append(f.Rules, policies.Rule{Pattern: d.classes[max(k, class)].token, Spec: spec})
	}
	f.Rules = append(f.Rules, policies.Rule{Pattern: "*", Spec: policies.Recorded()})
	key := f.String()
	if t, known := sc.byFleet[key]; known {
		return t
	}
	t := newTrial(f, specs...)
	sc.byFleet[key], sc.trials = t, append(sc.trials, t)
	return t
}

// enterAll adds a fleet of all classes; of gives the spec of each.
func (d *decider) enterAll(sc *scenario, of func(k int, c *class) policies.Spec) *trial {
	specs := make([]policies.Spec, len(d.classes))
	for k, c := range d.classes {
		specs[k] = of(k, c)
	}
	return d.enter(sc, -1, specs...)
}

// with is a fleet with the policy of one class replaced.
func (d *decider) with(sc *scenario, t *trial, class int, spec policies.Spec) *trial {
	specs := slices.Clone(t.specs)
	specs[class] = spec
	return d.enter(sc, -1, specs...)
}

// play replays fleets of a scenario, and the settings in force, in the first replicas,
// except those that are replayed already.
func (d *decider) play(ctx context.Context, sc *scenario, list []*trial, replicas int) error {
	trials := append([]*trial{sc.base}, list...)
	size, before, tasks := len(sc.workload.Apps), d.spent, d.tasks
	remaining := sc.remaining(trials, replicas)
	o := bench.Options{Parallel: d.options.Parallel, Progress: func(now bench.Progress) {
		d.tasks = tasks + now.Tasks
		d.report(float64(before) + now.Done*float64(size))
	}}
	if err := sc.play(ctx, trials, replicas, o); err != nil {
		return err
	}
	d.spent += remaining * size
	for _, t := range trials {
		var unschedulable *replay.AppError
		if t.err != nil && !errors.Is(t.err, replay.ErrHorizon) && !errors.As(t.err, &unschedulable) {
			return t.err
		}
	}
	if err := sc.base.err; err != nil {
		return fmt.Errorf("with the settings in force: %w", err)
	}
	return nil
}

// report converts applications to replays of the whole workload.
func (d *decider) report(applications float64) {
	if d.options.Progress != nil {
		done := min(applications/float64(len(d.world.workload.Apps)), float64(d.Budget))
		d.options.Progress(bench.Progress{Done: done, Total: d.Budget, Tasks: d.tasks})
	}
}

// scoreOf is the score of a fleet over the first replicas of a scenario.
func (d *decider) scoreOf(g *goal, sc *scenario, t *trial, replicas int) score {
	if t.failed() {
		return score{failed: true}
	}
	return g.score(t.totals(0, replicas), sc.base.totals(0, replicas))
}

// race runs one race in a scenario, with as many candidates as the budget (in
// applications replayed) allows. It returns nil if the budget allows none.
func (d *decider) race(ctx context.Context, sc *scenario, list []*trial, finalists, budget int) ([]*trial, error) {
	size := len(sc.workload.Apps)
	base := d.Replicas - sc.base.done
	for len(list) > 0 && (base+raceCost(len(list), d.Replicas, finalists))*size > budget {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil, nil
	}
	pick := func(from []int) []*trial {
		var out []*trial
		for _, i := range from {
			out = append(out, list[i])
		}
		return out
	}
	play := func(from []int, replicas int) error { return d.play(ctx, sc, pick(from), replicas) }
	at := func(i, replicas int) score { return d.scoreOf(&d.goal, sc, list[i], replicas) }
	best, err := d.goal.successiveHalving(upTo(len(list)), d.Replicas, 3*finalists, play, at)
	if err != nil {
		return nil, err
	}
	return d.dropAlike(sc, pick(best), finalists), nil
}

// searchClass searches the policies of one class without the others, on the whole
// cluster: in each group it races a first list, and then the finalists against their
// neighbors, until no neighbor is better.
func (d *decider) searchClass(ctx context.Context, k, budget int) error {
	c := d.classes[k]
	sc := newScenario(c.name, d.classes, &d.world, c.apps, 0, d.Replicas)
	until := d.spent + budget
	var lists [groups][]*trial
	for _, spec := range c.start(&d.Question) {
		g := c.group(spec)
		lists[g] = append(lists[g], d.enter(sc, k, spec))
	}
	for g, list := range lists {
		var finalists []*trial
		for range mostRounds {
			next, err := d.race(ctx, sc, list, groupFinalists, (until-d.spent)/(int(groups)-g))
			if err != nil {
				return err
			}
			if next == nil || slices.Equal(next, finalists) {
				break
			}
			finalists = next
			if d.Only {
				break
			}
			list = slices.Clone(finalists)
			for _, t := range finalists {
				for _, spec := range c.possible(c.resolve(t.specs[0]).Neighbors(c.space)) {
					known := len(sc.trials)
					if spec != c.current && c.group(spec) == group(g) {
						if next := d.enter(sc, k, spec); len(sc.trials) > known {
							list = append(list, next)
						}
					}
				}
			}
		}
		for _, t := range finalists {
			if !t.failed() {
				c.short = append(c.short, t.specs[0])
			}
		}
	}
	d.countTried(c, sc)
	if len(c.short) == 0 {
		d.out.Untested = append(d.out.Untested, c.name)
	}
	c.short = unique(append(append(c.short, policies.Recorded()), d.Policies...))
	return nil
}

// countTried counts the candidates of a class that were replayed, and says which of them
// Spark refuses.
func (d *decider) countTried(c *class, sc *scenario) {
	for _, t := range sc.trials {
		switch spec := t.specs[0]; {
		case t.done == 0:
			continue
		case c.group(spec) == fixedSizes:
			d.out.Tried.Static++
		default:
			d.out.Tried.Dynamic++
		}
		if slices.Contains(d.Policies, t.specs[0]) {
			d.out.Tried.User++
		}
		if t.refused != replay.NoFailure {
			c.refused = append(c.refused, refusal{c.resolve(t.specs[0]), t.refused})
		}
	}
}

// startFleets finds the fleet with which the search of fleets begins: the best policy of
// each class in one group, the settings in force, or one policy for everyone.
func (d *decider) startFleets(ctx context.Context, budget int) (*trial, error) {
	sc := d.joint
	list := []*trial{d.enterAll(sc, func(int, *class) policies.Spec { return policies.Recorded() })}
	add := func(t *trial) {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	add(d.enterAll(sc, func(_ int, c *class) policies.Spec { return c.short[0] }))
	for g := range groups {
		add(d.enterAll(sc, func(_ int, c *class) policies.Spec {
			for _, spec := range c.short {
				if c.group(spec) == g {
					return spec
				}
			}
			return policies.Recorded()
		}))
	}
	for _, spec := range d.forEveryone() {
		add(d.enterAll(sc, func(int, *class) policies.Spec { return spec }))
		d.out.Tried.OneForAll++
	}
	best, err := d.race(ctx, sc, list, everyoneFinalists, budget)
	if err != nil || len(best) > 0 {
		return cmp.Or(slices.Concat(best, list)[0], list[0]), err
	}
	return list[0], d.play(ctx, sc, list[:1], d.Replicas) // the budget was too small for a race
}

// forEveryone are the policies that are tried for all classes alike: the user's, and
// those with which the search of the class with the most sizes begins.
func (d *decider) forEveryone() []policies.Spec {
	most := d.classes[0].space
	for _, c := range d.classes {
		if len(c.space.Sizes) > len(most.Sizes) {
			most = c.space
		}
	}
	list := slices.Clone(d.Policies)
	if !d.Only {
		list = append(list, policies.Start(policies.Space{Sizes: most.Sizes, Protections: most.Protections[:1]})...)
	}
	return unique(slices.DeleteFunc(list, policies.Spec.Recorded))
}

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
			specs := slices.Clone(c.short)
			if !d.Only {
				specs = append(append(specs, c.sizes()...), c.possible(c.resolve(from.specs[k]).Neighbors(c.space))...)
			}
			best, err := d.narrow(ctx, from, k, specs)
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

// narrow replays a fleet with each of some policies of a class, first in few replicas, and
// then the best of each group in all. These become the finalists of the class.
func (d *decider) narrow(ctx context.Context, from *trial, k int, specs []policies.Spec) ([]*trial, error) {
	c, sc := d.classes[k], d.joint
	list := []*trial{d.enter(sc, -1, from.specs...)}
	for _, spec := range specs {
		if t := d.with(sc, from, k, spec); !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	few := min(fewReplicas, d.Replicas)
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
	if err := d.play(ctx, sc, kept, d.Replicas); err != nil {
		return nil, err
	}
	c.short = nil
	for _, t := range kept {
		c.short = append(c.short, t.specs[k])
	}
	c.short = unique(append(append(c.short, policies.Recorded()), d.Policies...))
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

// costEquality is the relative difference below which the costs of two fleets
// count as equal.
const costEquality = 0.005

// dropAlike keeps at most keep of a list that has the best first. Of fleets with nearly
// equal results it keeps the one with the fewest settings.
func (d *decider) dropAlike(sc *scenario, list []*trial, keep int) []*trial {
	at := func(t *trial) score { return d.scoreOf(&d.goal, sc, t, d.Replicas) }
	var out []*trial
	for _, t := range list {
		k := slices.IndexFunc(out, func(o *trial) bool {
			a, b := at(t), at(o)
			return a.misses == b.misses && a.excess == b.excess && a.slow == b.slow && math.Abs(float64(a.cost-b.cost)) <= costEquality*float64(min(a.cost, b.cost))
		})
		switch {
		case k < 0:
			out = append(out, t)
		case settingsIn(t.fleet) < settingsIn(out[k].fleet):
			out[k] = t
		}
	}
	var kept []*trial
	for _, i := range d.goal.best(upTo(len(out)), keep, func(i int) score { return at(out[i]) }) {
		kept = append(kept, out[i])
	}
	return kept
}

// settingsIn counts the settings that a fleet changes.
func settingsIn(f policies.Fleet) int {
	n := 0
	for _, rule := range f.Rules {
		n += strings.Count(rule.Spec.String(), ",")
	}
	return n
}
