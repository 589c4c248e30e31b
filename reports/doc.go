// Package reports puts the results of a comparison on paper: as text and
// Markdown to read, as CSV and JSON to compute with, and as PNG pictures to show.
//
// Every report is a function of [bench.Results] alone and writes the same bytes
// for the same results. Numbers come from the table metrics.Table and mean in
// all reports what docs/METRICS.md says. A value that does not exist, such as
// the misses of applications without deadlines, is "-" in tables, empty in CSV
// and null in JSON, never 0.
//
// What limits the results stands in every report beside them: the grades of
// logs that are not complete, a cluster that was assumed, how a workload was
// made. [WriteAll] writes all reports into a folder, each file whole or not at
// all.
package reports
