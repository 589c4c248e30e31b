package validate

import (
	"math"
	"slices"

	"dynalloc/bench/stats"
	"dynalloc/traces"
)

// A Winner counts comparisons of two configurations whose real runs differ by more
// than twice the largest spread known of the workload, and in how many of them
// replays of one recording under both found the better one.
type Winner struct{ Calls, Right int }

func (w *Winner) add(o Winner) {
	w.Calls += o.Calls
	w.Right += o.Right
}

// share is the share of right calls; NaN if there are none.
func (w *Winner) share() float64 {
	if w.Calls == 0 {
		return math.NaN()
	}
	return float64(w.Right) / float64(w.Calls)
}

// call counts one comparison of two configurations, if their recordings differ by more
// than twice the spread.
func (w *Winner) call(realX, realY, predictedX, predictedY, spread float64) {
	difference := realX - realY
	if !(math.Abs(difference) > 2*spread*min(realX, realY)) {
		return
	}
	w.Calls++
	if difference*(predictedX-predictedY) > 0 {
		w.Right++
	}
}

// A Spread is the largest difference between repeats, as a share of the smaller.
type Spread struct{ Application, Executors float64 }

// Max is the larger of two spreads in each figure.
func (s Spread) Max(o Spread) Spread {
	return Spread{max(s.Application, o.Application), max(s.Executors, o.Executors)}
}

// SpreadOf is the largest spread between repeats in a group of recordings; zero
// where there are none.
func SpreadOf(group []*traces.Workload) Spread {
	width := func(values []float64) float64 {
		low, high := slices.Min(values), slices.Max(values)
		if !(high > low) {
			return 0
		}
		return (high - low) / low
	}
	var s Spread
	for _, repeats := range ByConfiguration(group) {
		var t totals
		for _, r := range repeats {
			t.add(Recorded(r))
		}
		s = s.Max(Spread{width(t.time), width(t.executors)})
	}
	return s
}

// totals are sums over the applications of a recording, for several recordings or
// predictions; NaN where one is not known.
type totals struct{ time, executors []float64 }

func (t *totals) add(views []View) {
	time, executors := 0.0, 0.0
	for i := range views {
		time += views[i].Seconds
		executors += views[i].ExecutorSeconds
	}
	t.time, t.executors = append(t.time, time), append(t.executors, executors)
}

// medians returns the application time and the executor-seconds.
func (t *totals) medians() [2]float64 {
	return [2]float64{stats.Median(t.time), stats.Median(t.executors)}
}

// A configuration is the repeats of a workload under one configuration: medians
// of the application time and the executor-seconds, as recorded and as predicted
// from each recording of the workload.
type configuration struct {
	real      [2]float64
	predicted [][2]float64 // by recording
}

func configurationsOf(group []*traces.Workload, runs []*pairRun) []configuration {
	var list []configuration
	for _, repeats := range ByConfiguration(group) {
		var c configuration
		var real totals
		for _, r := range repeats {
			real.add(Recorded(r))
		}
		c.real = real.medians()
		for from := range group {
			var predicted totals
			for _, r := range runs {
				if r.from == from && slices.Contains(repeats, group[r.to]) {
					predicted.add(predictions(r.done.Apps))
				}
			}
			c.predicted = append(c.predicted, predicted.medians())
		}
		list = append(list, c)
	}
	return list
}

// winners calls the better of every two configurations of a workload, from each of
// its recordings.
func winners(configurations []configuration, spread Spread) (application, executors Winner) {
	for i, c := range configurations {
		for _, d := range configurations[:i] {
			for from := range c.predicted {
				application.call(c.real[0], d.real[0], c.predicted[from][0], d.predicted[from][0], spread.Application)
				executors.call(c.real[1], d.real[1], c.predicted[from][1], d.predicted[from][1], spread.Executors)
			}
		}
	}
	return application, executors
}

func predictions(comparisons []Comparison) []View {
	views := make([]View, len(comparisons))
	for i := range comparisons {
		views[i] = comparisons[i].Predicted
	}
	return views
}
