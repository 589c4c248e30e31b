// Package traces reads what really happened on Spark clusters and makes
// workloads of it.
//
// A workload is what the users wanted done, freed from how it went: which
// applications came when, what jobs their drivers submitted, what stages those
// had, and how long each task works. It is data: it is finished before anything
// replays it and is never changed after.
//
//	logs, err := traces.Open("/var/log/spark-events")
//	...
//	workload, unreadable, err := traces.Collect("fleet", logs)
//
// # What a replay may keep of a log
//
//   - When an application was submitted. Applications are open loop: their users
//     do not know how busy the cluster is.
//   - The driver's time between the end of one job and the start of the next.
//     Jobs are closed loop: a job that a policy makes late makes all later ones
//     late, so jobs hang on each other by a Cue and have no times of their own.
//   - Which stage reads which, and how many tasks each has.
//   - The work of a task (Task.Work): run, deserialize and result serialization
//     time of the run that succeeded.
//
// # What it may not keep
//
//   - When a task, a stage or a job started: the recorded cluster's queues are in
//     it, and the recorded policy's.
//   - Scheduler delay and the time to fetch results: they are the recorded
//     driver's congestion. The log's first tasks on each executor are marked
//     (Task.Cold), because they also loaded classes.
//   - Failed tasks, killed copies, stages done again because an executor took
//     their output along: they are effects of the recorded executors, and a
//     replay has its own.
//   - When executors came and went. That is kept beside the workload (Recorded),
//     as the truth to compare a replay with.
//
// # How far to trust it
//
// Logs are damaged in many ways: drivers are killed, queues overflow, disks
// fill, clocks are set. Whatever can be read is read, and every application
// carries a Log with counts, a Grade and all problems as texts, so that a report
// can say what it stands on. A log is refused (LogError) only if no application
// can be made of what is left.
//
// Some things no log says, and are guessed. Shuffles have no ids, so a skipped
// stage is linked to an earlier one by the RDDs of both. What a driver waited for
// before it submitted a job is taken to be the latest job of the same query,
// group or pool. The time at which cached data were dropped is that of the line
// before. Each guess that could be wrong is a problem of its log, though it does
// not lower the grade.
//
// # Reading in bounded memory
//
// [Logs] hands on applications one by one and keeps none of them. While it reads
// one, it keeps for each task the few dozen bytes that a [Task] needs. So memory
// is bounded by the largest application, not by the largest log, however long a
// line is and whatever the numbers in it say.
package traces
