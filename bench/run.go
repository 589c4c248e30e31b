package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/reuse"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/internal/wide"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Run replays the suite. An application that cannot be replayed under one of the
// policies is left out under all of them, so that rows are comparable; a policy whose
// replay passes the horizon has rows without values. Notes name both. Run fails if no
// application is left, or if the base cannot be replayed. Cancelling ctx stops it
// between replays.
func Run(ctx context.Context, s *Suite, o Options) (*Results, error) {
	s, leftOut, err := s.Feasible()
	for err == nil {
		r := &Results{
			Suite: s, Classes: Classes(s.Workload), Runs: make([]Outcome, len(s.Policies)),
			Slack: s.Deadlines.SlackInForce(s.Slack),
		}
		var failed []*replay.AppError
		if failed, err = r.replayAll(ctx, o); err == nil && len(failed) == 0 {
			r.finish(leftOut)
			return r, nil
		}
		if err == nil {
			leftOut = append(leftOut, failed...)
			s, err = s.Without(failed)
		}
	}
	return nil, err
}

// replayAll replays every policy, every application alone, and what is measured beside
// them: the effects on other classes and the cost of faults. It returns the applications
// that could not be replayed; the results are then incomplete.
func (r *Results) replayAll(ctx context.Context, o Options) ([]*replay.AppError, error) {
	s := r.Suite
	r.config = s.Config
	if err := r.config.Prepare(s.Workload, ctx.Err); err != nil {
		return nil, err
	}
	defer func() { r.config.Plans = nil }()
	same, firsts := distinctWork(s.Workload)
	alone := make([]*replay.AppResult, len(s.Workload.Apps))
	r.Self = slices.Repeat([]selfreplay.Error{selfreplay.Unknown()}, len(s.Workload.Apps))
	logs := slices.DeleteFunc(slices.Clone(firsts), func(i int) bool { return !selfreplay.Possible(s.Workload.Apps[i]) })
	sides := slices.Concat(r.externalityReplays(), r.faultFreeReplays())
	failed := make([]*replay.AppError, len(s.Policies)+len(firsts)+len(logs))
	one := func(i int, watch replay.Watch) (err error) {
		k := i - len(s.Policies)
		switch {
		case k < 0:
			defer o.Timed(s.Policies[i].Name)()
			return r.replay(i, o, watch)
		case k < len(firsts):
			alone[firsts[k]], err = s.alone(firsts[k], r.config, watch)
			return err
		}
		log := logs[k-len(firsts)]
		r.Self[log] = selfreplay.Of(s.Workload.Apps[log], selfreplay.Options{Watch: watch, MostEvents: s.Config.MostEvents})
		return nil
	}
	sofar := Progress{Total: len(failed) + len(sides)}
	if err := o.part(&sofar).Each(ctx, len(failed), func(i int, watch replay.Watch) error {
		err := one(i, watch)
		if errors.As(err, &failed[i]) {
			return nil
		}
		return err
	}); err != nil {
		return nil, err
	}
	if failed = firstErrorOfEachApp(failed); len(failed) > 0 {
		return failed, nil
	}
	for i := range alone {
		alone[i], r.Self[i] = alone[same[i]], r.Self[same[i]]
	}
	r.Reference = sla.References(s.Workload, s.Deadlines, r.Slack, alone)
	r.Queries = sla.QueriesWithDeadline(s.Workload, s.Deadlines, alone)
	if err := (Options{Parallel: o.Parallel}).Each(ctx, len(r.Runs), func(i int, _ replay.Watch) error { r.measure(&r.Runs[i]); return nil }); err != nil {
		return nil, err
	}
	if err := o.part(&sofar).Each(ctx, len(sides), func(i int, watch replay.Watch) error { sides[i].run(s.Workload, watch); return nil }); err != nil {
		return nil, err
	}
	for i := range r.Runs {
		if cost := r.Runs[i].faults; cost != nil {
			r.FaultCosts = append(r.FaultCosts, *cost)
		}
	}
	return nil, nil
}

// replay runs one policy. A policy other than the base that passes the horizon is
// kept, without results.
func (r *Results) replay(i int, o Options, watch replay.Watch) error {
	s := r.Suite
	config := r.config
	config.Watch = watch
	run := Outcome{Policy: s.Policies[i], Timeline: metrics.NewTimeline(s.Workload)}
	run.meter = metrics.NewMeter(s.Workload, s.Config.Cluster.Capacity(), s.Prices.Minimum)
	observers := []replay.Observer{run.Timeline, run.meter}
	if o.Observe != nil {
		observers = append(observers, o.Observe(run.Policy)...)
	}
	result, err := reuse.Run(s.Workload, run.Policy, config, observers...)
	switch {
	case err == nil:
		run.Result = result
	case errors.Is(err, replay.ErrHorizon) && i > 0:
		run.Result, run.Problem = &replay.Result{Policy: run.Policy.Name, Cluster: s.Config.Cluster}, err.Error()
		run.Timeline = metrics.NewTimeline(s.Workload)
	default:
		return err
	}
	run.Timeline.Finish(run.Result.End)
	r.Runs[i] = run
	return nil
}

