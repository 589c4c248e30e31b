package metrics

import (
	"math"
	"slices"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
)

// batchesOf are the micro-batches among the requests of an application.
func batchesOf(requests []sla.Request) []sla.Request {
	var batches []sla.Request
	for _, r := range requests {
		if r.Batch {
			batches = append(batches, r)
		}
	}
	return batches
}

// batchCount counts the batches for which a condition holds; NaN if there are no batches.
func batchCount(holds func(b *sla.Request) bool) func(*Group) float64 {
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
func batchQuantile(p float64, of func(b *sla.Request) time.Duration) func(*Group) float64 {
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
