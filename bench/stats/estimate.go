package stats

import "math"

// Confidence is the level of every interval.
const Confidence = 0.95

// An Interval is a confidence interval, both ends included.
type Interval struct{ Low, High float64 }

// NoInterval is the interval of a figure with too few data: both ends are NaN, so that
// it excludes no value.
func NoInterval() Interval { return Interval{math.NaN(), math.NaN()} }

// Excludes reports whether a value lies outside the interval.
func (i Interval) Excludes(v float64) bool { return v < i.Low || v > i.High }

// Scaled returns the interval of the figure multiplied by f; a negative f exchanges the
// ends.
func (i Interval) Scaled(f float64) Interval {
	return Interval{min(i.Low*f, i.High*f), max(i.Low*f, i.High*f)}
}

// Within returns the part of the interval that is possible, from low to high. Intervals
// by normal approximation reach beyond it where a share is near 0 or 1.
func (i Interval) Within(low, high float64) Interval {
	return Interval{min(max(i.Low, low), high), max(min(i.High, high), low)}
}

// An Estimate is a figure with its confidence interval.
type Estimate struct {
	Value float64
	Interval
}

// Scaled returns the estimate of the figure multiplied by f.
func (e Estimate) Scaled(f float64) Estimate { return Estimate{e.Value * f, e.Interval.Scaled(f)} }

// Significant reports whether the figure differs significantly from zero: its interval
// excludes zero.
func (e Estimate) Significant() bool { return e.Excludes(0) }

// Widened adds an independent error to the interval, given by its half-widths
// below and above the value. Independent errors add in quadrature.
func (e Estimate) Widened(below, above float64) Estimate {
	e.Low = e.Value - math.Hypot(e.Value-e.Low, below)
	e.High = e.Value + math.Hypot(e.High-e.Value, above)
	return e
}
