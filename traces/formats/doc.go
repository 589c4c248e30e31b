// Package formats reads workloads from files that are not Spark event logs: logs of
// batch systems, public traces of clusters, CSV tables, and the native text form.
// docs/FORMATS.md states how each maps to a workload and what it cannot tell.
//
// A format implements [Format] and has one row in [Formats]. To add one, write a file
// with its sniffing and reading functions, add its row, and describe it in
// docs/FORMATS.md; a note must say what the mapping assumes. A program that uses this
// module can append a Format of its own to Formats.
//
// The files, in reading order:
//
//   - formats.go: the interface, the table, and what is the same for all formats
//   - derive.go: applications from records that do not know Spark: stages with equal
//     tasks, their order, and Spark's defaults
//   - csv.go, wta.go: tables with a row for each stage, by a mapping of their columns
//   - swf.go, swim.go, alibaba.go, decima.go: one format each
//   - native.go: how the native text form is recognized; package traces reads it
//   - notes.go: the assumptions of the mappings
package formats
