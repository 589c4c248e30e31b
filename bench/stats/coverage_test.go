package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// A population is a synthetic population with known true values. Its runs come in
// blocks whose values are correlated, like those of one day.
type population struct {
	name     string
	blocks   int
	runs     int     // in a block, on average
	together float64 // share of the spread that runs of a block have in common
	counts   bool    // misses, else executor-seconds
	policies int     // compared with the base at one time
	rate     float64 // of misses under the base; under the others it is twice that
	spread   float64 // standard deviation of the logarithm of executor-seconds
}

// The populations cover the variety of logs: few and many blocks, even and skewed
// values, rare and common misses, one comparison and ten.
var populations = []population{
	{name: "executor-seconds, 10 days of 12 runs", blocks: 10, runs: 12, together: 0.3, policies: 1, spread: 0.5},
	{name: "executor-seconds, 10 days, crooked", blocks: 10, runs: 12, together: 0.3, policies: 1, spread: 1},
	{name: "executor-seconds, 30 days, 10 policies", blocks: 30, runs: 12, together: 0.3, policies: 10, spread: 0.7},
	{name: "executor-seconds, 60 runs", blocks: 60, runs: 1, together: 0, policies: 1, spread: 0.7},
	{name: "executor-seconds, 10 hours, uneven", blocks: 10, runs: 4, together: 0.5, policies: 4, spread: 0.7},
	{name: "misses 5 %, 10 days of 12 runs", blocks: 10, runs: 12, together: 0.3, counts: true, policies: 1, rate: 0.05},
	{name: "misses 10 %, 30 days, 10 policies", blocks: 30, runs: 12, together: 0.3, counts: true, policies: 10, rate: 0.10},
	{name: "misses 5 %, 120 runs", blocks: 120, runs: 1, counts: true, policies: 1, rate: 0.05},
	{name: "misses 20 %, 20 runs", blocks: 20, runs: 1, counts: true, policies: 1, rate: 0.20},
	{name: "misses 10 %, 10 hours of 12 runs, 4 policies", blocks: 10, runs: 12, together: 0.5, counts: true, policies: 4, rate: 0.10},
}

// sample draws the contrasts of the policies to the base, and the base's own
// misses by block.
func (p *population) sample(r *rand.Rand) (contrasts []Contrast, hits, trials []float64) {
	contrasts = make([]Contrast, p.policies)
	for i := range contrasts {
		contrasts[i] = Contrast{Sums: make([]float64, p.blocks), Weights: make([]float64, p.blocks), Counts: p.counts}
	}
	hits, trials = make([]float64, p.blocks), make([]float64, p.blocks)
	for b := range p.blocks {
		runs := p.runs
		if runs > 1 {
			runs = 1 + r.IntN(2*p.runs-1)
		}
		day := r.NormFloat64()
		shared := make([]float64, p.policies)
		for i := range shared {
			shared[i] = r.NormFloat64()
		}
		for range runs {
			own := math.Sqrt(p.together)*day + math.Sqrt(1-p.together)*r.NormFloat64()
			base := p.value(own, p.rate, 1)
			hits[b] += base
			trials[b]++
			for i := range contrasts {
				apart := math.Sqrt(p.together)*shared[i] + math.Sqrt(1-p.together)*r.NormFloat64()
				other := p.value(0.9*own+math.Sqrt(1-0.81)*apart, 2*p.rate, 0.8)
				contrasts[i].Sums[b] += other - base
				if p.counts {
					contrasts[i].Weights[b]++
				} else {
					contrasts[i].Weights[b] += base
				}
			}
		}
	}
	return contrasts, hits, trials
}

// value is a run's figure, from a number that is normal over all runs.
func (p *population) value(normal, rate, factor float64) float64 {
	if !p.counts {
		return factor * math.Exp(p.spread*normal)
	}
	if 0.5*math.Erfc(-normal/math.Sqrt2) > 1-rate {
		return 1
	}
	return 0
}

// truth is what the contrasts estimate: the same for every policy.
func (p *population) truth() float64 {
	if p.counts {
		return p.rate
	}
	return 0.8 - 1
}

// coverage is how often intervals held the truth: those of all policies at one
// time, and the base's share of misses.
func (p *population) coverage(samples int) (together, share float64) {
	r := rand.New(rand.NewPCG(uint64(len(p.name)), uint64(p.blocks)))
	for s := range samples {
		contrasts, hits, trials := p.sample(r)
		all := true
		for _, e := range Simultaneous(contrasts, uint64(s)) {
			all = all && !e.Excludes(p.truth())
		}
		if all {
			together++
		}
		if p.counts && !Share(hits, trials, 0).Excludes(p.rate) {
			share++
		}
	}
	return together / float64(samples), share / float64(samples)
}

// Of 95 % intervals, 95 in 100 should hold the truth; 90 to 99 do. COVERAGE sets
// the number of samples of each population ("make coverage": 4000); with few
// samples the limits leave room for chance.
func TestIntervalsCoverTheTruth(t *testing.T) {
	samples := 250
	if n, err := strconv.Atoi(os.Getenv("COVERAGE")); err == nil {
		samples = n
	}
	chance := 3 * math.Sqrt(0.95*0.05/float64(samples))
	low, high := 0.90-chance/2, min(1, 0.99+chance/2)
	for _, p := range populations {
		together, share := p.coverage(samples)
		line := fmt.Sprintf("| %s | %.1f %% |", p.name, 100*together)
		if p.counts {
			line += fmt.Sprintf(" %.1f %% |", 100*share)
		} else {
			line += " - |"
		}
		t.Log(line)
		if together < low || together > high {
			t.Errorf("%s: %.1f %% of the intervals hold the truth", p.name, 100*together)
		}
		if p.counts && (share < low || share > high) {
			t.Errorf("%s: %.1f %% of the intervals of the share hold the truth", p.name, 100*share)
		}
	}
}
