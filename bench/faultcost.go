package bench

import (
	"dynalloc/bench/metrics"
	"dynalloc/internal/wide"
	"dynalloc/replay"
)

// A FaultCost is the cost of the suite's faults under one policy: the figures of the
// replay with the faults minus those of the same replay without them.
type FaultCost struct {
	Policy     string
	Misses     int
	Failed     int       // applications that Spark stopped after repeated stage failures
	Turnaround wide.Time // sum over the applications
	Executors  wide.Time // executor-time held
	Lost       int       // executors that ended without being released by their application
	Preempted  int       // those of Lost that the cluster manager preempted
	Rerun      int       // tasks that ran again because their output was lost
	Discarded  wide.Time // core-time of tasks that were running on executors when the executors were lost
}

// faultFreeReplays are the replays of each policy without the faults; none if
// there are no faults.
func (r *Results) faultFreeReplays() []sideReplay {
	if len(r.Suite.Config.Faults) == 0 && !r.Suite.Config.RecordedLosses {
		return nil
	}
	without := r.sideConfig()
	without.Faults, without.RecordedLosses = nil, false
	var sides []sideReplay
	for i, f := range r.Suite.Policies {
		sides = append(sides, sideReplay{f, without, func(clean *replay.Result) {
			if run := &r.Runs[i]; run.Problem == "" {
				run.faults = r.faultCost(run, clean)
			}
		}})
	}
	return sides
}

// faultCost compares a policy's replay with the one without faults.
func (r *Results) faultCost(run *Outcome, without *replay.Result) *FaultCost {
	with := run.Result
	cost := &FaultCost{Policy: run.Policy.Name, Executors: with.Ledger.Executor.Minus(without.Ledger.Executor)}
	for k := range with.Apps {
		faulty, clean := &with.Apps[k], &without.Apps[k]
		a, b := &run.Apps[k], r.replayed(without, k)
		cost.Misses += int(metrics.MissOf(a) - metrics.MissOf(&b))
		cost.Failed += a.Failed - b.Failed
		cost.Turnaround.Add(a.Turnaround-b.Turnaround, 1)
		cost.Lost += faulty.Lost - clean.Lost
		cost.Preempted += faulty.Preempted - clean.Preempted
		cost.Rerun += faulty.Rerun - clean.Rerun
		cost.Discarded = cost.Discarded.Plus(faulty.Discarded).Minus(clean.Discarded)
	}
	return cost
}
