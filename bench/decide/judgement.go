package decide

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/policies"
)

// Limits of a judgement.
const (
	kindFinalists  = 4 // candidates of each kind that are judged in each class, besides the settings in force and the user's own
	leastJudging   = 4
	fewestJudging  = 20 // judging replicas; they double until the confidence is sure
	mostJudging    = 320
	mostTurns      = 3    // fleets that are judged until each class has the kind that is better
	confidenceSure = 0.02 // standard error of a confidence up to which no more replicas are added
)

// judge judges the fleet of the preferred answer in new replicas, and sets the result.
func (d *decider) judge(ctx context.Context) error {
	advised := d.safe
	if d.Prefer == PreferCheap {
		advised = d.cheap
	}
	d.judging = newScenario("judge", d.classes, &d.world, upTo(len(d.world.workload.Apps)), d.Replicas, 0)
	d.setUnits()
	for turn := range mostTurns {
		changed, err := d.judgeFleet(ctx, advised.specs)
		if err != nil {
			return err
		}
		if changed == nil || turn == mostTurns-1 {
			break // two classes whose answers depend on each other would change for ever
		}
		advised = d.enter(d.joint, -1, changed...)
	}
	if d.Prefer == PreferCheap {
		d.cheap = advised
	} else {
		d.safe = advised
	}
	return d.conclude(ctx)
}

// finalists are the fleets in which a class has one of its candidates that are judged:
// of each kind the best in the replicas of the search, the settings in force, plain
// dynamic allocation, and the user's own.
func (d *decider) finalists(advised *trial, k int) []policies.Spec {
	c := d.classes[k]
	list := d.alternatives(d.joint, advised, k)
	list = slices.DeleteFunc(list, func(t *trial) bool { return t != advised && (t.done < d.Replicas || t.failed()) })
	slices.SortStableFunc(list[1:], func(x, y *trial) int {
		return d.goal.compare(d.scoreOf(&d.goal, d.joint, x, d.Replicas), d.scoreOf(&d.goal, d.joint, y, d.Replicas))
	})
	var specs []policies.Spec
	left := map[bool]int{true: kindFinalists, false: kindFinalists}
	for _, t := range list {
		spec := t.specs[k]
		if fixed := c.resolve(spec).Fixed(); left[fixed] > 0 || spec.Recorded() || slices.Contains(d.Policies, spec) {
			left[fixed]--
			specs = append(specs, spec)
		}
	}
	return specs
}

// judgeFleet judges each class inside a fleet. It returns the fleet with other policies
// for the classes in which the other kind is better, or nil.
func (d *decider) judgeFleet(ctx context.Context, specs []policies.Spec) ([]policies.Spec, error) {
	sc := d.judging
	advised := d.enter(d.joint, -1, specs...)
	var changed []policies.Spec
	first := d.enter(sc, -1, specs...)
	d.judged = make([]judged, len(d.classes))
	for k := range d.classes {
		if err := d.play(ctx, d.joint, d.alternatives(d.joint, advised, k), d.Replicas); err != nil {
			return nil, err
		}
		j := &d.judged[k]
		for _, spec := range d.finalists(advised, k) {
			j.list = append(j.list, d.with(sc, first, k, spec))
		}
	}
	left := d.Budget - d.spent/len(sc.workload.Apps)
	for replicas := max(d.replicas, min(max(left/(2*d.toJudge()), leastJudging), fewestJudging)); ; replicas *= 2 {
		unsure := false
		sc.addReplicas(&d.world, d.Replicas, replicas)
		for k, c := range d.classes {
			j := &d.judged[k]
			if err := d.play(ctx, sc, j.list, replicas); err != nil {
				return nil, err
			}
			j.belief = d.believe(k, replicas)
			unsure = unsure || len(c.insufficiencies) == 0 && j.belief.error > confidenceSure
		}
		d.replicas = replicas
		if more := d.toJudge() * replicas * len(sc.workload.Apps); !unsure || 2*replicas > mostJudging || d.spent+more > d.Budget*len(sc.workload.Apps) {
			break
		}
	}
	if changed := d.nearer(first); changed != nil {
		return changed, nil
	}
	for k, c := range d.classes {
		static := c.resolve(specs[k]).Fixed()
		if static != d.betterKind(k) {
			if t := d.best(k, !static); t != nil {
				if changed == nil {
					changed = slices.Clone(specs)
				}
				changed[k] = t.specs[k]
			}
		}
	}
	return changed, nil
}

