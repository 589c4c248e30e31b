package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemar is the exact two-sided p-value that two policies miss equally often,
// when so many applications missed under the first alone and so many under the
// second alone: a binomial test of the discordant pairs (McNemar, Psychometrika
// 1947). It is 1 where there are none.
func McNemar(first, second int) float64 {
	n := first + second
	if n == 0 {
		return 1
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	return min(1, 2*b.CDF(float64(min(first, second))))
}

// SignFlip is the p-value that differences, one for each block, are as likely to
// be of either sign: the share of all ways to flip signs that give a sum at
// least as far from zero. Where each difference is -1, 0 or 1 it is McNemar's
// exact test; with blocks of many applications it is that test for applications
// that are not independent of each other. Up to 16 blocks that differ every way
// is tried, beyond that 10000 at random from the seed.
func SignFlip(differences []float64, seed uint64) float64 {
	d := slices.DeleteFunc(slices.Clone(differences), func(v float64) bool { return v == 0 })
	if len(d) == 0 {
		return 1
	}
	if first, second, equal := signs(d); equal {
		return McNemar(first, second)
	}
	size := 0.0
	for _, v := range d {
		size += math.Abs(v)
	}
	far := math.Abs(Sum(d)) - 1e-9*size // sums are rounded
	const most, ways = 16, 10000
	if len(d) <= most {
		reached := 0
		for flips := range 1 << len(d) {
			sum := 0.0
			for k, v := range d {
				if flips>>k&1 == 1 {
					v = -v
				}
				sum += v
			}
			if math.Abs(sum) >= far {
				reached++
			}
		}
		return float64(reached) / float64(int(1)<<len(d))
	}
	random := rand.New(rand.NewPCG(seed, 0xf11b))
	reached := 1 // the way that was seen
	for range ways - 1 {
		sum := 0.0
		bits := uint64(0)
		for k, v := range d {
			if k%64 == 0 {
				bits = random.Uint64()
			}
			if bits&1 == 1 {
				v = -v
			}
			bits >>= 1
			sum += v
		}
		if math.Abs(sum) >= far {
			reached++
		}
	}
	return float64(reached) / ways
}

// signs counts differences below and above zero, and says whether all are equally
// large.
func signs(d []float64) (below, above int, equal bool) {
	for _, v := range d {
		if v < 0 {
			below++
		} else {
			above++
		}
		if math.Abs(v) != math.Abs(d[0]) {
			return 0, 0, false
		}
	}
	return below, above, true
}

// Holm adjusts p-values for their number (Holm, Scandinavian Journal of
// Statistics 1979): with each adjusted value held against 5 %, the chance that
// any difference is claimed which is none is 5 %.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	worst := 0.0
	for rank, i := range order {
		worst = max(worst, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = worst
	}
	return adjusted
}
