package fair

import (
	"math"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A sharer is what shares a queue's resources: its children, or a leaf's
// applications.
type sharer interface {
	name() string
	start() int64 // ms; when it came
	weight() float32
	minShare() scheduler.Resource
	maxShare() scheduler.Resource
	wants() scheduler.Resource // what it uses and what it asks for, at the last update
	uses() scheduler.Resource
	share() *scheduler.Resource       // its fair share now
	steadyShare() *scheduler.Resource // its fair share if all queues had work; nil of an application
	active() bool                     // it is an application, or a queue in which one may run
}

// shareSteps are the halvings in the search for a ratio.
const shareSteps = 25

// divide gives each sharer its fair share of one kind of resource: its weight
// times a ratio that is the same for all, but at least its minimum and at most
// its maximum. The ratio is searched by halving, as YARN does, so that the shares
// are the same whole numbers. Steady shares count queues without work, too.
//
// Source: org.apache.hadoop...scheduler.fair.policies.ComputeFairShares.
func divide(sharers []sharer, total scheduler.Resource, k scheduler.Kind, steady bool) {
	target := func(s sharer) *scheduler.Resource {
		if steady {
			return s.steadyShare()
		}
		return s.share()
	}
	var open []sharer
	var taken, most int64
	for _, s := range sharers {
		if x := fixedShare(s, k, steady); x >= 0 {
			k.Set(target(s), x)
			taken = addToMax(taken, x)
			continue
		}
		open = append(open, s)
		most = addToMax(most, k.Of(s.maxShare()))
	}
	if len(open) == 0 {
		return
	}
	used := func(ratio float64) (sum int64) {
		for _, s := range open {
			sum = addToMax(sum, shareAt(s, ratio, k))
		}
		return sum
	}
	goal := min(most, max(k.Of(total)-taken, 0))
	right := 1.0
	for used(right) < goal {
		right *= 2
	}
	left := 0.0
	for range shareSteps {
		mid := (left + right) / 2
		x := used(mid)
		if x == goal {
			right = mid
			break
		}
		if x < goal {
			left = mid
		} else {
			right = mid
		}
	}
	for _, s := range open {
		k.Set(target(s), shareAt(s, right, k))
	}
}

// fixedShare is a share that does not depend on the ratio, or -1.
func fixedShare(s sharer, k scheduler.Kind, steady bool) int64 {
	switch {
	case k.Of(s.maxShare()) <= 0:
		return 0
	case !steady && !s.active():
		return 0
	case s.weight() <= 0:
		return max(k.Of(s.minShare()), 0)
	}
	return -1
}

func shareAt(s sharer, ratio float64, k scheduler.Kind) int64 {
	x := float64(s.weight()) * ratio
	x = max(x, float64(k.Of(s.minShare())))
	x = min(x, float64(k.Of(s.maxShare())))
	return scheduler.Truncate(x)
}

// addToMax is a sum that stops at the largest number. Neither part is negative.
func addToMax(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