// betterKind reports whether a class should have a fixed size: the kind that was better in
// more repetitions, or the kind that is in force if both give the same.
func (d *decider) betterKind(k int) (static bool) {
	now, b := d.classes[k].current.Fixed(), d.judged[k].belief
	if b.equivalent >= DecidedAt || d.sameByEstimate(k) {
		return now
	}
	return b.static > 0.5 || b.static == 0.5 && now
}

// sameByEstimate reports whether the best of both kinds meet the target equally well and
// cost the same within the margin, by estimate.
func (d *decider) sameByEstimate(k int) bool {
	x, y := d.best(k, true), d.best(k, false)
	if x == nil || y == nil {
		return false
	}
	estimate := d.goal
	estimate.safe = false
	a, b := d.scoreOf(&estimate, d.judging, x, d.replicas), d.scoreOf(&estimate, d.judging, y, d.replicas)
	if b.cost < a.cost {
		a, b = b, a
	}
	return d.tied(&estimate, a, b, equivalenceCost*float64(x.totals(0, d.replicas)[k].executors))
}

// nearer is a fleet that comes nearer to the goal in the judging replicas, by the policy of
// one class, if a fleet does not meet it; nil: there is none.
func (d *decider) nearer(t *trial) []policies.Spec {
	estimate := d.goal
	estimate.safe = false
	at := func(t *trial) score { return d.scoreOf(&estimate, d.judging, t, d.replicas) }
	best := t
	if s := at(t); d.goal.time || s.meets() {
		return nil
	}
	for k := range d.judged {
		other := d.preferred(&d.goal, d.judging, k, d.judged[k].list, d.replicas)
		if a, b := at(other), at(best); !a.failed && (a.excess < b.excess || a.excess == b.excess && a.slow < b.slow) {
			best = other
		}
	}
	if best == t {
		return nil
	}
	return best.specs
}

// toJudge is the number of fleets that are judged.
func (d *decider) toJudge() int {
	n := 1
	for k := range d.judged {
		n += len(d.judged[k].list)
	}
	return n
}

// A judged is the candidates of one class inside the advised fleet, and what is believed
// of the two kinds.
type judged struct {
	list   []*trial // the first is the advised fleet
	belief belief
}

// share is the share of repetitions in which one kind was better.
func (b belief) share(static bool) float64 {
	if static {
		return b.static
	}
	return 1 - b.static
}

// kinds divides the candidates of a class that can be chosen into fixed sizes and others.
func (d *decider) kinds(k int) (static, dynamic []*trial) {
	for _, t := range d.judged[k].list {
		switch {
		case t.failed():
		case d.classes[k].resolve(t.specs[k]).Fixed():
			static = append(static, t)
		default:
			dynamic = append(dynamic, t)
		}
	}
	return static, dynamic
}

// best is the preferred candidate of one kind in the judging replicas; nil: there is none.
func (d *decider) best(k int, fixed bool) *trial {
	static, dynamic := d.kinds(k)
	list := dynamic
	if fixed {
		list = static
	}
	if len(list) == 0 {
		return nil
	}
	return d.preferred(&d.goal, d.judging, k, list, d.replicas)
}

// setUnits divides the runs of the judging scenario into cells: one for each class and
// block. Runs of a class that has too few for blocks stay as they are in every repetition.
func (d *decider) setUnits() {
	sc := d.judging
	all := bench.BlocksOf(d.world.workload, upTo(len(d.world.workload.Apps)))
	d.units = units{cellOf: make([]int, len(sc.class))}
	if all.Unit != bench.ByReplica {
		d.units.blocks = all.N
	}
	known := map[[2]int]int{} // only looked up, never ranged over
	for i, k := range sc.class {
		block := -1
		if all.Unit != bench.ByReplica && k < len(d.classes) && d.classes[k].blocks.Unit != bench.ByReplica {
			block = all.Of[i]
		}
		key := [2]int{k, block}
		at, seen := known[key]
		if !seen {
			at = len(d.units.class)
			known[key] = at
			d.units.class, d.units.block = append(d.units.class, k), append(d.units.block, block)
		}
		d.units.cellOf[i] = at
	}
}

// units are the cells of the judging scenario.
type units struct {
	cellOf       []int // by application
	class, block []int // by cell; block -1: it is kept in every repetition
	blocks       int
}

