package decide

import (
	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/replay/latency"
)

// A Significance is the difference of one policy to the base with its interval,
// over all applications of one replay each.
type Significance struct {
	Policy            string
	MissDelta         stats.Estimate // misses, policy minus base
	MissesSignificant bool           // by interval and test
	TimeDelta         stats.Estimate // of all turnarounds, as a share of the base
	CostDelta         stats.Estimate // of executor-time, as a share of the base
	NoValues          bool           // the policy's replay passed its horizon
}

// Significances returns the differences of every policy but the base, with
// intervals that cover chance, the model's error and what is not known of start-up, and
// the blocks over which they are made. There are none for fewer than bench.FewestBlocks
// runs.
func Significances(r *bench.Results) ([]Significance, bench.Blocks) {
	model := validate.Measured
	if validate.Computes(r.Suite.Workload) {
		model = validate.MeasuredComputing
	}
	j, base, others := judgeOf(r, model.With(r.Self))
	if j.all.blocks.Unit == bench.ByReplica {
		return nil, j.all.blocks
	}
	misses, significant := j.missDeltas(deadlineSet{over: j.all}, others, base)
	times, costs := j.timeDeltas(others, base), j.costDeltas(others, base)
	runs := j.all.total(base, metrics.DeadlineOf)
	list := make([]Significance, len(r.Runs)-1)
	k := 0
	for i := range list {
		run := &r.Runs[i+1]
		list[i].Policy, list[i].NoValues = run.Policy.Name, run.Problem != ""
		if list[i].NoValues {
			continue
		}
		list[i].MissDelta, list[i].MissesSignificant = misses[k].Scaled(runs), significant[k]
		list[i].TimeDelta, list[i].CostDelta = times[k], costs[k]
		k++
	}
	return list, j.all.blocks
}

// judgeOf prepares the comparison of replays with the base: a judge over all
// applications, the base, and the other policies whose replays ended.
func judgeOf(r *bench.Results, model validate.ModelError) (j *judge, base *trial, others []*trial) {
	s := &scenario{workload: r.Suite.Workload, reference: r.Reference, replicas: make([]replica, 1)}
	for i := 1; i < len(r.Runs); i++ {
		if run := &r.Runs[i]; run.Problem == "" {
			others = append(others, &trial{runs: [][]metrics.App{run.Apps}})
		}
	}
	all := upTo(len(r.Suite.Workload.Apps))
	j = newJudge(FewestMisses, s, all, model, r.Suite.Config.Seed)
	j.startup = r.Suite.Config.Times.By[latency.Startup].Uncertainty
	return j, &trial{runs: [][]metrics.App{r.Runs[0].Apps}}, others
}
