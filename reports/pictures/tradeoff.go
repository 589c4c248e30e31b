package pictures

import (
	"cmp"
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
	"dynalloc/reports/words"
)

// A choice is one policy in the picture of misses against cost.
type choice struct {
	policy        string
	hours, missed float64
	base          bool
	front         bool // no other policy is at least as good in both and better in one
	hindsight     bool // it knows the demand in advance: it is not deployable
	chosen        bool // what a search has chosen
}

// TradeOff draws each policy's SLA misses against the executor-hours it holds,
// and the front: the policies that no other beats in both.
func TradeOff(w io.Writer, r *bench.Results) error {
	choices, refused := choicesOf(r)
	return tradeOff(w, choices, refused, r.Runs[0].All.Value("with_deadline"), setting(r))
}

// A Mean is a policy's SLA misses and executor-hours, as means over many replays.
type Mean struct {
	Policy        string
	Hours, Misses float64
	Base          bool // the policy with the settings in the logs
	Hindsight     bool
}

// TradeOffOfMeans draws the same of means over many replays, whose applications have a
// number of deadlines on average. setting is the line below the title.
func TradeOffOfMeans(w io.Writer, means []Mean, deadlines float64, setting string) error {
	var choices []choice
	for _, m := range means {
		if words.Finite(m.Hours) && deadlines > 0 {
			choices = append(choices, choice{policy: m.Policy, hours: m.Hours, missed: m.Misses, base: m.Base, hindsight: m.Hindsight})
		}
	}
	markFront(choices)
	return tradeOff(w, choices, 0, deadlines, setting)
}

func tradeOff(w io.Writer, choices []choice, refused int, deadlines float64, setting string) error {
	legend := "Pareto front: no other policy is at least as good in both and better in one"
	if refused > 0 {
		legend += "; without " + words.Plural(refused, "policy") + " that Spark refuses"
	}
	frontLine := draw.LineStyle{Color: sky, Width: 1.4}
	f := newFigure(9*vg.Inch, 4.4*vg.Inch, "SLA misses against executor-hours held: lower left is better", setting,
		[]key{lineKey(legend, frontLine)})
	p := choicePlot(choices, deadlines)
	front := stairs(p, choices)
	if len(front) > 0 {
		p.Add(steps(front, frontLine))
	}
	area := draw.Crop(f.body, 0, -10, 0, 0)
	p.Draw(area)
	data := p.DataCanvas(area)
	points, corners := drawChoices(data, p, choices, front)
	placeLabels(data, choices, points, corners)
	if len(choices) == 0 {
		data.FillText(textStyle(11, false, quiet, text.XCenter), vg.Point{X: data.Center().X, Y: data.Center().Y}, "no application has a deadline")
	}
	return f.write(w)
}

