package stats

import (
	"math"
	"testing"
)

// Exact p-values by hand: 2 * sum of binomials over 2^n.
func TestMcNemarIsExact(t *testing.T) {
	for _, c := range []struct {
		first, second int
		want          float64
	}{
		{0, 0, 1},
		{0, 5, 2.0 / 32},
		{0, 6, 2.0 / 64},
		{1, 7, 2 * 9.0 / 256},
		{3, 3, 1},
	} {
		if got := McNemar(c.first, c.second); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d against %d: p = %g, want %g", c.first, c.second, got, c.want)
		}
		if there, back := McNemar(c.first, c.second), McNemar(c.second, c.first); there != back {
			t.Errorf("%d against %d: p = %g, turned round %g", c.first, c.second, there, back)
		}
	}
}

// With blocks of one application, SignFlip is McNemar's test: exactly where it
// enumerates the flips, approximately where it draws them.
func TestFlippingSignsOfSingleApplicationsIsMcNemar(t *testing.T) {
	for _, c := range []struct{ first, second int }{{0, 6}, {2, 9}, {5, 5}, {10, 25}} {
		d := make([]float64, 40)
		for i := range c.first {
			d[i] = -1
		}
		for i := range c.second {
			d[c.first+i] = 1
		}
		if same := SignFlip(d, 1); same != McNemar(c.first, c.second) {
			t.Errorf("%d against %d: p = %g, McNemar says %g", c.first, c.second, same, McNemar(c.first, c.second))
		}
		for i := range d {
			d[i] *= 1 + float64(i)*1e-14 // not equally large, so that ways are tried
		}
		exact, flipped := McNemar(c.first, c.second), SignFlip(d, 1)
		limit := 1e-12
		if c.first+c.second > 16 {
			limit = 0.01
		}
		if math.Abs(exact-flipped) > limit {
			t.Errorf("%d against %d: McNemar says %g, flipping signs %g", c.first, c.second, exact, flipped)
		}
	}
}

func TestHolmIsStrictestForTheSmallest(t *testing.T) {
	got := Holm([]float64{0.04, 0.01, 0.03})
	for i, want := range []float64{0.06, 0.03, 0.06} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("adjusted %v, want 0.06, 0.03, 0.06", got)
		}
	}
}
