// Package sla says by when applications, and queries inside of them, must have
// ended.
//
// Read the files in this order:
//
//   - rule.go: [DeadlineRule], one rule such as "90s", "06:00 Europe/Berlin" or
//     "alone=1.5"; and [SlackRule], the rule for applications without any other;
//   - file.go: [Deadlines], the lines of a deadline file, and for whom each is
//     ([Match]);
//   - tags.go: the tags of an application, by which a line can be chosen;
//   - references.go: [Reference], what each application of a workload is measured
//     against: its critical path, its run alone, its program's history, and the
//     deadline that follows from them;
//   - queries.go: [Query], the jobs of an application that have a deadline of
//     their own;
//   - notes.go: what a reader of a report must know about the deadlines.
package sla
