package replay

import (
	"math/rand/v2"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
)

// A stream names what a random number is for. Numbers are looked up by name and not
// drawn in sequence, so that the fifth executor of an application starts equally
// fast under every policy (common random numbers), and a new use of random numbers
// does not change the others.
type stream uint64

const (
	offerStream stream = iota + 1
	migrationStream
	copyStream
	causeStream // and one for each cause of Times after it
)

// random returns a generator for one purpose: stream, application, ordinal.
func random(seed uint64, s stream, app int32, ordinal uint64) *rand.PCG {
	return rand.NewPCG(mix(seed, uint64(s)), mix(uint64(app)+1, ordinal))
}

// mix is the finalizer of splitmix64 over a combination of two words (Steele,
// Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 + b
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below returns a number in [0, n), without the bias that a plain remainder has.
func below(g *rand.PCG, n int) int {
	if n <= 1 {
		return 0
	}
	limit := uint64(n)
	threshold := -limit % limit
	for {
		if x := g.Uint64(); x >= threshold {
			return int(x % limit)
		}
	}
}

// shuffle brings executors into random order (Fisher and Yates).
func shuffle(order []policies.ExecutorID, g *rand.PCG) {
	for i := len(order) - 1; i > 0; i-- {
		j := below(g, i+1)
		order[i], order[j] = order[j], order[i]
	}
}

// draw is a time of a cause for one executor of an application: the same for the
// same seed, application and executor, whatever else is drawn. What tasks cost is
// not drawn but typical. Stages wait for the last of their tasks, so the spread in
// the recorded task times is there already, and more of it would make every stage
// longer.
func (e *Engine) draw(c latency.Cause, app int32, executor policies.ExecutorID, others int) time.Duration {
	d := &e.config.Times.By[c]
	q := &d.Quantiles
	if q[0] == q[len(q)-1] {
		return d.Slowed(q[0], others)
	}
	u := mix(mix(e.config.Seed, uint64(causeStream)+uint64(c)), mix(uint64(app)+1, uint64(executor)))
	return d.Slowed(q.Quantile(float64(u>>11)/(1<<53)), others)
}
