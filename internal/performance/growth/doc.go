// Package growth has benchmarks of what an event of a task costs a replay, as one size
// of the work or of the cluster grows: BenchmarkGrowth in growth_test.go, on the axes of
// axes_test.go. Package internal/performance draws them.
//
// The benchmarks use only what replay, policies, traces and the managers have exported
// for long, so that they also run beside older code, for a comparison in one run. Only
// meaning_test.go and prepared_test.go are left out there.
package growth
