package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// No difference in twenty applications does not prove that there is none.
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
	if s := Share(none, each, 0); s.Low != 0 || s.High < 0.1 || s.High > 0.25 {
		t.Errorf("no miss in 20: %+v", s)
	}
}

// The interval of a share is exact: with any number of runs, and whatever the true share is,
// it contains the truth in at least 95 of 100 samples. No miss in 1, 3 or 20 runs proves no
// more than 95, 64 and 14 %. Shares between two counts lie between their intervals.
func TestFewRunsLeaveAWideInterval(t *testing.T) {
	for n, want := range map[float64]float64{1: 0.95, 3: 0.632, 20: 0.139, 299: 0.00997} {
		if i := Proportion(0, n); i.Low != 0 || math.Abs(i.High-want) > 0.001 {
			t.Errorf("0 of %g: %+v, want up to %g", n, i, want)
		}
		if i := Proportion(1, n); i.High != 1 || math.Abs(1-i.Low-want) > 0.001 {
			t.Errorf("%g of %g: %+v", n, n, i)
		}
	}
	for _, n := range []int{1, 2, 3, 8, 20, 120} {
		for _, truth := range []float64{0.001, 0.02, 0.1, 0.3, 0.5, 0.77, 0.99} {
			held := 0.0
			for k := range n + 1 {
				if !Proportion(float64(k)/float64(n), float64(n)).Excludes(truth) {
					held += distuv.Binomial{N: float64(n), P: truth}.Prob(float64(k))
				}
			}
			if held < 0.95-1e-9 {
				t.Errorf("a share of %g: the interval of %d runs contains it in %.4f of samples", truth, n, held)
			}
		}
		last := Interval{-1, -1}
		for x := 0.0; x <= float64(n); x += 0.01 {
			i := Proportion(min(1, x/float64(n)), float64(n))
			if !(i.Low >= last.Low-1e-6 && i.High >= last.High-1e-6 && i.Low >= 0 && i.High <= 1 && i.Low <= x/float64(n)+1e-9 && i.High >= x/float64(n)-1e-9) {
				t.Fatalf("%g of %d: %+v after %+v", x, n, i, last)
			}
			last = i
		}
	}
}

// What all runs have in common, such as a slow start-up, leaves fewer independent trials.
func TestWhatRunsShareWidensTheirInterval(t *testing.T) {
	hits, trials := make([]float64, 30), make([]float64, 30)
	for i := range hits {
		hits[i], trials[i] = 0.1, 1
	}
	alone, together := Share(hits, trials, 0), Share(hits, trials, 0.09/3)
	if together.Low > alone.Low || together.High < alone.High+0.1 {
		t.Errorf("independent %+v, together %+v", alone, together)
	}
	if one := Share([]float64{0}, []float64{30}, 0); one.High != Proportion(0, 1).High {
		t.Errorf("one block of thirty: %+v", one)
	}
}

// Policies with equal values in every block do not differ, and the interval has
// width zero.
func TestEqualPoliciesDifferByNothing(t *testing.T) {
	base := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}
	e := Simultaneous([]Contrast{{Sums: make([]float64, 10), Weights: base}}, 1)[0]
	if e != (Estimate{}) || e.Significant() {
		t.Errorf("%+v", e)
	}
}

// Comparing more policies makes each interval wider.
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

// Which of two policies is the base does not matter: the interval of the one
// difference is the mirror image of the other's.
func TestExchangedPoliciesMirrorTheInterval(t *testing.T) {
	misses, runs := []float64{1, 0, 2, 1, 0, 1}, []float64{3, 2, 4, 3, 2, 3}
	opposite := make([]float64, len(misses))
	for i, v := range misses {
		opposite[i] = -v
	}
	more := Simultaneous([]Contrast{{Sums: misses, Weights: runs, Counts: true}}, 1)[0]
	fewer := Simultaneous([]Contrast{{Sums: opposite, Weights: runs, Counts: true}}, 1)[0]
	if math.Abs(more.Low+fewer.High) > 1e-12 || math.Abs(more.High+fewer.Low) > 1e-12 || more.Value != -fewer.Value {
		t.Errorf("%+v is not the mirror image of %+v", more, fewer)
	}
}

// A difference is significant only if its interval lies on one side of zero.
func TestSignificantDifferences(t *testing.T) {
	for e, want := range map[Estimate]bool{
		{2, Interval{1, 3}}:    true,
		{-2, Interval{-3, -1}}: true,
		{2, Interval{-1, 5}}:   false,
		{2, Interval{0, 4}}:    false,
		{2, NoInterval()}:      false,
	} {
		if got := e.Significant(); got != want {
			t.Errorf("%+v: significant %v, want %v", e, got, want)
		}
	}
}

// An interval by approximation can reach beyond what a share or a count can be. The part
// that is possible is left, also if none of it is, and what is not known stays unknown.
func TestAnIntervalStaysInsideWhatIsPossible(t *testing.T) {
	for _, c := range []struct{ i, want Interval }{
		{Interval{-0.2, 0.3}, Interval{0, 0.3}}, {Interval{0.8, 1.4}, Interval{0.8, 1}}, {Interval{0.1, 0.2}, Interval{0.1, 0.2}}, {Interval{1.5, 2}, Interval{1, 1}},
	} {
		if got := c.i.Within(0, 1); got != c.want {
			t.Errorf("of %v there is left %v, want %v", c.i, got, c.want)
		}
	}
	if got := NoInterval().Within(0, 1); !math.IsNaN(got.Low) || !math.IsNaN(got.High) {
		t.Errorf("an unknown interval became %v", got)
	}
}
