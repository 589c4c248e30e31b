// Package exact has functions whose results are the same bits on every platform. Those of
// package math are partly written in assembly, and on some platforms the compiler fuses
// their multiplications and additions, so that the last digit differs.
//
// The one file is exact.go.
package exact

import "math"

// The logarithm of 2 in two parts, the first of which has so few bits that its products with
// whole numbers up to 2^20 are exact (Cody and Waite, Software Manual for the Elementary
// Functions, 1980).
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// terms of the series below: enough for the last bit of the largest reduced argument.
const terms = 14

// reduce returns k and r with e^x = 2^k * e^r, where r is at most half of the logarithm of 2,
// and e^r - 1 by its power series.
func reduce(x float64) (k float64, less1 float64) {
	x = float64(x) // an argument may be a product that the compiler would fuse with what follows
	k = math.Round(float64(x * (1 / math.Ln2)))
	r := float64(x-float64(k*ln2High)) - float64(k*ln2Low)
	sum := 0.0
	for n := terms; n > 0; n-- {
		sum = float64(r*(1+sum)) / float64(n)
	}
	return k, sum
}

// Exp is e^x, at most a few units in the last place off.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x) || x > 710:
		return x * math.Inf(1) // NaN stays
	case x < -746:
		return 0
	}
	k, less1 := reduce(x)
	return math.Ldexp(1+less1, int(k))
}

// Expm1 is e^x - 1, also for a small x.
func Expm1(x float64) float64 {
	switch {
	case math.IsNaN(x) || x > 710:
		return x * math.Inf(1)
	case x < -746:
		return -1
	}
	k, less1 := reduce(x)
	return math.Ldexp(less1, int(k)) + (math.Ldexp(1, int(k)) - 1)
}

// Log is the natural logarithm of x.
func Log(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return math.Log(x) // NaN or infinite
	}
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = float64(2*f), e-1
	}
	k := float64(e)
	return float64(k*ln2High) + (near1((f-1)/(f+1)) + float64(k*ln2Low))
}

// Log1p is the natural logarithm of 1 + x, also for a small x.
func Log1p(x float64) float64 {
	x = float64(x)
	if x > -0.25 && x < 0.4 {
		return near1(x / (2 + x))
	}
	y := 1 + x
	if math.IsInf(y, 0) || !(y > 0) {
		return Log(y)
	}
	return Log(y) + (x-(y-1))/y // with what rounding took from the sum
}

// near1 is the logarithm of (1+s)/(1-s) by its power series, for s up to 0.172.
func near1(s float64) float64 {
	square, sum := float64(s*s), 0.0
	for n := 2*terms - 3; n > 1; n -= 2 {
		sum = float64(square * (1/float64(n) + sum))
	}
	return 2 * float64(s+float64(s*sum))
}
