package replay

import (
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
)

// Config is everything about a run besides the workload and the policies.
type Config struct {
	Cluster cluster.Cluster
	Times   latency.Model
	Offers  Offers
	Seed    uint64 // keys every random number of the run
	// Startups are given start-up times, by application: the k-th executor that it is
	// granted registers after the k-th of these times, at once if that is over. Those
	// beyond the last take the median of those that count from the request. Without
	// any, times are drawn from Times.
	Startups [][]latency.GivenStartup
	Faults   []cluster.Fault // what goes wrong, and when
	// Attribute computes AppResult.Attribution: where time and executor time went.
	Attribute bool
	Horizon   time.Duration // a run that goes on past it fails with ErrHorizon; 0: no limit
}

// Offers is the order in which executors with free slots are offered to
// waiting tasks.
type Offers uint8

const (
	// Shuffled offers executors in random order, as Spark's scheduler does
	// (TaskSchedulerImpl.shuffleOffers), one task for each executor in a pass.
	Shuffled Offers = iota
	// Ordered offers the least loaded executor first, then the lowest id: for
	// scenarios that a person follows by hand.
	Ordered
)
