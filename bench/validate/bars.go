package validate

// A Bar is a limit for one figure of a summary.
type Bar struct {
	Name    string
	Value   float64 // of the summary; NaN: not known
	Limit   float64
	Raised  bool // the limit is raised, because real repeats differ by more than it
	AtLeast bool // the value must be at least the limit instead of at most
}

// Passed reports whether the value is within the limit.
func (b *Bar) Passed() bool {
	if b.AtLeast {
		return b.Value >= b.Limit
	}
	return b.Value <= b.Limit
}

// The limits of the 95 % quantiles of absolute errors.
const (
	applicationP95 = 0.06
	jobP95         = 0.12
	executorP95    = 0.10
)

// Multiple is the largest error of a score as a multiple of the limit of its 95 %
// quantile. Above 1 the error is one of the largest 5 %, if the bar is met exactly.
func Multiple(s *Score) float64 {
	worst := 0.0
	for _, m := range []float64{s.Application.Max / applicationP95, s.Jobs.Max / jobP95, s.ExecutorSeconds.Max / executorP95} {
		if m > worst { // false for NaN
			worst = m
		}
	}
	return worst
}

// floorFactor is the limit as a multiple of the 95 % quantile of the differences
// between real repeats, where these exceed the limit.
const floorFactor = 1.25

// Bars are the limits for a summary of validations with start-up times as recorded:
// upper limits for errors, lower limits for the skill over copying the log, and no
// wrong winner.
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

// The limits of forecasts, whose start-up times are learned from another recording.
const (
	forecastFactor      = 1.25 // of the median of the differences between real repeats
	forecastJobP95      = 0.15
	forecastExecutorP95 = 0.09
)

// ForecastBars are the limits for a summary of forecasts (Set.Forecasts).
func ForecastBars(s *Summary) []Bar {
	return []Bar{
		{Name: "application time, median, at most 1.25 times that between repeats", Value: s.Application.Median, Limit: forecastFactor * s.Floor.Application.Median},
		{Name: "application time, p95", Value: s.Application.P95, Limit: applicationP95},
		{Name: "job time, p95", Value: s.Jobs.P95, Limit: forecastJobP95},
		{Name: "executor-seconds, p95", Value: s.ExecutorSeconds.P95, Limit: forecastExecutorP95},
	}
}
