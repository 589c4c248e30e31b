// Package stats has the statistics of comparisons: numbers in, numbers out. It
// knows nothing of workloads, policies or replays.
//
// Callers divide what they compare into blocks that are independent of each
// other, and pass sums by block. Read the files in this order:
//
//   - quantile.go: quantiles and means of samples;
//   - interval.go: [Estimate], a figure with its confidence interval, and how
//     intervals of several comparisons are made that hold together
//     ([Simultaneous]) and of a share ([Share]);
//   - mcnemar.go: exact and randomized tests of paired differences ([McNemar],
//     [SignFlip]) and the adjustment of p-values for their number ([Holm]).
//
// docs/STATISTICS.md explains why these methods were chosen.
package stats
