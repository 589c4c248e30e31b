package decide

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
)

// A sampling is the applications of a scenario over which figures are summed, and
// the blocks into which they are divided.
type sampling struct {
	apps   []int
	blocks bench.Blocks
}

func (s *scenario) sampling(apps []int) sampling {
	return sampling{apps, bench.BlocksOf(s.workload, apps)}
}

// sums are a figure's sums by block, as means over the first replicas; the figure gets the
// index of the application. If too few runs form blocks, each replica is a block.
func (by sampling) sums(t *trial, replicas int, f func(at int, o *outcome) float64) []float64 {
	n := by.blocks.N
	if by.blocks.Unit == bench.ByReplica {
		n = replicas
	}
	sums := make([]float64, n)
	for r, outcomes := range t.runs[:replicas] {
		for i, at := range by.apps {
			if by.blocks.Unit == bench.ByReplica {
				sums[r] += f(at, &outcomes[at])
			} else {
				sums[by.blocks.Of[i]] += f(at, &outcomes[at]) / float64(replicas)
			}
		}
	}
	return sums
}

// missRate is the share of runs with a deadline that miss it. Its interval is over the runs
// that were recorded, in blocks: few of them leave it wide, however many replicas there are.
// It contains the probability of a miss under the model's error, and what differs between
// replicas, such as start-up, is common to all runs.
func (s *scenario) missRate(by sampling, t *trial) stats.Estimate {
	rate := s.share(by, t, func(at int, o *outcome) float64 { return float64(oneIf(o.missed(s.reference[at].Deadline, 1))) })
	expected := s.share(by, t, func(at int, o *outcome) float64 {
		return float64(o.expected(s.reference[at].Deadline, &s.errors[s.class[at]])) / 1000
	})
	return stats.Estimate{Value: rate.Value, Interval: stats.Interval{Low: min(rate.Low, expected.Low), High: max(rate.High, expected.High)}}
}

// share is the share of runs with a deadline that something happens to; f is its
// probability for one of them. Few runs are a block each.
func (s *scenario) share(by sampling, t *trial, f func(at int, o *outcome) float64) stats.Estimate {
	blocks := by.blocks
	if blocks.Unit == bench.ByReplica {
		blocks = bench.Blocks{Unit: bench.ByRun, N: len(by.apps), Of: upTo(len(by.apps))}
	}
	hits, runs := make([]float64, blocks.N), make([]float64, blocks.N)
	shares := make([]float64, t.done)
	n := 0
	for i, at := range by.apps {
		if !s.reference[at].HasDeadline {
			continue
		}
		n++
		runs[blocks.Of[i]]++
		for r := range t.done {
			p := f(at, &t.runs[r][at])
			hits[blocks.Of[i]] += p
			shares[r] += p
		}
	}
	if n == 0 {
		return stats.Estimate{Value: math.NaN(), Interval: stats.NoInterval()}
	}
	var with [2][]float64 // the blocks that have runs with a deadline
	for b := range runs {
		if runs[b] > 0 {
			with[0], with[1] = append(with[0], hits[b]/float64(t.done)), append(with[1], runs[b])
		}
	}
	apart := 0.0
	if t.done > 1 {
		apart = stat.Variance(shares, nil) / float64(n*n)
	}
	return stats.Share(with[0], with[1], apart)
}

// figures are what a class gets under a fleet.
func (d *decider) figures(sc *scenario, t *trial, k int) Figures {
	by := sampling{d.classes[k].apps, d.classes[k].blocks}
	total, base := t.totals(0, t.done)[k], sc.base.totals(0, t.done)[k]
	n := float64(t.done)
	f := Figures{
		Runs: len(by.apps), Deadlines: d.classes[k].deadlines, Turnaround: seconds(total.turnaround) / float64(total.runs),
		ExecutorSeconds: seconds(total.executors) / n, CoreSeconds: seconds(total.cores) / n, SlackP5: math.NaN(),
		Misses: sc.missRate(by, t).Scaled(float64(d.classes[k].deadlines)),
	}
	if f.Deadlines == 0 {
		f.Misses = stats.Estimate{}
	}
	if base.turnaround > 0 {
		f.Slowdown = float64(total.turnaround-base.turnaround) / float64(base.turnaround)
	}
	var turnarounds, slack []float64
	for _, outcomes := range t.runs[:t.done] {
		for _, at := range by.apps {
			o := &outcomes[at]
			turnarounds = append(turnarounds, o.turnaround.Seconds())
			if ref := &sc.reference[at]; ref.HasDeadline && !o.unfinished {
				slack = append(slack, (ref.Deadline - o.judged).Seconds())
			}
		}
	}
	slices.Sort(turnarounds)
	f.TurnaroundP95 = stats.Quantile(0.95, turnarounds)
	if slices.Sort(slack); len(slack) > 0 {
		f.SlackP5 = stats.Quantile(0.05, slack)
	}
	return f
}

func seconds(ms int64) float64 { return (time.Duration(ms) * time.Millisecond).Seconds() }

// saved is the share of executor-time that fleets save against the settings in force. The
// intervals are simultaneous, and contain the model's error.
func (d *decider) saved(sc *scenario, list []*trial) []stats.Estimate {
	by := sc.sampling(upTo(len(sc.class)))
	executors := func(_ int, o *outcome) float64 { return seconds(o.executors) }
	replicas := sc.base.done
	for _, t := range list {
		replicas = min(replicas, t.done)
	}
	base := by.sums(sc.base, replicas, executors)
	var contrasts []stats.Contrast
	for _, t := range list {
		contrasts = append(contrasts, stats.Contrast{Sums: minus(base, by.sums(t, replicas, executors)), Weights: base})
	}
	saved := stats.Simultaneous(contrasts, d.world.config.Seed)
	for i := range saved {
		if stats.Sum(contrasts[i].Sums) != 0 { // else it is the settings in force: the model's error cancels
			// The error is of the logarithm of what is held, so that a ratio stays positive.
			error, held := d.modelHalfWidth(list[i], replicas), 1-saved[i].Value
			saved[i] = saved[i].Widened(held*error, held*error/(1+error))
		}
		saved[i].Interval = saved[i].Within(math.Inf(-1), 1)
	}
	return saved
}

// modelHalfWidth is the half-width of the 95 % interval of the model's error in the
// executor-time of a fleet, as a share: those of its classes, weighted with their
// executor-time, as if all were wrong in the same direction.
func (d *decider) modelHalfWidth(t *trial, replicas int) float64 {
	sum, of := 0.0, 0.0
	for k, by := range t.totals(0, replicas) {
		if of += float64(by.executors); k < len(d.classes) {
			sum += float64(by.executors) * validate.HalfWidth(d.classes[k].model.Executors)
		}
	}
	return sum / max(of, 1)
}

func minus(x, y []float64) []float64 {
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	return d
}
