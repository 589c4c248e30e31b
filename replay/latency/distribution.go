package latency

import (
	"slices"
	"time"

	"dynalloc/internal/exact"
)

// Levels are the shares of samples that lie at or below the quantiles of a
// Distribution.
var Levels = [...]float64{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1}

// A Quantiles holds times at each of Levels, in ascending order.
type Quantiles [len(Levels)]time.Duration

// Median is the time at level 0.5.
func (q *Quantiles) Median() time.Duration { return q[len(Levels)/2] }

// A Distribution is how long a cause takes.
type Distribution struct {
	N int // times that the logs show
	// Waited is how many of these are, by expectation, waits for room and no start-ups: they
	// count as little as that is likely.
	Waited    float64
	Quantiles Quantiles
	// Prior is the weight of the default in the median, from 0 to 1: 1 if the logs show
	// nothing, and smaller the more times they show, and the less these differ.
	Prior float64
	// Uncertainty is how well the median is known: the standard deviation of its
	// logarithm (of its milliseconds + 1), 0 or more.
	Uncertainty float64
	// Contention is by how much each other one of its kind at the same time on the
	// same node prolongs it, as a share of what it takes alone: they share processors.
	Contention float64
	MaxOthers  int      // most others that a sample had: more of them do not prolong it further
	Source     string   // in a few words, where the figures come from
	Logs       []string // names of the logs that gave the samples, sorted
}

// Constant is a distribution without spread.
func Constant(t time.Duration) Distribution {
	var d Distribution
	for i := range d.Quantiles {
		d.Quantiles[i] = t
	}
	return d
}

// Log is the scale on which times are averaged, and on which their spread and
// uncertainty are meant: the logarithm of the milliseconds + 1. Logs have whole
// milliseconds, so that a time of 0 is one below 1 ms.
func Log(t time.Duration) float64 {
	return exact.Log1p(max(float64(t), 0) / float64(time.Millisecond))
}

// FromLog is the time whose Log is x; 0 if x is negative.
func FromLog(x float64) time.Duration {
	return time.Duration(exact.Expm1(max(x, 0)) * float64(time.Millisecond))
}

// Interval is where the median lies with a probability of 95 %.
func (d *Distribution) Interval() (low, high time.Duration) {
	const z = 1.96 // the 97.5 % quantile of the normal distribution
	at := Log(d.Quantiles.Median())
	return FromLog(at - float64(z*d.Uncertainty)), FromLog(at + float64(z*d.Uncertainty))
}

// Vary moves the whole distribution by z standard deviations of its uncertainty.
func (d *Distribution) Vary(z float64) {
	for i := range d.Quantiles {
		d.Quantiles[i] = FromLog(Log(d.Quantiles[i]) + float64(z*d.Uncertainty))
	}
}

// Quantile is the time at or below which a share of the samples lies: linear
// between the levels.
func (q *Quantiles) Quantile(share float64) time.Duration {
	i := 1
	for i < len(Levels)-1 && share > Levels[i] {
		i++
	}
	within := (share - Levels[i-1]) / (Levels[i] - Levels[i-1])
	return q[i-1] + time.Duration(within*float64(q[i]-q[i-1]))
}

// Slowed prolongs a time for others of its kind, to whole milliseconds.
func (d *Distribution) Slowed(t time.Duration, others int) time.Duration {
	if others = min(others, d.MaxOthers); others > 0 {
		t += time.Duration(d.Contention * float64(others) * float64(t))
	}
	return t.Round(time.Millisecond)
}

// Typical is the median beside so many others, in whole milliseconds.
func (d *Distribution) Typical(others int) time.Duration {
	return d.Slowed(d.Quantiles.Median(), others)
}

// Median returns the lower median, or none if there are no values. It sorts them.
func Median[T int | int32 | time.Duration](values []T, none T) T {
	if len(values) == 0 {
		return none
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
