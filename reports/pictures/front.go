package pictures

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"dynalloc/bench/decide"
	"dynalloc/bench/metrics"
	"dynalloc/reports/words"
)

// Front draws what a search found: the misses of each fleet against the
// executor-hours that it holds, the front of the fleets, hindsight, and the two
// lower bounds, below and left of which no policy can be.
func Front(w io.Writer, t *decide.TuneResult) error {
	frontLine := draw.LineStyle{Color: sky, Width: 1.4}
	toldLine := draw.LineStyle{Color: purple, Width: 1.2, Dashes: []vg.Length{2, 2}}
	boundLine := draw.LineStyle{Color: vermillion, Width: 1.2}
	goalLine := draw.LineStyle{Color: axis, Width: 0.8, Dashes: dashes}
	title := "Misses against executor-hours of the fleets that were found: low and left is good"
	line := settingOf(t.Suite) + fmt.Sprintf("  ·  seed %d, means of %s", t.Suite.Config.Seed, words.Plural(t.Replicas, "shaken replay"))
	f := newFigure(9*vg.Inch, 4.6*vg.Inch, title, line, []key{
		lineKey("front of the fleets", frontLine),
		lineKey("hindsight: told the demand in advance, not deployable, and no bound", toldLine),
		lineKey("lower bounds: no policy can be left of one or below the other", boundLine),
		dotKey("other fleets, in the search's own replays", faint),
		lineKey("most misses that are allowed, "+words.Share(t.Tuning.MissRate), goalLine),
	})
	choices := tuneChoices(t)
	allowed := t.Tuning.MissRate * t.Base.Deadlines
	xLow, xHigh, yHigh := limits(append(choices, choice{hours: t.Bounds.ExecutorHours, missed: max(allowed, t.Bounds.Misses)}), t.Base.Deadlines)
	p := newPlot()
	p.X.Label.Text = "executor-hours held"
	p.Y.Label.Text = "SLA misses"
	if t.Base.Deadlines > 0 {
		p.Y.Label.Text += ", of " + words.Number(t.Base.Deadlines, metrics.Count)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = xLow, xHigh, -0.1*yHigh, yHigh
	p.X.Tick.Marker, p.Y.Tick.Marker = round(8, "", false), round(6, "", true)
	straight := func(style draw.LineStyle, a, b plotter.XY) {
		p.Add(&plotter.Line{XYs: plotter.XYs{a, b}, LineStyle: style})
	}
	straight(boundLine, plotter.XY{X: t.Bounds.ExecutorHours, Y: t.Bounds.Misses}, plotter.XY{X: t.Bounds.ExecutorHours, Y: yHigh})
	straight(boundLine, plotter.XY{X: t.Bounds.ExecutorHours, Y: t.Bounds.Misses}, plotter.XY{X: xHigh, Y: t.Bounds.Misses})
	straight(goalLine, plotter.XY{X: xLow, Y: allowed}, plotter.XY{X: xHigh, Y: allowed})
	stairs := func(told bool, style draw.LineStyle) plotter.XYs {
		var own []choice
		for _, c := range choices {
			if c.told == told && !c.base {
				own = append(own, c)
			}
		}
		line := frontOf(own)
		if n := len(line); n > 0 {
			line = append(plotter.XYs{{X: line[0].X, Y: yHigh}}, append(line, plotter.XY{X: xHigh, Y: line[n-1].Y})...)
			p.Add(steps(line, style))
		}
		return line
	}
	stairs(true, toldLine)
	front := stairs(false, frontLine)
	area := draw.Crop(f.body, 0, -10, 0, 0)
	p.Draw(area)
	data := p.DataCanvas(area)
	toX, toY := p.Transforms(&data)
	for i := range t.Others {
		if o := &t.Others[i]; o.ExecutorHours <= xHigh && o.Misses <= yHigh {
			data.DrawGlyph(draw.GlyphStyle{Color: faint, Radius: 3, Shape: draw.CircleGlyph{}}, vg.Point{X: toX(o.ExecutorHours), Y: toY(o.Misses)})
		}
	}
	points, corners := drawChoices(data, p, choices, front)
	if n := len(corners); n > 0 { // labels keep off the bounds, too
		right := corners[n-1].X
		bottom, left := toY(t.Bounds.Misses), toX(t.Bounds.ExecutorHours)
		corners = append(corners, vg.Point{X: right, Y: bottom}, vg.Point{X: left, Y: bottom}, vg.Point{X: left, Y: data.Max.Y})
	}
	placeLabels(data, choices, points, corners)
	side := textStyle(8.5, false, vermillion, text.XCenter)
	side.Rotation, side.YAlign = math.Pi/2, text.YBottom
	data.FillText(side, vg.Point{X: toX(t.Bounds.ExecutorHours) - 2, Y: data.Center().Y}, "total work")
	data.FillText(textStyle(8.5, false, vermillion, text.XRight), vg.Point{X: data.Max.X, Y: toY(t.Bounds.Misses) - 12}, "critical paths")
	return f.write(w)
}

// tuneChoices are the points of the picture: the base, the fleets and hindsight.
func tuneChoices(t *decide.TuneResult) []choice {
	choices := []choice{{policy: "recorded", hours: t.Base.ExecutorHours, missed: t.Base.Misses, base: true}}
	for i := range t.Fleets {
		f := &t.Fleets[i]
		c := choice{hours: f.ExecutorHours, missed: f.Misses, front: f.OnFront, chosen: i == t.Chosen}
		switch {
		case c.chosen:
			c.policy = fmt.Sprintf("F%d, chosen", i+1)
		case c.front:
			c.policy = fmt.Sprintf("F%d", i+1)
		}
		choices = append(choices, c)
	}
	for i := range t.Hindsight {
		h := &t.Hindsight[i]
		choices = append(choices, choice{policy: fmt.Sprintf("H%d", i+1), hours: h.ExecutorHours, missed: h.Misses, front: h.OnFront, told: true})
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return rank(a) - rank(b) })
	return choices
}

// rank is the order in which points are drawn: what matters most lies on top.
func rank(c choice) int {
	switch {
	case c.chosen:
		return 3
	case c.front && !c.told:
		return 2
	case c.base:
		return 1
	}
	return 0
}
