package pictures

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Of a hundred thousand waits a picture has no more points than it can show, and at each
// of them the share that a reader finds by counting.
func TestManyWaitsAreAsManyPointsAsAPictureShows(t *testing.T) {
	const low, high = 0.1, 1000.0
	seconds := make([]float64, 100_000)
	for i := range seconds {
		seconds[i] = 0.05 + float64(i)/100
	}
	curve := distribution(seconds, 2*len(seconds), low, high)
	if n := len(curve); n > resolution+3 || n < resolution/2 {
		t.Errorf("%d points", n)
	}
	for _, at := range curve[1:] {
		waited := 0.0
		for _, s := range seconds {
			if s <= at.X*math.Pow(high/low, 1.0/resolution) {
				waited++
			}
		}
		if share := waited / float64(2*len(seconds)); math.Abs(at.Y-share) > 2e-5 {
			t.Fatalf("%g waited up to %g s, counted: %g", at.Y, at.X, share)
		}
	}
	few := distribution([]float64{1, 1, 3}, 4, low, high)
	if want := (plotter.XYs{{X: low, Y: 0}, {X: 1, Y: 0.5}, {X: 3, Y: 0.75}, {X: high, Y: 0.75}}); !reflect.DeepEqual(few, want) {
		t.Errorf("%v", few)
	}
}

// A plot leaves as much room at its edges for a curve as for all points of its line, also
// if some lie outside of its axes.
func TestCurvesNeedTheRoomOfTheirLines(t *testing.T) {
	points := plotter.XYs{{X: -5, Y: 2}, {X: 1, Y: 0}, {X: 4, Y: 9}, {X: 5, Y: 30}, {X: 9, Y: 4}, {X: 10, Y: 10}, {X: 12, Y: 5}}
	room := func(p plot.Plotter) draw.Canvas {
		of := plot.New()
		of.Add(p)
		of.X.Min, of.X.Max, of.Y.Min, of.Y.Max = 1, 10, 0, 10
		return of.DataCanvas(draw.New(vgimg.New(300, 200)))
	}
	c := steps(points, draw.LineStyle{Color: ink, Width: 8})
	if got, want := room(c), room(c.Line); got.Rectangle != want.Rectangle {
		t.Errorf("%v for the curve, %v for the line", got.Rectangle, want.Rectangle)
	}
	if bare := room(steps(points, draw.LineStyle{})); bare.Rectangle == room(c).Rectangle {
		t.Error("a wide line needs no room")
	}
}
