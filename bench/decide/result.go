package decide

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// conclude sets the result from the judging scenario: it replays there the other answer,
// the fleets beside which it is shown, and the change of each class alone.
func (d *decider) conclude(ctx context.Context) error {
	sc := d.judging
	d.judging.addReplicas(&d.world, d.Replicas, d.replicas)
	both := []*trial{d.enter(sc, -1, d.safe.specs...), d.enter(sc, -1, d.cheap.specs...)}
	if err := d.play(ctx, sc, both, min(d.replicas, max(leastJudging, d.left(1)/2))); err != nil {
		return err
	}
	advised := both[oneIf(d.Prefer == PreferCheap)]
	var shown, everyone, hindsight []*trial
	shown = append(shown, both...)
	for _, t := range d.dropAlike(d.joint, d.byGoal(d.replayedFully()), mostShown) {
		shown = append(shown, d.enter(sc, -1, t.specs...))
	}
	for _, t := range d.bestForEveryone() {
		everyone = append(everyone, d.enter(sc, -1, t.specs...))
	}
	for _, ratio := range hindsightRatios {
		hindsight = append(hindsight, d.enterAll(sc, func(_ int, c *class) policies.Spec {
			spec := d.hindsight(c)
			spec.Allocation.Ratio = ratio
			return spec
		}))
	}
	hindsight = append(hindsight, d.enterAll(sc, func(k int, c *class) policies.Spec { return d.hindsightWithin(c, c.resolve(advised.specs[k])) }))
	own := make([]*trial, len(d.classes))
	now := d.enterAll(sc, func(int, *class) policies.Spec { return policies.Recorded() })
	for k := range d.classes {
		own[k] = d.with(sc, now, k, advised.specs[k])
	}
	if err := d.play(ctx, sc, slices.Concat(own, everyone, hindsight), 1); err != nil {
		return err
	}
	most := min(d.replicas, fewestJudging)
	if d.brief {
		most = 1
	}
	for _, list := range []*[]*trial{&own, &everyone, &shown, &hindsight} {
		left := d.left(concludeShare)
		replicas := min(most, left/max(1, len(*list)))
		if sc.remaining(*list, most) <= left { // some have been replayed
			replicas = most
		}
		if err := d.play(ctx, sc, *list, replicas); err != nil {
			return err
		}
		*list = slices.DeleteFunc(*list, func(t *trial) bool { return t.done == 0 && t.err == nil })
	}
	d.setFleets(sc, both, distinct(append(shown, everyone...)), everyone, hindsight)
	for k := range d.classes {
		class, err := d.classDecision(ctx, k, both, own[k])
		if err != nil {
			return err
		}
		d.out.Classes = append(d.out.Classes, *class)
	}
	if apps := bench.DynamicApps(d.world.workload, d.out.Advised.Fleet); d.out.Advised.MeetsGoal {
		d.out.Notes = append(d.out.Notes, bench.StreamNotes(apps)...)
	}
	return nil
}

// setFleets sets the fleets of the result from their trials; answers are those of the two
// preferences.
func (d *decider) setFleets(sc *scenario, answers, shown, everyone, hindsight []*trial) {
	d.out.Replicas, d.out.Bounds = sc.base.done, d.bounds(sc)
	d.out.Now = d.result(sc, sc.base, stats.Estimate{})
	d.out.Now.Fleet = bench.RecordedFleet()
	results := d.results(sc, answers)
	d.out.Safe, d.out.Cheap = results[0], results[1]
	d.out.Advised = results[oneIf(d.Prefer == PreferCheap)]
	sorted := slices.Clone(shown)
	slices.SortStableFunc(sorted, func(x, y *trial) int { return cmp.Compare(d.cost(sc, x), d.cost(sc, y)) })
	sorted = slices.DeleteFunc(sorted, (*trial).failed)
	d.out.Front = d.results(sc, sorted)
	at := func(i int) score { return d.meanScore(sc, sorted[i]) }
	for _, i := range front(upTo(len(sorted)), at) {
		d.out.Front[i].OnFront = true
	}
	d.out.OneForAll, d.out.Hindsight = d.results(sc, everyone), d.results(sc, hindsight)
	for _, t := range d.replayedFully() {
		d.out.Others = append(d.out.Others, d.result(d.joint, t, stats.Estimate{}))
	}
	named, _ := d.named(answers[0].specs)
	d.out.Ambiguous = d.ambiguous(named)
}

