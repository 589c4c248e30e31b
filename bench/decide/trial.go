package decide

import (
	"cmp"
	"context"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
)

// A trial is the result of one fleet in one scenario.
type trial struct {
	fleet policies.Fleet
	runs  [][]metrics.App // by replica: the outcome of each application of the scenario
	done  int             // replicas that are complete: those of runs, unless replaying was cancelled
	err   error           // the error of the first replica that failed; then the fleet has no figures
}

// A candidate is a policy, or a policy for each class, that may be chosen, with
// its trial.
type candidate struct {
	specs []policies.Spec // advice: of the class; search: of each class of the scenario
	*trial
}

func newTrial(f policies.Fleet) *trial { return &trial{fleet: f} }

// refusal is why Spark refuses the fleet's settings for some of the applications, the
// first time; NoFailure: it does not. Such a fleet does not do the work, so it is never
// chosen, whatever it costs. runs is how often it happens.
func (t *trial) refusal(apps []int) (why replay.Failure, runs int) {
	for _, outcome := range t.runs {
		for _, at := range apps {
			if outcome != nil && outcome[at].Failure.Refused() {
				why, runs = cmp.Or(why, outcome[at].Failure), runs+1
			}
		}
	}
	return why, runs
}

// isStatic reports whether the candidate is a fixed number of executors.
func (c *candidate) isStatic() bool { return c.specs[0].Fixed() }

// trialsOf returns the trials of candidates.
func trialsOf(list []*candidate) []*trial {
	var trials []*trial
	for _, c := range list {
		trials = append(trials, c.trial)
	}
	return trials
}

// remaining is the number of replays that play has to do.
func (s *scenario) remaining(list []*trial, replicas int) int {
	n := 0
	for _, t := range list {
		n += max(0, min(replicas, len(s.replicas))-t.done)
	}
	return n
}

// play replays fleets in the first replicas of the scenario, except those that are
// replayed already.
func (s *scenario) play(ctx context.Context, list []*trial, replicas int, o bench.Options) error {
	type job struct {
		trial   *trial
		replica int
	}
	replicas = min(replicas, len(s.replicas))
	var jobs []job
	for _, t := range list {
		for len(t.runs) < replicas {
			jobs = append(jobs, job{t, len(t.runs)})
			t.runs = append(t.runs, nil) // replays run concurrently and each writes its own element
		}
	}
	failed := make([]error, len(jobs))
	err := o.Each(ctx, len(jobs), func(i int, watch replay.Watch) error {
		j := jobs[i]
		var err error
		if j.trial.runs[j.replica], err = s.replay(j.trial.fleet, j.replica, watch); ctx.Err() == nil {
			failed[i] = err
		}
		return nil
	})
	for i, j := range jobs { // by ascending replica, so that the first error is kept
		if j.trial.err == nil {
			j.trial.err = failed[i]
		}
	}
	if err != nil {
		return err
	}
	for _, t := range list {
		t.done = len(t.runs)
	}
	return nil
}

// A sampling is the applications of a scenario over which figures are summed, and
// the blocks into which they are divided.
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

// sums are a figure's sums by block. If the blocks consist of applications, the sums
// are means over the replicas.
func (by sampling) sums(t *trial, f metrics.Figure) []float64 {
	sums := make([]float64, by.blocks.N)
	for r, apps := range t.runs {
		for i, at := range by.apps {
			if by.blocks.Unit == bench.ByReplica {
				sums[r] += f(&apps[at])
			} else {
				sums[by.blocks.Of[i]] += f(&apps[at]) / float64(len(t.runs))
			}
		}
	}
	return sums
}

// total is a figure's sum over the applications, as a mean over the replicas.
func (by sampling) total(t *trial, f metrics.Figure) float64 {
	return t.sum(by.apps, len(t.runs), f) / float64(len(t.runs))
}

// sum is a figure's sum over applications and the first replicas.
func (t *trial) sum(apps []int, replicas int, f metrics.Figure) float64 {
	sum := 0.0
	for _, outcome := range t.runs[:replicas] {
		for _, at := range apps {
			sum += f(&outcome[at])
		}
	}
	return sum
}
