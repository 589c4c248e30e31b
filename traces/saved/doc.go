// Package saved keeps workloads that were read in files, so that a later run need not read
// their logs again.
//
//   - folder.go: [Folder], a cache: one file for each log or table, by the identity of its content
//   - file.go: the form of a file: what it is of, what made it, a workload, a checksum
//   - values.go: the form of a workload: every field of its types, by reflection
//   - columns.go: the form of lists of tasks: a column for each field, as narrow as its values
//
// The form is no format for exchange: a program reads only what the same build of it has
// written (docs/decisions/0018-parsed-workloads-are-saved.md).
package saved
