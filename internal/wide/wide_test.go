package wide

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

// exact is a time as a number of any size.
func exact(t Time) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(t.high), 64)
	return n.Add(n, new(big.Int).SetUint64(t.low))
}

// Products, sums and differences of random amounts agree with integers of any size.
func TestArithmeticAgreesWithIntegersOfAnySize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	any64 := func() int64 { return int64(r.Uint64()) >> r.IntN(64) }
	sum, want := Time{}, new(big.Int)
	for range 100_000 {
		d, n := any64(), any64()
		product := new(big.Int).Mul(big.NewInt(d), big.NewInt(n))
		got := Of(time.Duration(d), n)
		if exact(got).Cmp(product) != 0 {
			t.Fatalf("%d ns x %d is %v, want %v", d, n, exact(got), product)
		}
		// As large as a product is, 2^126, a few terms fill 128 bits: sums stay below.
		d, n = d>>20, n>>20
		product.Mul(big.NewInt(d), big.NewInt(n))
		sum.Add(time.Duration(d), n)
		want.Add(want, product)
		if exact(sum).Cmp(want) != 0 || sum.Sign() != want.Sign() {
			t.Fatalf("the sum is %v, want %v", exact(sum), want)
		}
		other := Of(time.Duration(n), d)
		if sum.Minus(other).Plus(other) != sum || sum.Cmp(other) != want.Cmp(product) {
			t.Fatalf("%v less %v", exact(sum), exact(other))
		}
		if got, want := sum.Nanoseconds(), new(big.Float).SetInt(want); want.Sign() != 0 {
			if f, _ := want.Float64(); math.Abs(got/f-1) > 1e-15 {
				t.Fatalf("%v as a floating-point number is %v", f, got)
			}
		}
		ms := new(big.Int).Quo(want, big.NewInt(1e6))
		if ms.IsInt64() && sum.Milliseconds() != ms.Int64() {
			t.Fatalf("%v ns are %d ms, want %v", want, sum.Milliseconds(), ms)
		}
	}
}

// A cluster of a million cores for ten years, and its memory.
func TestTheLargestClustersFit(t *testing.T) {
	const decade = 10 * 365 * 24 * time.Hour
	if got := Of(decade, 1_000_000).Hours(); got != 87600*1e6 {
		t.Errorf("%g core-hours", got)
	}
	var memory Time
	for range 1_000_000 {
		memory.Add(decade, 4096)
	}
	if got := memory.Hours(); got != 87600*4096e6 {
		t.Errorf("%g MiB-hours", got)
	}
}

func TestTimesAsText(t *testing.T) {
	for _, c := range []struct {
		t    Time
		want string
	}{
		{Time{}, "0s"}, {Of(90*time.Second, 2), "3m0s"}, {Of(-time.Second, 3), "-3s"}, {Of(time.Second, -3), "-3s"},
		{Of(math.MaxInt64, 1), "2562047h47m16.854775807s"}, {Of(math.MaxInt64, 2), "1.84467e+10s"}, {Of(math.MinInt64, 4), "-3.68935e+10s"},
	} {
		if got := c.t.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	if got := Of(math.MaxInt64, math.MaxInt64).Milliseconds(); got != math.MaxInt64 {
		t.Errorf("%d ms", got)
	}
}