// cost is the mean executor-time of a fleet in one replay, ms.
func (d *decider) cost(sc *scenario, t *trial) float64 {
	if t.failed() || t.done == 0 {
		return math.Inf(1)
	}
	return float64(d.scoreOf(&d.goal, sc, t, t.done).cost) / float64(t.done)
}

// meanScore is the score by estimates of a fleet in the replicas that every shown fleet has.
func (d *decider) meanScore(sc *scenario, t *trial) score {
	g := d.goalOf(PreferCheap)
	return d.scoreOf(&g, sc, t, min(t.done, fewestJudging))
}

// byGoal sorts fleets of the joint search, the best first.
func (d *decider) byGoal(list []*trial) []*trial {
	slices.SortStableFunc(list, func(x, y *trial) int {
		return d.goal.compare(d.scoreOf(&d.goal, d.joint, x, d.Replicas), d.scoreOf(&d.goal, d.joint, y, d.Replicas))
	})
	return list
}

// bestForEveryone are the best fixed size and the best dynamic allocation that every class
// gets alike, in the replicas of the search, and the user's policies for everyone. Where the
// budget allowed no full race of them, those that were replayed less stand in.
func (d *decider) bestForEveryone() []*trial {
	tried := d.byGoal(d.replayedFully())
	less := slices.DeleteFunc(slices.Clone(d.joint.trials), func(t *trial) bool { return t.done >= d.Replicas || t.failed() })
	slices.SortStableFunc(less, func(x, y *trial) int {
		if x.done == 0 || y.done == 0 {
			return oneIf(x.done == 0) - oneIf(y.done == 0)
		}
		return d.goal.compare(d.scoreOf(&d.goal, d.joint, x, 1), d.scoreOf(&d.goal, d.joint, y, 1))
	})
	tried = append(tried, less...)
	var list []*trial
	found := map[bool]bool{}
	for _, t := range tried {
		spec, alike := policies.Recorded(), true
		for k, s := range t.specs {
			if d.classes[k].stays() {
				continue
			}
			alike = alike && (spec.Recorded() || s == spec)
			spec = s
		}
		if alike && !spec.Recorded() && !found[spec.Fixed()] {
			found[spec.Fixed()] = true
			list = append(list, t)
		}
	}
	for _, spec := range d.Policies {
		list = append(list, d.enterAll(d.joint, func(int, *class) policies.Spec { return spec }))
	}
	return distinct(list)
}

