package stats

import (
	"math"
	"testing"
)

// Nothing differed in twenty applications: something still may in the next.
func TestNoMissesSeenIsNotNoMissesEver(t *testing.T) {
	none := make([]float64, 20)
	each := make([]float64, 20)
	for i := range each {
		each[i] = 1
	}
	e := Simultaneous([]Contrast{{Sums: none, Weights: each, Counts: true}}, 1)[0]
	if e.Value != 0 || e.Significant() || e.High < 0.05 || e.High > 0.3 {
		t.Errorf("no difference in 20: %+v", e)
	}
	if s := Share(none, each); s.Low != 0 || s.High < 0.1 || s.High > 0.25 {
		t.Errorf("no miss in 20: %+v", s)
	}
}

// What is the same in every block is the same, and known to be.
func TestEqualPoliciesDifferByNothing(t *testing.T) {
	base := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}
	e := Simultaneous([]Contrast{{Sums: make([]float64, 10), Weights: base}}, 1)[0]
	if e != (Estimate{}) || e.Mark() != "~" {
		t.Errorf("%+v", e)
	}
}

// The more policies are compared, the wider each interval.
func TestManyComparisonsWidenIntervals(t *testing.T) {
	contrast := func(k float64) Contrast {
		c := Contrast{Sums: make([]float64, 30), Weights: make([]float64, 30)}
		for i := range c.Sums {
			c.Sums[i], c.Weights[i] = math.Sin(k*float64(i)+k), 1
		}
		return c
	}
	one := Simultaneous([]Contrast{contrast(1)}, 1)[0]
	var all []Contrast
	for k := range 12 {
		all = append(all, contrast(float64(k+1)))
	}
	many := Simultaneous(all, 1)[0]
	if !(many.Low < one.Low && many.High > one.High) || many.Value != one.Value {
		t.Errorf("alone %+v, among twelve %+v", one, many)
	}
}

// The model's error widens an interval as an independent error does.
func TestErrorsAddInQuadrature(t *testing.T) {
	e := Estimate{10, Interval{7, 13}}.Widened(4, 4)
	if e.Low != 5 || e.High != 15 || e.Value != 10 {
		t.Errorf("%+v", e)
	}
}
