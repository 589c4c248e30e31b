package decide

import (
	"context"
	"math"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/policies"
)

// Limits of a judgement.
const (
	kindFinalists = 4  // candidates of each kind that are judged in each class, besides the settings in force and the user's own
	leastJudging  = 2  // replicas: a half that chooses and a half that judges
	fewestJudging = 20 // judging replicas; they double for the classes whose confidence is not sure
	mostJudging   = 2560
	mostTurns     = 6   // fleets that are judged until each class has the kind that is better
	judgeShare    = 0.7 // share of the budget after which no more are added
	concludeShare = 0.8 // share of the budget after which nothing is replayed but break-evens
)

// ConfidenceSure is the standard error of a confidence up to which no more replicas are
// added.
const ConfidenceSure = 0.02

// judge judges the fleet of the preferred answer in new replicas, and sets the result.
func (d *decider) judge(ctx context.Context) error {
	advised := d.safe
	if d.Prefer == PreferCheap {
		advised = d.cheap
	}
	d.judging = newScenario("judge", d.classes, &d.world, upTo(len(d.world.workload.Apps)), d.Replicas, 0)
	d.placed(d.judging, 0, d.Replicas)
	d.setUnits()
	for turn := range mostTurns {
		share := settleShare + (judgeShare-settleShare)*float64(turn+1)/mostTurns
		changed, err := d.judgeFleet(ctx, advised.specs, share)
		if err != nil {
			return err
		}
		if changed == nil || turn == mostTurns-1 || d.left(judgeShare) < leastJudging*d.toJudge() {
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

// finalists are the policies of a class that are judged: the advised one, of each group the
// best, the settings in force, and the user's own. The best are those of the replicas of the
// search inside the fleet; then those that were not replayed there, as far as the budget
// went, in the order of the class's own search.
func (d *decider) finalists(advised *trial, k, ofKind int) []policies.Spec {
	c := d.classes[k]
	list := d.alternatives(d.joint, advised, k)
	list = slices.DeleteFunc(list, func(t *trial) bool { return t != advised && t.failed() })
	// By the rule by which the choice is made; the rest keeps its order.
	sorted := list[:1:1]
	for list = list[1:]; ; {
		played := slices.DeleteFunc(slices.Clone(list), func(t *trial) bool { return t.done < d.Replicas })
		if len(played) == 0 {
			break
		}
		best := d.preferred(&d.goal, d.joint, k, played, d.Replicas)
		sorted, list = append(sorted, best), slices.DeleteFunc(list, func(t *trial) bool { return t == best })
	}
	left := [groups]int{ofKind, ofKind, ofKind}
	var specs []policies.Spec
	for _, t := range append(sorted, list...) {
		spec := t.specs[k]
		if g := c.group(spec); left[g] > 0 || spec.Recorded() || slices.Contains(d.Policies, spec) {
			left[g]--
			specs = append(specs, spec)
		}
	}
	return specs
}

// left is how many replays of the workload remain until a share of the budget is used up.
func (d *decider) left(share float64) int {
	return int(share*float64(d.Budget)) - d.spent/len(d.world.workload.Apps)
}

// setFinalists sets the candidates that are judged inside a fleet, and the replicas of each
// class: as many as the budget allows.
func (d *decider) setFinalists(ctx context.Context, specs []policies.Spec) error {
	advised := d.enter(d.joint, -1, specs...)
	for k := range d.classes {
		list := d.alternatives(d.joint, advised, k)
		if d.joint.remaining(list, d.Replicas) > d.left(judgeShare)/3/(len(d.classes)-k) {
			continue // they keep their order of the class's own search
		}
		if err := d.play(ctx, d.joint, list, d.Replicas); err != nil {
			return err
		}
	}
	first := d.enter(d.judging, -1, specs...)
	for ofKind := kindFinalists; ; ofKind-- {
		d.judged = make([]judged, len(d.classes))
		for k := range d.classes {
			for _, spec := range d.finalists(advised, k, ofKind) {
				d.judged[k].list = append(d.judged[k].list, d.with(d.judging, first, k, spec))
			}
		}
		d.replicas = min(max(d.left(judgeShare)*2/3/d.toJudge(), leastJudging), fewestJudging)
		if ofKind == 1 || d.replicas >= fewestJudging/2 {
			return nil
		}
	}
}

// judgeFleet judges each class inside a fleet. It returns the fleet with other policies
// for the classes in which the other kind is better, or nil. share is the share of the
// budget after which it is left for another fleet, if there is a better one.
func (d *decider) judgeFleet(ctx context.Context, specs []policies.Spec, share float64) ([]policies.Spec, error) {
	if err := d.setFinalists(ctx, specs); err != nil {
		return nil, err
	}
	for k := range d.classes {
		if err := d.judgeClass(ctx, k, d.replicas); err != nil {
			return nil, err
		}
	}
	for _, until := range []float64{share, judgeShare} {
		if err := d.makeSure(ctx, until); err != nil {
			return nil, err
		}
		if changed := d.better(d.enter(d.judging, -1, specs...)); changed != nil {
			return changed, nil
		}
	}
	return nil, nil
}

// judgeClass repeats the choice of a class in a number of replicas.
func (d *decider) judgeClass(ctx context.Context, k, replicas int) error {
	d.judging.addReplicas(&d.world, d.Replicas, replicas)
	j := &d.judged[k]
	err := d.play(ctx, d.judging, j.list, replicas)
	if err == nil {
		j.replicas, j.belief = replicas, d.believe(k, replicas)
		d.replicas = max(d.replicas, replicas)
	}
	return err
}

// makeSure adds replicas to the class whose confidence is least sure, until all are sure or
// a share of the budget is used up.
func (d *decider) makeSure(ctx context.Context, share float64) error {
	for {
		least := -1
		for k := range d.judged {
			if d.needsReplicas(k, share) && (least < 0 || d.judged[k].belief.error > d.judged[least].belief.error) {
				least = k
			}
		}
		if least < 0 {
			return nil
		}
		if err := d.judgeClass(ctx, least, 2*d.judged[least].replicas); err != nil {
			return err
		}
	}
}

// better is a fleet with other policies for the classes in which the other kind is better,
// or another policy of the kind by more than the noise of the replicas, or for one class that
// brings the fleet nearer to the goal; nil: there is none.
func (d *decider) better(t *trial) []policies.Spec {
	if changed := d.nearer(t); changed != nil {
		return changed
	}
	var changed []policies.Spec
	for k, c := range d.classes {
		static := d.betterKind(k)
		other := d.best(k, static)
		if other == nil || c.resolve(t.specs[k]).Fixed() == static && !d.clearlyBetter(k, other, t) {
			continue
		}
		if changed == nil {
			changed = slices.Clone(t.specs)
		}
		changed[k] = other.specs[k]
	}
	return changed
}

// clearlyBetter reports whether another policy of a class, which is preferred to that of a
// fleet, comes nearer to the goal or costs less by more than two standard errors.
func (d *decider) clearlyBetter(k int, other, t *trial) bool {
	if other == t {
		return false
	}
	n := d.judged[k].replicas
	return !d.asNear(&d.goal, d.judging, []int{k}, other, t, n) || d.scoreOf(&d.goal, d.judging, t, n).cost-d.scoreOf(&d.goal, d.judging, other, n).cost > int64(2*costError(t, other, n))
}

// needsReplicas reports whether the confidence of a class is not sure, and can become surer.
func (d *decider) needsReplicas(k int, share float64) bool {
	j := &d.judged[k]
	next := 2 * j.replicas
	return len(d.classes[k].insufficiencies) == 0 && j.belief.error > ConfidenceSure && next <= d.mostReplicas() &&
		d.judging.remaining(append([]*trial{d.judging.base}, j.list...), next) <= d.left(share)
}

// mostReplicas is the largest number of judging replicas: their copies of the tasks have to
// fit into memory.
func (d *decider) mostReplicas() int {
	return min(mostJudging, max(fewestJudging, mostTasksCopied/max(1, bench.TasksOf(d.judging.workload))))
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
	n := d.judged[k].replicas
	a, b := d.scoreOf(&estimate, d.judging, x, n), d.scoreOf(&estimate, d.judging, y, n)
	if estimate.compare(b, a) < 0 {
		x, y = y, x
	}
	return math.Abs(float64(a.cost-b.cost)) <= equivalenceCost*float64(min(x.totals(0, n)[k].executors, y.totals(0, n)[k].executors)) &&
		d.asNear(&estimate, d.judging, []int{k}, x, y, n)
}

// nearer is a fleet that comes nearer to the goal in the judging replicas, by the policy of
// one class, if a fleet does not meet it; nil: there is none.
func (d *decider) nearer(t *trial) []policies.Spec {
	estimate := d.goal
	estimate.safe = false
	common := d.judged[0].replicas // that all classes have
	for k := range d.judged {
		common = min(common, d.judged[k].replicas)
	}
	at := func(t *trial) score { return d.scoreOf(&estimate, d.judging, t, common) }
	best := t
	if s := at(t); d.goal.time || s.meets() {
		return nil
	}
	for k := range d.judged {
		other := d.preferred(&d.goal, d.judging, k, d.judged[k].list, common)
		if estimate.compare(at(other), at(best)) < 0 && !d.asNear(&estimate, d.judging, []int{k}, other, best, common) {
			best = other
		}
	}
	if best == t {
		return nil
	}
	return best.specs
}

// toJudge is the number of fleets that are judged, with the settings in force.
func (d *decider) toJudge() int {
	n := 2
	for k := range d.judged {
		n += len(d.judged[k].list) - 1 // the first is the same in all classes
	}
	return n
}

// A judged is the candidates of one class inside the advised fleet, and what is believed
// of the two kinds.
type judged struct {
	list     []*trial // the first is the advised fleet
	replicas int      // that all of the list have
	belief   belief
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
	return d.preferred(&d.goal, d.judging, k, list, d.judged[k].replicas)
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
				deviation := 0.0
				if k < len(d.classes) {
					deviation = d.classes[k].model.Time
				}
				one.deadlines = 1
				one.misses, one.expected = oneIf(o.missed(ref.Deadline, 1)), o.expected(ref.Deadline, &sc.errors[k])
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
	decideBudget     = note.Declare("decide-budget")
	decideOtherKind  = note.Declare("decide-other-kind", "kind")
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
	one := out.BestStatic == nil || out.BestDynamic == nil
	refused := slices.ContainsFunc(d.classes[k].refused, func(r refusal) bool { return r.policy.Fixed() != fixed })
	switch {
	case len(out.Insufficiencies) > 0:
		out.Verdict = Insufficient
	case one && !refused: // nothing was compared
		out.Verdict, out.Confidence, out.ConfidenceError = Undecided, math.NaN(), math.NaN()
		out.WouldDecide = []note.Note{decideOtherKind.With([]string{"fixed size", "dynamic allocation"}[oneIf(fixed)])}
	case b.equivalent >= DecidedAt:
		out.Verdict = NoDifference
	case out.Confidence-max(0, b.error-ConfidenceSure) >= DecidedAt: // less sure than it should be counts as less confident
		if out.Verdict = Dynamic; fixed {
			out.Verdict = Static
		}
	default:
		out.Verdict = Undecided
		if b.error > ConfidenceSure && 2*d.judged[k].replicas <= d.mostReplicas() {
			out.WouldDecide = append(out.WouldDecide, decideBudget.With())
		}
		out.WouldDecide = append(out.WouldDecide, d.wouldDecide(d.classes[k], out)...)
	}
}

// wouldDecide is what would decide an undecided class.
func (d *decider) wouldDecide(c *class, out *ClassDecision) []note.Note {
	var list []note.Note
	if c.blocks.Unit != bench.ByReplica {
		list = append(list, decideMoreRuns.With(len(c.apps)))
	}
	if d.world.config.Cluster.Assumed && slices.Contains(d.world.room.List(), c.name) {
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
		return d.goal.compare(d.scoreOf(&d.goal, d.judging, x, d.judged[k].replicas), d.scoreOf(&d.goal, d.judging, y, d.judged[k].replicas))
	})
	return list
}
