package exact

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// The functions agree with those of package math to a few units in the last place, from
// numbers near 0 to the largest.
func TestFunctionsAgreeWithMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range []struct {
		name       string
		ours, math func(float64) float64
		argument   func() float64
	}{
		{"Exp", Exp, math.Exp, func() float64 { return 1400*r.Float64() - 700 }},
		{"Exp near 0", Exp, math.Exp, r.NormFloat64},
		{"Expm1", Expm1, math.Expm1, func() float64 { return 700 * r.Float64() }},
		{"Expm1 near 0", Expm1, math.Expm1, func() float64 { return math.Exp(-30 * r.Float64()) }},
		{"Log", Log, math.Log, func() float64 { return math.Exp(1400*r.Float64() - 700) }},
		{"Log near 1", Log, math.Log, func() float64 { return 1 + r.Float64() }},
		{"Log1p", Log1p, math.Log1p, func() float64 { return math.Exp(60*r.Float64() - 30) }},
		{"Log1p below 0", Log1p, math.Log1p, func() float64 { return -0.9 * r.Float64() }},
	} {
		for range 100_000 {
			x := f.argument()
			got, want := f.ours(x), f.math(x)
			if math.Abs(got-want) > 8*0x1p-52*math.Abs(want) {
				t.Errorf("%s(%v) is %v, want %v", f.name, x, got, want)
				break
			}
		}
	}
	for _, x := range []float64{0, math.Inf(1), math.NaN(), 720, -800} {
		for i, pair := range [][2]float64{{Exp(x), math.Exp(x)}, {Expm1(x), math.Expm1(x)}, {Log(x), math.Log(x)}, {Log1p(x), math.Log1p(x)}} {
			if fmt.Sprint(pair[0]) != fmt.Sprint(pair[1]) {
				t.Errorf("function %d of %v is %v, want %v", i, x, pair[0], pair[1])
			}
		}
	}
}

// The bits of many results are pinned: they are the same on every platform on which this
// test runs.
func TestBitsArePinned(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	h := fnv.New64a()
	for range 10_000 {
		x := float64(20*r.Float64()) - 10
		fmt.Fprintln(h, math.Float64bits(Exp(x)), math.Float64bits(Expm1(x)), math.Float64bits(Log(x+11)), math.Float64bits(Log1p(x+11)))
	}
	if got := fmt.Sprintf("%016x", h.Sum64()); got != "db357c9adf2993e0" {
		t.Errorf("the bits are %s", got)
	}
}
