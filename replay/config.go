package replay

import (
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/replay/plan"
	"dynalloc/traces"
)

// Config is everything about a run besides the workload and the policies.
type Config struct {
	Cluster cluster.Cluster
	Times   latency.Model
	Offers  Offers
	Seed    uint64 // keys every random number of the run
	// Startups are given start-up times, by application: the k-th executor granted to it
	// registers after the k-th of these times, or at once if that time has passed already.
	// Executors beyond the list take the median of the times that are measured from the
	// request. If empty, times are drawn from Times.
	Startups [][]latency.GivenStartup
	Faults   []cluster.Fault // faults and their times
	// RecordedLosses has applications lose executors again as when they were recorded
	// (traces.Loss).
	RecordedLosses bool
	// Attribute enables AppResult.Attribution, which divides time and executor time by
	// cause.
	Attribute bool
	Horizon   time.Duration // a run that takes longer fails with ErrHorizon; 0: no limit
	Watch     Watch         // may be nil
	Plans     *plan.Plans   // of the workload under Times, from Prepare; nil: the replay makes its own
	// MostEvents is how many events one application may have, besides EventsPerTask for
	// each of its tasks, stages and jobs; 0: DefaultMostEvents. A slot of an executor that
	// it gets counts as one. Past it the run fails with an AppError of that application: its
	// settings or its log would have the replay do almost endless work.
	MostEvents int
}

// Prepare prepares the work of a workload's applications once for many replays under Times,
// which may run side by side. It calls goOn before each application, and ends early with its
// error.
func (c *Config) Prepare(w *traces.Workload, goOn func() error) (err error) {
	c.Plans, err = plan.All(w, c.Times, goOn)
	return err
}

// The default of Config.MostEvents takes seconds to replay. A task has two events, and a
// few more that follow from them.
const (
	DefaultMostEvents = 20_000_000
	EventsPerTask     = 100
)

// A Watch is called after every few thousand events of a replay, with how many of the
// workload's tasks have started; tasks that run again count again. It shows how far the
// replay is, and its error ends the replay. Nothing that happens in a replay depends on it.
// A replay reads no clock, so the calls are counted in events.
type Watch func(started, tasks int) error

// watchInterval is how many events, or instants, are between two calls of Config.Watch.
// Usually it is a millisecond of work.
const watchInterval = 4096

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