// distinct keeps the first of equal trials.
func distinct(list []*trial) []*trial {
	var out []*trial
	for _, t := range list {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// hindsightRatios are the allocation ratios of the references: executors as a share of
// full parallelism.
var hindsightRatios = []float64{1, 0.5, 0.25}

// hindsight is the policy "hindsight" for a class. It uses the shuffle service if the
// cluster has one, because a reference should not lose shuffle files.
func (d *decider) hindsight(c *class) policies.Spec {
	spec := policies.Hindsight()
	if d.world.config.Cluster.Traits().NoShuffleService != nil {
		spec.Protection = c.space.Protections[0]
	}
	return spec
}

// hindsightWithin is the policy "hindsight" limited to the largest number of executors
// of another policy.
func (d *decider) hindsightWithin(c *class, spec policies.Spec) policies.Spec {
	hindsight := d.hindsight(c)
	limits := spec.Limits()
	hindsight.Allocation.Max, hindsight.Allocation.Ratio = max(1, limits.Max), limits.Ratio
	if spec.Dynamic() { // without a limit, hindsight's target is still bounded by the demand
		hindsight.Allocation.Max = min(hindsight.Allocation.Max, spec.Allocation.Max)
	}
	return hindsight
}

// results are the results of fleets of a scenario, in their order.
func (d *decider) results(sc *scenario, list []*trial) []FleetResult {
	var out []FleetResult
	list = slices.DeleteFunc(slices.Clone(list), func(t *trial) bool { return t.err != nil })
	saved := d.saved(sc, list)
	for i, t := range list {
		out = append(out, d.result(sc, t, saved[i]))
	}
	return out
}

// result is the figures of a fleet.
func (d *decider) result(sc *scenario, t *trial, saved stats.Estimate) FleetResult {
	total := counts{}
	for k, c := range t.totals(0, t.done) {
		if k < len(d.classes) {
			total.add(&c, 1)
		}
	}
	n := float64(t.done)
	estimate, proof := d.goalOf(PreferCheap), d.goalOf(PreferSafe)
	s := d.scoreOf(&estimate, sc, t, t.done)
	safe := d.scoreOf(&proof, sc, t, t.done)
	f := FleetResult{
		Misses: float64(total.misses) / n, Deadlines: float64(total.deadlines) / n, Saved: saved,
		MissRate: sc.missRate(sc.sampling(d.judgedApps()), t), MeetsGoal: s.meets(), Proven: safe.meets(),
	}
	for k := range d.classes {
		own := d.figures(sc, t, k)
		f.Classes = append(f.Classes, own)
		f.ExecutorHours += own.ExecutorSeconds / 3600
		if own.Deadlines == 0 {
			f.Slowdown = max(f.Slowdown, own.Slowdown)
		}
		f.Proven = f.Proven && (own.Deadlines == 0 || own.Misses.High <= d.MissRate*float64(own.Deadlines))
	}
	if len(t.specs) > 0 {
		f.Fleet, f.Conf = d.named(t.specs)
	}
	return f
}

// judgedApps are the applications that are of a class.
func (d *decider) judgedApps() []int {
	var list []int
	for _, c := range d.classes {
		list = append(list, c.apps...)
	}
	slices.Sort(list)
	return list
}

// bestSoFar sets the fleets of a cancelled search; it returns false if there are none.
func (d *decider) bestSoFar() bool {
	if d.joint == nil {
		return false
	}
	list := d.byGoal(d.replayedFully())
	if len(list) == 0 {
		return false
	}
	d.out.Interrupted = true
	d.out.Classes = nil
	d.setFleets(d.joint, []*trial{list[0], list[0]}, d.dropAlike(d.joint, list, mostShown), nil, nil)
	for k, c := range d.classes {
		out := ClassDecision{Class: c.name, Runs: len(c.apps), Verdict: Undecided, Blocks: c.blocks, Model: c.model, Confidence: math.NaN(), ConfidenceError: math.NaN()}
		out.Now, out.Set = d.choice(d.joint, d.joint.base, k), d.choice(d.joint, list[0], k)
		out.Safe, out.Cheap = out.Set, out.Set
		out.Snippet, out.NoSnippet = c.settings(out.Set.Policy)
		d.out.Classes = append(d.out.Classes, out)
	}
	return true
}

// named is a fleet with the names of classes as patterns, the narrower ones first.
func (d *decider) named(specs []policies.Spec) (f policies.Fleet, conf []string) {
	order := upTo(len(specs))
	wild := func(k int) int { return strings.Count(d.classes[k].name, "*") }
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(wild(i)-wild(j), len(d.classes[j].name)-len(d.classes[i].name))
	})
	var names []string
	for _, k := range order {
		rule := policies.Rule{Pattern: patternOf(d.classes[k].name), Spec: specs[k]}
		f.Rules = append(f.Rules, rule)
		names = append(names, rule.Pattern+"="+rule.Spec.String())
		conf = append(conf, d.classes[k].conf(specs[k]))
	}
	f.Name = strings.Join(names, ";")
	return f, conf
}

