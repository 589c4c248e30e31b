package decide

import (
	"cmp"
	"context"
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
)

// An outcome is what a search keeps of one application of a replay.
type outcome struct {
	turnaround, judged time.Duration
	executors, cores   int64 // executor-time and core-time held, ms
	unfinished         bool  // Spark gave up a job of it
	refused            replay.Failure
	attribution        *attribution.Attribution // nil if attribution is off
}

func outcomeOf(a *metrics.App) outcome {
	o := outcome{turnaround: a.Turnaround, judged: a.Judged(), executors: a.Executors.Milliseconds(), cores: a.Held.Milliseconds(), unfinished: a.Failed > 0, attribution: a.Attribution}
	if a.Failure.Refused() {
		o.refused = a.Failure
	}
	return o
}

// missed reports whether the application misses a deadline if its time is longer by a
// factor.
func (o *outcome) missed(deadline time.Duration, factor float64) bool {
	return o.unfinished || factor*float64(o.judged) > float64(deadline)
}

// expected is the probability of a miss, in thousandths, if the logarithm of the time is
// off by an error of the model.
func (o *outcome) expected(deadline time.Duration, error *distuv.StudentsT) int {
	switch {
	case o.unfinished:
		return 1000
	case error.Sigma <= 0 || o.judged <= 0:
		return 1000 * oneIf(o.missed(deadline, 1))
	}
	return int(math.Round(1000 * error.CDF(math.Log(float64(o.judged)/float64(deadline)))))
}

// Counts are what the runs of a class add up to in some replicas. They are integers, so
// that equal results compare as equal.
type counts struct {
	runs, deadlines              int
	misses                       int   // of deadlines
	expected                     int   // misses, in thousandths: the sum of the probabilities of a miss under the model's error
	turnaround, executors, cores int64 // ms
}

func (c *counts) add(o *counts, times int) {
	c.runs, c.deadlines, c.misses, c.expected = c.runs+times*o.runs, c.deadlines+times*o.deadlines, c.misses+times*o.misses, c.expected+times*o.expected
	n := int64(times)
	c.turnaround, c.executors, c.cores = c.turnaround+n*o.turnaround, c.executors+n*o.executors, c.cores+n*o.cores
}

// A trial is the result of one fleet in one scenario.
type trial struct {
	specs   []policies.Spec // of each class of the scenario
	fleet   policies.Fleet
	runs    [][]outcome // by replica: the outcome of each application of the scenario
	tallies [][]counts  // by replica: of each class of the workload, and at the end of all other applications
	done    int         // replicas that are complete: those of runs, unless replaying was cancelled
	err     error       // the error of the first replica that failed; then the fleet has no figures
	refused replay.Failure
}

func newTrial(f policies.Fleet, specs ...policies.Spec) *trial { return &trial{fleet: f, specs: specs} }

// failed reports whether the fleet cannot be chosen: a replay failed, or Spark refuses
// its settings for some application, which then does not do its work.
func (t *trial) failed() bool { return t.err != nil || t.refused != replay.NoFailure }

// totals are the counts of each class over the replicas from one to before another.
func (t *trial) totals(from, to int) []counts {
	var sum []counts
	for _, tally := range t.tallies[from:to] {
		if sum == nil {
			sum = make([]counts, len(tally))
		}
		for k := range tally {
			sum[k].add(&tally[k], 1)
		}
	}
	return sum
}

// tally adds up the outcomes of one replay by class.
func (s *scenario) tally(outcomes []outcome) []counts {
	sums := make([]counts, len(s.errors))
	for i := range outcomes {
		o, k := &outcomes[i], s.class[i]
		c := counts{runs: 1, turnaround: o.turnaround.Milliseconds(), executors: o.executors, cores: o.cores}
		if ref := &s.reference[i]; ref.HasDeadline {
			c.deadlines = 1
			c.misses, c.expected = oneIf(o.missed(ref.Deadline, 1)), o.expected(ref.Deadline, &s.errors[k])
		}
		sums[k].add(&c, 1)
	}
	return sums
}

// judgeAgain sets the result of a fleet from its replays in a scenario that differs only in
// the references.
func (s *scenario) judgeAgain(t, played *trial) {
	t.runs, t.done, t.err, t.refused = played.runs, played.done, played.err, played.refused
	t.tallies = nil
	for _, outcomes := range t.runs {
		if outcomes == nil { // the replay failed
			t.tallies = append(t.tallies, nil)
		} else {
			t.tallies = append(t.tallies, s.tally(outcomes))
		}
	}
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
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
	replicas = min(replicas, len(s.replicas))
	var jobs []job
	for _, t := range list {
		for len(t.runs) < replicas {
			jobs = append(jobs, job{t, len(t.runs)})
			t.runs, t.tallies = append(t.runs, nil), append(t.tallies, nil) // replays run concurrently and each writes its own element
		}
	}
	failed, here, err := s.replayElsewhere(ctx, jobs, &o)
	if err != nil {
		return err
	}
	err = o.Each(ctx, len(here), func(i int, watch replay.Watch) error {
		i = here[i]
		j := jobs[i]
		defer o.Timed(j.trial.fleet.Name)()
		outcomes, err := s.replay(j.trial.fleet, j.replica, watch)
		if err == nil {
			j.trial.runs[j.replica], j.trial.tallies[j.replica] = outcomes, s.tally(outcomes)
		} else if ctx.Err() == nil {
			failed[i] = err
		}
		return nil
	})
	for i, j := range jobs { // by ascending replica, so that the first error is kept
		j.trial.err = cmp.Or(j.trial.err, failed[i])
		for k := range j.trial.runs[j.replica] {
			j.trial.refused = cmp.Or(j.trial.refused, j.trial.runs[j.replica][k].refused)
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
