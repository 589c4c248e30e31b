package decide

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/replay"
)

var everyPolicyRefused = note.Declare("every-policy-refused", "exception")

var currentSettingsDiffer = note.Declare("current-settings-differ", "count", "runs", "policy")

// adviseClass replays the candidates of a class and chooses one.
func (a *adviser) adviseClass(ctx context.Context, c *class, q logQuality, list []*candidate, screen bool) (*ClassAdvice, error) {
	j := newJudge(a.options.Goal, a.scenario, c.apps, q.model, a.suite.Config.Seed)
	j.current = list[0].trial
	final := list
	if screen {
		if err := a.play(ctx, a.scenario, trialsOf(list), 1); err != nil {
			return nil, err
		}
		final = j.screen(list)
	}
	if err := a.play(ctx, a.scenario, trialsOf(final), a.replicas); err != nil {
		return nil, err
	}
	if err := j.current.err; err != nil {
		return nil, fmt.Errorf("class %s with its current settings: %w", c.name, err)
	}
	advice := &ClassAdvice{
		Class: c.name, Runs: len(c.apps), Stable: true, Insufficiencies: q.insufficiencies, Notes: q.notes, Model: q.model,
		Blocks: j.own.blocks, Assumed: j.assumed,
	}
	if c.others > 0 {
		advice.Notes = append(advice.Notes, currentSettingsDiffer.With(c.others, len(c.apps), c.current))
	}
	for _, candidate := range list {
		advice.Evaluations = append(advice.Evaluations, j.evaluate(candidate))
	}
	find := func(t *trial) *Evaluation {
		for i := range list {
			if list[i].trial == t {
				return &advice.Evaluations[i]
			}
		}
		return nil
	}
	static, dynamic := j.split(final)
	if len(static) > 0 {
		advice.Static = find(j.best(trialsOf(static)))
	}
	if len(dynamic) > 0 {
		advice.Dynamic = find(j.best(trialsOf(dynamic)))
	}
	if why, _ := j.current.refusal(j.own.apps); len(static)+len(dynamic) == 0 && why != replay.NoFailure {
		advice.Insufficiencies = append(advice.Insufficiencies, everyPolicyRefused.With(why.Exception()))
	}
	advice.SmallestStatic = j.smallestStatic(advice.Evaluations)
	streams := bench.StreamNotes(c.runs(a.suite.Workload))
	advice.Streams = len(streams) > 0
	advised := j.choose(advice)
	if len(advice.Insufficiencies) > 0 {
		advice.Verdict, advised = Insufficient, j.current
	}
	j.compareWith(advised, advice.Evaluations)
	for _, e := range []*Evaluation{advice.Static, advice.Dynamic} {
		if e != nil {
			if err := a.findCauses(ctx, j, e); err != nil {
				return nil, err
			}
		}
	}
	advice.Advised, advice.Current = *find(advised), advice.Evaluations[0]
	if advice.Advised.Policy.Dynamic() {
		advice.Notes = append(advice.Notes, streams...)
	}
	if err := a.checkStability(ctx, c, j, advice); err != nil {
		return nil, err
	}
	snippet, err := c.snippet(advice.Advised.Policy)
	if advice.Snippet = snippet; err != nil {
		advice.NoSnippet = err.Error()
	}
	return advice, nil
}

// choose decides between the best of both kinds and measures their difference. Without a
// difference streams get the fixed size, because dynamic allocation is made for batch jobs.
func (j *judge) choose(advice *ClassAdvice) *trial {
	switch {
	case advice.Static == nil && advice.Dynamic == nil:
		advice.Verdict = NoDifference
		return j.current
	case advice.Dynamic == nil:
		advice.Verdict = Static
		return advice.Static.trial
	case advice.Static == nil:
		advice.Verdict = Dynamic
		return advice.Dynamic.trial
	}
	static, dynamic := advice.Static.trial, advice.Dynamic.trial
	advice.Verdict = j.verdict(static, dynamic)
	dearer := j.costDeltas([]*trial{dynamic}, static)[0]
	advice.SavedShare = dearer.Scaled(-1)
	advice.Saved = dearer.Scaled(-advice.Static.ExecutorSeconds)
	advice.TimeDelta = j.timeDeltas([]*trial{dynamic}, static)[0]
	switch advice.Verdict {
	case Static:
		return static
	case Dynamic:
		return dynamic
	}
	if advice.Streams {
		return static
	}
	return j.best([]*trial{static, dynamic})
}

var adviceRefused = note.Declare("advice-refused", "class", "exception", "count", "policies")

// Refusals has a note for each reason for which Spark refuses policies of a class.
func (c *ClassAdvice) Refusals() (notes []note.Note) {
	by := map[replay.Failure][]string{}
	for i := range c.Evaluations {
		if e := &c.Evaluations[i]; e.Refused != replay.NoFailure {
			by[e.Refused] = append(by[e.Refused], e.Policy.String())
		}
	}
	for _, why := range slices.Sorted(maps.Keys(by)) {
		notes = append(notes, adviceRefused.With(c.Class, why.Exception(), len(by[why]), by[why]))
	}
	return notes
}
