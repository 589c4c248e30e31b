// Package eventlog makes an application of a Spark event log.
//
// Spark's driver writes one JSON object per line for each event of its listener
// bus (org.apache.spark.util.JsonProtocol). Reading goes through these steps; the
// files are listed in reading order:
//
//   - log.go: a log as a list of parts. [Log] is given by package source, which
//     finds files and decompresses them; this package opens no file itself.
//   - package lines: the lines of all parts, with bounded memory
//   - read.go: [Read], and the table of events that a workload needs
//   - package scan: events of tasks, stages and jobs, which are nearly all of a log
//   - events.go: the other events, which the JSON library decodes
//   - assemble.go, clock.go: the state that the events build up
//   - packages numbered and lineage: stages by their ids, and the RDDs that they compute
//   - executors.go, jobs.go, stages.go, tasks.go: what each event adds to it, and
//     how executors and jobs come out of it
//   - runs.go: the runs of tasks, which package rows packs if they are very many
//   - pressure.go: what dynamic allocation reacted to
//   - local.go: whether the driver ran all tasks itself (local mode), on how many cores
//   - sessions.go, arrivals.go, batches.go, arrival_notes.go: who started which jobs, and
//     whether an earlier job, the clock or a stream's trigger did
//   - profiles.go: executor sizes, from resource profiles and properties
//   - link.go: which stage reads which, and which skipped stage reuses which
//   - build.go: the stages and tasks of the application
//   - barriers.go: barrier stages that Spark refused, or did not
//   - launch.go: the driver's time until the tasks of a stage start
//   - disruption.go: executors that were lost, and the work that was repeated
//   - package excluded: executors and hosts that were excluded after failures
//   - contention.go: which executors and tasks started beside others
//   - notes.go, grade.go: what is wrong with a log, and how far to trust it
//
// # Damage
//
// Whatever can be read is used. A line that cannot be read is skipped, a part that
// is cut short is used as far as it goes, and what is missing lowers the log's
// [dynalloc/traces.Grade]. Read fails only if no application can be made of what is left.
//
// # What no log says
//
// Shuffles have no ids, so a skipped stage is linked to an earlier one by the RDDs
// of both (link.go). The job that the driver waited for before it submitted another
// one is taken to be the latest of the same query, group or pool (jobs.go), unless the
// evidence is that the clock started it (arrivals.go). Each guess that may be wrong is
// a problem of the log, but does not lower the grade.
package eventlog
