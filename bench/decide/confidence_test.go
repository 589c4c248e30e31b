package decide

import (
	"math"
	"math/rand/v2"
	"testing"

	"dynalloc/bench/validate"
)

// artificial is a chooser for one class of 20 runs with deadlines in 20 replicas. Each
// candidate costs 100 on average, times a factor for dynamic allocation, and each replica
// spreads it by some percent.
func artificial(seed uint64, static, dynamic int, factor, spread float64, model validate.ModelError) *chooser {
	const replicas = 20
	r := rand.New(rand.NewPCG(seed, 3))
	c := &chooser{goal: goal{rate: 0.01, proof: []float64{-1}}, of: []int{0}, block: []int{-1}, classes: 1, model: model, seed: seed, replicas: replicas, base: make([][]cell, replicas)}
	one := func(mean float64) [][]cell {
		var all [][]cell
		for range replicas {
			v := cell{counts: counts{runs: 20, deadlines: 20, turnaround: 1000, executors: int64(1000 * mean * math.Exp(spread*r.NormFloat64()))}}
			all = append(all, []cell{v})
		}
		return all
	}
	for i := range c.base {
		c.base[i] = []cell{{}}
	}
	for range static {
		c.static = append(c.static, one(100))
	}
	for range dynamic {
		c.dynamic = append(c.dynamic, one(100*factor))
	}
	return c
}

// Both kinds are truly equal. In 200 worlds, of which each has other noise in its replicas,
// the confidence is about uniform: it reaches 0.9 for one kind in about a tenth of them.
func TestConfidenceInEqualKindsIsUniform(t *testing.T) {
	const worlds = 200
	mean, high, low := 0.0, 0, 0
	for seed := range uint64(worlds) {
		c := artificial(seed, 1, 1, 1, 0.1, validate.ModelError{})
		b := c.repeat(300, func(int) bool { return true })
		mean += b.static / worlds
		high, low = high+oneIf(b.static >= DecidedAt), low+oneIf(b.static <= 1-DecidedAt)
	}
	if mean < 0.43 || mean > 0.57 || high > worlds*16/100 || low > worlds*16/100 || high+low < worlds*4/100 {
		t.Errorf("a mean confidence of %.2f; of %d worlds %d at 0.9 or more for fixed sizes, %d for dynamic allocation", mean, worlds, high, low)
	}
}

// One kind is truly 10 % cheaper: the confidence in it is high in nearly every world, and
// with a difference of 1 % within noise of 1 % both kinds are the same within the margins.
func TestConfidenceInABetterKindIsHigh(t *testing.T) {
	const worlds = 50
	right, same := 0, 0
	for seed := range uint64(worlds) {
		right += oneIf(artificial(seed, 3, 3, 0.9, 0.1, validate.ModelError{}).repeat(300, func(int) bool { return true }).static <= 1-DecidedAt)
		same += oneIf(artificial(seed, 3, 3, 0.99, 0.01, validate.ModelError{Executors: 0.04}).repeat(300, func(int) bool { return true }).equivalent >= DecidedAt)
	}
	if right < 47 || same < 45 {
		t.Errorf("of %d worlds %d name the better kind, %d the equal ones", worlds, right, same)
	}
}

// Sixteen candidates of one kind that are truly as good as the one of the other kind do not
// make it look better: the half of the replicas that chooses does not judge.
func TestMoreCandidatesOfAKindDoNotHelpIt(t *testing.T) {
	const worlds = 100
	many, both := 0.0, 0.0
	for seed := range uint64(worlds) {
		c := artificial(seed, 1, 16, 1, 0.1, validate.ModelError{})
		many += c.repeat(200, func(int) bool { return true }).static / worlds
		// Chosen and judged in the same replicas, they would.
		all := upTo(c.replicas)
		best, only := c.plain(c.choose(c.dynamic, all, nil), all, nil), c.plain(c.static[0], all, nil)
		both += float64(oneIf(only[0].executors < best[0].executors)) / worlds
	}
	if many < 0.4 || many > 0.6 || both > 0.2 {
		t.Errorf("one fixed size against 16 dynamic allocations is better with a confidence of %.2f; in the replicas that chose in %.2f of worlds", many, both)
	}
}

// The model's error makes a decision less sure: a kind that is 10 % cheaper in each replay
// may not be so if executor-seconds are wrong by 24 %.
func TestTheModelsErrorLowersConfidence(t *testing.T) {
	last := 1.01
	for _, error := range []float64{0.01, 0.1, 0.24} {
		b := artificial(1, 1, 1, 0.9, 0.001, validate.ModelError{Executors: error}).repeat(1000, func(int) bool { return true })
		if 1-b.static >= last || 1-b.static < 0.5 {
			t.Errorf("with an error of %.2f the confidence is %.2f after %.2f", error, 1-b.static, last)
		}
		last = 1 - b.static
	}
}

// The model's error that is drawn is the one that is predicted: one in twenty of the errors is
// larger than the 95 % interval of the normal distribution, for whatever degrees of freedom; and
// with few of them more are small, and more are very large.
func TestDrawnErrorsHaveThePredictedDistribution(t *testing.T) {
	const draws = 20000
	for _, freedom := range []float64{1.3, 2, 5, 0} {
		of := errorOf(1, freedom)
		random := rand.New(rand.NewPCG(1, 2))
		var beyond [3]float64 // a quarter, one and twice the half-width
		for range draws {
			drawn := math.Abs(scaleOf(of, random) * random.NormFloat64())
			for i, times := range []float64{0.25, 1, 2} {
				beyond[i] += float64(oneIf(drawn > times*1.959964)) / draws
			}
		}
		for i, times := range []float64{0.25, 1, 2} {
			if want := 2 * of.CDF(-times*1.959964); math.Abs(beyond[i]-want) > 0.015 || i == 1 && math.Abs(want-0.05) > 1e-6 {
				t.Errorf("%g degrees of freedom: %.3f of the errors are beyond %g half-widths, want %.3f", freedom, beyond[i], times, want)
			}
		}
	}
}
