package pictures

import (
	"cmp"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dynalloc/bench/validate"
	"dynalloc/reports/words"
)

// RecordedAgainstReplayed draws every prediction of a set against what was recorded: an
// exact prediction lies on the line. Panels of the baseline that copies the log are
// drawn beside it for comparison.
func RecordedAgainstReplayed(w io.Writer, s *validate.Set) error {
	barred, other := lightDot(blue), lightDot(orange)
	f := newFigure(panelsWidth, 2*3*vg.Inch+30, "Replayed against recorded: each dot is one prediction; exact ones lie on the line",
		fmt.Sprintf("%s of %s  ·  --startup %s  ·  dotted: 10 %% off", words.Plural(len(s.Pairs), "ordered pair"), words.Plural(len(s.Workloads), "workload"), s.Startup),
		[]key{areaKey("workloads with a bar", barred.Color), areaKey("workloads without a bar", other.Color)})
	application := func(v *validate.View) float64 { return v.Seconds }
	executors := func(v *validate.View) float64 { return v.ExecutorSeconds }
	replayed := func(v *validate.Validation) []validate.Comparison { return v.Apps }
	copied := func(v *validate.Validation) []validate.Comparison { return v.Copy }
	panels := make([]panel, 0, 4)
	for _, x := range []struct {
		name        string
		comparisons func(*validate.Validation) []validate.Comparison
		value       func(*validate.View) float64
		error       func(*validate.Summary) validate.Errors
	}{
		{"application time, replayed", replayed, application, func(m *validate.Summary) validate.Errors { return m.Application }},
		{"application time, copied from the log", copied, application, func(m *validate.Summary) validate.Errors { return m.Copy.Application }},
		{"executor-seconds, replayed", replayed, executors, func(m *validate.Summary) validate.Errors { return m.ExecutorSeconds }},
		{"executor-seconds, copied from the log", copied, executors, func(m *validate.Summary) validate.Errors { return m.Copy.ExecutorSeconds }},
	} {
		p := scatterPlot()
		for i := range s.Workloads {
			style := other
			if s.Workloads[i].Barred {
				style = barred
			}
			var dots plotter.XYs
			for _, v := range s.Workloads[i].Pairs {
				for _, c := range x.comparisons(v) {
					if real, said := x.value(&c.Recorded), x.value(&c.Predicted); real > 0 && said > 0 {
						dots = append(dots, plotter.XY{X: real, Y: said})
					}
				}
			}
			p.Add(&plotter.Scatter{XYs: dots, GlyphStyle: style})
		}
		e := x.error(&s.Summary)
		panels = append(panels, panel{x.name, fmt.Sprintf("median error %s %%, p95 %s %%", words.Percent(e.Median), words.Percent(e.P95)), p})
	}
	f.drawPanels(panels, "recorded, s", "predicted, s")
	return f.write(w)
}

func lightDot(c color.NRGBA) draw.GlyphStyle {
	c.A = 0x90
	return draw.GlyphStyle{Color: c, Radius: 2.2, Shape: draw.CircleGlyph{}}
}

// scatterPlot has two equal logarithmic axes, the line of exact predictions, and the
// lines of 10 % error.
func scatterPlot() *plot.Plot {
	const low, high = 8, 1000
	p := newPlot()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, low, high
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	ticks := plot.ConstantTicks{{Value: 10, Label: "10"}, {Value: 30, Label: "30"}, {Value: 100, Label: "100"}, {Value: 300, Label: "300"}, {Value: 1000, Label: "1000"}}
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks, ticks
	for _, off := range []float64{1, 1.1, 1 / 1.1} {
		line := draw.LineStyle{Color: gray, Width: 0.7}
		if off != 1 {
			line.Color, line.Dashes = axis, []vg.Length{1, 2}
		}
		p.Add(&plotter.Line{XYs: plotter.XYs{{X: max(low, low/off), Y: max(low, low*off)}, {X: min(high, high/off), Y: min(high, high*off)}}, LineStyle: line})
	}
	return p
}

// A NamedValidation is a validation as a picture shows it.
type NamedValidation struct {
	Name string
	*validate.Validation
}

// ExecutorTimelines draws the executors that the driver really saw over those of the
// replay, with a panel for the first application of each validation.
func ExecutorTimelines(w io.Writer, list []NamedValidation) error {
	line := draw.LineStyle{Color: vermillion, Width: 1.1}
	f := newFigure(panelsWidth, vg.Length((len(list)+2)/3)*2.1*vg.Inch+30, "Executors, recorded and replayed",
		"from registration until the driver sees them leave, since ApplicationStart  ·  --startup "+list[0].Startup,
		[]key{areaKey("recorded", light(blue)), lineKey("replayed", line)})
	end, top := time.Second, 1.0
	for _, v := range list {
		for _, lives := range [][]validate.Life{v.Apps[0].Recorded.Executors, v.Apps[0].Predicted.Executors} {
			for _, at := range counted(lives) {
				top = max(top, at.Y)
				end = max(end, time.Duration(math.Ceil(at.X))*time.Second)
			}
		}
	}
	panels := make([]panel, len(list))
	for i, v := range list {
		c := &v.Apps[0]
		p := timePlot(end, top*1.08, round(4, "", true))
		p.Add(area(counted(c.Recorded.Executors), light(blue)), steps(counted(c.Predicted.Executors), line))
		panels[i] = panel{v.Name, fmt.Sprintf("error %s %%", words.Percent(c.TimelineError)), p}
	}
	f.drawPanels(panels, clockLabel(end.Seconds()), "executors")
	return f.write(w)
}

// counted returns the number of executors over time.
func counted(lives []validate.Life) plotter.XYs {
	type change struct{ at, by float64 }
	var changes []change
	for _, l := range lives {
		changes = append(changes, change{l.From.Seconds(), 1}, change{l.To.Seconds(), -1})
	}
	slices.SortFunc(changes, func(x, y change) int { return cmp.Compare(x.at, y.at) })
	points := plotter.XYs{{}}
	now := 0.0
	for _, c := range changes {
		now += c.by
		points = append(points, plotter.XY{X: c.at, Y: now})
	}
	return points
}
