package stats

import (
	"math"
	"testing"
)

// R-7, against values of R's quantile(c(1, 2, 3, 4), c(0, .25, .5, .95, 1)).
func TestQuantilesAreThoseOfR(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	for _, c := range []struct{ p, want float64 }{{0, 1}, {0.25, 1.75}, {0.5, 2.5}, {0.95, 3.85}, {1, 4}} {
		if got := Quantile(c.p, values); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("quantile %g = %g, want %g", c.p, got, c.want)
		}
	}
	if got := Quantile(0.95, []float64{7}); got != 7 {
		t.Errorf("quantile of one value = %g, want 7", got)
	}
	if got := Quantile(0.5, nil); !math.IsNaN(got) {
		t.Errorf("quantile of none = %g, want NaN", got)
	}
}
