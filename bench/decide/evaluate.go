package decide

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/replay/attribution"
)

// evaluate measures the results of the class under a candidate.
func (j *judge) evaluate(c *candidate) Evaluation {
	t := c.trial
	e := Evaluation{Policy: c.specs[0], trial: t}
	for _, r := range t.runs {
		if r != nil {
			e.Replicas++
		}
	}
	if t.err != nil {
		e.Problem = t.err.Error()
		return e
	}
	if why, runs := t.refusal(j.own.apps); runs > 0 {
		e.Refused = why
		e.Problem = fmt.Sprintf("refused by Spark: %s in %d of %d runs", why.Exception(), runs, len(j.own.apps)*e.Replicas)
		return e
	}
	total := func(f metrics.Figure) float64 { return j.own.total(t, f) }
	e.ExecutorSeconds = total(metrics.ExecutorSecondsOf)
	e.Turnaround = total(metrics.TurnaroundOf) / float64(len(j.own.apps))
	e.OtherClassMisses = j.all.total(t, j.missed(false, 0)) - total(j.missed(false, 0))
	runs := total(deadlineCount(j.assumed))
	e.Of = int(math.Round(runs))
	e.Misses.Value = total(j.missed(j.assumed, 0))
	if e.Replicas < len(j.scenario.replicas) {
		e.Misses.Interval = stats.NoInterval()
		return e
	}
	if j.own.blocks.Unit == bench.ByReplica {
		e.Of *= e.Replicas
		e.Misses.Value *= float64(e.Replicas)
	}
	if e.Of == 0 {
		return e
	}
	below, above := modelRange(j.model.Time, func(longer float64) float64 { return total(j.missed(j.assumed, longer)) })
	times := float64(e.Of) / runs
	share := stats.Share(j.own.sums(t, j.missed(j.assumed, 0)), j.own.sums(t, deadlineCount(j.assumed)))
	e.Misses = stats.Estimate{Value: e.Misses.Value, Interval: share.Interval.Scaled(float64(e.Of))}.Widened(below*times, above*times)
	e.Misses.Low, e.Misses.High = max(0, e.Misses.Low), min(float64(e.Of), e.Misses.High)
	return e
}

// compareWith sets, in the evaluations, the differences to the advised policy. Only
// candidates that were replayed in as many replicas can be compared.
func (j *judge) compareWith(advised *trial, evaluations []Evaluation) {
	var others []*trial
	var at []*Evaluation
	for i := range evaluations {
		if e := &evaluations[i]; e.Problem == "" && len(e.trial.runs) == len(advised.runs) {
			others, at = append(others, e.trial), append(at, e)
		}
	}
	sets := j.deadlineSets()
	by := sets[len(sets)-1]
	runs := by.over.total(advised, deadlineCount(by.assumed))
	if j.own.blocks.Unit == bench.ByReplica {
		runs *= float64(len(advised.runs))
	}
	misses, significant := j.missDeltas(by, others, advised)
	costs, times := j.costDeltas(others, advised), j.timeDeltas(others, advised)
	for k, e := range at {
		e.MissDelta, e.MissesSignificant = misses[k].Scaled(runs), significant[k]
		e.CostDelta, e.TimeDelta = costs[k], times[k]
	}
}

// smallestStatic finds the smallest fixed size that keeps 99 % of the class's
// deadlines.
func (j *judge) smallestStatic(evaluations []Evaluation) SmallestStatic {
	var sizes []*Evaluation
	for i := range evaluations {
		if e := &evaluations[i]; e.Static() && e.Problem == "" {
			sizes = append(sizes, e)
		}
	}
	slices.SortFunc(sizes, func(x, y *Evaluation) int { return x.Policy.Executors - y.Policy.Executors })
	var found SmallestStatic
	for _, e := range sizes {
		of := j.own.total(e.trial, deadlineCount(j.assumed)) * float64(e.Replicas)
		if of == 0 {
			return SmallestStatic{}
		}
		kept := 1 - j.own.total(e.trial, j.missed(j.assumed, 0))*float64(e.Replicas)/of
		if kept > found.Kept {
			found.Kept, found.Of = kept, int(math.Round(of))
		}
		if kept >= deadlinesKept {
			return SmallestStatic{e.Policy.Executors, kept, int(math.Round(of))}
		}
	}
	return found
}

// findCauses finds why the class's runs miss their deadlines under a policy. It
// replays the policy again with the attribution of time, which other replays do
// without because it makes them slower.
func (a *adviser) findCauses(ctx context.Context, j *judge, e *Evaluation) error {
	if e.Problem != "" || e.Of == 0 || e.Misses.Value == 0 {
		return nil
	}
	attributed := *a.scenario
	attributed.replicas = slices.Clone(a.scenario.replicas)
	for r := range attributed.replicas {
		attributed.replicas[r].config.Attribute = true
	}
	t := newTrial(e.trial.fleet)
	if err := a.play(ctx, &attributed, []*trial{t}, a.replicas); err != nil {
		return err
	}
	if t.err != nil {
		return t.err
	}
	var misses [attribution.TimeCauses]float64
	var rampUp []float64
	each := 1 / float64(len(t.runs)) // misses are means over the replicas, as in evaluate
	if j.own.blocks.Unit == bench.ByReplica {
		each = 1
	}
	for _, apps := range t.runs {
		for _, at := range j.own.apps {
			app := &apps[at]
			if j.missed(j.assumed, 0)(app) == 0 || app.Attribution == nil {
				continue
			}
			late := app.Attribution.Turnaround.Late(app.Judged() - app.Deadline)
			largest := 0
			for c := range late {
				if late[c] > late[largest] {
					largest = c
				}
			}
			misses[largest] += each
			if app.Attribution.RampUp >= 0 {
				rampUp = append(rampUp, app.Attribution.RampUp.Seconds())
			}
		}
	}
	for c, n := range misses {
		if n > 0 {
			e.Causes = append(e.Causes, MissCause{attribution.TimeCause(c), n})
		}
	}
	slices.SortStableFunc(e.Causes, func(x, y MissCause) int { return cmp.Compare(y.Misses, x.Misses) })
	if len(rampUp) > 0 {
		e.RampUpTime = time.Duration(stats.Median(rampUp) * float64(time.Second))
	}
	return nil
}
