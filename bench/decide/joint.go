package decide

import (
	"context"
	"fmt"
	"math"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/policies"
)

var jointMissesMore = note.Declare("joint-misses-more", "class", "together", "of", "alone")

// joint replays the workload with the advice for all classes.
func (a *adviser) joint(ctx context.Context, advice []ClassAdvice) (*Joint, error) {
	changed := false
	inner, outer := bench.RecordedFleet(), policies.Fleet{Name: "advised"} // inner has tokens for the replay, outer has names for reports
	inner.Name = outer.Name
	model := validate.ModelError{}
	for k, c := range a.classes {
		s := advice[k].Advised.Policy
		outer.Rules = append(outer.Rules, policies.Rule{Pattern: c.name, Spec: s})
		model = model.Max(advice[k].Model)
		if s == advice[k].Current.Policy {
			continue // each run keeps its own settings
		}
		changed = true
		inner.Rules = append([]policies.Rule{{Pattern: c.token, Spec: s}}, inner.Rules...)
	}
	if !changed || len(a.classes) < 2 {
		return nil, nil
	}
	before, after := a.current[a.scenario], newTrial(inner)
	if err := a.play(ctx, a.scenario, []*trial{before, after}, a.replicas); err != nil {
		return nil, err
	}
	if after.err != nil {
		return nil, fmt.Errorf("replaying the advice for all classes together: %w", after.err)
	}
	all := newJudge(a.options.Goal, a.scenario, upTo(len(a.scenario.workload.Apps)), model, a.suite.Config.Seed)
	joint := &Joint{
		Fleet: outer, Before: all.all.total(before, metrics.MissOf), After: all.all.total(after, metrics.MissOf),
		Of:         int(math.Round(all.all.total(before, metrics.DeadlineOf))),
		MissDelta:  all.missDelta(all.all, after, before),
		SavedShare: all.costDeltas([]*trial{after}, before)[0].Scaled(-1),
		TimeDelta:  all.timeDeltas([]*trial{after}, before)[0],
	}
	for k, c := range a.classes {
		own := a.scenario.sampling(c.apps)
		alone, together := own.total(advice[k].Advised.trial, metrics.MissOf), own.total(after, metrics.MissOf)
		if of := own.total(after, metrics.DeadlineOf); of > 0 && together-alone > 2*missTolerance*of {
			joint.Worse = append(joint.Worse, jointMissesMore.With(c.name, together, of, alone))
		}
	}
	return joint, nil
}
