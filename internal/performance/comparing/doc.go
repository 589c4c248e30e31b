// Package comparing has a benchmark of what it costs to compare many policies on many
// applications, in processor time and memory: BenchmarkComparing in comparing_test.go.
// Package internal/performance shows it.
package comparing
