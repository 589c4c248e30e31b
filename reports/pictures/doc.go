// Package pictures draws the figures of reports as PNG files: each function draws one
// figure of a result.
//
// A figure has a title, a line with the workload and cluster, a key to the colours, and
// a plot or several panels of the same scales. The base policy is always gray and
// dashed, or a triangle; colours stay apart for all kinds of colour vision.
//
// Read the files in this order: style.go (ink, type, axes), figure.go (heading, key,
// panels) and ticks.go (marks on axes); then the figures: overtime.go (executors and
// utilization over time), waits.go (distribution of queue waits), causes.go (bars by
// cause), tradeoff.go with labels.go (misses against cost), front.go (the same of a
// search), validation.go (recorded against replayed) and growth.go (cost by size).
package pictures
