package pictures

import (
	"image/color"
	"slices"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The ink of all pictures.
var (
	ink   = color.NRGBA{0x22, 0x26, 0x2B, 0xFF} // headings
	quiet = color.NRGBA{0x5B, 0x63, 0x6B, 0xFF} // labels
	axis  = color.NRGBA{0x9A, 0xA2, 0xAA, 0xFF}
	rule  = color.NRGBA{0xE3, 0xE6, 0xEA, 0xFF} // grid
	faint = color.NRGBA{0xD2, 0xD6, 0xDB, 0xFF} // lines for comparison
	gray  = color.NRGBA{0x4D, 0x4D, 0x4D, 0xFF} // the base policy, always, and dashed
)

// The hues of Okabe and Ito (Color Universal Design, 2008), which people with any kind
// of color vision can distinguish; yellow is left out because it vanishes on white.
var (
	blue       = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	green      = color.NRGBA{0x00, 0x9E, 0x73, 0xFF}
	purple     = color.NRGBA{0xCC, 0x79, 0xA7, 0xFF}
	orange     = color.NRGBA{0xE6, 0x9F, 0x00, 0xFF}
	sky        = color.NRGBA{0x56, 0xB4, 0xE9, 0xFF}
)

// hues are the colors of the policies after the base in a picture with a line
// for each of them.
var hues = []color.Color{blue, vermillion, green, purple, orange}

// light is a paler form of a hue for areas, so that a line is visible on it.
func light(c color.NRGBA) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8((int(v) + 2*0xFF) / 3) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xFF}
}

// dashes mark the base policy where lines share a panel.
var dashes = []vg.Length{4, 2}

// sans is the typeface of all pictures.
func sans(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = stdfont.WeightBold
	}
	return f
}

// textStyle is a style for text at a point.
func textStyle(size vg.Length, bold bool, c color.Color, x text.XAlignment) text.Style {
	return text.Style{Color: c, Font: sans(size, bold), XAlign: x, YAlign: text.YBottom, Handler: plot.DefaultTextHandler}
}

// fit shortens text to a width, with an ellipsis where it cuts.
func fit(s string, style text.Style, width vg.Length) string {
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		short := strings.TrimRight(string(runes[:n]), " -,;") + "…"
		if style.Width(short) <= width {
			return short
		}
	}
	return ""
}

// newPlot is a plot in the common style: sans serif, no frame, horizontal grid.
func newPlot() *plot.Plot {
	p := gridless()
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: rule, Width: 0.6}
	p.Add(grid)
	return p
}

// gridless is a plot in the common style without a grid.
func gridless() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = sans(9.5, false)
		a.Label.TextStyle.Color = quiet
		a.Label.Padding = 4
		a.Tick.Label.Font = sans(8.5, false)
		a.Tick.Label.Color = quiet
		a.LineStyle = draw.LineStyle{Color: axis, Width: 0.6}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = 3
		a.Padding = 0
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Length = 0
	return p
}

// A curve is a line of many points. Only its outermost points can make a plot leave room at
// its edges, so that it gives a plot, which asks six times, only these.
type curve struct{ *plotter.Line }

// GlyphBoxes implements plot.GlyphBoxer.
func (c curve) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	left, right, lowest, highest := -1, -1, -1, -1
	for i, at := range c.XYs {
		if at.X >= p.X.Min && (left < 0 || at.X < c.XYs[left].X) {
			left = i
		}
		if at.X <= p.X.Max && (right < 0 || at.X > c.XYs[right].X) {
			right = i
		}
		if at.Y >= p.Y.Min && (lowest < 0 || at.Y < c.XYs[lowest].Y) {
			lowest = i
		}
		if at.Y <= p.Y.Max && (highest < 0 || at.Y > c.XYs[highest].Y) {
			highest = i
		}
	}
	boxes := plotter.Line{LineStyle: c.LineStyle}
	for _, i := range []int{left, right, lowest, highest} {
		if i >= 0 {
			boxes.XYs = append(boxes.XYs, c.XYs[i])
		}
	}
	return boxes.GlyphBoxes(p)
}

// steps is a line that holds each value until the next.
func steps(points plotter.XYs, style draw.LineStyle) curve {
	return curve{&plotter.Line{XYs: points, StepStyle: plotter.PostStep, LineStyle: style}}
}

// area is steps filled down to the axis.
func area(points plotter.XYs, fill color.Color) curve {
	l := steps(points, draw.LineStyle{Color: fill, Width: 0.3})
	l.FillColor = fill
	return l
}

// unlabeled keeps a ticker's grid and drops its labels: for inner panels.
func unlabeled(t plot.Ticker) plot.TickerFunc {
	return func(low, high float64) []plot.Tick {
		ticks := slices.Clone(t.Ticks(low, high))
		for i := range ticks {
			if ticks[i].Label != "" {
				ticks[i].Label = " "
			}
		}
		return ticks
	}
}
