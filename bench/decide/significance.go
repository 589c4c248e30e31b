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

// Significances returns the differences of every policy to the one with the index base,
// in their order, with intervals that cover chance, the model's error and what is not
// known of start-up, and the blocks over which they are made. There are none for fewer
// than bench.FewestBlocks runs, or if the replay of the base did not end.
func Significances(r *bench.Results, base int) ([]Significance, bench.Blocks) {
	c, from, others := comparerOf(r, base, validate.ErrorOf(r.Suite.Workload.Apps, r.Self))
	if c.blocks.Unit == bench.ByReplica || r.Runs[base].Problem != "" {
		return nil, c.blocks
	}
	misses, significant := c.missDeltas(others, from)
	times, costs := c.timeDeltas(others, from), c.costDeltas(others, from)
	runs := stats.Sum(c.sums(from, metrics.DeadlineOf))
	var list []Significance
	k := 0
	for i := range r.Runs {
		if i == base {
			continue
		}
		s := Significance{Policy: r.Runs[i].Policy.Name, NoValues: r.Runs[i].Problem != ""}
		if !s.NoValues {
			s.MissDelta, s.MissesSignificant = misses[k].Scaled(runs), significant[k]
			s.TimeDelta, s.CostDelta = times[k], costs[k]
			k++
		}
		list = append(list, s)
	}
	return list, c.blocks
}

// comparerOf prepares the comparison of replays with the one of index base: the outcomes
// under the base, and under the other policies whose replays ended.
func comparerOf(r *bench.Results, base int, model validate.ModelError) (c *comparer, from []metrics.App, others [][]metrics.App) {
	for i := range r.Runs {
		if run := &r.Runs[i]; i != base && run.Problem == "" {
			others = append(others, run.Apps)
		}
	}
	c = newComparer(r.Suite.Workload, model, r.Suite.Config.Seed)
	c.startup = r.Suite.Config.Times.By[latency.Startup].Uncertainty
	return c, r.Runs[base].Apps, others
}