// choicePlot is a plot of misses against executor-hours, large enough for choices.
func choicePlot(choices []choice, deadlines float64) *plot.Plot {
	xLow, xHigh, yHigh := limits(choices, deadlines)
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "executor-hours held", "SLA misses"
	if deadlines > 0 {
		p.Y.Label.Text += ", of " + words.Number(deadlines, metrics.Count)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = xLow, xHigh, -0.12*yHigh, yHigh
	p.X.Tick.Marker, p.Y.Tick.Marker = round(8, "", false), round(6, "", true)
	return p
}

// stairs is the front of choices as a line of steps up to the edges of a plot; nil
// without a front.
func stairs(p *plot.Plot, choices []choice) plotter.XYs {
	front := frontOf(choices)
	if n := len(front); n > 0 {
		front = append(plotter.XYs{{X: front[0].X, Y: p.Y.Max}}, append(front, plotter.XY{X: p.X.Max, Y: front[n-1].Y})...)
	}
	return front
}

// choicesOf returns the policies that can be compared, and the number of those that cannot
// because Spark refuses them.
func choicesOf(r *bench.Results) (choices []choice, refused int) {
	for i := range r.Runs {
		all := r.Runs[i].All
		if all.Refused() {
			refused++
			continue
		}
		c := choice{policy: r.Runs[i].Policy.Name, hours: all.Value("executor_hours_held"), missed: all.Value("sla_misses"), base: i == 0, hindsight: !r.Runs[i].Policy.Deployable()}
		if words.Finite(c.hours) && all.Value("with_deadline") > 0 {
			choices = append(choices, c)
		}
	}
	markFront(choices)
	return choices, refused
}

// markFront marks the choices that no other beats.
func markFront(choices []choice) {
	for i := range choices {
		choices[i].front = !choices[i].hindsight // a policy that is not deployable is on no front
		for j := range choices {
			a, b := choices[j], choices[i]
			if !a.hindsight && a.hours <= b.hours && a.missed <= b.missed && (a.hours < b.hours || a.missed < b.missed) {
				choices[i].front = false
			}
		}
	}
}

// frontOf returns the corners of the front, from cheap to expensive.
func frontOf(choices []choice) plotter.XYs {
	var line plotter.XYs
	for _, c := range choices {
		if c.front {
			line = append(line, plotter.XY{X: c.hours, Y: c.missed})
		}
	}
	slices.SortFunc(line, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	return line
}

// limits leave room for labels on both sides, and show no more misses than there
// are deadlines.
func limits(choices []choice, deadlines float64) (xLow, xHigh, yHigh float64) {
	xLow, xHigh, yHigh = math.Inf(1), 0, max(1, min(4, deadlines))
	for _, c := range choices {
		xLow, xHigh, yHigh = min(xLow, c.hours), max(xHigh, c.hours), max(yHigh, c.missed)
	}
	if len(choices) == 0 {
		xLow = 0
	}
	room := max(0.2*(xHigh-xLow), 0.05*xHigh, 0.01)
	return max(0, xLow-room), xHigh + room, yHigh * 1.12
}

func (c *choice) glyph() draw.GlyphStyle {
	switch {
	case c.base:
		return draw.GlyphStyle{Color: orange, Radius: 5, Shape: draw.PyramidGlyph{}}
	case c.hindsight:
		return draw.GlyphStyle{Color: purple, Radius: 4.5, Shape: draw.BoxGlyph{}}
	case c.chosen:
		return draw.GlyphStyle{Color: green, Radius: 6, Shape: draw.CircleGlyph{}}
	case c.front:
		return draw.GlyphStyle{Color: blue, Radius: 4.5, Shape: draw.CircleGlyph{}}
	}
	return draw.GlyphStyle{Color: axis, Radius: 4, Shape: draw.CircleGlyph{}}
}

func (c *choice) ink() color.Color {
	if c.front || c.base || c.chosen {
		return ink
	}
	return quiet
}

// drawChoices draws the marks of choices, and returns where they are and the corners of
// the front, which labels must not cover.
func drawChoices(data draw.Canvas, p *plot.Plot, choices []choice, front plotter.XYs) (points, corners []vg.Point) {
	toX, toY := p.Transforms(&data)
	for _, c := range choices {
		points = append(points, vg.Point{X: toX(c.hours), Y: toY(c.missed)})
	}
	for _, base := range []bool{false, true} { // the base policy is drawn over others at the same point
		for i, c := range choices {
			if c.base != base {
				continue
			}
			glyph := c.glyph()
			halo := glyph
			halo.Color = color.White
			halo.Radius += 1.2
			data.DrawGlyph(halo, points[i])
			data.DrawGlyph(glyph, points[i])
		}
	}
	for i, xy := range front {
		if i > 0 {
			corners = append(corners, vg.Point{X: toX(xy.X), Y: toY(front[i-1].Y)})
		}
		corners = append(corners, vg.Point{X: toX(xy.X), Y: toY(xy.Y)})
	}
	return points, corners
}
