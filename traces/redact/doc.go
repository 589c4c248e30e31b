// Package redact writes event logs without what tells whose they are, so that they can
// be given to others.
//
// It works by a list of what is kept. Events, fields and properties that are not on the
// list are left out, so query plans, call sites, command lines and paths are never
// written. Of what is kept, names of applications, users, hosts, pools, groups, queues
// and stages are replaced by pseudonyms, the same name by the same one in all logs;
// applications of one class stay in one class. Times and sizes stay. Reading a redacted
// log gives the same workload except for names.
//
// The files, in reading order:
//
//   - redact.go: [Write], and pseudonyms
//   - keep.go: what can be kept of a JSON value
//   - events.go, settings.go: the lists: events with their fields, and Spark properties
package redact
