package pictures

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/reports/words"
)

// linesShown is the largest number of policies whose lines can be distinguished in one
// panel.
const linesShown = 6

// QueueWaits draws the distribution of queue waits: the share of the applications whose
// first executor has registered some time after it was wanted. Few policies share one panel. If
// there are many, each has its own panel, with the others faint behind it.
func QueueWaits(w io.Writer, r *bench.Results) error {
	seconds := make([][]float64, len(r.Runs))
	shortest, longest := math.Inf(1), 0.0
	for i := range r.Runs {
		seconds[i] = queueWaits(&r.Runs[i])
		if n := len(seconds[i]); n > 0 {
			shortest, longest = min(shortest, seconds[i][0]), max(longest, seconds[i][n-1])
		}
	}
	low := waitFloor(shortest)
	high := max(longest, 10*low) * 1.15
	curves := make([]plotter.XYs, len(r.Runs))
	for i := range r.Runs {
		curves[i] = distribution(seconds[i], len(r.Runs[i].Result.Apps), low, high)
	}
	const title = "Queue wait: share of applications that waited no longer than this"
	const label = "queue wait (logarithmic)"
	if len(r.Runs) <= linesShown {
		return waitLines(w, r, curves, low, high, title, label)
	}
	base := draw.LineStyle{Color: gray, Width: 1.1, Dashes: dashes}
	own := draw.LineStyle{Color: blue, Width: 1.8}
	other := draw.LineStyle{Color: faint, Width: 0.8}
	f := newFigure(panelsWidth, panelsHeight(len(r.Runs)), title, setting(r),
		[]key{lineKey("this policy", own), lineKey(r.Runs[0].Policy.Name, base), lineKey("the others", other)})
	return f.drawRuns(w, r, label, "share of applications", func(i int) (string, *plot.Plot) {
		p := waitPlot(low, high)
		for j := range curves {
			if j != i && j != 0 {
				addCurve(p, curves[j], other)
			}
		}
		addCurve(p, curves[0], base)
		if i > 0 {
			addCurve(p, curves[i], own)
		}
		all := r.Runs[i].All
		return fmt.Sprintf("mean %s s, p95 %s s", words.Number(all.Value("queue_wait_mean"), metrics.Seconds), words.Number(all.Value("queue_wait_p95"), metrics.Seconds)), p
	})
}

// waitLines draws all policies into one panel.
func waitLines(w io.Writer, r *bench.Results, curves []plotter.XYs, low, high float64, title, label string) error {
	p := waitPlot(low, high)
	p.X.Label.Text, p.Y.Label.Text = label, "share of applications"
	var keys []key
	for i := range curves {
		style := draw.LineStyle{Color: gray, Width: 1.4, Dashes: dashes}
		if i > 0 {
			style = draw.LineStyle{Color: hues[(i-1)%len(hues)], Width: 1.8}
		}
		keys = append(keys, lineKey(r.Runs[i].Policy.Name, style))
	}
	for i := len(curves) - 1; i >= 0; i-- {
		addCurve(p, curves[i], keys[i].line)
	}
	f := newFigure(9*vg.Inch, 3.4*vg.Inch, title, setting(r), keys)
	p.Draw(draw.Crop(f.body, 0, -10, 0, 0))
	return f.write(w)
}

func waitPlot(low, high float64) *plot.Plot {
	p := newPlot()
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max = low, high
	p.Y.Min, p.Y.Max = 0, 1.02
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(waits), shares
	return p
}

func addCurve(p *plot.Plot, curve plotter.XYs, style draw.LineStyle) {
	if len(curve) > 0 {
		p.Add(steps(curve, style))
	}
}

// queueWaits returns the queue waits, in seconds and sorted, of the applications that
// received an executor.
func queueWaits(run *bench.Outcome) []float64 {
	var seconds []float64
	for i := range run.Result.Apps {
		if a := &run.Result.Apps[i]; a.Registered >= 0 {
			seconds = append(seconds, a.QueueWait().Seconds())
		}
	}
	slices.Sort(seconds)
	return seconds
}

// resolution is how many points of a logarithmic axis can be distinguished: panels have
// fewer pixels.
const resolution = 2000

// distribution is the share of all applications that waited no longer than x, from low
// to high. It stays below 1 if some applications never received an executor. Waits that
// cannot be distinguished are one point.
func distribution(seconds []float64, all int, low, high float64) plotter.XYs {
	if len(seconds) == 0 {
		return nil
	}
	curve := plotter.XYs{{X: low, Y: 0}}
	next := math.Pow(high/low, 1.0/resolution)
	for i, s := range seconds {
		at, last := plotter.XY{X: max(s, low), Y: float64(i+1) / float64(all)}, &curve[len(curve)-1]
		if i > 0 && at.X < next*last.X {
			last.Y = at.Y
		} else {
			curve = append(curve, at)
		}
	}
	return append(curve, plotter.XY{X: high, Y: curve[len(curve)-1].Y})
}
