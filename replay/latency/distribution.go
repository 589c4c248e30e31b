package latency

import (
	"slices"
	"time"
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
	N         int // samples that it was learned from; with fewer than MinSamples it is a default
	Quantiles Quantiles
	// Contention is by how much each other one of its kind at the same time on the
	// same node prolongs it, as a share of what it takes alone: they share processors.
	Contention float64
	MaxOthers  int      // most others that a sample had: more of them do not prolong it further
	Source     string   // in a few words, where the figures come from
	Logs       []string // names of the logs that gave the samples, sorted
}

// MinSamples is how many samples make a learned time; with fewer, a default stands.
const MinSamples = 10

// Learned reports whether the logs showed enough samples; else it is a default.
func (d *Distribution) Learned() bool { return d.N >= MinSamples }

// Constant is a distribution without spread.
func Constant(t time.Duration) Distribution {
	var d Distribution
	for i := range d.Quantiles {
		d.Quantiles[i] = t
	}
	return d
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
func Median[T int32 | time.Duration](values []T, none T) T {
	if len(values) == 0 {
		return none
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
