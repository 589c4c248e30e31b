// Package traces has the workload model: what users wanted done on a Spark cluster,
// without how it went. A workload says which applications came when, which jobs their
// drivers submitted, which stages these had, and how long each task works. It is data:
// it is finished before anything replays it, and nothing changes it after.
//
// The packages below it make workloads: source finds and reads Spark event logs and
// files of other formats, by way of eventlog and formats; redact removes names from
// logs.
//
//	logs, err := source.Open("/var/log/spark-events")
//	...
//	workload, unreadable, err := traces.Collect("fleet", logs)
//
// The files of this package, in reading order:
//
//   - workload.go, cue.go, identity.go: the model, when a driver does something, and what
//     tells applications apart
//   - packed.go: the tasks of large stages in a compact form
//   - log.go, notes.go, limits.go: what is known about a log, and the bounds of what
//     sources can say
//   - disruption.go: executors that were lost, and what this cost
//   - check.go: the rules that every workload keeps
//   - collect.go, class.go: a workload of many applications, and their classes
//   - impossible.go, clocks.go: the applications that are left out of it
//   - bounds.go, parallelism.go, usage.go, spent.go: critical path and total work; how many
//     executors are of use; what was held when recorded
//   - select.go, window.go, scale.go, shake.go, combine.go, synth.go: workloads made of
//     others
//   - text.go, text_fields.go, text_words.go, text_tasks.go, text_write.go, lines.go: the
//     native text form, for scenarios that a person writes
//
// # What a replay can keep of a log
//
//   - When an application was submitted. Applications are an open loop: their users do
//     not know how busy the cluster is.
//   - The driver's time between the end of one job and the start of the next. Jobs are a
//     closed loop: if a policy makes one late, all later ones are late. So jobs have no
//     times of their own, but a [Cue]. The clock starts some jobs, such as micro-batches.
//   - Which stage reads which, and how many tasks each has.
//   - The work of a task ([Task.Work]): run, deserialize and result serialization time of
//     the run that succeeded.
//
// # What it cannot keep
//
//   - When a task, a stage or a job started: this depends on the recorded cluster's
//     queues and on the recorded policy.
//   - Scheduler delay and the time to fetch results: they are the recorded driver's
//     congestion. The first tasks on each executor are marked (Task.Cold), because they
//     also loaded classes.
//   - Failed tasks, killed copies, and stages that ran again because an executor took
//     their output along: they follow from the recorded executors, and a replay has
//     others. Tasks that failed by themselves are kept ([Failure]).
//   - When executors came and went. This is kept beside the workload ([Recorded]), to
//     compare a replay with.
//
// # How far to trust it
//
// Logs are damaged in many ways: drivers are killed, queues overflow, disks fill up,
// clocks are set. Whatever can be read is read, and each application has a [Log] with
// counts, a [Grade] and all problems, so that a report can say what it is based on. A
// log is refused ([LogError]) only if no application can be made of what is left.
package traces
