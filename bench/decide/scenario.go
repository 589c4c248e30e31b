package decide

import (
	"gonum.org/v1/gonum/stat/distuv"

	"dynalloc/bench"
	"dynalloc/bench/decide/room"
	"dynalloc/bench/metrics"
	"dynalloc/bench/reuse"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// mostTasksCopied is how many tasks the judging replicas have together.
const mostTasksCopied = 10_000_000

// A world is a workload on a cluster, with what its results are compared with.
type world struct {
	workload  *traces.Workload
	reference []sla.Reference // by application
	config    replay.Config
	shaking   traces.Shaking // of its replicas
	room      *room.Check    // nil: not to be checked
}

// A scenario is some applications of a world in several replicas: the first is the
// workload as it is, the others are shaken. Every fleet is replayed in the same
// replicas, with random numbers looked up by name, so that two of them differ only
// by their policies.
type scenario struct {
	name      string // in progress and in keys; empty: all classes
	workload  *traces.Workload
	reference []sla.Reference    // by application of workload
	class     []int              // by application: the index of its class; the number of classes for one of none
	names     []string           // by application: the name of its class, where the workload has its token
	errors    []distuv.StudentsT // the model's error of the logarithms of turnarounds, by class; 0 for applications of none
	room      *room.Check
	replicas  []replica
	place     place
	base      *trial // of the settings in force
	trials    []*trial
	byFleet   map[string]*trial
}

type replica struct {
	workload *traces.Workload
	from     []int // by application: its index in the scenario's workload
	config   replay.Config
}

// newScenario makes a scenario of applications of a world, given by their indexes, with
// the replicas from a number on. Classes are replaced by their tokens.
func newScenario(name string, classes []*class, of *world, apps []int, first, replicas int) *scenario {
	at := map[string]int{}
	s := &scenario{name: name, room: of.room, base: newTrial(bench.RecordedFleet()), byFleet: map[string]*trial{}}
	for k, c := range classes {
		at[c.name] = k
		s.errors = append(s.errors, errorOf(c.model.Time, c.model.TimeFreedom))
	}
	s.errors = append(s.errors, distuv.StudentsT{})
	out := *of.workload
	out.Apps = nil
	for _, i := range apps {
		app := *of.workload.Apps[i]
		k, known := at[app.Class]
		if !known {
			k = len(classes)
		}
		s.class, s.names, s.reference = append(s.class, k), append(s.names, app.Class), append(s.reference, of.reference[i])
		if app.Class = ""; known {
			app.Class = classes[k].token
		}
		out.Apps = append(out.Apps, &app)
	}
	s.workload = &out
	for r := first; r < first+replicas; r++ {
		s.replicas = append(s.replicas, shaken(&out, of, r))
	}
	return s
}

// addReplicas makes more replicas of a scenario that began with number first.
func (s *scenario) addReplicas(of *world, first, replicas int) {
	for r := first + len(s.replicas); len(s.replicas) < replicas; r++ {
		s.replicas = append(s.replicas, shaken(s.workload, of, r))
	}
}

// shaken makes the replica with a number; 0 is the workload as it is.
func shaken(w *traces.Workload, of *world, r int) replica {
	c := of.config
	if r == 0 {
		return replica{workload: w, from: upTo(len(w.Apps)), config: c}
	}
	moved, from, varied := bench.Replica(w, c, of.shaking, r)
	return replica{workload: moved, from: from, config: varied}
}

// replay replays one replica under a fleet and returns the outcome of each
// application of the scenario's workload, in its order.
func (s *scenario) replay(f policies.Fleet, r int, watch replay.Watch) ([]outcome, error) {
	rep := &s.replicas[r]
	config := rep.config
	config.Watch = watch
	result, err := reuse.Run(rep.workload, f, config)
	if err != nil {
		return nil, err
	}
	apps := make([]outcome, len(s.workload.Apps))
	for i := range result.Apps {
		at := rep.from[i]
		app := metrics.Replayed(rep.workload.Apps[i], &result.Apps[i], &s.reference[at])
		s.room.Observe(f, s.names[at], rep.workload.Apps[i], &result.Apps[i], &app)
		apps[at] = outcomeOf(&app)
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
