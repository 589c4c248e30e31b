package modelerror

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Workloads whose errors are known to be equal but for chance: few of them leave a wide
// interval with heavy tails, many of them a narrow one.
func TestMoreWorkloadsNarrowTheInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	known := func(n int) (list []Workload) {
		for range n {
			list = append(list, Workload{Configurations: 5, Time: 0.02 * math.Exp(0.1*rng.NormFloat64())})
		}
		return list
	}
	few, many := Predict(known(2), Shape{}, TimeOf), Predict(known(40), Shape{}, TimeOf)
	if few.Freedom > 3 || many.Freedom < 5 || few.HalfWidth(0.95) < 2*many.HalfWidth(0.95) {
		t.Errorf("two workloads give %+v, and forty %+v", few, many)
	}
	if h := many.HalfWidth(0.95); h < 0.035 || h > 0.07 {
		t.Errorf("forty workloads with an error of 2 %% give an interval of ±%g", h)
	}
	if none := Predict(nil, Shape{}, TimeOf); none.HalfWidth(0.95) < 0.3 {
		t.Errorf("no workload gives %+v", none)
	}
}

// The errors of short tasks are larger, so a workload of short tasks gets a wider interval
// than one of long tasks, and one beyond all that is known no wider than the shortest.
func TestAFeatureMovesTheError(t *testing.T) {
	var known []Workload
	for i := range 12 {
		short := float64(i%4) - 1
		known = append(known, Workload{Shape: Shape{Short: short}, Configurations: 5, Time: 0.01 * math.Exp(short)})
	}
	at := func(short float64) Error { return Predict(known, Shape{Short: short}, TimeOf) }
	if at(2).Scale < 2*at(-1).Scale {
		t.Errorf("short tasks: %+v; long tasks: %+v", at(2), at(-1))
	}
	if at(9) != at(2) {
		t.Errorf("beyond what is known the error is %+v instead of %+v", at(9), at(2))
	}
	if unknown := Predict(known, Shape{Short: 2, Self: math.NaN()}, TimeOf); math.IsNaN(unknown.Scale) {
		t.Error("without a self-replay there is no error")
	}
}

// Student's t of a mixture has the mean and the variance of the logarithms that it is made
// from.
func TestStudentKeepsTheMoments(t *testing.T) {
	for _, variance := range []float64{0.05, 0.3, 1.5} {
		e := student(-3, variance)
		if v := logVariance(e.Freedom); math.Abs(v-variance) > 1e-6 {
			t.Errorf("the variance is %g instead of %g", v, variance)
		}
		if m := math.Log(e.Scale) - logMean(e.Freedom); math.Abs(m+3) > 1e-9 {
			t.Errorf("the mean is %g instead of -3", m)
		}
	}
}
