package decide

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/policies"
	"dynalloc/replay"
)

// A Because is how many of a policy's misses are due to one cause: the one that
// gives most of what each run is late by (replay.Turnaround.Late).
type MissCause struct {
	Cause  replay.TimeCause
	Misses float64
}

// causes says why a class's runs are late under a policy: it is replayed again,
// with an account of where its time goes.
func (a *adviser) causes(ctx context.Context, j *judge, f policies.Fleet, d *Evaluation) error {
	if d.Problem != "" || d.Of == 0 || d.Misses.Value == 0 {
		return nil
	}
	accounted := *a.scenario
	accounted.replicas = slices.Clone(a.scenario.replicas)
	for r := range accounted.replicas {
		accounted.replicas[r].config.Attribute = true
	}
	p := &trial{fleet: f}
	if err := a.playAll(ctx, &accounted, []*trial{p}, a.replicas); err != nil {
		return err
	}
	if p.err != nil {
		return p.err
	}
	var by [replay.TimeCauses]float64
	var reach []float64
	each := 1 / float64(len(p.runs))
	if j.own.blocks.Unit == bench.ByReplica {
		each = 1
	}
	for _, apps := range p.runs {
		for _, at := range j.own.apps {
			app := &apps[at]
			if j.missed(j.assumed, 0)(app) == 0 || app.Attribution == nil {
				continue
			}
			late := app.Attribution.Turnaround.Late(app.Turnaround - app.Deadline)
			most := replay.TimeCause(0)
			for c, part := range late {
				if part > late[most] {
					most = replay.TimeCause(c)
				}
			}
			by[most] += each
			if app.Attribution.RampUp >= 0 {
				reach = append(reach, app.Attribution.RampUp.Seconds())
			}
		}
	}
	for c, n := range by {
		if n > 0 {
			d.Causes = append(d.Causes, MissCause{replay.TimeCause(c), n})
		}
	}
	slices.SortStableFunc(d.Causes, func(x, y MissCause) int { return cmp.Compare(y.Misses, x.Misses) })
	if len(reach) > 0 {
		slices.Sort(reach)
		d.RampUpTime = time.Duration(stats.Quantile(0.5, reach) * float64(time.Second))
	}
	return nil
}
