package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// resamples is the number of bootstrap resamples for one family of intervals.
const resamples = 2000

// A Contrast is one comparison of two policies, summed by block. It estimates sum of
// Sums / sum of Weights. If the weights are numbers of applications, this is a mean
// difference; if they are the base's figures, a relative difference.
type Contrast struct {
	Sums    []float64 // paired differences, by block
	Weights []float64 // by block, 0 or more
	// Counts is true if the differences count events that an application has or does not
	// have, such as misses. Then two blocks of one application each are added: in one,
	// only the first policy had the event; in the other, only the second (Bonett and
	// Price, 2012: adjusted Wald intervals for paired proportions). Without them, twenty
	// applications without a difference would give an interval of width zero, although the
	// next application may differ.
	Counts bool
}

// NewContrast is a contrast over a number of blocks, all zero.
func NewContrast(blocks int) Contrast {
	return Contrast{Sums: make([]float64, blocks), Weights: make([]float64, blocks)}
}

// Add adds a paired difference and its weight to a block.
func (c *Contrast) Add(block int, difference, weight float64) {
	c.Sums[block] += difference
	c.Weights[block] += weight
}

// prepared is a contrast with the moments that resampling needs.
type prepared struct {
	s, w       []float64 // differences and weights, with the added blocks
	value      float64   // estimated from the blocks of the data alone
	center, se float64   // of the interval: the ratio with the added blocks, and its standard error
}

func (c *Contrast) prepare() prepared {
	p := prepared{s: c.Sums, w: c.Weights}
	p.value = Sum(p.s) / Sum(p.w)
	if c.Counts {
		p.s = append(slices.Clone(p.s), 1, -1)
		p.w = append(slices.Clone(p.w), 1, 1)
	}
	p.center, p.se = ratioAndError(p.s, p.w)
	return p
}

// ratioAndError is a ratio of sums over blocks and its standard error by
// linearization (Cochran, Sampling Techniques, 1977, section 2.11).
func ratioAndError(s, w []float64) (ratio, se float64) {
	total := Sum(w)
	ratio = Sum(s) / total
	squares := 0.0
	for k := range s {
		e := s[k] - float64(ratio*w[k])
		squares += float64(e * e)
	}
	n := float64(len(s))
	return ratio, math.Sqrt(squares*n/(n-1)) / total
}

// Simultaneous estimates contrasts over the same blocks. The intervals are
// simultaneous: in 95 % of samples all of them contain their true values. Blocks are
// drawn with replacement, the same ones for every contrast; the half-width of an
// interval is its standard error times the 95 % quantile, over the draws, of the
// largest deviation of any contrast in standard errors: a max-t bootstrap (Romano and
// Wolf, Econometrica 2005; for one contrast the symmetric percentile-t of Hall, 1988).
// The multiple is at least the quantile of Student's distribution for this number of
// blocks, because the bootstrap interval is too narrow for few blocks. Estimates are
// NaN if there are fewer than two blocks or all weights are zero.
func Simultaneous(contrasts []Contrast, seed uint64) []Estimate {
	out := make([]Estimate, len(contrasts))
	all := make([]prepared, len(contrasts))
	var differing []prepared // contrasts with a standard error above 0; the others need no resampling
	blocks := 0
	for i := range contrasts {
		all[i] = contrasts[i].prepare()
		blocks = len(contrasts[i].Sums)
		if slices.ContainsFunc(contrasts[i].Sums, func(v float64) bool { return v != 0 }) {
			differing = append(differing, all[i])
		}
	}
	multiple := math.NaN()
	if blocks >= 2 {
		multiple = max(largestDeviation(differing, seed), StudentQuantile(blocks-1))
	}
	for i := range all {
		p := &all[i]
		half := float64(multiple * p.se)
		out[i] = Estimate{p.value, Interval{min(p.center-half, p.value), max(p.center+half, p.value)}}
		if math.IsNaN(half) {
			out[i].Interval = NoInterval()
		}
	}
	return out
}

// StudentQuantile is the two-sided 95 % quantile of Student's distribution with this
// number of degrees of freedom.
func StudentQuantile(freedom int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(0.5 + Confidence/2)
}

