package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/traces"
)

var (
	verdictFlips    = note.Declare("verdict-flips", "at", "verdict")
	loadNotReplayed = note.Declare("load-not-replayed", "at")
)

// checkStability checks whether the verdict differs under tighter and looser deadlines,
// and under less and more load.
func (a *adviser) checkStability(ctx context.Context, c *class, j *judge, advice *ClassAdvice) error {
	if advice.Static == nil || advice.Dynamic == nil || advice.Verdict == Insufficient {
		return nil
	}
	check := func(at string, v Verdict) {
		if v != advice.Verdict {
			advice.Stable = false
			advice.Flips = append(advice.Flips, verdictFlips.With(at, v))
		}
	}
	if a.options.Goal == FewestMisses {
		for _, s := range a.deadlineSteps() {
			neighbor := *j
			neighbor.step = s
			check(s.name, neighbor.verdict(advice.Static.trial, advice.Dynamic.trial))
		}
	}
	for _, s := range a.loads {
		var apps []int
		for i, app := range s.workload.Apps {
			if app.Class == c.token {
				apps = append(apps, i)
			}
		}
		static, dynamic := newTrial(c.fleet(advice.Static.Policy)), newTrial(c.fleet(advice.Dynamic.Policy))
		if err := a.play(ctx, s, []*trial{static, dynamic}, a.replicas); err != nil {
			return err
		}
		if static.err != nil || dynamic.err != nil {
			advice.Notes = append(advice.Notes, loadNotReplayed.With(s.name))
			continue
		}
		check(s.name, newJudge(a.options.Goal, s, apps, j.model, j.seed).verdict(static, dynamic))
	}
	return nil
}

// deadlineSteps returns the next tighter and the next looser deadlines.
func (a *adviser) deadlineSteps() []deadlineStep {
	slack := a.results.Slack
	tighter, looser := deadlineStep{"deadlines x0.8", 0, 0.8}, deadlineStep{"deadlines x1.25", 0, 1.25}
	at := slices.Index(slack.Factors, slack.Headline())
	if at < 0 {
		return []deadlineStep{tighter, looser}
	}
	tighter.slack, looser.slack = 0.8*slack.Headline(), 1.25*slack.Headline()
	if at > 0 {
		tighter.slack = slack.Factors[at-1]
	}
	if at+1 < len(slack.Factors) {
		looser.slack = slack.Factors[at+1]
	}
	tighter.name, looser.name = fmt.Sprintf("slack x%.3g", tighter.slack), fmt.Sprintf("slack x%.3g", looser.slack)
	return []deadlineStep{tighter, looser}
}

// scaled is the workload at another load. Whole pipelines are left out or doubled
// (traces.Scale), chosen by a seed with which each class keeps some of its runs. If
// there are too few pipelines, single runs are left out or doubled.
func (a *adviser) scaled(load float64) (*scenario, error) {
	whole := a.suite.Workload
	single := newScenario("", a.classes, whole, upTo(len(whole.Apps)), &origin{whole, a.results.Reference, a.suite.Config, nil}, 0, 0).workload
	for _, app := range single.Apps {
		app.User = "" // without a user, and with a class that is not a prefix of its name, each run is a pipeline
	}
	const seeds = 10
	for _, w := range []*traces.Workload{whole, single} {
		if w == whole && pipelines(whole) < bench.FewestBlocks {
			continue
		}
		for seed := a.suite.Config.Seed; seed < a.suite.Config.Seed+seeds; seed++ {
			scaled, from, err := traces.Scale(w, load, seed)
			if err != nil {
				return nil, err
			}
			if len(bench.Classes(scaled)) < len(a.classes) {
				continue
			}
			return a.newScenario(fmt.Sprintf("load x%g", load), scaled, from, a.replicas), nil
		}
	}
	return nil, errors.New("every selection of runs that was tried leaves a class without runs")
}

// pipelines counts the groups of applications that traces.Scale leaves out or
// doubles as a whole.
func pipelines(w *traces.Workload) int {
	seen := map[[2]string]bool{}
	for _, a := range w.Apps {
		seen[[2]string{a.User, a.Class}] = true
	}
	return len(seen)
}
