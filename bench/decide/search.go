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
	classShare        = 0.2  // share of the budget for searching classes one by one
	startShare        = 0.06 // for the fleets with which the joint search begins
	settleShare       = 0.45 // share of the budget after which fleets are not changed any more
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
		if specs[k] = of(k, c); c.stays() {
			specs[k] = policies.Recorded()
		}
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
		return &baseError{err}
	}
	return nil
}

// A baseError is the error of a replay of the settings in force, against which everything is
// measured.
type baseError struct{ err error }

func (e *baseError) Error() string { return fmt.Sprintf("with the settings in force: %v", e.err) }
func (e *baseError) Unwrap() error { return e.err }

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
	if c.stays() {
		c.short = []policies.Spec{policies.Recorded()}
		return nil
	}
	sc := newScenario(c.name, d.classes, &d.world, c.apps, 0, d.Replicas)
	d.placed(sc, k+1, 0)
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
	d.setShort(c, c.short, c.start(&d.Question))
	return nil
}

// setShort sets the policies of a class that stay: those of a list, the settings in force,
// the user's own, and of a kind that is not among these the first of some others, so that
// the kinds are compared, however small the budget is.
func (d *decider) setShort(c *class, list, others []policies.Spec) {
	list = unique(append(append(slices.Clone(list), policies.Recorded()), d.Policies...))
	for _, fixed := range []bool{true, false} {
		of := func(s policies.Spec) bool { return c.resolve(s).Fixed() == fixed }
		if !slices.ContainsFunc(list, of) && slices.ContainsFunc(others, of) {
			list = append(list, others[slices.IndexFunc(others, of)])
		}
	}
	c.short = list
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
