package pictures

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Growth is a picture of costs by size, with a panel for each of several systems and
// the same curves in each panel. Both axes are logarithmic.
type Growth struct {
	Title   string
	Setting string
	X       string // what grows
	Bar     float64
	Label   func(size float64) string
	Panels  []GrowthPanel
}

// A GrowthPanel is a panel with a fact at the right of its name.
type GrowthPanel struct {
	Name, Fact string
	Curves     []GrowthCurve
}

// A GrowthCurve has costs Y at ascending sizes X.
type GrowthCurve struct {
	Name string
	X, Y []float64
}

// growthHues are the colors of the curves of a panel.
var growthHues = []color.Color{blue, vermillion, green}

// Draw draws each curve, and dotted in its color what the bar allows: Bar times the
// lowest cost at any smaller size.
func (g *Growth) Draw(w io.Writer) error {
	low, high := math.Inf(1), math.Inf(-1)
	left, right := low, high
	sizes := map[float64]bool{}
	for _, panel := range g.Panels {
		for _, c := range panel.Curves {
			for i := range c.X {
				left, right = min(left, c.X[i]), max(right, c.X[i])
				low, high = min(low, c.Y[i]), max(high, c.Y[i]*g.Bar)
				sizes[c.X[i]] = true
			}
		}
	}
	if len(sizes) == 0 {
		return fmt.Errorf("nothing was measured for %q", g.Title)
	}
	var keys []key
	for i, c := range g.Panels[0].Curves {
		line := draw.LineStyle{Color: growthHues[i%len(growthHues)], Width: 1.8}
		keys = append(keys, lineKey(c.Name, line), lineKey(c.Name+": what its bar allows", dotted(line)))
	}
	f := newFigure(panelsWidth, panelsHeight(len(g.Panels)), g.Title, g.Setting, keys)
	panels := make([]panel, len(g.Panels))
	for i := range g.Panels {
		p := newPlot()
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Min, p.X.Max = left/1.3, right*1.3
		p.Y.Min, p.Y.Max = low/1.2, high*1.1
		p.X.Tick.Marker = plot.TickerFunc(func(float64, float64) (ticks []plot.Tick) {
			for size := range sizes { // a plot does not care for the order of its ticks
				ticks = append(ticks, plot.Tick{Value: size, Label: g.Label(size)})
			}
			return ticks
		})
		p.Y.Tick.Marker = plot.TickerFunc(oneTwoFive)
		for j, c := range g.Panels[i].Curves {
			g.addCurve(p, c, draw.LineStyle{Color: growthHues[j%len(growthHues)], Width: 1.8})
		}
		panels[i] = panel{g.Panels[i].Name, g.Panels[i].Fact, p}
	}
	f.drawPanels(panels, g.X, "times the bare queue (logarithmic)")
	return f.write(w)
}

func (g *Growth) addCurve(p *plot.Plot, c GrowthCurve, style draw.LineStyle) {
	var costs, allowed plotter.XYs
	lowest := math.Inf(1)
	for i := range c.X {
		if i > 0 {
			allowed = append(allowed, plotter.XY{X: c.X[i], Y: g.Bar * lowest})
		}
		lowest = min(lowest, c.Y[i])
		costs = append(costs, plotter.XY{X: c.X[i], Y: c.Y[i]})
	}
	p.Add(&plotter.Line{XYs: allowed, LineStyle: dotted(style)}, &plotter.Line{XYs: costs, LineStyle: style},
		&plotter.Scatter{XYs: costs, GlyphStyle: draw.GlyphStyle{Color: style.Color, Radius: 2.5, Shape: draw.CircleGlyph{}}})
}

// dotted is a thinner, dotted form of a line.
func dotted(style draw.LineStyle) draw.LineStyle {
	style.Width, style.Dashes = 1, []vg.Length{1.5, 2.5}
	return style
}

// oneTwoFive marks 1, 2 and 5 times the powers of ten.
func oneTwoFive(low, high float64) (ticks []plot.Tick) {
	for power := math.Pow(10, math.Floor(math.Log10(low))); power <= high; power *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if v := m * power; v >= low && v <= high {
				ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%g", v)})
			}
		}
	}
	return ticks
}
