package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Run replays the suite. An application that cannot be replayed under one of
// the policies is left out under all, so that rows compare; a policy whose
// replay does not come to an end has a row without values. Both are in the
// notes. Run fails if nothing is left, or no row to compare with. Cancelling ctx
// stops it between replays.
func Run(ctx context.Context, s *Suite, o Options) (*Results, error) {
	s, leftOut, err := s.Feasible()
	for err == nil {
		r := newResults(s)
		var odd []*replay.AppError
		if odd, err = r.replayAll(ctx, o); err == nil && len(odd) == 0 {
			r.finish(leftOut)
			return r, nil
		}
		if err == nil {
			leftOut = append(leftOut, odd...)
			s, err = s.without(odd)
		}
	}
	return nil, err
}

// replayAll plays every policy, and every application alone. It returns the
// applications that could not be replayed; then the results are of no use.
func (r *Results) replayAll(ctx context.Context, o Options) ([]*replay.AppError, error) {
	s := r.Suite
	same, firsts := distinctWork(s.Workload)
	alone := make([]*replay.AppResult, len(s.Workload.Apps))
	byClass, faultless := r.externalityReplays(), r.faultFreeReplays()
	beside := slices.Concat(byClass, faultless)
	odd := make([]*replay.AppError, len(s.Policies)+len(firsts)+len(beside))
	play := func(i int) (err error) {
		k := i - len(s.Policies)
		switch {
		case k < 0:
			return r.replay(i)
		case k < len(firsts):
			alone[firsts[k]], err = s.alone(firsts[k])
			return err
		}
		s.replayBeside(beside[k-len(firsts)])
		return nil
	}
	if err := o.Each(ctx, len(odd), func(i int) error {
		err := play(i)
		if errors.As(err, &odd[i]) {
			return nil
		}
		return err
	}); err != nil {
		return nil, err
	}
	if odd = firstErrorOfEachApp(odd); len(odd) > 0 {
		return odd, nil
	}
	for i := range alone {
		alone[i] = alone[same[i]]
	}
	r.setReferences(alone)
	r.measureExternalities(byClass)
	r.measureFaults(faultless)
	return nil, nil
}

// finish makes numbers and notes of what was replayed.
func (r *Results) finish(leftOut []*replay.AppError) {
	s := r.Suite
	r.LeftOut = leftOut
	for i := range r.Runs {
		r.measure(&r.Runs[i])
	}
	r.Notes = append(slices.Clone(s.Workload.Notes), s.Notes...)
	r.Notes = append(r.Notes, s.Deadlines.Notes(s.Workload, r.Slack, r.Reference)...)
	r.Notes = append(r.Notes, ruleNotes(s.Workload)...)
	r.Notes = append(r.Notes, r.exclusionNotes()...)
	for _, t := range s.Truth {
		if !slices.ContainsFunc(t.Workload.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
			continue // there is no truth in it
		}
		recording, notes := r.recording(t)
		r.Truth = append(r.Truth, recording)
		r.Notes = append(r.Notes, notes...)
	}
}

// newResults has room for what the suite will give.
func newResults(s *Suite) *Results {
	return &Results{
		Suite: s, Classes: Classes(s.Workload), Reference: make([]sla.Reference, len(s.Workload.Apps)),
		Runs: make([]Outcome, len(s.Policies)), DeadlineBasis: s.Deadlines.Describe(s.Deadlines.SlackInForce(s.Slack)),
	}
}

// replay runs one policy. One that passes the horizon is kept, without results.
func (r *Results) replay(i int) error {
	run := Outcome{Policy: r.Suite.Policies[i], Timeline: metrics.NewTimeline(r.Suite.Workload, r.Classes)}
	run.meter = metrics.NewMeter(r.Suite.Workload, r.Suite.Config.Cluster.Capacity(), r.Suite.Prices.Minimum)
	result, err := replay.Run(r.Suite.Workload, run.Policy, r.Suite.Config, run.Timeline, run.meter)
	switch {
	case err == nil:
		run.Result = result
	case errors.Is(err, replay.ErrHorizon) && i > 0:
		run.Result, run.Problem = &replay.Result{Policy: run.Policy.Name, Cluster: r.Suite.Config.Cluster}, err.Error()
		run.Timeline = metrics.NewTimeline(r.Suite.Workload, r.Classes)
	default:
		return err
	}
	run.Timeline.Finish(run.Result.End)
	r.Runs[i] = run
	return nil
}

