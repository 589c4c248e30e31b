// Package sla computes the deadlines of applications and of queries inside
// applications.
//
// Read the files in this order:
//
//   - rule.go: [DeadlineRule], one rule such as "90s", "06:00 Europe/Berlin" or
//     "alone=1.5"; and [SlackRule], the rule for applications that no line of a file
//     matches;
//   - file.go: [Deadlines], the lines of a deadline file, and the applications that
//     each selects ([Match]);
//   - tags.go: the tags of an application, which a line can match;
//   - references.go: [Reference], the values with which each application is compared:
//     its critical path, its turnaround alone, the history of its program, and the
//     deadline computed from them;
//   - requests.go: [Request], a micro-batch, query or job, and the response that is judged
//     where the clock stops an application;
//   - queries.go: [Query], the jobs of an application that share their own deadline;
//   - notes.go: the notes on deadlines for a report.
package sla