// ambiguous returns the classes with an application to which the rules of a fleet give
// the policy of another class, because that class's pattern also matches its name.
func (d *decider) ambiguous(f policies.Fleet) []string {
	var names []string
	for _, c := range d.classes {
		own := patternOf(c.name)
		for _, at := range c.apps {
			a := d.world.workload.Apps[at]
			first := slices.IndexFunc(f.Rules, func(r policies.Rule) bool { return spec.Match(r.Pattern, a.Name) || spec.Match(r.Pattern, a.Class) })
			if first >= 0 && f.Rules[first].Pattern != own {
				names = append(names, c.name)
				break
			}
		}
	}
	return names
}

// conf returns the lines of spark-defaults.conf that must change for a class to run
// under a spec.
func (c *class) conf(spec policies.Spec) string {
	if spec.Recorded() {
		return "# no change\n"
	}
	snippet, err := c.snippet(spec)
	if err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return snippet.String()
}

// settings is the change to a spec, or why there is none.
func (c *class) settings(spec policies.Spec) (policies.Snippet, string) {
	snippet, err := c.snippet(spec)
	if err != nil {
		return policies.Snippet{}, err.Error()
	}
	return snippet, ""
}

// patternOf is a class's name as a pattern. Characters that have a meaning in the
// grammar of fleets become the pattern for any one character.
func patternOf(class string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(";=,:", r) {
			return '?'
		}
		return r
	}, class)
}

// bounds are the two lower bounds, as means over the replicas of a scenario: an
// application cannot end before its critical path does, nor hold less executor-time
// than its work needs.
func (d *decider) bounds(sc *scenario) Bounds {
	var b Bounds
	largest := 0 // cores of the largest executor of any candidate
	for _, s := range d.Policies {
		largest = max(largest, s.Cores)
	}
	n := float64(len(sc.replicas))
	for _, r := range sc.replicas {
		for i, a := range r.workload.Apps {
			if ref := &sc.reference[r.from[i]]; ref.HasDeadline && cmp.Or(ref.Response, traces.CriticalPath(a)) > ref.Deadline {
				b.Misses += 1 / n
			}
			b.ExecutorHours += leastExecutorTime(a, largest, &d.world.config.Cluster) / 3600 / n
		}
	}
	return b
}

// leastExecutorTime is the executor-seconds that an application's work needs if every
// core of every executor is always busy.
func leastExecutorTime(a *traces.Application, cores int, c *cluster.Cluster) float64 {
	seconds := 0.0
	for i := range a.Stages {
		one := traces.Application{Profiles: a.Profiles, Stages: a.Stages[i : i+1]}
		seconds += traces.TotalWork(&one).Seconds() / float64(max(cores, executorCores(a, a.Stages[i].Profile, c)))
	}
	return seconds
}

var (
	currentSettingsDiffer = note.Declare("current-settings-differ", "count", "runs", "policy")
	adviceRefused         = note.Declare("advice-refused", "class", "exception", "count", "policies")
	everyPolicyRefused    = note.Declare("every-policy-refused", "exception")
)

// refusals has a note for each reason for which Spark refuses policies of a class.
func (c *class) refusals() (notes []note.Note) {
	var order []replay.Failure
	by := map[replay.Failure][]string{} // only looked up, never ranged over
	for _, r := range c.refused {
		if by[r.why] == nil {
			order = append(order, r.why)
		}
		by[r.why] = append(by[r.why], r.policy.String())
	}
	slices.Sort(order)
	for _, why := range order {
		notes = append(notes, adviceRefused.With(c.name, why.Exception(), len(by[why]), by[why]))
	}
	return notes
}
