package decide

import (
	"math"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/traces"
)

// A comparer compares replays of one workload under several policies, one replay each.
type comparer struct {
	seed   uint64
	model  validate.ModelError
	blocks bench.Blocks
	// startup is how uncertain start-up times are: the standard deviation of their
	// logarithm.
	startup float64
}

func newComparer(w *traces.Workload, model validate.ModelError, seed uint64) *comparer {
	return &comparer{seed: seed, model: model, blocks: bench.BlocksOf(w, upTo(len(w.Apps)))}
}

// sums are a figure's sums by block.
func (c *comparer) sums(apps []metrics.App, f metrics.Figure) []float64 {
	sums := make([]float64, c.blocks.N)
	for i := range apps {
		sums[c.blocks.Of[i]] += f(&apps[i])
	}
	return sums
}

// missed is the figure that counts misses if all turnarounds were longer by a share.
func missed(longer float64) metrics.Figure {
	return func(a *metrics.App) float64 {
		b := *a
		b.Turnaround, b.Response = sla.Multiple(1+longer, b.Turnaround), sla.Multiple(1+longer, b.Response)
		return metrics.MissOf(&b)
	}
}

// missDeltas compares the misses under other policies with those under base. The
// differences are shares of the runs with deadlines. A difference is significant only
// if both its interval, widened by the model's error, and a test show it.
func (c *comparer) missDeltas(others [][]metrics.App, base []metrics.App) (deltas []stats.Estimate, significant []bool) {
	significant = make([]bool, len(others))
	runs := c.sums(base, metrics.DeadlineOf)
	of := stats.Sum(runs)
	if of == 0 {
		return make([]stats.Estimate, len(others)), significant
	}
	late := c.sums(base, missed(0))
	contrasts := make([]stats.Contrast, len(others))
	for i, o := range others {
		contrasts[i] = stats.Contrast{Sums: minus(c.sums(o, missed(0)), late), Weights: runs, Counts: true}
	}
	p := stats.AdjustedSignFlips(contrasts, c.seed)
	deltas = stats.Simultaneous(contrasts, c.seed)
	for i, o := range others {
		off := validate.HalfWidth(math.Hypot(c.model.Time, c.startup*startupShare(o, metrics.TurnaroundOf, startupTurnaround)))
		sum := func(longer float64) float64 { return stats.Sum(c.sums(o, missed(longer))) }
		deltas[i] = deltas[i].Widened((sum(0)-sum(-off))/of, (sum(off)-sum(0))/of)
		deltas[i].Interval = deltas[i].Within(-1, 1)
		significant[i] = deltas[i].Significant() && p[i] <= 1-stats.Confidence
	}
	return deltas, significant
}

// timeDeltas and costDeltas compare turnarounds and executor-seconds under other policies
// with those under base, as shares of base.
func (c *comparer) timeDeltas(others [][]metrics.App, base []metrics.App) []stats.Estimate {
	return c.relative(metrics.TurnaroundOf, startupTurnaround, c.model.Time, others, base)
}

func (c *comparer) costDeltas(others [][]metrics.App, base []metrics.App) []stats.Estimate {
	return c.relative(metrics.ExecutorSecondsOf, startupExecutors, c.model.Executors, others, base)
}

// relative compares a figure under other policies with that under base, as shares of
// base. The model's error widens the intervals, and so does what is not known of start-up;
// startup is that part of the figure.
func (c *comparer) relative(f, startup metrics.Figure, deviation float64, others [][]metrics.App, base []metrics.App) []stats.Estimate {
	contrasts := make([]stats.Contrast, len(others))
	of := c.sums(base, f)
	for i, o := range others {
		contrasts[i] = stats.Contrast{Sums: minus(c.sums(o, f), of), Weights: of}
	}
	estimates := stats.Simultaneous(contrasts, c.seed)
	for i, o := range others {
		if equal(contrasts[i].Sums) {
			estimates[i] = stats.Estimate{} // equal results: the model's error cancels
			continue
		}
		half := math.Hypot(validate.HalfWidth(deviation), c.startupError(f, startup, o, base)) * (1 + estimates[i].Value)
		estimates[i] = estimates[i].Widened(half, half)
		estimates[i].Interval = estimates[i].Within(-1, math.Inf(1)) // nothing is 100 % shorter or cheaper
	}
	return estimates
}

// equal reports whether all differences are zero.
func equal(differences []float64) bool {
	for _, v := range differences {
		if v != 0 {
			return false
		}
	}
	return true
}
