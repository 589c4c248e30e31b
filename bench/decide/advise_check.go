package decide

import (
	"context"
	"errors"
	"fmt"
	"math"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/bench/validate"
	"dynalloc/policies"
	"dynalloc/traces"
)

// stability looks for changes under which the verdict is another: tighter and
// looser deadlines, and less and more load.
func (a *adviser) stability(ctx context.Context, c *class, j *judge, advice *ClassAdvice, static, dynamic *trial) error {
	if static == nil || dynamic == nil || advice.Verdict == Insufficient {
		return nil
	}
	flip := func(under string, v Verdict) {
		if v != advice.Verdict {
			advice.Stable = false
			advice.Flips = append(advice.Flips, fmt.Sprintf("%s: %s", under, v))
		}
	}
	if a.options.Goal == FewestMisses {
		for _, s := range a.deadlineSteps() {
			neighbor := *j
			neighbor.step = s
			flip(s.name, neighbor.verdict(static, dynamic))
		}
	}
	for _, s := range a.loads {
		var apps []int
		for i, app := range s.workload.Apps {
			if app.Class == c.token {
				apps = append(apps, i)
			}
		}
		pair := make([]*candidate, 2)
		for i, of := range []*Evaluation{advice.Static, advice.Dynamic} {
			pair[i] = &candidate{of.Policy, &trial{fleet: c.fleet(of.Policy)}}
		}
		if err := a.play(ctx, s, pair, a.replicas); err != nil {
			return err
		}
		if pair[0].trial.err != nil || pair[1].trial.err != nil {
			advice.Notes = append(advice.Notes, fmt.Sprintf("At %s it could not be replayed.", s.name))
			continue
		}
		loaded := newJudge(a.options.Goal, s, apps, j.model, j.seed)
		flip(s.name, loaded.verdict(pair[0].trial, pair[1].trial))
	}
	return nil
}

// joint replays all advice at one time.
func (a *adviser) joint(ctx context.Context, advice []ClassAdvice) (*Joint, error) {
	changed := false
	inner, outer := bench.RecordedFleet(), policies.Fleet{Name: "advised"}
	inner.Name = "advised"
	for k, c := range a.classes {
		s := advice[k].Advised.Policy
		outer.Rules = append(outer.Rules, policies.Rule{Pattern: c.name, Spec: s})
		if s == advice[k].Current.Policy {
			continue // each run as it is
		}
		changed = true
		inner.Rules = append([]policies.Rule{{Pattern: c.token, Spec: s}}, inner.Rules...)
	}
	if !changed || len(a.classes) < 2 {
		return nil, nil
	}
	now, then := a.current[a.scenario], &trial{fleet: inner}
	if err := a.playAll(ctx, a.scenario, []*trial{now, then}, a.replicas); err != nil {
		return nil, err
	}
	if then.err != nil {
		return nil, fmt.Errorf("all advice at one time: %w", then.err)
	}
	model := validate.ModelError{}
	for k := range advice {
		model = model.Max(advice[k].Model)
	}
	every := newJudge(a.options.Goal, a.scenario, everyApp(a.scenario), model, a.suite.Config.Seed)
	runs := every.all.total(now, metrics.DeadlineOf)
	more, _ := every.misses(deadlineSet{over: every.all}, []*trial{then}, now)
	dearer := every.relative(metrics.ExecutorSecondsOf, model.Executors, []*trial{then}, now)[0]
	joint := &Joint{
		Fleet: outer, Before: every.all.total(now, metrics.MissOf), After: every.all.total(then, metrics.MissOf), Of: int(math.Round(runs)),
		MissDelta:       more[0].Scaled(runs),
		SavedShare:      dearer.Scaled(-1),
		TimeDelta:       every.relative(metrics.TurnaroundOf, model.Time, []*trial{then}, now)[0],
		ExecutorSeconds: every.all.total(then, metrics.ExecutorSecondsOf),
	}
	for k, c := range a.classes {
		own := newJudge(a.options.Goal, a.scenario, c.apps, advice[k].Model, a.suite.Config.Seed)
		alone, together := own.own.total(advice[k].Advised.trial, metrics.MissOf), own.own.total(then, metrics.MissOf)
		if of := own.own.total(then, metrics.DeadlineOf); of > 0 && together-alone > 2*missTolerance*of {
			joint.Worse = append(joint.Worse, fmt.Sprintf("%s misses %.1f of %.0f deadlines with all advice taken, %.1f with its own alone", c.name, together, of, alone))
		}
	}
	return joint, nil
}

func everyApp(s *scenario) []int {
	all := make([]int, len(s.workload.Apps))
	for i := range all {
		all[i] = i
	}
	return all
}

// scaled is the workload at another load. Whole pipelines are left out or
// doubled (traces.Scale), picked by a seed under which each class keeps some of
// its runs; where they are too few for that, single runs.
func (a *adviser) scaled(load float64) (*scenario, error) {
	whole := a.suite.Workload
	single := a.tokens(whole, nil)
	for _, app := range single.Apps {
		app.User = "" // with a class that does not come from its name, each is a pipeline
	}
	const seeds = 10
	for _, w := range []*traces.Workload{whole, single} {
		if w == whole && pipelines(whole) < bench.FewestBlocks {
			continue
		}
		for seed := a.suite.Config.Seed; seed < a.suite.Config.Seed+seeds; seed++ {
			scaled, err := traces.Scale(w, load, seed)
			if err != nil {
				return nil, err
			}
			if len(bench.Classes(scaled)) < len(a.classes) {
				continue
			}
			from, err := original(scaled, whole)
			if err != nil {
				return nil, err
			}
			reference := make([]sla.Reference, len(from))
			for i, at := range from {
				reference[i] = a.results.Reference[at]
			}
			return newScenario(fmt.Sprintf("load x%g", load), a.tokens(scaled, from), reference, a.suite.Config, a.replicas), nil
		}
	}
	return nil, errors.New("every choice of runs drops a class")
}

// pipelines counts what traces.Scale would leave out or double as a whole.
func pipelines(w *traces.Workload) int {
	seen := map[[2]string]bool{}
	for _, a := range w.Apps {
		seen[[2]string{a.User, a.Class}] = true
	}
	return len(seen)
}
