package calibrate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/replay/latency"
)

// The estimate of a cause is the posterior of a hierarchical model of the logarithms of
// its times (Gelman et al., Bayesian Data Analysis, 3rd edition, 2013, sections 5.4 and
// 3.2). Clusters differ, so that the medians of clusters are spread about the default;
// runs on one cluster differ; and the times of one run differ. So the default has the
// weight that its spread deserves beside the samples of the log: much without samples,
// little beside one, nearly none beside ten. No number of samples changes the method.

// A prior is what is known of a cause before a log is read, besides its default: standard
// deviations of logarithms (latency.Log).
type prior struct {
	clusters float64 // of the medians of different clusters
	runs     float64 // of the medians of runs that are repeated on one cluster
	times    float64 // of the times on one cluster
}

// priorSpread is for how many samples the spread that is known beforehand counts. Its
// value for most causes lies between 0.6 and 2.5, where it is found from how much the
// spreads of logs differ (Smyth, Statistical Applications in Genetics and Molecular
// Biology 3(1), 2004, section 6.2).
const priorSpread = 1

// learn turns a default into the estimate after samples. It changes nothing if there are
// none.
func (p prior) learn(d *latency.Distribution, samples []sample) {
	weights := make([]float64, len(samples))
	for i := range weights {
		weights[i] = 1
	}
	p.learnWeighted(d, samples, weights, 0)
}

// learnWeighted is learn where samples count as much as their weights say, of which the
// largest is 1, and with the probability doubt not at all.
func (p prior) learnWeighted(d *latency.Distribution, samples []sample, weights []float64, doubt float64) {
	d.N = len(samples)
	d.Prior, d.Uncertainty = p.posterior(0, 0, 0, 0)
	if d.N == 0 {
		return
	}
	d.Contention = contention(samples, d.Contention)
	alone := make([]time.Duration, len(samples))
	for i, s := range samples {
		d.MaxOthers = max(d.MaxOthers, s.others)
		alone[i] = time.Duration(float64(s.took) / (1 + float64(d.Contention*float64(s.others))))
		d.Logs = append(d.Logs, s.log)
	}
	slices.Sort(d.Logs)
	d.Logs = slices.Compact(d.Logs)
	p.blend(d, alone, weights, doubt)
	d.Source = fmt.Sprintf("%d in the logs, and %s with a weight of %.2g", d.N, d.Source, d.Prior)
}

// variance is the estimate of the variance of one sample: what the samples show, and
// what is known beforehand for priorSpread samples.
func (p prior) variance(samples []time.Duration) float64 {
	return p.weightedVariance(samples, slices.Repeat([]float64{1}, len(samples)))
}

func (p prior) weightedVariance(samples []time.Duration, weights []float64) float64 {
	n, mean, squares := 0.0, 0.0, 0.0
	for i, s := range samples { // West's form of Welford's method
		x := latency.Log(s)
		delta := x - mean
		if n += weights[i]; n > 0 {
			mean += delta * weights[i] / n
		}
		squares += float64(weights[i] * delta * (x - mean))
	}
	return (float64(priorSpread*p.times*p.times) + squares) / (priorSpread + n - 1)
}

// blend mixes a default with the quantiles of samples: the medians by their precision,
// and the quantiles relative to the median by the number of samples.
func (p prior) blend(d *latency.Distribution, samples []time.Duration, weights []float64, doubt float64) {
	n := 0.0
	for _, w := range weights {
		n += w
	}
	d.Prior, d.Uncertainty = p.posterior(p.weightedVariance(samples, weights), n, len(d.Logs), doubt)
	spread := doubt + (1-doubt)*priorSpread/(priorSpread+n-1)
	shown := quantiles(samples, weights)
	was, is := latency.Log(d.Quantiles.Median()), latency.Log(shown.Median())
	median := float64(d.Prior*was) + float64((1-d.Prior)*is)
	for i := range d.Quantiles {
		relative := float64(spread*(latency.Log(d.Quantiles[i])-was)) + float64((1-spread)*(latency.Log(shown[i])-is))
		d.Quantiles[i] = latency.FromLog(median + relative)
	}
}

// posterior is the weight of the default in the median, and the standard deviation of its
// logarithm in another run, after n samples of a variance from a number of logs. The
// median is that of the recorded runs; another run differs from them. With the probability
// doubt the samples say nothing.
func (p prior) posterior(variance, n float64, logs int, doubt float64) (weight, deviation float64) {
	if n == 0 {
		return 1, p.clusters
	}
	error, between := variance/n, float64(p.clusters*p.clusters)
	weight = doubt + float64((1-doubt)*error/(error+between))
	return weight, math.Sqrt(float64(weight*between) + float64(p.runs*p.runs/float64(max(logs, 1))))
}

// quantiles returns those of samples with weights: linear between two samples, each of
// which stands at the middle of its weight.
func quantiles(samples []time.Duration, weights []float64) (q latency.Quantiles) {
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(samples[x], samples[y]) })
	at, place := make([]float64, len(order)), 0.0
	for k, i := range order {
		if k > 0 {
			place += float64((weights[order[k-1]] + weights[i]) / 2)
		}
		at[k] = place
	}
	high := 0
	for i, level := range latency.Levels {
		for high < len(order)-1 && at[high] < level*place {
			high++
		}
		low := max(high-1, 0)
		from, to := samples[order[low]], samples[order[high]]
		q[i] = to
		if at[high] > at[low] {
			q[i] = from + time.Duration((float64(level*place)-at[low])/(at[high]-at[low])*float64(to-from))
		}
	}
	return q
}

// contention is the relative increase of a sample's time for each other one beside it:
// the slope of a line through the samples over the number of others (least squares),
// divided by its value at 0. If there are few samples, or the number of others varies
// little, the slope is uncertain. So the result is a mean of slope and default, in which
// the default has the weight of one part in 1 + the variance of the others, and this
// variance counts with the degrees of freedom that a line leaves to the samples.
func contention(samples []sample, otherwise float64) float64 {
	var n, x, y, xx, xy float64
	for _, s := range samples {
		others, took := float64(s.others), s.took.Seconds()
		n, x, y, xx, xy = n+1, x+others, y+took, xx+float64(others*others), xy+float64(others*took)
	}
	variance := (xx - float64(x*x/n)) / n
	if variance <= 0 || n <= 2 {
		return otherwise
	}
	slope := (xy - float64(x*y/n)) / (n * variance)
	variance = float64(variance * ((n - 2) / n))
	// A line that is close to 0 at 0 would give any result: alone, a sample takes at
	// least a fifth of the mean.
	start := max((y-float64(slope*x))/n, y/n/5)
	if start <= 0 {
		return 0
	}
	return max(float64(slope/start*variance)+otherwise, 0) / (1 + variance)
}
