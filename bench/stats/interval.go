package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is that of every interval.
const Confidence = 0.95

// draws is how often blocks are drawn anew for one family of intervals.
const resamples = 2000

// An Interval is a confidence interval, both ends included.
type Interval struct{ Low, High float64 }

// Excludes tells whether a value lies outside the interval.
func (i Interval) Excludes(v float64) bool { return v < i.Low || v > i.High }

// Scaled is the interval of a multiple.
func (i Interval) Scaled(f float64) Interval {
	if f < 0 {
		return Interval{i.High * f, i.Low * f}
	}
	return Interval{i.Low * f, i.High * f}
}

// NoInterval is the interval of a figure about which too little is known: both
// ends are NaN, so that no value lies outside it.
func NoInterval() Interval { return Interval{math.NaN(), math.NaN()} }

// An Estimate is a figure with its interval.
type Estimate struct {
	Value float64
	Interval
}

// Scaled is the estimate of a multiple of the figure.
func (e Estimate) Scaled(f float64) Estimate { return Estimate{e.Value * f, e.Interval.Scaled(f)} }

// Significant tells whether the figure can be told from zero: its interval lies on one
// side of it.
func (e Estimate) Significant() bool { return e.Excludes(0) }

// Mark is the value's sign for a table: "~" where nothing can be told.
func (e Estimate) Mark() string {
	switch {
	case math.IsNaN(e.Value) || !e.Significant():
		return "~"
	case e.Value < 0:
		return "-"
	}
	return "+"
}

// Widened is an estimate whose interval also covers an independent error of its
// own half-widths below and above: distances from the value add in quadrature.
func (e Estimate) Widened(below, above float64) Estimate {
	e.Low = e.Value - math.Hypot(e.Value-e.Low, below)
	e.High = e.Value + math.Hypot(e.High-e.Value, above)
	return e
}

// A Contrast is one comparison of two policies, summed up by block: what is
// estimated is the sum of Sums over the sum of Weights. With applications as
// weights it is a mean difference, with the base's figures a relative one.
type Contrast struct {
	Sums    []float64 // paired differences, by block
	Weights []float64 // by block, 0 or more
	// Counts: the differences are of things that happen to an application or do
	// not, such as misses. Then two more blocks are added, of one application
	// each, in which one policy had it and the other not (Bonett and Price, 2012:
	// adjusted Wald intervals for paired proportions), because where nothing
	// differed in twenty applications something may in the twenty-first.
	Counts bool
}

// prepared is a contrast with the moments that draws need.
type prepared struct {
	s, w       []float64
	value      float64 // as estimated from the blocks alone
	center, se float64 // of the interval
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

func Sum(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// ratioAndError is a ratio of sums over blocks and its standard error, by
// linearization (Cochran, Sampling Techniques, 1977, section 2.11).
func ratioAndError(s, w []float64) (ratio, se float64) {
	of := Sum(w)
	ratio = Sum(s) / of
	squares := 0.0
	for k := range s {
		e := s[k] - ratio*w[k]
		squares += e * e
	}
	n := float64(len(s))
	return ratio, math.Sqrt(squares*n/(n-1)) / of
}

// Simultaneous estimates contrasts over the same blocks, with intervals that
// together hold their true values in 95 of 100 cases. Blocks are drawn with
// replacement, the same ones for every contrast; half-widths are standard errors
// times the quantile of the largest deviation of any contrast in a draw, counted
// in its standard errors: a max-t bootstrap (Romano and Wolf, Econometrica 2005;
// for one contrast the symmetric percentile-t of Hall, 1988). The multiple is at
// least Student's for so many blocks. NaN where there are fewer than two blocks
// or nothing to divide by.
func Simultaneous(contrasts []Contrast, seed uint64) []Estimate {
	out := make([]Estimate, len(contrasts))
	all := make([]prepared, len(contrasts))
	blocks := 0
	for i := range contrasts {
		all[i] = contrasts[i].prepare()
		blocks = len(contrasts[i].Sums)
	}
	multiple := math.NaN()
	if blocks >= 2 {
		multiple = max(largestDeviation(differing(contrasts, all), seed), StudentQuantile(blocks-1))
	}
	for i := range all {
		p := &all[i]
		half := multiple * p.se
		out[i] = Estimate{p.value, Interval{min(p.center-half, p.value), max(p.center+half, p.value)}}
		if math.IsNaN(half) {
			out[i].Interval = NoInterval()
		}
	}
	return out
}

// differing are the contrasts in which something differs in any block. Where
// nothing does there is nothing to draw.
func differing(contrasts []Contrast, all []prepared) []prepared {
	var list []prepared
	for i := range contrasts {
		if slices.ContainsFunc(contrasts[i].Sums, func(v float64) bool { return v != 0 }) {
			list = append(list, all[i])
		}
	}
	return list
}

// StudentQuantile is the two-sided 95 % quantile of Student's distribution.
func StudentQuantile(freedom int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(0.5 + Confidence/2)
}

// steady is the least standard error of a draw, as a share of the sample's: a
// draw of few different blocks says nothing about its own error.
const leastErrorShare = 0.2

// largestDeviation draws blocks and returns the 95 % quantile of the largest
// deviation of any contrast.
func largestDeviation(all []prepared, seed uint64) float64 {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	largest := make([]float64, resamples)
	times := map[int][]float64{} // how often each block is drawn, by number of blocks; only looked up
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

// deviation is how far a draw lies from the sample, in standard errors.
func (p *prepared) deviation(times []float64) float64 {
	if p.se == 0 || math.IsNaN(p.se) {
		return 0
	}
	var s, w, ss, sw, ww float64
	for k, t := range times {
		if t > 0 {
			x, y := p.s[k], p.w[k]
			s, w, ss, sw, ww = s+t*x, w+t*y, ss+t*x*x, sw+t*x*y, ww+t*y*y
		}
	}
	if w == 0 {
		return 0
	}
	ratio := s / w
	n := float64(len(times))
	squares := max(ss-2*ratio*sw+ratio*ratio*ww, 0)
	se := max(math.Sqrt(squares*n/(n-1))/w, leastErrorShare*p.se)
	return math.Abs(ratio-p.center) / se
}

// Share is the interval of a share: hits over trials, summed over blocks. It is
// Wilson's with as many trials as would say as much if they were independent
// (Korn and Graubard, Survey Methodology 1998), and Student's quantile for so
// many blocks.
func Share(hits, trials []float64) Estimate {
	n := Sum(trials)
	p, se := ratioAndError(hits, trials)
	if len(hits) < 2 || n == 0 {
		return Estimate{p, NoInterval()}
	}
	effective := n
	if se > 0 {
		effective = min(n, p*(1-p)/(se*se))
	}
	z := StudentQuantile(len(hits) - 1)
	middle := (p + z*z/(2*effective)) / (1 + z*z/effective)
	half := z / (1 + z*z/effective) * math.Sqrt(p*(1-p)/effective+z*z/(4*effective*effective))
	return Estimate{p, Interval{max(0, min(middle-half, p)), min(1, max(middle+half, p))}}
}
