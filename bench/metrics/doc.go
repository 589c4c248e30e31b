// Package metrics turns the exact counts of a replay, or of a recording, into
// the figures of reports. Replays count in whole milliseconds; floating point
// begins here.
//
// Read the files in this order:
//
//   - table.go: [Table], every metric with its unit, formula, direction and source;
//     a new metric is one line there, and docs/METRICS.md has the same table in
//     prose;
//   - app.go: [App], the outcome of one application, and [Group], the applications from
//     which a metric is computed;
//   - measures.go: the formulas of the metrics;
//   - batches.go: the micro-batches of streams;
//   - attribution.go: the metrics of time by cause;
//   - row.go, bounds.go: [Row], every metric of one group, and the values that cannot be;
//   - figures.go: single numbers of an application, which comparisons sum;
//   - prices.go: what the resources that applications hold cost;
//   - elasticity.go: [Meter], an observer that measures how well supply follows
//     demand, and what a minimum charge adds;
//   - nodes.go: which nodes had executors on them;
//   - timeline.go: [Timeline], an observer that records executors and cores over
//     time, in bounded memory.
package metrics
