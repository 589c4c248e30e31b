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
	"dynalloc/reports/words"
)

// Front draws what a search found: the misses of each fleet against the executor-hours
// that it holds, the front of the fleets, hindsight, and the two lower bounds, which no
// policy can improve on.
func Front(w io.Writer, t *decide.Decision) error {
	frontLine := draw.LineStyle{Color: sky, Width: 1.4}
	hindsightLine := draw.LineStyle{Color: purple, Width: 1.2, Dashes: []vg.Length{2, 2}}
	boundLine := draw.LineStyle{Color: vermillion, Width: 1.2}
	goalLine := draw.LineStyle{Color: axis, Width: 0.8, Dashes: dashes}
	title := "SLA misses against executor-hours of the fleets that were found: lower left is better"
	line := settingOf(t.Suite) + fmt.Sprintf("  ·  seed %d, means of %s with varied inputs", t.Suite.Config.Seed, words.Plural(t.Replicas, "replay"))
	f := newFigure(9*vg.Inch, 4.6*vg.Inch, title, line, []key{
		lineKey("Pareto front of the fleets", frontLine),
		lineKey("hindsight: knows the demand in advance; not deployable, and not a bound", hindsightLine),
		lineKey("lower bounds: no policy can be further left or lower", boundLine),
		dotKey("other fleets, in the replays of the search", faint),
		lineKey("allowed misses, "+words.Share(t.Question.MissRate), goalLine),
	})
	choices := tuneChoices(t)
	allowed := t.Question.MissRate * t.Now.Deadlines
	p := choicePlot(append(choices, choice{hours: t.Bounds.ExecutorHours, missed: max(allowed, t.Bounds.Misses)}), t.Now.Deadlines)
	xLow, xHigh, yHigh := p.X.Min, p.X.Max, p.Y.Max
	straight := func(style draw.LineStyle, a, b plotter.XY) {
		p.Add(&plotter.Line{XYs: plotter.XYs{a, b}, LineStyle: style})
	}
	straight(boundLine, plotter.XY{X: t.Bounds.ExecutorHours, Y: t.Bounds.Misses}, plotter.XY{X: t.Bounds.ExecutorHours, Y: yHigh})
	straight(boundLine, plotter.XY{X: t.Bounds.ExecutorHours, Y: t.Bounds.Misses}, plotter.XY{X: xHigh, Y: t.Bounds.Misses})
	straight(goalLine, plotter.XY{X: xLow, Y: allowed}, plotter.XY{X: xHigh, Y: allowed})
	add := func(hindsight bool, style draw.LineStyle) plotter.XYs {
		var own []choice
		for _, c := range choices {
			if c.hindsight == hindsight && !c.base {
				own = append(own, c)
			}
		}
		line := stairs(p, own)
		if len(line) > 0 {
			p.Add(steps(line, style))
		}
		return line
	}
	add(true, hindsightLine)
	front := add(false, frontLine)
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
	if n := len(corners); n > 0 { // labels do not cover the bounds either
		right := corners[n-1].X
		bottom, left := toY(t.Bounds.Misses), toX(t.Bounds.ExecutorHours)
		corners = append(corners, vg.Point{X: right, Y: bottom}, vg.Point{X: left, Y: bottom}, vg.Point{X: left, Y: data.Max.Y})
	}
	placeLabels(data, choices, points, corners)
	side := textStyle(8.5, false, vermillion, text.XCenter)
	side.Rotation, side.YAlign = math.Pi/2, text.YBottom
	data.FillText(side, freePlace(data, toX(t.Bounds.ExecutorHours)-2, points), "total work")
	data.FillText(textStyle(8.5, false, vermillion, text.XRight), vg.Point{X: data.Max.X, Y: toY(t.Bounds.Misses) - 12}, "critical paths")
	return f.write(w)
}

// freePlace is the place on a vertical line, of five, that is farthest from points.
func freePlace(data draw.Canvas, x vg.Length, points []vg.Point) (best vg.Point) {
	most := vg.Length(-1)
	for _, share := range []vg.Length{0.5, 0.7, 0.3, 0.9, 0.15} {
		at := vg.Point{X: x, Y: data.Min.Y + share*(data.Max.Y-data.Min.Y)}
		nearest := vg.Length(math.Inf(1))
		for _, p := range points {
			nearest = min(nearest, vg.Length(math.Hypot(float64(p.X-at.X), float64(p.Y-at.Y))))
		}
		if nearest > most {
			most, best = nearest, at
		}
	}
	return best
}

// tuneChoices are the points of the picture: the base, the fleets and hindsight.
func tuneChoices(t *decide.Decision) []choice {
	choices := []choice{{policy: "recorded", hours: t.Now.ExecutorHours, missed: t.Now.Misses, base: true}}
	for i := range t.Front {
		f := &t.Front[i]
		c := choice{hours: f.ExecutorHours, missed: f.Misses, front: f.OnFront, chosen: f.Fleet.String() == t.Advised.Fleet.String()}
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
		choices = append(choices, choice{policy: fmt.Sprintf("H%d", i+1), hours: h.ExecutorHours, missed: h.Misses, front: h.OnFront, hindsight: true})
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return rank(a) - rank(b) })
	return choices
}

// rank is the order in which points are drawn: the most important ones last, so that
// they are on top.
func rank(c choice) int {
	switch {
	case c.chosen:
		return 3
	case c.front && !c.hindsight:
		return 2
	case c.base:
		return 1
	}
	return 0
}
