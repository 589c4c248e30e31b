package selfreplay

import (
	"math"
	"slices"

	"dynalloc/bench/stats"
	"dynalloc/traces"
)

// ShortRun is the least time in seconds by which an error counts in Summary.Bounded: 5 %
// of it are 0.3 s, so that Bounded asks for at most 5 % or 0.3 s.
const ShortRun = 6.0

// failed is the error with which a replay counts that does not end.
const failed = 1.0

// A Summary is the errors of many applications, without signs.
type Summary struct {
	N         int  // applications whose error is known, or whose replay failed
	Failed    int  // of those
	Time      Size // of application time, as a share of the recorded
	Bounded   Size // the same as a share of at least ShortRun
	Executors Size // of executor-seconds
}

// A Size is how large errors are; NaN for none.
type Size struct{ Median, P95, Max float64 }

// Summarize sums up errors. A replay that failed counts as an error of 100 %.
func Summarize(list []Error) Summary {
	var s Summary
	var time, bounded, executors []float64
	for i := range list {
		e := &list[i]
		switch {
		case e.Failed != nil && !math.IsNaN(e.Recorded.Seconds):
			s.Failed++
			time, bounded, executors = append(time, failed), append(bounded, failed), append(executors, failed)
		case e.Known():
			time = append(time, math.Abs(e.Time))
			bounded = append(bounded, math.Abs(e.Time)*e.Recorded.Seconds/max(e.Recorded.Seconds, ShortRun))
			if !math.IsNaN(e.Executors) {
				executors = append(executors, math.Abs(e.Executors))
			}
		}
	}
	s.N = len(time)
	s.Time, s.Bounded, s.Executors = sizeOf(time), sizeOf(bounded), sizeOf(executors)
	return s
}

func sizeOf(errors []float64) Size {
	slices.Sort(errors)
	return Size{stats.Quantile(0.5, errors), stats.Quantile(0.95, errors), stats.Quantile(1, errors)}
}

// Counts reports whether a log can say how good its self-replay is: nothing is missing, and
// its application ran a job.
func Counts(a *traces.Application) bool {
	return a.Log.Grade <= traces.Disturbed && a.Log.Jobs > 0
}
