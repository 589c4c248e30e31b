package validate

import (
	"math"
	"slices"

	"dynalloc/bench/stats"
	"dynalloc/traces"
)

// A Winner counts how often replays of one recording under two policies said
// right which of the two is better, where the real runs differ by more than
// twice the largest spread known of the workload.
type Winner struct{ Calls, Right int }

func (w *Winner) add(o Winner) {
	w.Calls += o.Calls
	w.Right += o.Right
}

// A spread is how far repeats lie apart.
type Spread struct{ Application, Executors float64 }

func (s Spread) Max(o Spread) Spread {
	return Spread{max(s.Application, o.Application), max(s.Executors, o.Executors)}
}

// totals are the sums over the applications of a recording, NaN if one is not
// known.
func totals(views []View) (application, executors float64) {
	for i := range views {
		application += views[i].Seconds
		executors += views[i].ExecutorSeconds
	}
	return application, executors
}

// SpreadOf is the largest spread between repeats in a group of
// recordings, relative to the smallest of them; 0 where there are none.
func SpreadOf(group []*traces.Workload) Spread {
	var s Spread
	for _, repeats := range ByConfiguration(group) {
		var application, executors []float64
		for _, r := range repeats {
			a, e := totals(Recorded(r))
			application, executors = append(application, a), append(executors, e)
		}
		s = s.Max(Spread{width(application), width(executors)})
	}
	return s
}

func width(values []float64) float64 {
	low, high := slices.Min(values), slices.Max(values)
	if !(high > low) {
		return 0
	}
	return (high - low) / low
}

// winners calls the winner of every two configurations of a workload, from
// each of its recordings. Where the workload has no repeats its spread is
// borrowed from the others.
func winners(group []*traces.Workload, runs []*pairRun, borrowed Spread) (application, executors Winner) {
	own := SpreadOf(group)
	if own == (Spread{}) {
		own = borrowed
	}
	configurations := ByConfiguration(group)
	within := func(c int, w *traces.Workload) bool { return slices.Contains(configurations[c], w) }
	real := make([][2]float64, len(configurations))
	for c, repeats := range configurations {
		var a, e []float64
		for _, r := range repeats {
			x, y := totals(Recorded(r))
			a, e = append(a, x), append(e, y)
		}
		real[c] = [2]float64{stats.Median(a), stats.Median(e)}
	}
	for from := range group {
		said := make([][2]float64, len(configurations))
		for c := range configurations {
			var a, e []float64
			for _, r := range runs {
				if r.from == from && within(c, group[r.to]) {
					x, y := totals(predictions(r.done.Apps))
					a, e = append(a, x), append(e, y)
				}
			}
			said[c] = [2]float64{stats.Median(a), stats.Median(e)}
		}
		for c := range configurations {
			for d := range c {
				application.call(real[c][0], real[d][0], said[c][0], said[d][0], own.Application)
				executors.call(real[c][1], real[d][1], said[c][1], said[d][1], own.Executors)
			}
		}
	}
	return application, executors
}

// call counts one comparison of two policies, if they really differ.
func (w *Winner) call(realX, realY, saidX, saidY, spread float64) {
	difference := realX - realY
	if !(math.Abs(difference) > 2*spread*min(realX, realY)) {
		return
	}
	w.Calls++
	if difference*(saidX-saidY) > 0 {
		w.Right++
	}
}

func predictions(comparisons []Comparison) []View {
	views := make([]View, len(comparisons))
	for i := range comparisons {
		views[i] = comparisons[i].Predicted
	}
	return views
}
