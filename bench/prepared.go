package bench

import (
	"context"
	"errors"

	"dynalloc/bench/metrics"
	"dynalloc/bench/reuse"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Prepared is a suite whose references are known, for replays under single policies that
// come one by one. Several may run at the same time.
type Prepared struct {
	Suite     *Suite             // without the applications in LeftOut
	LeftOut   []*replay.AppError // applications that cannot be replayed under the suite's policies
	reference []sla.Reference
	queries   []sla.Query
	classes   []string
	config    replay.Config       // the suite's, with the plans of its workload
	alone     []*replay.AppResult // by application: its replay alone on the idle cluster
}

// Prepare finds the applications that can be replayed under the suite's policies, and
// replays each alone on the idle cluster under the first one, from which deadlines follow.
// It fails if no application is left.
func (s *Suite) Prepare(ctx context.Context, o Options) (*Prepared, error) {
	s, leftOut, err := s.Feasible()
	for err == nil {
		config := s.Config
		if err := config.Prepare(s.Workload, ctx.Err); err != nil {
			return nil, err
		}
		same, firsts := distinctWork(s.Workload)
		alone, failed := make([]*replay.AppResult, len(same)), make([]*replay.AppError, len(firsts))
		if err = o.Each(ctx, len(firsts), func(i int, watch replay.Watch) (err error) {
			if alone[firsts[i]], err = s.alone(firsts[i], config, watch); errors.As(err, &failed[i]) {
				return nil
			}
			return err
		}); err != nil {
			break
		}
		if failed = firstErrorOfEachApp(failed); len(failed) == 0 {
			for i := range alone {
				alone[i] = alone[same[i]]
			}
			slack := s.Deadlines.SlackInForce(s.Slack)
			return ready(&Prepared{Suite: s, LeftOut: leftOut, reference: sla.References(s.Workload, s.Deadlines, slack, alone), alone: alone, config: config}), nil
		}
		leftOut = append(leftOut, failed...)
		s, err = s.Without(failed)
	}
	return nil, err
}

// ready adds what follows from the workload and the references.
func ready(p *Prepared) *Prepared {
	w := p.Suite.Workload
	p.queries, p.classes = sla.QueriesWithDeadline(w, p.Suite.Deadlines, p.alone), Classes(w)
	return p
}

// With is the same for another workload, made of applications of this one, and another
// configuration: from has, for each application of w, the index of its original, whose
// references it keeps.
func (p *Prepared) With(w *traces.Workload, from []int, c replay.Config) *Prepared {
	s := *p.Suite
	s.Workload, s.Config, s.Truth = w, c, nil
	v := Prepared{Suite: &s, config: c}
	_ = v.config.Prepare(w, func() error { return nil }) // nothing ends it
	for _, i := range from {
		v.reference, v.alone = append(v.reference, p.reference[i]), append(v.alone, p.alone[i])
	}
	return ready(&v)
}

// Replay replays the workload under one policy, without a timeline.
func (p *Prepared) Replay(f policies.Fleet, watch replay.Watch) (*Outcome, error) {
	s := p.Suite
	config := p.config
	config.Watch = watch
	run := &Outcome{Policy: f, meter: metrics.NewMeter(s.Workload, config.Cluster.Capacity(), s.Prices.Minimum)}
	var err error
	if run.Result, err = reuse.Run(s.Workload, f, config, run.meter); err != nil {
		return nil, err
	}
	(&Results{Suite: s, Classes: p.classes, Reference: p.reference, Queries: p.queries}).measure(run)
	run.All.Strike()
	for i := range run.ByClass {
		run.ByClass[i].Strike()
	}
	return run, nil
}
