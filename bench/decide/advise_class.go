package decide

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dynalloc/bench/metrics"
)

func (a *adviser) judgeClass(ctx context.Context, c *class, t trust, list []*tried, screen bool) (*ClassAdvice, error) {
	j := newJudge(a.options.Goal, a.scene, c.apps, t.model, a.suite.Config.Seed)
	j.current = list[0].played
	if screen {
		if err := a.play(ctx, a.scene, list, 1); err != nil {
			return nil, err
		}
	}
	final := list
	if screen {
		final = j.screened(list)
	}
	if err := a.play(ctx, a.scene, final, a.replicas); err != nil {
		return nil, err
	}
	if err := list[0].played.err; err != nil {
		return nil, fmt.Errorf("class %s as it is set now: %w", c.name, err)
	}
	advice := &ClassAdvice{Class: c.name, Runs: len(c.apps), Stable: true, Why: t.why, Notes: t.notes, Model: t.model, Blocks: j.own.blocks, Assumed: j.assumed}
	if c.others > 0 {
		advice.Notes = append(advice.Notes, fmt.Sprintf("%d of its %d runs had other settings than %s; what is called current is each as it was.", c.others, len(c.apps), c.current))
	}
	for _, tr := range list {
		advice.Tried = append(advice.Tried, j.describe(tr.spec, tr.played))
	}
	find := func(p *played) *Judged {
		for i := range list {
			if list[i].played == p {
				return &advice.Tried[i]
			}
		}
		return nil
	}
	static, dynamic := kinds(final)
	best := map[bool]*played{}
	for fixed, of := range map[bool][]*played{true: static, false: dynamic} {
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
	advice.Least = j.least(list, advice.Tried)
	advised := a.choose(j, advice, best[true], best[false])
	if len(advice.Why) > 0 {
		advice.Verdict, advised = Insufficient, j.current
	}
	j.against(advised, advice.Tried)
	for _, d := range []*Judged{advice.Static, advice.Dynamic} {
		if d != nil {
			if err := a.causes(ctx, j, d.played.fleet, d); err != nil {
				return nil, err
			}
		}
	}
	advice.Advised, advice.Current = *find(advised), advice.Tried[0]
	if err := a.stability(ctx, c, j, advice, best[true], best[false]); err != nil {
		return nil, err
	}
	snippet, err := c.snippet(advice.Advised.Policy)
	if advice.Snippet = snippet; err != nil {
		advice.NoConf = err.Error()
	}
	return advice, nil
}

// choose decides between the kinds and measures what lies between them.
func (a *adviser) choose(j *judge, advice *ClassAdvice, static, dynamic *played) *played {
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
	more, _ := j.misses(lateness{over: j.all}, []*played{dynamic}, static)
	runs := j.all.total(static, metrics.DeadlineOf)
	advice.MoreMisses = more[0].Scaled(runs)
	dearer := j.relative(metrics.ExecutorSecondsOf, j.model.Executors, []*played{dynamic}, static)[0]
	seconds := j.own.total(static, metrics.ExecutorSecondsOf)
	advice.SavedShare = dearer.Scaled(-1)
	advice.Saved = dearer.Scaled(-seconds)
	advice.Slower = j.relative(metrics.TurnaroundOf, j.model.Time, []*played{dynamic}, static)[0]
	switch advice.Verdict {
	case Static:
		return static
	case Dynamic:
		return dynamic
	}
	return j.best([]*played{static, dynamic})
}

// kinds sorts what could be replayed into fixed sizes and the rest.
func kinds(list []*tried) (static, dynamic []*played) {
	for _, t := range list {
		switch {
		case t.played.err != nil:
		case t.spec.Fixed():
			static = append(static, t.played)
		default:
			dynamic = append(dynamic, t.played)
		}
	}
	return static, dynamic
}

// least is the smallest fixed size that keeps 99 % of the class's deadlines.
func (j *judge) least(list []*tried, judged []Judged) LeastStatic {
	var found LeastStatic
	sizes := make([]int, 0, len(list))
	for i, t := range list {
		if t.spec.Fixed() && t.played.err == nil {
			sizes = append(sizes, i)
		}
	}
	slices.SortFunc(sizes, func(x, y int) int { return list[x].spec.Executors - list[y].spec.Executors })
	for _, i := range sizes {
		of := j.own.total(list[i].played, due(j.assumed)) * float64(judged[i].Replicas)
		if of == 0 {
			return LeastStatic{}
		}
		kept := 1 - j.own.total(list[i].played, j.missed(j.assumed, 0))*float64(judged[i].Replicas)/of
		if kept > found.Kept {
			found.Kept, found.Of = kept, int(math.Round(of))
		}
		if kept >= enoughKept {
			return LeastStatic{list[i].spec.Executors, kept, int(math.Round(of))}
		}
	}
	return found
}
