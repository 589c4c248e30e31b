package calibrate

import (
	"strings"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// taskSamples adds what an application's tasks show: of a warm task, the time that
// is neither running nor deserializing nor handling its result; of a first task,
// what it took beyond that and beyond a warm task's deserializing.
func taskSamples(a *traces.Application, samples *[latency.Causes][]sample) {
	var usual []int32
	for i := range a.Stages {
		for _, t := range a.Stages[i].All() {
			if !t.Cold && !t.First && !t.FirstRead {
				usual = append(usual, t.Scheduler)
				samples[latency.Overhead] = append(samples[latency.Overhead], sample{milliseconds(t.Scheduler), int(t.Contenders), a.Path})
			}
		}
	}
	overhead := latency.Median(usual, 0)
	warm := latency.WarmDeserialize(a)
	for i := range a.Stages {
		for _, t := range a.Stages[i].All() {
			cause := latency.Overhead
			switch {
			case t.Cold && t.FirstRead:
				continue // it has the overhead of two causes, which cannot be separated
			case t.Cold:
				cause = latency.ColdSlot
			case t.FirstRead:
				cause = latency.FirstRead
			case t.First:
				cause = latency.FirstOfStage
			default:
				continue
			}
			extra := max(t.Scheduler-overhead+t.Deserialize-warm[i], 0)
			samples[cause] = append(samples[cause], sample{milliseconds(extra), int(t.Contenders), a.Path})
		}
	}
}

func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }

// removalLags returns how long the driver took to see that executors which it killed
// were gone. The time of a kill is not in the log: it is the idle timeout after the
// executor's last task, if only that timeout kept it, and on average half a tick
// later.
func removalLags(a *traces.Application) []sample {
	const (
		halfTick = 50 * time.Millisecond
		held     = time.Second // longer than the shortest by so much: something else held it
	)
	p := a.Properties
	rules := policies.RulesOf(a.SparkVersion)
	if a.Recorded == nil || !rules.RemovalDelay || !spark.Master(a.Master).Standalone() || !p.Bool("spark.shuffle.service.enabled", false) {
		return nil
	}
	for i := range a.Stages {
		if len(a.Stages[i].Caches) > 0 {
			return nil
		}
	}
	idle := p.Duration("spark.dynamicAllocation.executorIdleTimeout", time.Second, time.Minute)
	var lags []sample
	shortest := time.Hour
	for i := range a.Recorded.Executors {
		x := &a.Recorded.Executors[i]
		if lag := x.Removed - max(x.LastTask, x.Added) - idle - halfTick; x.Removed >= 0 && lag > 0 && strings.Contains(x.Reason, "killed by driver") {
			lags = append(lags, sample{lag, 0, a.Path})
			shortest = min(shortest, lag)
		}
	}
	kept := lags[:0]
	for _, s := range lags {
		if s.took <= shortest+held {
			kept = append(kept, s)
		}
	}
	return kept
}
