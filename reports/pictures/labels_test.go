package pictures

import (
	"testing"

	"gonum.org/v1/plot/vg"
)

// Policies that come out nearly alike keep their names apart.
func TestLabelsDoNotCoverEachOther(t *testing.T) {
	box := vg.Rectangle{Max: vg.Point{X: 600, Y: 300}}
	var taken []vg.Rectangle
	points := []vg.Point{{X: 100, Y: 100}, {X: 108, Y: 100}, {X: 116, Y: 103}, {X: 108, Y: 108}, {X: 590, Y: 5}}
	for _, p := range points {
		taken = append(taken, around(p, p, 5))
	}
	for i, p := range points {
		label := place(p, vg.Point{X: 120, Y: labelSize}, i, box, taken, nil)
		for j, other := range taken {
			if overlap(label, other) > 0 {
				t.Errorf("label %d covers what is at %d", i, j)
			}
		}
		if outside(label, box) > 0 {
			t.Errorf("label %d is cut off", i)
		}
		taken = append(taken, label)
	}
}
