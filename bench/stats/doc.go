// Package stats has the statistics of comparisons. Its input and output are numbers; it
// knows nothing of workloads, policies or replays.
//
// Callers divide the applications that they compare into blocks that are independent of
// each other, and pass sums by block. Read the files in this order:
//
//   - quantile.go: quantiles and means of samples;
//   - estimate.go: [Estimate], a figure with its confidence interval;
//   - interval.go: how intervals are made: of several comparisons together
//     ([Simultaneous]) and of a proportion ([Share]);
//   - tests.go: exact and randomized tests of paired differences ([McNemar],
//     [SignFlip]) and the adjustment of p-values for their number ([Holm]).
//
// docs/STATISTICS.md explains why these methods were chosen.
package stats
