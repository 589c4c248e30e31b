package random

import "math/rand/v2"

// A Stream names what a random number is for. Numbers are looked up by name and not
// drawn in sequence, so that the fifth executor of an application starts equally
// fast under every policy (common random numbers), and a new use of random numbers
// does not change the others.
type Stream uint64

// The streams.
const (
	OfferStream     Stream = iota + 1 // the order in which executors are offered to tasks
	MigrationStream                   // where a decommissioned executor moves its blocks
	CopyStream                        // speculative copies
	CauseStream                       // and one for each latency.Cause after it
)

// New returns a generator for one purpose: stream, application, ordinal.
func New(seed uint64, s Stream, app int32, ordinal uint64) *rand.PCG {
	g := new(rand.PCG)
	Begin(g, seed, s, app, ordinal)
	return g
}

// Begin makes a generator that of one purpose.
func Begin(g *rand.PCG, seed uint64, s Stream, app int32, ordinal uint64) {
	g.Seed(Mix(seed, uint64(s)), Mix(uint64(app)+1, ordinal))
}

// Mix is the finalizer of splitmix64 over a combination of two words (Steele,
// Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
func Mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 + b
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Below returns a random number in [0, n), without the bias that a plain remainder has.
func Below(g *rand.PCG, n int) int {
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

// Shuffle brings a list into random order (Fisher and Yates).
func Shuffle[E any](order []E, g *rand.PCG) {
	for i := len(order) - 1; i > 0; i-- {
		j := Below(g, i+1)
		order[i], order[j] = order[j], order[i]
	}
}
