package decide

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Shaking is how replicas are shaken: arrivals by seconds, task times and driver
// gaps by as much as repeats of the same thing on an idle cluster differ.
var Shaking = traces.Shaking{Arrivals: 3 * time.Second, Work: 0.05}

// By how much start-up is longer or shorter in a replica, as the standard
// deviation of its logarithm: where logs show it, as much as their mean may be
// off; where they do not, as much as it differed between recordings.
const (
	startupLearned = 0.05
	startupUnknown = 0.25
)

// mostCopied is how many tasks a workload may have whose task times are shaken:
// each replica has its own copy of them, in all some hundred megabytes for so
// many.
const mostCopied = 500_000

func tasksOf(w *traces.Workload) int {
	n := 0
	for _, a := range w.Apps {
		for i := range a.Stages {
			n += len(a.Stages[i].Tasks)
		}
	}
	return n
}

// A scene is a workload on its cluster with several replicas: the first is the
// workload as it is, the others are shaken. Every policy is replayed in the same
// replicas, with random numbers looked up by name, so that what differs between
// two of them is the policies.
type scenario struct {
	name      string // "load x0.8"; empty: as recorded
	workload  *traces.Workload
	reference []sla.Reference // by application of workload
	replicas  []replica
}

type replica struct {
	workload *traces.Workload
	from     []int // by application: its index in the scene's workload
	config   replay.Config
}

func newScenario(name string, w *traces.Workload, reference []sla.Reference, c replay.Config, replicas int) *scenario {
	s := &scenario{name: name, workload: w, reference: reference}
	for r := range replicas {
		s.replicas = append(s.replicas, shaken(w, c, r))
	}
	return s
}

// shaken makes the r-th replica. What is drawn for it depends on the seed of the
// configuration and on r alone.
func shaken(w *traces.Workload, c replay.Config, r int) replica {
	if r == 0 {
		from := make([]int, len(w.Apps))
		for i := range from {
			from[i] = i
		}
		return replica{workload: w, from: from, config: c}
	}
	seed := c.Seed + uint64(r)<<32
	random := rand.New(rand.NewPCG(seed, 0x57a7))
	by := Shaking
	if tasksOf(w) > mostCopied {
		by.Work = 0 // a replica then shares its tasks with the workload
	}
	moved, from := traces.Shake(w, by, seed)
	c.Seed = seed
	deviation := startupUnknown
	if c.Times.By[replay.Startup].Learned() {
		deviation = startupLearned
	}
	factor := math.Exp(deviation * random.NormFloat64())
	for i, d := range c.Times.By[replay.Startup].Quantiles {
		c.Times.By[replay.Startup].Quantiles[i] = time.Duration(factor * float64(d)).Truncate(time.Millisecond)
	}
	if c.Cluster.Startup > 0 {
		c.Cluster.Startup = time.Duration(factor * float64(c.Cluster.Startup)).Truncate(time.Millisecond)
	}
	return replica{workload: moved, from: from, config: c}
}

// play replays one replica under a fleet and returns what each application of
// the scene's workload got, in its order.
func (s *scenario) play(f policies.Fleet, r int) ([]metrics.App, error) {
	rep := &s.replicas[r]
	result, err := replay.Run(rep.workload, f, rep.config)
	if err != nil {
		return nil, err
	}
	apps := make([]metrics.App, len(s.workload.Apps))
	for i := range result.Apps {
		at := rep.from[i]
		apps[at] = metrics.Replayed(rep.workload.Apps[i], &result.Apps[i], &s.reference[at])
	}
	return apps, nil
}

// A played is what a fleet gave in a scene, by replica; nil where it has not been
// played.
type trial struct {
	fleet policies.Fleet
	runs  [][]metrics.App
	err   error // the first replica that failed says why: nothing is known of the fleet
}

// playAll replays fleets in the replicas of a scene below a number that have not
// been played yet.
func (s *scenario) playAll(ctx context.Context, list []*trial, replicas int, o bench.Options) error {
	type job struct {
		played  *trial
		replica int
	}
	var jobs []job
	for _, p := range list {
		for r := len(p.runs); r < min(replicas, len(s.replicas)); r++ {
			p.runs = append(p.runs, nil)
			jobs = append(jobs, job{p, r})
		}
	}
	failed := make([]error, len(jobs))
	err := o.Each(ctx, len(jobs), func(i int) error {
		j := jobs[i]
		j.played.runs[j.replica], failed[i] = s.play(j.played.fleet, j.replica)
		return nil
	})
	for i, j := range jobs { // in order of replicas, so that the first is kept
		if j.played.err == nil {
			j.played.err = failed[i]
		}
	}
	return err
}

// A sampling says over which applications of a scene figures are summed, and in
// which blocks.
type sampling struct {
	apps   []int
	blocks bench.Blocks
}

func (s *scenario) sampling(apps []int) sampling {
	b := bench.BlocksOf(s.workload, apps)
	if b.Unit == bench.ByReplica {
		b.N = len(s.replicas)
	}
	return sampling{apps, b}
}

// sums are a figure's sums by block. Where blocks are of applications they are
// means over the replicas.
func (by sampling) sums(p *trial, f metrics.Figure) []float64 {
	sums := make([]float64, by.blocks.N)
	for r, apps := range p.runs {
		for i, at := range by.apps {
			if by.blocks.Unit == bench.ByReplica {
				sums[r] += f(&apps[at])
			} else {
				sums[by.blocks.Of[i]] += f(&apps[at]) / float64(len(p.runs))
			}
		}
	}
	return sums
}

// total is a figure's sum over the applications, as a mean over the replicas.
func (by sampling) total(p *trial, f metrics.Figure) float64 {
	sum := 0.0
	for _, apps := range p.runs {
		for _, at := range by.apps {
			sum += f(&apps[at])
		}
	}
	return sum / float64(len(p.runs))
}

// original finds for each application of a scaled workload the one that it is or
// is a copy of (traces.Scale).
func original(scaled, w *traces.Workload) ([]int, error) {
	byID := map[string]int{}
	for i := len(w.Apps) - 1; i >= 0; i-- {
		byID[w.Apps[i].ID] = i
	}
	from := make([]int, len(scaled.Apps))
	for i, a := range scaled.Apps {
		at, found := byID[a.ID]
		if cut := strings.LastIndex(a.ID, "-copy"); !found && cut >= 0 {
			at, found = byID[a.ID[:cut]]
		}
		if !found {
			return nil, fmt.Errorf("application %s of the scaled workload is a copy of none", a.ID)
		}
		from[i] = at
	}
	return from, nil
}
