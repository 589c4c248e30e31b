package fair

import (
	"math"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A schedulable is what shares a queue's resources: a child queue or an application.
// YARN's name is Schedulable.
type schedulable struct {
	name      string // of a queue: root.a.b
	start     int64  // ms; when an application came, 0 for queues
	weight    float32
	minShare  scheduler.Resource
	maxShare  scheduler.Resource
	demand    scheduler.Resource // what it used and asked for at the last update
	used      scheduler.Resource
	fairShare scheduler.Resource // its share among those that have running applications
	running   int                // applications that may run: 1, or those of a queue and below it
}

// A sharer is a queue or an application.
type sharer interface{ share() *schedulable }

func (s *schedulable) share() *schedulable { return s }

// shareSteps is how often the search for a ratio halves its interval
// (ComputeFairShares.COMPUTE_FAIR_SHARES_ITERATIONS).
const shareSteps = 25

// divide gives each schedulable its fair share of one kind of resource: its weight
// times a ratio that is the same for all, but at least its minimum and at most its
// maximum. The ratio is searched by halving an interval, as in YARN, so that the
// shares are the same whole numbers.
//
// Source: ComputeFairShares.
func divide(all []*schedulable, total scheduler.Resource, kind scheduler.Kind) {
	var open []*schedulable
	var taken, most int64
	for _, s := range all {
		if amount, fixed := s.fixedShare(kind); fixed {
			kind.Set(&s.fairShare, amount)
			taken = addToMax(taken, amount)
			continue
		}
		open = append(open, s)
		most = addToMax(most, kind.Of(s.maxShare))
	}
	if len(open) == 0 {
		return
	}
	sum := func(ratio float64) (sum int64) {
		for _, s := range open {
			sum = addToMax(sum, s.shareAt(ratio, kind))
		}
		return sum
	}
	right := ratioFor(min(most, max(kind.Of(total)-taken, 0)), sum)
	for _, s := range open {
		kind.Set(&s.fairShare, s.shareAt(right, kind))
	}
}

// ratioFor searches the ratio at which a sum reaches a goal.
func ratioFor(goal int64, sum func(ratio float64) int64) float64 {
	left, right := 0.0, 1.0
	for sum(right) < goal {
		right *= 2
	}
	for range shareSteps {
		middle := (left + right) / 2
		x := sum(middle)
		if x < goal {
			left = middle
			continue
		}
		right = middle
		if x == goal {
			break
		}
	}
	return right
}

// ofEach is the fair share of each of a number of schedulables of weight 1 without limits:
// what divide gives them.
func (p policy) ofEach(n int, total scheduler.Resource) (each scheduler.Resource) {
	if n == 0 {
		return each
	}
	one := schedulable{weight: 1, maxShare: scheduler.Unbounded, running: 1}
	kinds := []scheduler.Kind{scheduler.Memory, scheduler.Cores}
	if p != drf {
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		ratio := ratioFor(max(kind.Of(total), 0), func(ratio float64) int64 {
			share := one.shareAt(ratio, kind)
			if share > math.MaxInt64/int64(n) {
				return math.MaxInt64
			}
			return share * int64(n)
		})
		kind.Set(&each, one.shareAt(ratio, kind))
	}
	return each
}

// fixedShare is a share that does not depend on the ratio, if there is one.
func (s *schedulable) fixedShare(kind scheduler.Kind) (amount int64, fixed bool) {
	switch {
	case kind.Of(s.maxShare) <= 0, s.running == 0:
		return 0, true
	case s.weight <= 0:
		return max(kind.Of(s.minShare), 0), true
	}
	return 0, false
}

func (s *schedulable) shareAt(ratio float64, kind scheduler.Kind) int64 {
	x := max(float64(s.weight)*ratio, float64(kind.Of(s.minShare)))
	return scheduler.Truncate(min(x, float64(kind.Of(s.maxShare))))
}

// addToMax is a sum that stops at the largest number. Neither term is negative.
func addToMax(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
