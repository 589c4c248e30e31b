package pictures

import (
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// labelSize is the type size of labels beside points.
const labelSize = 9

// placeLabels writes each policy's name beside its point so that it covers no other
// point, no other label and not the line through corners. The label is near its point
// if there is room, else farther away and joined to it by a thin line. If no free place
// exists, the label takes the place that covers least. Labels of the front are placed
// first.
func placeLabels(c draw.Canvas, choices []choice, points, corners []vg.Point) {
	style := textStyle(labelSize, false, ink, text.XLeft)
	var front, taken []vg.Rectangle
	for i := 1; i < len(corners); i++ {
		front = append(front, around(corners[i-1], corners[i], 1))
	}
	for _, p := range points {
		taken = append(taken, around(p, p, 5))
	}
	for _, i := range frontFirst(choices) {
		name := fit(choices[i].policy, style, c.Size().X/2)
		size := vg.Point{X: style.Width(name), Y: labelSize}
		best := place(points[i], size, i, c.Rectangle, taken, front)
		taken = append(taken, vg.Rectangle{Min: vg.Point{X: best.Min.X - 5, Y: best.Min.Y}, Max: vg.Point{X: best.Max.X + 5, Y: best.Max.Y}})
		if near := nearest(points[i], best); distant(points[i], near) {
			taken = append(taken, around(points[i], near, 0.5))
			c.StrokeLine2(draw.LineStyle{Color: axis, Width: 0.5}, near.X, near.Y, points[i].X, points[i].Y)
		}
		style.Color = choices[i].ink()
		c.FillText(style, vg.Point{X: best.Min.X, Y: best.Min.Y + 1}, name)
	}
}

// place is the first place around a point, taken[own], at which a label of a size
// covers least.
func place(point, size vg.Point, own int, frame vg.Rectangle, taken, front []vg.Rectangle) vg.Rectangle {
	best, least := vg.Rectangle{}, math.Inf(1)
	for _, box := range places(point, size) {
		if cost := covers(box, point, own, taken, front) + 100*outside(box, frame); cost < least {
			best, least = box, cost
		}
	}
	return best
}

// frontFirst are the indexes of choices, those of the front and the base ahead.
func frontFirst(choices []choice) []int {
	var first, rest []int
	for i, c := range choices {
		if c.front || c.base {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// covers is the area that a label in box, and its line, would cover of labels and of
// points other than its own. Covering them with text counts far more than crossing them
// with a thin line.
func covers(box vg.Rectangle, point vg.Point, own int, taken, front []vg.Rectangle) float64 {
	near := nearest(point, box)
	line, far := around(point, near, 0.5), distant(point, near)
	cost := 0.0
	for j, t := range taken {
		cost += 10 * overlap(box, t)
		if far && j != own {
			cost += overlap(line, t)
		}
	}
	for _, f := range front {
		cost += 10 * overlap(box, f)
	}
	return cost
}

// places are where a label of a size may stand around a point, best first.
func places(p vg.Point, size vg.Point) []vg.Rectangle {
	var boxes []vg.Rectangle
	at := func(x, y vg.Length) {
		boxes = append(boxes, vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + size.X, Y: y + size.Y + 1}})
	}
	const gap = 7
	at(p.X+gap, p.Y-size.Y/2)
	at(p.X-gap-size.X, p.Y-size.Y/2)
	for far := vg.Length(0); far < 12; far++ {
		up := gap + far*(size.Y+2)
		for _, x := range []vg.Length{p.X - size.X/2, p.X + gap, p.X - gap - size.X, p.X + 30, p.X - 30 - size.X} {
			at(x, p.Y+up)
			at(x, p.Y-up-size.Y)
		}
	}
	return boxes
}

// around is the box around two points and a margin.
func around(a, b vg.Point, margin vg.Length) vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: min(a.X, b.X) - margin, Y: min(a.Y, b.Y) - margin},
		Max: vg.Point{X: max(a.X, b.X) + margin, Y: max(a.Y, b.Y) + margin},
	}
}

// distant reports whether a label is so far from its point that it needs a line.
func distant(p, near vg.Point) bool {
	return math.Hypot(float64(near.X-p.X), float64(near.Y-p.Y)) > 12
}

// nearest is the point of a box that is nearest to p.
func nearest(p vg.Point, box vg.Rectangle) vg.Point {
	return vg.Point{X: min(max(p.X, box.Min.X), box.Max.X), Y: min(max(p.Y, box.Min.Y), box.Max.Y)}
}

// overlap is the area that two boxes share.
func overlap(a, b vg.Rectangle) float64 {
	x := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	y := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	if x <= 0 || y <= 0 {
		return 0
	}
	return float64(x * y)
}

// outside is the area of a box that lies outside a frame.
func outside(box, frame vg.Rectangle) float64 {
	whole := float64((box.Max.X - box.Min.X) * (box.Max.Y - box.Min.Y))
	return whole - overlap(box, frame)
}
