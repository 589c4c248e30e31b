package decide

import (
	"math/rand/v2"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// shaking is how the replicas of a workload are varied: arrivals by seconds, task
// times and driver gaps by as much as repeats of one application on an idle
// cluster differ (docs/STATISTICS.md).
var shaking = traces.Shaking{Arrivals: 3 * time.Second, Work: 0.05}

// mostCopied is the number of tasks up to which the task times of a workload are
// shaken. Each replica has a copy of the tasks; for this many tasks the copies take
// several hundred megabytes.
const mostCopied = 500_000

func tasksOf(w *traces.Workload) int {
	n := 0
	for _, a := range w.Apps {
		for i := range a.Stages {
			n += a.Stages[i].Size()
		}
	}
	return n
}

// A scenario is a workload on its cluster in several replicas: the first is the
// workload as it is, the others are shaken. Every fleet is replayed in the same
// replicas, with random numbers looked up by name, so that two of them differ only
// by their policies.
type scenario struct {
	name      string // such as "load x0.8"; empty: as recorded
	workload  *traces.Workload
	reference []sla.Reference // by application of workload
	classes   []string        // by application of workload: its name, where the workload has its token
	room      *roomCheck      // nil: the load is another one, or the cluster was given
	replicas  []replica
}

type replica struct {
	workload *traces.Workload
	from     []int // by application: its index in the scenario's workload
	config   replay.Config
}

// newScenario makes a scenario of applications that come from another workload:
// w is made of its applications, and from has for each its index there. Classes
// are replaced by their tokens. The replicas are those with numbers from first on.
func newScenario(name string, classes []*class, w *traces.Workload, from []int, of *origin, first, replicas int) *scenario {
	token := make([]string, len(of.workload.Apps))
	for _, c := range classes {
		for _, at := range c.apps {
			token[at] = c.token
		}
	}
	out := *w
	out.Apps = make([]*traces.Application, len(w.Apps))
	s := &scenario{name: name, workload: &out, reference: make([]sla.Reference, len(w.Apps)), classes: make([]string, len(w.Apps)), room: of.room}
	for i, at := range from {
		app := *w.Apps[i]
		app.Class = token[at]
		app.Recorded = of.workload.Apps[at].Recorded // a static size is taken from it if the settings give none
		out.Apps[i], s.reference[i], s.classes[i] = &app, of.reference[at], of.workload.Apps[at].Class
	}
	for r := first; r < first+replicas; r++ {
		s.replicas = append(s.replicas, shaken(&out, of.config, r))
	}
	return s
}

// An origin is the workload from which scenarios are made.
type origin struct {
	workload  *traces.Workload
	reference []sla.Reference // by application
	config    replay.Config
	room      *roomCheck // nil: not to be checked
}

// shaken makes the replica with a number. Its random numbers depend only on the
// seed of the configuration and the number.
func shaken(w *traces.Workload, c replay.Config, r int) replica {
	if r == 0 {
		return replica{workload: w, from: upTo(len(w.Apps)), config: c}
	}
	seed := c.Seed + uint64(r)<<32
	by := shaking
	if tasksOf(w) > mostCopied {
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
	return replica{workload: moved, from: from, config: c}
}

// replay replays one replica under a fleet and returns the outcome of each
// application of the scenario's workload, in its order.
func (s *scenario) replay(f policies.Fleet, r int, watch replay.Watch) ([]metrics.App, error) {
	rep := &s.replicas[r]
	config := rep.config
	config.Watch = watch
	result, err := replay.Run(rep.workload, f, config)
	if err != nil {
		return nil, err
	}
	apps := make([]metrics.App, len(s.workload.Apps))
	for i := range result.Apps {
		at := rep.from[i]
		apps[at] = metrics.Replayed(rep.workload.Apps[i], &result.Apps[i], &s.reference[at])
		s.room.observe(f, s.classes[at], rep.workload.Apps[i], &result.Apps[i], &apps[at])
	}
	return apps, nil
}

// upTo returns the numbers below n.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