// leastErrorShare is the lower limit for the standard error of a resample, as a share
// of the sample's. A resample of few different blocks underestimates its own error, and
// its deviation in standard errors would be far too large.
const leastErrorShare = 0.2

// largestDeviation resamples blocks and returns the 95 % quantile of the largest
// deviation of any contrast.
func largestDeviation(all []prepared, seed uint64) float64 {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	largest := make([]float64, resamples)
	// How often each block is drawn, by number of blocks: contrasts with the same
	// number share the draw. The map is only looked up, never ranged over.
	times := map[int][]float64{}
	for d := range resamples {
		clear(times)
		for i := range all {
			p := &all[i]
			n := len(p.s)
			if times[n] == nil {
				times[n] = make([]float64, n)
				for range n {
					times[n][random.IntN(n)]++
				}
			}
			largest[d] = max(largest[d], p.deviation(times[n]))
		}
	}
	slices.Sort(largest)
	return Quantile(Confidence, largest)
}

// deviation is the distance of a resample's ratio from the sample's, in standard
// errors of the resample.
func (p *prepared) deviation(times []float64) float64 {
	if p.se == 0 || math.IsNaN(p.se) {
		return 0
	}
	var s, w, ss, sw, ww float64
	for k, t := range times {
		if t > 0 {
			x, y := p.s[k], p.w[k]
			s, w, ss, sw, ww = s+float64(t*x), w+float64(t*y), ss+float64(t*x*x), sw+float64(t*x*y), ww+float64(t*y*y)
		}
	}
	if w == 0 {
		return 0
	}
	ratio := s / w
	n := float64(len(times))
	squares := max(ss-float64(2*ratio*sw)+float64(ratio*ratio*ww), 0) // rounding may make it negative
	se := max(math.Sqrt(squares*n/(n-1))/w, leastErrorShare*p.se)
	return math.Abs(ratio-p.center) / se
}

// Share is a proportion, hits over trials summed over blocks, with its interval: that of
// [Proportion] for the effective number of independent trials that has the same variance,
// corrected for the number of blocks from which the variance is known (Korn and Graubard,
// Survey Methodology 24, 1998). apart is a variance of the proportion that blocks do not
// show, because it is common to them; the larger of the two counts. One block counts as
// one trial. Without trials the interval is NoInterval.
func Share(hits, trials []float64, apart float64) Estimate {
	n := Sum(trials)
	if n == 0 {
		return Estimate{math.NaN(), NoInterval()}
	}
	p, effective := Sum(hits)/n, 1.0
	if len(hits) > 1 {
		// As many blocks as trials are independent trials, for which Proportion is exact.
		blocks := len(hits)
		correction := math.Pow(StudentQuantile(max(blocks, int(n))-1)/StudentQuantile(blocks-1), 2)
		effective = n * correction
		_, se := ratioAndError(hits, trials)
		if variance := max(se*se, apart); variance > 0 {
			effective = min(effective, correction*p*(1-p)/variance)
		}
	}
	i := Proportion(p, max(1, effective))
	return Estimate{p, Interval{min(i.Low, p), max(i.High, p)}}
}

// Proportion is the interval of a share among n independent trials, which need not be a
// whole number, by Clopper and Pearson (Biometrika 26, 1934). It stays within 0 and 1, and
// is not too narrow for any n. Where no trial or every trial hit, one end is certain, and
// the other one has the whole error (Louis, The American Statistician 35, 1981): 20 trials
// without a hit end at 14 %.
func Proportion(share, n float64) Interval {
	hits, others := float64(share*n), float64((1-share)*n)
	const tail = (1 - Confidence) / 2
	below, above := float64(tail*min(1, hits)), float64(tail*min(1, others))
	below, above = below+tail-above, above+tail-below
	i := Interval{0, 1}
	if hits > 0 {
		i.Low = distuv.Beta{Alpha: hits, Beta: others + 1}.Quantile(below)
	}
	if others > 0 {
		i.High = distuv.Beta{Alpha: hits + 1, Beta: others}.Quantile(1 - above)
	}
	return i
}
