// Package stopwatch measures processor time and memory, for benchmarks that compare:
// stopwatch.go, and processor_unix.go, which other systems replace by the wall clock.
package stopwatch

import (
	"runtime"
	"slices"
	"time"
)

// Medians runs each of the works once in each of the rounds, in turn, and returns the
// median processor time of each. What is compared is measured side by side, so that a
// machine that is slow for a while is slow for all of it, and a ratio of two medians
// holds where either of them does not. Garbage of one work is collected before the next
// begins; what a work collects while it runs counts. There must be at least one round.
func Medians(rounds int, works ...func()) []time.Duration {
	took := make([][]time.Duration, len(works))
	for range rounds {
		for i, work := range works {
			runtime.GC()
			start := Processor()
			work()
			took[i] = append(took[i], Processor()-start)
		}
	}
	medians := make([]time.Duration, len(works))
	for i, t := range took {
		slices.Sort(t)
		medians[i] = (t[(rounds-1)/2] + t[rounds/2]) / 2
	}
	return medians
}
