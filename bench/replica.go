package bench

import (
	"math/rand/v2"
	"time"

	"dynalloc/replay"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Shaking is how the replicas of a workload are varied: arrivals by seconds, task
// times and driver gaps by as much as repeats of one application on an idle
// cluster differ (docs/STATISTICS.md).
var Shaking = traces.Shaking{Arrivals: 3 * time.Second, Work: 0.05}

// mostCopied is the number of tasks up to which the task times of a workload are
// shaken. Each replica has a copy of the tasks; for this many tasks the copies take
// several hundred megabytes.
const mostCopied = 500_000

// TasksOf is the number of tasks of a workload.
func TasksOf(w *traces.Workload) int {
	n := 0
	for _, a := range w.Apps {
		for i := range a.Stages {
			n += a.Stages[i].Size()
		}
	}
	return n
}

// Replica is the replica of a workload with a number above 0, and of the configuration of
// its replays: arrivals, work and the times of the model vary at random. The random numbers
// depend only on the seed of the configuration and the number. The second result has, for
// each application of the replica, its index in w.
func Replica(w *traces.Workload, c replay.Config, by traces.Shaking, number int) (*traces.Workload, []int, replay.Config) {
	seed := c.Seed + uint64(number)<<32
	if TasksOf(w) > mostCopied {
		by.Work = 0 // the replica then shares its tasks with the workload
	}
	moved, from := traces.Shake(w, by, seed)
	c.Seed = seed
	// Each cause of time has a generator of its own, so that another cause leaves its draw
	// as it is.
	draw := func(cause latency.Cause) float64 {
		return rand.New(rand.NewPCG(seed, 0x57a7+uint64(cause))).NormFloat64()
	}
	for cause := range latency.Causes {
		c.Times.By[cause].Vary(draw(cause))
	}
	if c.Cluster.Startup > 0 {
		given := latency.Constant(c.Cluster.Startup)
		given.Uncertainty = c.Times.By[latency.Startup].Uncertainty
		given.Vary(draw(latency.Startup))
		c.Cluster.Startup = given.Quantiles.Median().Truncate(time.Millisecond)
	}
	return moved, from, c
}
