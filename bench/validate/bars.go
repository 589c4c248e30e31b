package validate

import "math"

// A Bar is what a summary of validations is held to.
type Bar struct {
	Name    string
	Value   float64 // reached; NaN: not known
	Limit   float64
	Raised  bool // the limit was raised, because repeats of the real thing differ by more
	AtLeast bool // the value must be at least the limit, not at most
}

// Passed says whether the bar is reached.
func (b *Bar) Passed() bool {
	if b.AtLeast {
		return b.Value >= b.Limit
	}
	return b.Value <= b.Limit
}

// The bars of the 95th percentiles.
const (
	applicationP95 = 0.06
	jobP95         = 0.12
	executorP95    = 0.10
)

// Multiple is the largest error of a score as a multiple of the bar of its 95th
// percentile: above 1 it is among those that should be one in twenty.
func Multiple(s *Score) float64 {
	worst := 0.0
	for _, m := range []float64{s.Application.Max / applicationP95, s.Jobs.Max / jobP95, s.ExecutorSeconds.Max / executorP95} {
		if m > worst { // false for NaN
			worst = m
		}
	}
	return worst
}

// raised is how much of the repeats' p95 difference a bar is where repeats of
// the real thing differ by more than the bar.
const floorFactor = 1.25

// Bars hold a summary against what the replay is to reach with start-up times
// as recorded: errors of at most so much, skill of at least so much against a
// copy of the log, and winners always right.
func Bars(s *Summary) []Bar {
	var bars []Bar
	most := func(name string, own, floor Errors, median, p95 float64) {
		bar := func(name string, own, limit, repeats float64) {
			b := Bar{Name: name, Value: own, Limit: limit, Raised: repeats > limit}
			if b.Raised {
				b.Limit = floorFactor * floor.P95
			}
			bars = append(bars, b)
		}
		bar(name+", median", own.Median, median, floor.Median)
		if p95 > 0 {
			bar(name+", p95", own.P95, p95, floor.P95)
		}
	}
	most("application time", s.Application, s.Floor.Application, 0.02, applicationP95)
	most("job time", s.Jobs, s.Floor.Jobs, 0.04, jobP95)
	most("executor-seconds", s.ExecutorSeconds, s.Floor.ExecutorSeconds, 0.04, executorP95)
	most("timeline", s.Timeline, s.Floor.Timeline, 0.08, 0)
	least := func(name string, value, limit float64) {
		bars = append(bars, Bar{Name: name, Value: value, Limit: limit, AtLeast: true})
	}
	least("skill over copying, application time", s.OverCopy.Application, 0.7)
	least("skill over copying, executor-seconds", s.OverCopy.ExecutorSeconds, 0.7)
	least("skill over copying, jobs", s.OverCopy.Jobs, 0.7)
	least("right winner, application time", s.Winner.share(), 1)
	least("right winner, executor-seconds", s.WinnerOfExecutors.share(), 1)
	return bars
}

func (w *Winner) share() float64 {
	if w.Calls == 0 {
		return math.NaN()
	}
	return float64(w.Right) / float64(w.Calls)
}
