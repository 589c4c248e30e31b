package decide

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dynalloc/bench/metrics"
)

func (a *adviser) judgeClass(ctx context.Context, c *class, t logQuality, list []*candidate, screen bool) (*ClassAdvice, error) {
	j := newJudge(a.options.Goal, a.scenario, c.apps, t.model, a.suite.Config.Seed)
	j.current = list[0].trial
	if screen {
		if err := a.play(ctx, a.scenario, list, 1); err != nil {
			return nil, err
		}
	}
	final := list
	if screen {
		final = j.screen(list)
	}
	if err := a.play(ctx, a.scenario, final, a.replicas); err != nil {
		return nil, err
	}
	if err := list[0].trial.err; err != nil {
		return nil, fmt.Errorf("class %s as it is set now: %w", c.name, err)
	}
	advice := &ClassAdvice{Class: c.name, Runs: len(c.apps), Stable: true, Insufficiencies: t.insufficiencies, Notes: t.notes, Model: t.model, Blocks: j.own.blocks, Assumed: j.assumed}
	if c.others > 0 {
		advice.Notes = append(advice.Notes, fmt.Sprintf("%d of its %d runs had other settings than %s; what is called current is each as it was.", c.others, len(c.apps), c.current))
	}
	for _, tr := range list {
		advice.Evaluations = append(advice.Evaluations, j.describe(tr.spec, tr.trial))
	}
	find := func(p *trial) *Evaluation {
		for i := range list {
			if list[i].trial == p {
				return &advice.Evaluations[i]
			}
		}
		return nil
	}
	static, dynamic := kinds(final)
	best := map[bool]*trial{}
	for fixed, of := range map[bool][]*trial{true: static, false: dynamic} {
		if len(of) > 0 {
			best[fixed] = j.best(of)
		}
	}
	if best[true] != nil {
		advice.Static = find(best[true])
	}
	if best[false] != nil {
		advice.Dynamic = find(best[false])
	}
	advice.SmallestStatic = j.least(list, advice.Evaluations)
	advised := a.choose(j, advice, best[true], best[false])
	if len(advice.Insufficiencies) > 0 {
		advice.Verdict, advised = Insufficient, j.current
	}
	j.against(advised, advice.Evaluations)
	for _, d := range []*Evaluation{advice.Static, advice.Dynamic} {
		if d != nil {
			if err := a.causes(ctx, j, d.trial.fleet, d); err != nil {
				return nil, err
			}
		}
	}
	advice.Advised, advice.Current = *find(advised), advice.Evaluations[0]
	if err := a.stability(ctx, c, j, advice, best[true], best[false]); err != nil {
		return nil, err
	}
	snippet, err := c.snippet(advice.Advised.Policy)
	if advice.Snippet = snippet; err != nil {
		advice.NoSnippet = err.Error()
	}
	return advice, nil
}

// choose decides between the kinds and measures what lies between them.
func (a *adviser) choose(j *judge, advice *ClassAdvice, static, dynamic *trial) *trial {
	switch {
	case static == nil && dynamic == nil:
		advice.Verdict = NoDifference
		return j.current
	case dynamic == nil:
		advice.Verdict = Static
		return static
	case static == nil:
		advice.Verdict = Dynamic
		return dynamic
	}
	advice.Verdict = j.verdict(static, dynamic)
	more, _ := j.misses(deadlineSet{over: j.all}, []*trial{dynamic}, static)
	runs := j.all.total(static, metrics.DeadlineOf)
	advice.MissDelta = more[0].Scaled(runs)
	dearer := j.relative(metrics.ExecutorSecondsOf, j.model.Executors, []*trial{dynamic}, static)[0]
	seconds := j.own.total(static, metrics.ExecutorSecondsOf)
	advice.SavedShare = dearer.Scaled(-1)
	advice.Saved = dearer.Scaled(-seconds)
	advice.TimeDelta = j.relative(metrics.TurnaroundOf, j.model.Time, []*trial{dynamic}, static)[0]
	switch advice.Verdict {
	case Static:
		return static
	case Dynamic:
		return dynamic
	}
	return j.best([]*trial{static, dynamic})
}

// kinds sorts what could be replayed into fixed sizes and the rest.
func kinds(list []*candidate) (static, dynamic []*trial) {
	for _, t := range list {
		switch {
		case t.trial.err != nil:
		case t.spec.Fixed():
			static = append(static, t.trial)
		default:
			dynamic = append(dynamic, t.trial)
		}
	}
	return static, dynamic
}

// least is the smallest fixed size that keeps 99 % of the class's deadlines.
func (j *judge) least(list []*candidate, judged []Evaluation) SmallestStatic {
	var found SmallestStatic
	sizes := make([]int, 0, len(list))
	for i, t := range list {
		if t.spec.Fixed() && t.trial.err == nil {
			sizes = append(sizes, i)
		}
	}
	slices.SortFunc(sizes, func(x, y int) int { return list[x].spec.Executors - list[y].spec.Executors })
	for _, i := range sizes {
		of := j.own.total(list[i].trial, deadlineCount(j.assumed)) * float64(judged[i].Replicas)
		if of == 0 {
			return SmallestStatic{}
		}
		kept := 1 - j.own.total(list[i].trial, j.missed(j.assumed, 0))*float64(judged[i].Replicas)/of
		if kept > found.Kept {
			found.Kept, found.Of = kept, int(math.Round(of))
		}
		if kept >= deadlinesKept {
			return SmallestStatic{list[i].spec.Executors, kept, int(math.Round(of))}
		}
	}
	return found
}
