package metrics

import (
	"math"
	"slices"
	"time"

	"dynalloc/bench/stats"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Batch is the outcome of a micro-batch of a stream.
type Batch struct {
	Latency time.Duration // from its trigger to the end of its last job; -1: it did not end
	Delay   time.Duration // by which its first job was submitted after it was due
}

// Late reports whether the batch started after it was due, because the batch before it
// still ran, or did not end.
func (b *Batch) Late() bool { return b.Delay > 0 || b.Latency < 0 }

// batchesOf measures the micro-batches of an application. start is the time from which
// its times of the clock count; job says when a job was submitted and ended.
func batchesOf(a *traces.Application, start time.Duration, job func(j int) (from, to time.Duration, ended bool)) []Batch {
	var list []Batch
	var triggers []time.Duration
	at := map[[2]string]int{}
	for j := range a.Jobs {
		of := &a.Jobs[j]
		if of.Stream == "" {
			continue
		}
		from, to, ended := job(j)
		key := [2]string{of.Stream, of.Batch}
		k, known := at[key]
		if !known {
			k = len(list)
			at[key] = k
			due := from // a closed loop knows no trigger: its batches are never late
			trigger := from
			if of.Cue.At > 0 {
				due, trigger = of.Cue.Time(0, start), start+of.Cue.At
			}
			list, triggers = append(list, Batch{Delay: max(0, from-due)}), append(triggers, trigger)
		}
		switch b := &list[k]; {
		case !ended:
			b.Latency = -1
		case b.Latency >= 0:
			b.Latency = max(b.Latency, to-triggers[k])
		}
	}
	return list
}

// ReplayedBatches measures the micro-batches of an application in a replay.
func ReplayedBatches(a *traces.Application, r *replay.AppResult) []Batch {
	return batchesOf(a, r.Submit+a.EarlierAttempts, func(j int) (from, to time.Duration, ended bool) {
		return r.Jobs[j].Start, r.Jobs[j].End, r.Completed(j)
	})
}

func recordedBatches(a *traces.Application) []Batch {
	return batchesOf(a, 0, func(j int) (from, to time.Duration, ended bool) {
		if j >= len(a.Recorded.Jobs) {
			return 0, 0, false
		}
		return a.Recorded.Jobs[j].Start, a.Recorded.Jobs[j].End, a.Recorded.Jobs[j].End >= 0
	})
}

// batchCount counts the batches for which a condition holds; NaN if there are no batches.
func batchCount(holds func(b *Batch) bool) func(*Group) float64 {
	return func(g *Group) float64 {
		batches, n := 0, 0.0
		for i := range g.Apps {
			for k := range g.Apps[i].Batches {
				batches++
				n += oneIf(holds(&g.Apps[i].Batches[k]))
			}
		}
		if batches == 0 {
			return math.NaN()
		}
		return n
	}
}

// batchQuantile is a quantile of a time over the batches for which it exists, in seconds.
func batchQuantile(p float64, of func(b *Batch) time.Duration) func(*Group) float64 {
	return func(g *Group) float64 {
		var v []float64
		for i := range g.Apps {
			for k := range g.Apps[i].Batches {
				if d := of(&g.Apps[i].Batches[k]); d >= 0 {
					v = append(v, d.Seconds())
				}
			}
		}
		slices.Sort(v)
		return stats.Quantile(p, v)
	}
}