// measure computes the metrics of one replay, over all and by class.
func (r *Results) measure(run *Outcome) {
	if run.Problem != "" {
		run.All = metrics.BlankRow(run.Policy.Name, "")
		for _, class := range r.Classes {
			run.ByClass = append(run.ByClass, metrics.BlankRow(run.Policy.Name, class))
		}
		return
	}
	apps := r.Suite.Workload.Apps
	all := r.group(window(apps, run.Result), run.Result.Provided, run.Result.Nodes)
	all.Apps = make([]metrics.App, len(apps))
	for i := range run.Result.Apps {
		all.Apps[i] = metrics.Replayed(apps[i], &run.Result.Apps[i], &r.Reference[i])
		all.Apps[i].Elasticity, all.Apps[i].MinimumCharge = run.meter.Measured[i].Elasticity, run.meter.Measured[i].MinimumCharge
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		all.Apps[q.App].Queries = append(all.Apps[q.App].Queries, sla.QueryResult{Duration: q.Duration(&run.Result.Apps[q.App]), Deadline: q.Deadline})
	}
	run.Apps = all.Apps
	run.All = all.Row(run.Policy.Name, "", false)
	run.ByClass = make([]metrics.Row, len(r.Classes))
	for c, class := range r.Classes {
		group := all.Part()
		for i, a := range apps {
			if a.Class == class {
				group.Apps = append(group.Apps, all.Apps[i])
			}
		}
		run.ByClass[c] = group.Row(run.Policy.Name, class, false)
	}
}

// group is a group of all applications, still without them, over a time in which
// the nodes provided so much core-time, and those of each pool were there so long.
func (r *Results) group(window, provided time.Duration, nodes []time.Duration) metrics.Group {
	return metrics.Group{
		Provided: provided, Window: window, Prices: r.Suite.Prices, NodeCost: r.Suite.Prices.Nodes(r.Suite.Config.Cluster.Pools, nodes),
	}
}

// window is the time from the first submission to the last end.
func window(apps []*traces.Application, result *replay.Result) time.Duration {
	last := time.Duration(0)
	for i := range result.Apps {
		last = max(last, result.Apps[i].End)
	}
	return last - apps[0].Submit
}

func (s *Suite) check() error {
	switch {
	case s.Workload == nil || len(s.Workload.Apps) == 0:
		return errors.New("nothing to compare: the workload has no applications")
	case len(s.Policies) == 0:
		return errors.New("nothing to compare: no policy is given")
	}
	for _, p := range s.Policies {
		if err := s.Config.Cluster.Refuses(p); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
	}
	seen := make(map[string]bool)
	for _, p := range s.Policies {
		if seen[p.Name] {
			return fmt.Errorf("two policies are called %s: give one of them another name", p.Name)
		}
		seen[p.Name] = true
	}
	for _, t := range s.Truth {
		if !seen[t.Policy] {
			return fmt.Errorf("recorded truth is given for policy %s, which is not compared", t.Policy)
		}
	}
	for _, p := range s.Policies {
		for _, a := range s.Workload.Apps {
			if _, ok := p.For(a.Name, a.Class); !ok {
				return fmt.Errorf("no rule of the fleet %s is for application %s (%s); add *=SPEC as the last rule", p.Name, a.ID, a.Name)
			}
		}
	}
	if err := s.Deadlines.CheckClock(s.Workload); err != nil {
		return err
	}
	return s.Deadlines.SlackInForce(s.Slack).Check(s.Workload)
}
