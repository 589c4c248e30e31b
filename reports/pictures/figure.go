package pictures

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"dynalloc/bench"
	"dynalloc/reports/words"
)

// dpi of all pictures: sharp on a slide and on paper.
const dpi = 192

// A figure is a picture with its heading: a title that says what one sees, a line with
// the workload and cluster, and a key to the colors.
type figure struct {
	canvas *vgimg.Canvas
	body   draw.Canvas // what is left for the data
}

// A key explains one color. A line is drawn for it, or a box if fill is set, or
// a dot.
type key struct {
	name string
	fill bool
	dot  bool
	line draw.LineStyle
}

func areaKey(name string, c color.Color) key {
	return key{name: name, fill: true, line: draw.LineStyle{Color: c}}
}

func dotKey(name string, c color.Color) key {
	return key{name: name, dot: true, line: draw.LineStyle{Color: c}}
}

func lineKey(name string, s draw.LineStyle) key { return key{name: name, line: s} }

// newFigure begins a picture of that size; height is that of the body and the
// heading comes on top.
func newFigure(width, height vg.Length, title, setting string, keys []key) figure {
	const margin, titleSize, settingSize = 14, 13, 9
	rows := keyRows(keys, width-2*margin)
	head := vg.Length(48 + 15*len(rows))
	f := figure{canvas: vgimg.NewWith(vgimg.UseWH(width, height+head), vgimg.UseDPI(dpi))}
	all := draw.New(f.canvas)
	all.SetColor(color.White)
	all.Fill(all.Rectangle.Path())
	all = draw.Crop(all, margin, -margin, 10, -10)
	top := all.Max.Y

	style := textStyle(titleSize, true, ink, text.XLeft)
	all.FillText(style, vg.Point{X: all.Min.X, Y: top - titleSize}, fit(title, style, all.Size().X))
	style = textStyle(settingSize, false, quiet, text.XLeft)
	all.FillText(style, vg.Point{X: all.Min.X, Y: top - titleSize - 5 - settingSize}, fit(setting, style, all.Size().X))
	y := top - titleSize - 5 - settingSize - 18
	for _, row := range rows {
		x := all.Min.X
		for _, k := range row {
			x = k.draw(all, x, y)
		}
		y -= 15
	}
	f.body = draw.Crop(all, 0, 0, 0, -(head - 10))
	return f
}

// Sizes of a key: its swatch, and the gap before the next key.
const (
	keySwatch = 18
	keyGap    = 16
)

func keyStyle() text.Style { return textStyle(9, false, ink, text.XLeft) }

func (k *key) width() vg.Length { return keySwatch + 5 + keyStyle().Width(k.name) + keyGap }

