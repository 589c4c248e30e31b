package pictures

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/replay/attribution"
	"dynalloc/reports/words"
)

// timeColors are the colors of the causes of turnaround: work is gray and blue; time
// that a policy causes has a stronger color.
var timeColors = [attribution.TimeCauses]color.Color{
	attribution.TimeDriver: faint, attribution.TimeExecution: light(blue), attribution.TimeRecompute: gray, attribution.TimeLocality: sky,
	attribution.TimeSlot: green, attribution.TimeStartup: orange, attribution.TimeQueue: purple, attribution.TimeRamp: vermillion,
}

// holdColors are the colors of the causes of executor time.
var holdColors = [attribution.HoldCauses]color.Color{
	attribution.HoldStarting: orange, attribution.HoldBusy: blue, attribution.HoldBeside: light(blue), attribution.HoldLeaving: faint,
	attribution.HoldLiveShuffle: green, attribution.HoldOldShuffle: light(green), attribution.HoldCache: purple, attribution.HoldMinimum: sky,
	attribution.HoldSurplus: vermillion, attribution.HoldIdle: light(vermillion),
}

// TimeParts draws a bar for each policy: the mean turnaround by cause. Waves are a
// separate part of the execution.
func TimeParts(w io.Writer, r *bench.Results) error {
	parts := barParts("time_", metrics.TimeParts[:], timeColors[:])
	execution := parts[attribution.TimeExecution].share
	parts[attribution.TimeExecution].share = func(row metrics.Row) float64 { return execution(row) - share(row, "time_waves") }
	parts = slices.Insert(parts, int(attribution.TimeExecution)+1, barPart{
		"execution, in waves", blue, func(row metrics.Row) float64 { return share(row, "time_waves") },
	})
	return stackedBars(w, r, bars{
		title: "Mean turnaround of an application by cause", axis: "seconds", unit: " s", parts: parts,
		whole: func(run *bench.Outcome) float64 {
			sum := 0.0
			for i := range run.Result.Apps {
				sum += (run.Result.Apps[i].End - run.Result.Apps[i].Submit).Seconds()
			}
			return sum / float64(max(1, len(run.Result.Apps)))
		},
	})
}

// HoldParts draws a bar for each policy: the core-hours held by cause.
func HoldParts(w io.Writer, r *bench.Results) error {
	return stackedBars(w, r, bars{
		title: "Core-hours held by cause", axis: "core-hours", unit: " core-h",
		parts: barParts("hold_", metrics.HoldParts[:], holdColors[:]),
		whole: func(run *bench.Outcome) float64 { return run.Result.Ledger.Held().Hours() },
	})
}

// bars describes a picture of stacked bars.
type bars struct {
	title, axis, unit string
	parts             []barPart
	whole             func(*bench.Outcome) float64 // the length of a bar
}

// A barPart is one color in every bar.
type barPart struct {
	name  string
	color color.Color
	share func(metrics.Row) float64 // percent of a bar
}

// barParts are the parts of a division of time.
func barParts(prefix string, parts []metrics.Part, colors []color.Color) []barPart {
	var out []barPart
	for c, p := range parts {
		out = append(out, barPart{p.Label, colors[c], func(row metrics.Row) float64 { return share(row, prefix+p.Key) }})
	}
	return out
}

// Sizes of a picture of bars.
const (
	barsWidth = 10 * vg.Inch
	barHeight = 15
	barPitch  = 23
)

// stackedBars draws a bar for each policy, the first at the top.
func stackedBars(w io.Writer, r *bench.Results, b bars) error {
	p := gridless()
	n := len(r.Runs)
	longest := 0.0
	lengths := make([]float64, n) // of refused policies 0: what they took says nothing
	for i := range r.Runs {
		if !r.Runs[i].All.Refused() {
			lengths[i] = b.whole(&r.Runs[i])
		}
		longest = max(longest, lengths[i])
	}
	if longest == 0 || !words.Finite(longest) {
		longest = 1
	}
	p.X.Min, p.X.Max = 0, longest*1.12
	p.Y.Min, p.Y.Max = -0.5, float64(n)-0.5
	p.X.Label.Text = b.axis
	names := make([]plot.Tick, n)
	for i := range r.Runs {
		names[i] = plot.Tick{Value: float64(n - 1 - i), Label: fit(r.Runs[i].Policy.Name, textStyle(8.5, false, ink, text.XLeft), barsWidth/4)}
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = round(6, "", false), plot.ConstantTicks(names)
	var keys []key
	var below *plotter.BarChart
	for _, part := range b.parts {
		values := make(plotter.Values, n)
		for i := range r.Runs {
			if lengths[i] > 0 {
				values[n-1-i] = lengths[i] * part.share(r.Runs[i].All) / 100
			}
		}
		if !slices.ContainsFunc(values, func(v float64) bool { return v > 0 }) {
			continue
		}
		chart, err := plotter.NewBarChart(values, barHeight)
		if err != nil {
			return err
		}
		chart.Horizontal, chart.Color, chart.LineStyle = true, part.color, draw.LineStyle{}
		if below != nil {
			chart.StackOn(below)
		}
		below = chart
		p.Add(chart)
		keys = append(keys, areaKey(part.name, part.color))
	}
	f := newFigure(barsWidth, max(2.6*vg.Inch, vg.Length(n*barPitch)+70), b.title, setting(r), keys)
	area := draw.Crop(f.body, 4, -10, 6, -4)
	p.Draw(area)
	data := p.DataCanvas(area)
	style := textStyle(8.5, false, quiet, text.XLeft)
	style.YAlign = text.YCenter
	for i := range r.Runs {
		label := fmt.Sprintf("%.*f%s", digitsFor(longest), lengths[i], b.unit)
		if r.Runs[i].All.Refused() {
			label = "refused by Spark"
		}
		if below != nil && !math.IsNaN(lengths[i]) {
			at := vg.Point{X: data.X(p.X.Norm(lengths[i])) + 5, Y: data.Y(p.Y.Norm(float64(n-1-i))) + 1.5}
			data.FillText(style, at, label)
		}
	}
	return f.write(w)
}

// digitsFor is the number of decimal places that distinguish the lengths of bars.
func digitsFor(longest float64) int {
	switch {
	case longest < 1:
		return 3
	case longest < 100:
		return 1
	}
	return 0
}

// share returns a value for a picture, 0 if it does not exist.
func share(row metrics.Row, metric string) float64 {
	if v := row.Value(metric); !math.IsNaN(v) {
		return v
	}
	return 0
}
