package bench

import (
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/replay"
)

// A FaultCost is what the faults of a run cost under one policy: the replay with
// them, less the same replay without.
type FaultCost struct {
	Policy     string
	Misses     int
	Failed     int           // applications that Spark gave up
	Turnaround time.Duration // of all applications together
	Executors  time.Duration // executor-time held
	Lost       int           // executors that ended without being given back
	Preempted  int           // of those, taken by the manager
	Rerun      int           // tasks that ran again because their output was lost
	Discarded  time.Duration // core-time of tasks that ran on lost executors when they ended
}

// faultFreeReplays are the replays of each policy without the faults; none if there are
// no faults.
func (r *Results) faultFreeReplays() []*sideReplay {
	if len(r.Suite.Config.Faults) == 0 {
		return nil
	}
	without := r.Suite.Config
	without.Faults = nil
	runs := make([]*sideReplay, len(r.Suite.Policies))
	for i, p := range r.Suite.Policies {
		runs[i] = &sideReplay{fleet: p, config: without}
	}
	return runs
}

// measureFaults compares each policy's replay with the one without faults.
func (r *Results) measureFaults(runs []*sideReplay) {
	for i, run := range runs {
		with := r.Runs[i].Result
		if run.result == nil || r.Runs[i].Problem != "" {
			continue
		}
		cost := FaultCost{Policy: r.Runs[i].Policy.Name, Executors: with.Ledger.Executor - run.result.Ledger.Executor}
		for k := range with.Apps {
			is, was := &with.Apps[k], &run.result.Apps[k]
			app := r.Suite.Workload.Apps[k]
			a, b := metrics.Replayed(app, is, &r.Reference[k]), metrics.Replayed(app, was, &r.Reference[k])
			cost.Misses += missed(&a) - missed(&b)
			cost.Failed += a.Failed - b.Failed
			cost.Turnaround += a.Turnaround - b.Turnaround
			cost.Lost += is.Lost - was.Lost
			cost.Preempted += is.Preempted - was.Preempted
			cost.Rerun += is.Rerun - was.Rerun
			cost.Discarded += is.Discarded - was.Discarded
		}
		r.FaultCosts = append(r.FaultCosts, cost)
	}
}

// replayBeside runs a replay beside those of the policies. One that fails has no
// result: what is wrong with a policy is said by its own replay.
func (s *Suite) replayBeside(run *sideReplay) {
	if result, err := replay.Run(s.Workload, run.fleet, run.config); err == nil {
		run.result = result
	}
}