// keyRows breaks keys into rows of a width.
func keyRows(keys []key, width vg.Length) [][]key {
	var rows [][]key
	var used vg.Length
	for _, k := range keys {
		w := k.width()
		if len(rows) == 0 || used+w > width {
			rows = append(rows, nil)
			used = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		used += w
	}
	return rows
}

// draw puts the key at x on a base line and returns where the next may begin.
func (k *key) draw(c draw.Canvas, x, y vg.Length) vg.Length {
	if k.dot {
		c.DrawGlyph(draw.GlyphStyle{Color: k.line.Color, Radius: 3, Shape: draw.CircleGlyph{}}, vg.Point{X: x + keySwatch/2, Y: y + 4})
	} else if k.fill {
		c.FillPolygon(k.line.Color, []vg.Point{{X: x, Y: y}, {X: x + keySwatch, Y: y}, {X: x + keySwatch, Y: y + 8}, {X: x, Y: y + 8}})
	} else {
		c.StrokeLine2(k.line, x, y+4, x+keySwatch, y+4)
	}
	c.FillText(keyStyle(), vg.Point{X: x + keySwatch + 5, Y: y}, k.name)
	return x + k.width()
}

// write encodes the picture as PNG.
func (f *figure) write(w io.Writer) error {
	_, err := vgimg.PngCanvas{Canvas: f.canvas}.WriteTo(w)
	return err
}

// setting is the line under every title: a picture is shown without its report.
func setting(r *bench.Results) string {
	return settingOf(r.Suite) + fmt.Sprintf("  ·  seed %d", r.Suite.Config.Seed)
}

// settingOf names the workload and the cluster of a picture.
func settingOf(s *bench.Suite) string {
	cluster := s.Config.Cluster.Short()
	if s.Config.Cluster.Assumed {
		cluster += " (assumed from the logs)"
	}
	return s.Workload.Name + ", " + words.Plural(len(s.Workload.Apps), "application") + "  ·  " + cluster
}

// A panel is one plot of many in a figure.
type panel struct {
	name string
	fact string // the main figures of the plot, at the right of the name
	plot *plot.Plot
}

// Sizes of pictures made of panels.
const (
	panelsWidth = 11 * vg.Inch
	panelHeight = 1.4 * vg.Inch
	panelHead   = 17
)

// columnsFor is the number of panels in a row.
func columnsFor(panels int) int {
	switch {
	case panels <= 1:
		return 1
	case panels <= 4:
		return 2
	}
	return 3
}

// panelsHeight is the height of the body for a number of panels.
func panelsHeight(panels int) vg.Length {
	rows := (panels + columnsFor(panels) - 1) / columnsFor(panels)
	height := panelHeight
	switch rows {
	case 1:
		height = 3 * vg.Inch
	case 2:
		height = 2 * vg.Inch
	}
	return vg.Length(rows)*height + 30
}

// drawPanels fills the body with a grid of panels on the same scales, which are those
// of the first panel. Only outer panels have axis labels.
func (f *figure) drawPanels(panels []panel, xLabel, yLabel string) {
	columns := columnsFor(len(panels))
	rows := (len(panels) + columns - 1) / columns
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
	}
	for i := range panels {
		p := panels[i].plot
		grid[i/columns][i%columns] = p
		if i+columns < len(panels) {
			p.X.Tick.Marker = unlabeled(p.X.Tick.Marker)
		}
		if i%columns > 0 {
			p.Y.Tick.Marker = unlabeled(p.Y.Tick.Marker)
		}
	}
	left, bottom := f.body.Min.X, f.body.Min.Y
	body := draw.Crop(f.body, 18, -6, 18, -panelHead)
	side := textStyle(9.5, false, quiet, text.XCenter)
	side.Rotation = math.Pi / 2
	side.YAlign = text.YTop
	body.FillText(side, vg.Point{X: left, Y: body.Center().Y}, yLabel)
	body.FillText(textStyle(9.5, false, quiet, text.XCenter), vg.Point{X: body.Center().X, Y: bottom}, xLabel)

	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 20, PadY: panelHead + 4}
	canvases := plot.Align(grid, tiles, body)
	width := panels[0].plot.DataCanvas(canvases[0][0]).Size().X
	size := nameSize(panels, width)
	for i := range panels {
		panels[i].draw(canvases[i/columns][i%columns], size)
	}
}

// drawRuns draws a panel for each policy of a comparison, and writes the figure.
func (f *figure) drawRuns(w io.Writer, r *bench.Results, xLabel, yLabel string, one func(i int) (fact string, p *plot.Plot)) error {
	panels := make([]panel, len(r.Runs))
	for i := range r.Runs {
		fact, p := one(i)
		panels[i] = panel{r.Runs[i].Policy.Name, fact, p}
	}
	f.drawPanels(panels, xLabel, yLabel)
	return f.write(w)
}

// Sizes of the names of panels; all panels of a picture use the same size.
const (
	nameLargest  = 9.5
	nameSmallest = 7.5
)

func factStyle() text.Style { return textStyle(8.5, false, quiet, text.XRight) }

// beside is the width that the fact leaves for the name.
func (p *panel) beside(width vg.Length) vg.Length { return width - factStyle().Width(p.fact) - 8 }

// nameSize is the largest type size at which every name fits beside its fact.
func nameSize(panels []panel, width vg.Length) vg.Length {
	size := vg.Length(nameLargest)
	for i := range panels {
		for size > nameSmallest && textStyle(size, true, ink, text.XLeft).Width(panels[i].name) > panels[i].beside(width) {
			size -= 0.5
		}
	}
	return size
}

// draw puts the panel on its tile, its name above it. A name too long for the
// smallest type takes the place of the fact, and is cut only after that.
func (p *panel) draw(c draw.Canvas, size vg.Length) {
	p.plot.Draw(c)
	data := p.plot.DataCanvas(c)
	left, right := vg.Point{X: data.Min.X, Y: c.Max.Y + 4}, vg.Point{X: data.Max.X, Y: c.Max.Y + 4}
	name := textStyle(size, true, ink, text.XLeft)
	if name.Width(p.name) > p.beside(data.Size().X) {
		c.FillText(name, left, fit(p.name, name, data.Size().X))
		return
	}
	c.FillText(name, left, p.name)
	c.FillText(factStyle(), right, p.fact)
}