// cells adds up the outcomes of a fleet in each replica, with the misses at each level of
// the model's error.
func (d *decider) cells(t *trial, replicas int) [][]cell {
	sc := d.judging
	out := make([][]cell, replicas)
	for r := range out {
		out[r] = make([]cell, len(d.units.class))
		for i := range t.runs[r] {
			o, ref, k := &t.runs[r][i], &sc.reference[i], sc.class[i]
			at := &out[r][d.units.cellOf[i]]
			one := counts{runs: 1, turnaround: o.turnaround.Milliseconds(), executors: o.executors}
			if ref.HasDeadline {
				one.deadlines = 1
				deviation := sc.deviation[k]
				one.misses, one.expected = oneIf(o.missed(ref.Deadline, 1)), o.expected(ref.Deadline, deviation)
				for l := range levels {
					if o.missed(ref.Deadline, math.Exp(float64(l-levelsUp)*levelStep*deviation)) {
						at.missesAt[l]++
					}
				}
			}
			at.add(&one, 1)
		}
	}
	return out
}

// believe repeats the choice between the kinds for a class. With candidates of one kind
// only, that kind is better.
func (d *decider) believe(k, replicas int) belief {
	static, dynamic := d.kinds(k)
	if len(static) == 0 || len(dynamic) == 0 {
		return belief{static: float64(oneIf(len(dynamic) == 0))}
	}
	c := chooser{
		goal: d.goal, class: k, of: d.units.class, block: d.units.block, blocks: d.units.blocks, classes: len(d.classes),
		model: d.classes[k].model, seed: d.world.config.Seed, replicas: replicas, base: d.cells(d.judging.base, replicas),
	}
	for _, t := range static {
		c.static = append(c.static, d.cells(t, replicas))
	}
	for _, t := range dynamic {
		c.dynamic = append(c.dynamic, d.cells(t, replicas))
	}
	return c.believe()
}

var (
	decideMoreRuns   = note.Declare("decide-more-runs", "runs")
	decideCluster    = note.Declare("decide-cluster")
	decideDeadlines  = note.Declare("decide-deadlines")
	decideSelfReplay = note.Declare("decide-self-replay", "percent")
	decideTest       = note.Declare("decide-test", "static", "dynamic")
)

// verdict says which kind is better, or what would decide it.
func (d *decider) verdict(k int, out *ClassDecision) {
	b := d.judged[k].belief
	fixed := out.Set.Policy.Fixed()
	out.Confidence, out.ConfidenceError, out.Equivalent = b.share(fixed), b.error, b.equivalent
	switch {
	case len(out.Insufficiencies) > 0:
		out.Verdict = Insufficient
	case b.equivalent >= DecidedAt:
		out.Verdict = NoDifference
	case out.Confidence >= DecidedAt && fixed:
		out.Verdict = Static
	case out.Confidence >= DecidedAt:
		out.Verdict = Dynamic
	default:
		out.Verdict = Undecided
		out.WouldDecide = d.wouldDecide(d.classes[k], out)
	}
}

// wouldDecide is what would decide an undecided class.
func (d *decider) wouldDecide(c *class, out *ClassDecision) []note.Note {
	var list []note.Note
	if c.blocks.Unit != bench.ByReplica {
		list = append(list, decideMoreRuns.With(len(c.apps)))
	}
	if d.world.config.Cluster.Assumed && slices.Contains(d.world.room.list(), c.name) {
		list = append(list, decideCluster.With())
	}
	if out.Invented {
		list = append(list, decideDeadlines.With())
	}
	if out.Model.Time > 0.1 {
		list = append(list, decideSelfReplay.With(100*out.Model.Time))
	}
	if len(list) == 0 && out.BestStatic != nil && out.BestDynamic != nil {
		list = append(list, decideTest.With(out.BestStatic.Policy, out.BestDynamic.Policy))
	}
	return list
}

// ordered is the judged candidates of a class, the best first.
func (d *decider) ordered(k int) []*trial {
	list := slices.Clone(d.judged[k].list)
	slices.SortStableFunc(list, func(x, y *trial) int {
		return cmp.Or(d.goal.compare(d.scoreOf(&d.goal, d.judging, x, d.replicas), d.scoreOf(&d.goal, d.judging, y, d.replicas)))
	})
	return list
}
