package replay

import "time"

// Config is everything about a run besides the workload and the policies.
type Config struct {
	Cluster Cluster
	Times   Times
	Offers  Offers
	Seed    uint64 // keys every random number of the run
	// Startups are start-up times in order of request, by application: the k-th
	// executor that it is granted registers the k-th of these times after it was
	// asked for (at once, if it is granted later than that), those beyond the last
	// take the median. Nil, and an application without any, draws from Times.
	Startups [][]time.Duration
	Horizon  time.Duration // a run past it is an error, not a wait; 0: no limit
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
