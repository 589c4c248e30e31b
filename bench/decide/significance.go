package decide

import (
	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
)

// A Significance is how sure the difference of one policy to the base is, over all
// applications of one replay each.
type Significance struct {
	Policy            string
	MissDelta         stats.Estimate // more than under the base
	MissesSignificant bool           // the difference of misses is told, by interval and test
	TimeDelta         stats.Estimate // share by which turnarounds are longer, in all
	CostDelta         stats.Estimate // share of executor-time more
	NoValues          bool           // the policy's replay came to no end
}

// Significances says for every policy but the base what of its difference to the base can
// be told from chance and from the model's error, and in which blocks the runs
// fall. With fewer than FewestBlocks runs nothing can be, and there are none.
func Significances(r *bench.Results) ([]Significance, bench.Blocks) {
	model := validate.Measured
	if validate.Computes(r.Suite.Workload) {
		model = validate.MeasuredComputing
	}
	j, base, others := judged(r, model)
	if j.all.blocks.Unit == bench.ByReplica {
		return nil, j.all.blocks
	}
	more, told := j.misses(deadlineSet{over: j.all}, others, base)
	slower := j.relative(metrics.TurnaroundOf, model.Time, others, base)
	dearer := j.relative(metrics.ExecutorSecondsOf, model.Executors, others, base)
	runs := j.all.total(base, metrics.DeadlineOf)
	list := make([]Significance, len(r.Runs)-1)
	k := 0
	for i := range list {
		run := &r.Runs[i+1]
		list[i].Policy, list[i].NoValues = run.Policy.Name, run.Problem != ""
		if list[i].NoValues {
			continue
		}
		list[i].MissDelta, list[i].MissesSignificant = more[k].Scaled(runs), told[k]
		list[i].TimeDelta, list[i].CostDelta = slower[k], dearer[k]
		k++
	}
	return list, j.all.blocks
}

// judged prepares the comparison of the replays with that of the base: a judge of
// all applications, the base, and the other policies that came to an end.
func judged(r *bench.Results, model validate.ModelError) (j *judge, base *trial, others []*trial) {
	every := make([]int, len(r.Suite.Workload.Apps))
	for i := range every {
		every[i] = i
	}
	s := &scenario{workload: r.Suite.Workload, reference: r.Reference, replicas: make([]replica, 1)}
	for i := 1; i < len(r.Runs); i++ {
		if run := &r.Runs[i]; run.Problem == "" {
			others = append(others, &trial{runs: [][]metrics.App{run.Apps}})
		}
	}
	return newJudge(FewestMisses, s, every, model, r.Suite.Config.Seed), &trial{runs: [][]metrics.App{r.Runs[0].Apps}}, others
}
