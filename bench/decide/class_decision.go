package decide

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/replay/attribution"
)

// choice is the policy of a class in a fleet, and what the class gets with it.
func (d *decider) choice(sc *scenario, t *trial, k int) Choice {
	c := Choice{Policy: d.classes[k].current, RampUp: math.NaN()}
	if len(t.specs) > 0 {
		c.Policy = d.classes[k].resolve(t.specs[k])
	}
	if t.done > 0 && t.err == nil {
		c.Figures = d.figures(sc, t, k)
	}
	return c
}

// classDecision is the answer for a class. answers are the fleets of the two preferences,
// and own has its change alone.
func (d *decider) classDecision(ctx context.Context, k int, answers []*trial, own *trial) (*ClassDecision, error) {
	c, sc := d.classes[k], d.judging
	runs := c.runs(d.world.workload)
	streams := bench.StreamNotes(runs)
	out := &ClassDecision{
		Class: c.name, Runs: len(c.apps), Invented: d.out.Invented && c.deadlines > 0, Blocks: c.blocks, Model: c.model, Streams: len(streams) > 0, Replicas: d.judged[k].replicas,
		Insufficiencies: c.insufficiencies, Notes: slices.Clone(c.notes), Refused: c.refusals(),
		Now: d.choice(sc, sc.base, k), Safe: d.choice(sc, answers[0], k), Cheap: d.choice(sc, answers[1], k),
	}
	if out.Set = out.Safe; d.Prefer == PreferCheap {
		out.Set = out.Cheap
	}
	for _, t := range d.ordered(k) {
		out.Candidates = append(out.Candidates, d.choice(sc, t, k))
	}
	for _, fixed := range []bool{true, false} {
		t := d.best(k, fixed)
		if t == nil {
			continue
		}
		choice := d.choice(sc, t, k)
		if err := d.findCauses(ctx, t, k, &choice); err != nil {
			return nil, err
		}
		if out.BestDynamic = &choice; fixed {
			out.BestStatic, out.BestDynamic = &choice, nil
		}
	}
	if out.BestStatic == nil && out.BestDynamic == nil && len(c.refused) > 0 {
		out.Insufficiencies = append(out.Insufficiencies, everyPolicyRefused.With(c.refused[0].why.Exception()))
	}
	if c.others > 0 {
		out.Notes = append(out.Notes, currentSettingsDiffer.With(c.others, len(c.apps), c.current))
	}
	if out.Set.Policy.Dynamic() {
		out.Notes = append(out.Notes, streams...)
	}
	n := float64(own.done)
	for at, x := range own.totals(0, own.done) {
		y := sc.base.totals(0, own.done)[at]
		more := float64(x.misses-y.misses) / n
		if at == k {
			out.OwnChange.Misses = more
		} else {
			out.OwnChange.OtherMisses += more
		}
		out.OwnChange.CoreSeconds += seconds(x.cores-y.cores) / n
	}
	if c.deadlines > 0 && out.Set.Misses.High > d.MissRate*float64(c.deadlines) {
		out.ProofRuns = proofRuns(d.MissRate)
	}
	d.verdict(k, out)
	if out.Verdict == Insufficient {
		out.Set = out.Now
	}
	var err error
	if out.BreakEvens, err = d.breakEvens(ctx, k, out); err != nil {
		return nil, err
	}
	out.ChangeProbable = changeProbable(out.BreakEvens)
	out.Reason = reasonOf(out, c.refused)
	out.Snippet, out.NoSnippet = c.settings(out.Set.Policy)
	return out, nil
}

// attributed is the number of replicas in which causes of misses are looked for.
const attributed = 5

// findCauses finds why the class's runs miss their deadlines under a fleet. It replays
// the fleet again with the attribution of time, which other replays do without because
// it makes them slower.
func (d *decider) findCauses(ctx context.Context, t *trial, k int, out *Choice) error {
	if t.failed() || t.totals(0, t.done)[k].misses == 0 {
		return nil
	}
	sc := *d.judging
	sc.replicas = slices.Clone(sc.replicas[:min(attributed, len(sc.replicas), max(0, d.left(1)/(2*len(d.classes))))])
	for r := range sc.replicas {
		sc.replicas[r].config.Attribute = true
	}
	again := newTrial(t.fleet, t.specs...)
	if err := sc.play(ctx, []*trial{again}, len(sc.replicas), bench.Options{Parallel: d.options.Parallel}); err != nil {
		return err
	}
	d.spent += len(sc.replicas) * len(sc.class)
	var misses [attribution.TimeCauses]float64
	var rampUp []float64
	for _, outcomes := range again.runs {
		for _, at := range d.classes[k].apps {
			o, ref := &outcomes[at], &sc.reference[at]
			if !ref.HasDeadline || !o.missed(ref.Deadline, 1) || o.attribution == nil {
				continue
			}
			late := o.attribution.Turnaround.Late(o.judged - ref.Deadline)
			largest := 0
			for c := range late {
				if late[c] > late[largest] {
					largest = c
				}
			}
			misses[largest] += 1 / float64(len(again.runs))
			if o.attribution.RampUp >= 0 {
				rampUp = append(rampUp, o.attribution.RampUp.Seconds())
			}
		}
	}
	for c, n := range misses {
		if n > 0 {
			out.Causes = append(out.Causes, MissCause{attribution.TimeCause(c), n})
		}
	}
	slices.SortStableFunc(out.Causes, func(x, y MissCause) int { return cmp.Compare(y.Misses, x.Misses) })
	if len(rampUp) > 0 {
		out.RampUp = stats.Median(rampUp)
	}
	return nil
}

// The reasons for the kind that is advised.
var (
	ReasonMisses = note.Declare("reason-misses", "policy", "misses", "of", "other", "more", "cause")
	ReasonCost   = note.Declare("reason-cost", "policy", "percent", "other")
	ReasonAlike  = note.Declare("reason-alike", "policy", "other")
	ReasonOnly   = note.Declare("reason-only", "policy")
	// ReasonRefused: Spark refuses every policy of the other kind.
	ReasonRefused = note.Declare("reason-refused", "policy", "other", "exception")
)

// reasonOf is the one reason for the kind of Set: the other kind misses more, and for what
// cause; or it costs more; or both are alike.
func reasonOf(c *ClassDecision, refused []refusal) note.Note {
	set, other := c.BestStatic, c.BestDynamic
	if c.Set.Policy.Dynamic() {
		set, other = other, set
	}
	if set == nil || other == nil {
		for _, r := range refused {
			if r.policy.Fixed() != c.Set.Policy.Fixed() {
				return ReasonRefused.With(c.Set.Policy, r.policy, r.why.Exception())
			}
		}
		return ReasonOnly.With(c.Set.Policy)
	}
	if more := other.Misses.Value - c.Set.Misses.Value; more > equivalenceMisses*float64(c.Set.Deadlines) {
		cause := attribution.TimeExecution
		if len(other.Causes) > 0 {
			cause = other.Causes[0].Cause
		}
		return ReasonMisses.With(c.Set.Policy, c.Set.Misses.Value, c.Set.Deadlines, other.Policy, other.Misses.Value, cause.String())
	}
	dearer := other.ExecutorSeconds/c.Set.ExecutorSeconds - 1
	if dearer > equivalenceCost {
		return ReasonCost.With(c.Set.Policy, 100*dearer, other.Policy)
	}
	return ReasonAlike.With(c.Set.Policy, other.Policy)
}
