// Package replay is the engine: it simulates a recorded workload under a fleet of
// allocation policies on a shared cluster.
//
// # The model in one page
//
// Applications arrive at their recorded times, whatever the state of the cluster (open
// loop). Inside an application jobs wait for each other: a job is submitted because an
// earlier one ended and the driver then worked for a while (closed loop), so that a delay
// caused by a policy delays everything that depends on it; or at a time of the clock, or
// at the later of both (traces.Cue). A job is a graph of stages. A stage is submitted
// when the output of all stages that it reads is available, and skipped if its own output
// is.
//
// The tasks of a stage wait in a task set. Free slots are offered to task sets in
// Spark's order, FIFO or FAIR, one task to each executor in a pass, so that tasks
// spread over executors. A task takes its recorded time, minus the overhead of the
// recorded run and plus that of the replay: see package latency.
//
// Each application has its own policy, which observes the events of Spark's
// listener bus and ticks every 100 ms. It sends the manager a total for each
// resource profile, and lists of idle executors to take back. The cluster has a
// manager: Spark's standalone Master, YARN or Kubernetes, see replay/cluster.
// Faults, such as lost nodes and executors or managers that do not answer, are data:
// [cluster.Fault].
//
// # The order of an instant
//
// An instant is a barrier. All facts of an instant are processed, then waiting tasks
// take slots, then policies tick, then the manager serves: see [Engine.Step]. So the
// order of events at equal times follows a rule and does not depend on the order in
// which they were scheduled.
//
// # Promises
//
// The package does no I/O, reads no clock, starts no goroutine and ranges over no
// map where the order could matter. The same workload, fleet, configuration and
// seed give the same events; [Result.Digest] is one number for all of them. Random
// numbers are looked up by name and not drawn in sequence, so that the fifth
// executor of an application starts equally fast under every policy. Times are whole
// milliseconds, and accounts are integers that add up exactly.
//
// # What is not modeled
//
// The exclusion of nodes and executors after failures, drivers that fail, and tasks
// that slow each other down. Locality waits are estimated and off by default.
// docs/MODEL.md lists what is modeled, with its source, and what else is not.
//
// # The files, in the order in which to read them
//
// What goes in and comes out:
//
//   - config.go, result.go: the inputs of a run, and the names of its outcome and events
//   - package outcome: its outcome and events
//   - package latency: the times that a run adds to the work of tasks
//
// The engine:
//
//   - engine.go: one instant after the other
//   - memory.go: the memory that replays use one after another
//   - queue.go: the scheduled events, their order, and the function for each type
//   - draw.go, package random: random numbers by name
//
// An application:
//
//   - application.go: its state, from its arrival to its end; the ticks of its policy
//   - spec.go, package settings: its policy, properties and executor sizes on this cluster
//   - package plan: its work, prepared once
//   - driver.go: jobs and stages, as Spark's DAGScheduler handles them
//   - graph.go: which stages a job waits for, and which of them can be submitted
//   - taskset.go, scheduling.go, offers.go: which task runs where, as in TaskSchedulerImpl
//   - locality.go, speculation.go: tasks that wait for a node, copies of slow tasks
//   - excluded.go: executors that take no tasks because tasks failed on them
//   - barrier.go: stages whose tasks start together, and jobs that Spark gives up
//   - package pools: the order in which task sets get slots
//   - firsttask.go: the additional time of the first tasks of an executor (latency.SlotHistory)
//   - outputs.go, cache.go: shuffle files and cached blocks, and their loss
//
// Executors:
//
//   - executor.go: its states, and the account of its time
//   - allocation.go: from the policy's target to a registered executor, and back
//   - local.go: applications that run in their drivers
//   - startup.go, package host: executors and drivers that start share processors
//   - decommission.go: executors that finish their work before they exit
//   - managing.go: events and actions between the engine and the cluster's manager
//   - faults.go, losses.go: what goes wrong, and what went wrong when it was recorded
//   - unschedulable.go: applications that cannot run, and why
//
// Time by cause:
//
//   - package attribution: the causes
//   - pathtracker.go: the time of applications, along their critical paths
//   - holding.go: the time of executors
package replay
