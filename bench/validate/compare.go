package validate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/traces"
)

// shortJob is the least time by which the error of a job is divided. The error of a
// job of one second that takes 0.2 s longer is then 4 %, not 20 %.
const shortJob = 5.0 // seconds

// A Comparison is a predicted application beside the recorded one. Numbers that do
// not exist are NaN.
type Comparison struct {
	Recorded, Predicted View
	Error               float64 // of application time, as a share of the recorded, signed
	ExecutorError       float64 // of executor-seconds, in the same way
	// TimelineError is the integral of |recorded - predicted executors| over
	// time, from ApplicationStart to the later end, divided by the recorded
	// executor-seconds.
	TimelineError float64
	Jobs          []JobComparison
	Unmatched     []int // ids of jobs that only one side has, or that did not end on one side
}

// A JobComparison is a predicted job beside the recorded one.
type JobComparison struct {
	ID                  int
	Recorded, Predicted float64 // seconds
	Error               float64 // as a share of max(recorded, shortJob), signed
	Unfloored           float64 // as a share of the recorded time, however short, signed
}

// compareAll compares each recorded application with its partner among the
// predictions, if it has one.
func compareAll(recorded, predicted []View, partner []int) []Comparison {
	out := make([]Comparison, len(recorded))
	for i, r := range recorded {
		p := noView(r.Name)
		if partner[i] >= 0 {
			p = predicted[partner[i]]
		}
		out[i] = compare(r, p)
	}
	return out
}

// unmatchedApp is an application that only FROM has.
func unmatchedApp(a *traces.Application) Comparison {
	c := compare(noView(a.Name), noView(a.Name))
	for _, j := range a.Jobs {
		c.Unmatched = append(c.Unmatched, j.ID)
	}
	return c
}

func compare(recorded, predicted View) Comparison {
	c := Comparison{
		Recorded: recorded, Predicted: predicted,
		Error:         relative(recorded.Seconds, predicted.Seconds, recorded.Seconds),
		ExecutorError: relative(recorded.ExecutorSeconds, predicted.ExecutorSeconds, recorded.ExecutorSeconds),
		TimelineError: math.NaN(),
	}
	if recorded.Executors != nil && predicted.Executors != nil && !math.IsNaN(c.ExecutorError) {
		c.TimelineError = executorDifference(recorded.Executors, predicted.Executors).Seconds() / recorded.ExecutorSeconds
	}
	for _, r := range recorded.Jobs {
		p := predicted.job(r.ID)
		if math.IsNaN(p) || math.IsNaN(r.Seconds) {
			c.Unmatched = append(c.Unmatched, r.ID)
			continue
		}
		c.Jobs = append(c.Jobs, JobComparison{r.ID, r.Seconds, p, relative(r.Seconds, p, max(r.Seconds, shortJob)), relative(r.Seconds, p, r.Seconds)})
	}
	for _, p := range predicted.Jobs {
		if !slices.ContainsFunc(recorded.Jobs, func(r JobView) bool { return r.ID == p.ID }) {
			c.Unmatched = append(c.Unmatched, p.ID)
		}
	}
	return c
}

// relative is the signed error of a prediction as a share; NaN if the divisor is not
// positive.
func relative(recorded, predicted, of float64) float64 {
	if !(of > 0) {
		return math.NaN()
	}
	return (predicted - recorded) / of
}

// executorDifference is the integral over time of the absolute difference between two
// numbers of executors.
func executorDifference(x, y []Life) wide.Time {
	type change struct {
		at time.Duration
		by int
	}
	var changes []change
	for _, l := range x {
		changes = append(changes, change{l.From, 1}, change{l.To, -1})
	}
	for _, l := range y {
		changes = append(changes, change{l.From, -1}, change{l.To, 1})
	}
	slices.SortFunc(changes, func(p, q change) int { return cmp.Compare(p.at, q.at) })
	var sum wide.Time
	for i, now := 1, 0; i < len(changes); i++ {
		now += changes[i-1].by
		sum.Add(changes[i].at-changes[i-1].at, int64(max(now, -now)))
	}
	return sum
}
