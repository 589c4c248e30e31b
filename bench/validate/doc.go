// Package validate compares replays with recordings of real Spark: it predicts one
// recording from another and measures the error of the prediction.
//
// Read the files in this order:
//
//   - validate.go: [Run], one pair of recordings: the work of one under the
//     configuration of the other;
//   - view.go: [View], one run of an application, recorded or replayed;
//   - compare.go: [Comparison], a predicted application beside the recorded one;
//   - summary.go: [Summary], the errors of many comparisons, and skill over
//     simpler predictions;
//   - all.go: [RunAll], every pair of recordings of the same workload;
//   - recordings.go: which applications make one recording, and which recordings
//     are of the same workload;
//   - winner.go: how often the better of two configurations is predicted;
//   - bars.go: the limits that the errors of a summary must meet;
//   - modelerror.go: [ModelError], the error of predicted differences, by which
//     other packages widen their intervals.
//
// docs/VALIDATION.md explains the method and has the results.
package validate
