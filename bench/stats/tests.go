package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemar is the exact two-sided p-value of the hypothesis that two policies miss
// equally often, given the numbers of applications that missed only under the first and
// only under the second: a binomial test of the discordant pairs (McNemar,
// Psychometrika 1947). It is 1 if there are none.
func McNemar(first, second int) float64 {
	n := first + second
	if n == 0 {
		return 1
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	return min(1, 2*b.CDF(float64(min(first, second))))
}

// Up to exactBlocks blocks with a difference, SignFlip enumerates every way to
// flip signs; beyond that it draws randomFlips of them.
const (
	exactBlocks = 16
	randomFlips = 10000
)

// SignFlip is the p-value of the hypothesis that the differences, one for each block,
// are equally likely to be positive or negative: the share of all assignments of signs
// that give a sum at least as far from zero (Fisher's randomization test). If each
// difference is -1, 0 or 1, it equals McNemar's exact test; with blocks of several
// applications, it extends that test to applications that depend on each other.
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
	far := math.Abs(Sum(d)) - float64(1e-9*size) // sums are rounded
	// reaches reports whether the sum is at least as far from zero after the signs whose
	// bits are set are flipped; word(k) returns the bits of blocks 64k to 64k+63.
	reaches := func(word func(k int) uint64) bool {
		sum := 0.0
		var bits uint64
		for k, v := range d {
			if k%64 == 0 {
				bits = word(k)
			}
			if bits&1 == 1 {
				v = -v
			}
			bits >>= 1
			sum += v
		}
		return math.Abs(sum) >= far
	}
	reached := 0
	if len(d) <= exactBlocks {
		for flips := range uint64(1) << len(d) {
			if reaches(func(int) uint64 { return flips }) {
				reached++
			}
		}
		return float64(reached) / float64(int(1)<<len(d))
	}
	random := rand.New(rand.NewPCG(seed, 0xf11b))
	reached++ // the observed signs are one of the assignments
	for range randomFlips - 1 {
		if reaches(func(int) uint64 { return random.Uint64() }) {
			reached++
		}
	}
	return float64(reached) / randomFlips
}

// signs counts the differences below and above zero, and reports whether all have the
// same absolute value.
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

// AdjustedSignFlips are the p-values of SignFlip for several contrasts, adjusted by
// Holm's method.
func AdjustedSignFlips(contrasts []Contrast, seed uint64) []float64 {
	p := make([]float64, len(contrasts))
	for i := range contrasts {
		p[i] = SignFlip(contrasts[i].Sums, seed)
	}
	return Holm(p)
}

// Holm adjusts p-values for their number (Holm, Scandinavian Journal of Statistics
// 1979): if differences with an adjusted p-value of at most 5 % are called significant,
// the probability of one or more false ones is at most 5 %.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = largest
	}
	return adjusted
}