// finish computes the metrics of complete replays and collects the notes.
func (r *Results) finish(leftOut []*replay.AppError) {
	s := r.Suite
	r.LeftOut, r.DeadlineBasis = leftOut, s.Deadlines.Describe(r.Slack)
	r.Notes = slices.Concat(s.Workload.Notes, s.Notes, s.Deadlines.Notes(s.Workload, r.Slack, r.Reference), ruleNotes(s.Workload), s.unsaidNotes(), r.clockNotes(), r.exclusionNotes(),
		DisruptionNotes(s.Workload.Apps, s.Config.RecordedLosses), SelfReplayNotes(s.Workload.Apps, r.Self), r.Notes)
	var overcommitted []string
	for i := range r.Runs {
		run := &r.Runs[i]
		if r.strike(&run.All) {
			overcommitted = append(overcommitted, run.Policy.Name)
		}
		for k := range run.ByClass {
			r.strike(&run.ByClass[k])
		}
	}
	if len(overcommitted) > 0 {
		r.Notes = append(r.Notes, coresOvercommitted.With(overcommitted))
	}
	r.Notes = append(append(r.Notes, r.nodeNotes()...), r.Struck...)
	for _, t := range s.Truth {
		if slices.ContainsFunc(t.Workload.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
			r.addRecording(t)
		}
	}
}

var (
	valueImpossible    = note.Declare("value-impossible", "metric", "value", "policy", "class")
	coresOvercommitted = note.Declare("cores-overcommitted", "policies")
	recordedOnAnother  = note.Declare("recorded-on-another-cluster", "metric", "value", "policy")
)

// strike removes the values of a row that cannot be, and keeps a note of each. The
// recorded run can have held more than there is on the cluster of the replay, and a
// manager that counts no cores can give more than there are: strike reports whether it
// did.
func (r *Results) strike(row *metrics.Row) (overcommitted bool) {
	for _, v := range row.Strike() {
		share := metrics.Named(v.Metric).Section == metrics.Utilization
		switch {
		case share && !row.Recorded && r.Suite.Config.Cluster.Traits().Overcommits:
			overcommitted = true
		case !row.Recorded:
			r.Struck = append(r.Struck, valueImpossible.With(v.Metric, v.Why, row.Policy, cmp.Or(row.Class, "all")))
		case row.Class == "":
			r.Notes = append(r.Notes, recordedOnAnother.With(v.Metric, v.Why, row.Policy))
		}
	}
	return overcommitted
}

// measure computes the metrics of one replay, over all applications and by class.
func (r *Results) measure(run *Outcome) {
	if run.Problem != "" {
		run.All, run.ByClass = metrics.BlankRows(run.Policy.Name, r.Classes)
		return
	}
	apps, result := r.Suite.Workload.Apps, run.Result
	run.Apps = make([]metrics.App, len(apps))
	last := time.Duration(0)
	for i := range result.Apps {
		run.Apps[i] = metrics.Replayed(apps[i], &result.Apps[i], &r.Reference[i])
		run.Apps[i].Elasticity, run.Apps[i].MinimumCharge = run.meter.Measured[i].Elasticity, run.meter.Measured[i].MinimumCharge
		last = max(last, result.Apps[i].End)
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		a := &run.Apps[q.App]
		a.Queries = append(a.Queries, sla.QueryResult{Duration: q.Duration(&result.Apps[q.App]), Deadline: q.Deadline})
	}
	group := r.group(run.Apps, last-apps[0].Submit, result.Provided, result.Nodes)
	run.All, run.ByClass = group.Rows(run.Policy.Name, r.Classes, false)
}

// group is all applications of a replay or a recording. The window is from the
// first submission to the last end, provided is the core-time of the nodes in it,
// and nodes is how long the nodes of each pool were part of the cluster.
func (r *Results) group(apps []metrics.App, window time.Duration, provided wide.Time, nodes []wide.Time) *metrics.Group {
	prices := r.Suite.Prices
	return &metrics.Group{Apps: apps, Window: window, Provided: provided, Prices: prices, NodeCost: prices.Nodes(r.Suite.Config.Cluster.Pools, nodes)}
}

// check returns an error if the suite cannot be run at all.
func (s *Suite) check() error {
	switch {
	case s.Workload == nil || len(s.Workload.Apps) == 0:
		return errors.New("nothing to compare: the workload has no applications")
	case len(s.Policies) == 0:
		return errors.New("nothing to compare: no policy is given")
	}
	seen := make(map[string]bool)
	for _, p := range s.Policies {
		if err := s.Config.Cluster.Refuses(p); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
		if seen[p.Name] {
			return fmt.Errorf("two policies are called %s: give one of them another name", p.Name)
		}
		seen[p.Name] = true
		for _, a := range s.Workload.Apps {
			if _, ok := p.For(a.Name, a.Class); !ok {
				return fmt.Errorf("no rule of the fleet %s is for application %s (%s); add *=SPEC as the last rule", p.Name, a.ID, a.Name)
			}
		}
	}
	for _, t := range s.Truth {
		if !seen[t.Policy] {
			return fmt.Errorf("a recording is given for policy %s, which is not compared", t.Policy)
		}
	}
	if err := s.Deadlines.CheckClock(s.Workload); err != nil {
		return err
	}
	return s.Deadlines.SlackInForce(s.Slack).Check(s.Workload)
}
