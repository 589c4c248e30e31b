// Package replay is the engine: it plays a recorded workload under a fleet of
// allocation policies on a shared cluster and says what would have happened.
//
// # The model in one page
//
// Applications arrive when they arrived: the world outside does not wait for
// us (open loop). Inside an application jobs wait for each other: a job is
// submitted because an earlier one ended and the driver then thought for a
// while (closed loop), so what a policy makes late stays late for all that
// hangs on it. A job is a graph of stages; a stage is submitted when the output
// of all stages it reads is available, and skipped if its own is.
//
// The tasks of a stage wait in a task set. Free slots are offered to task sets
// in Spark's order, FIFO or FAIR, one task to each executor in a pass, so tasks
// spread and are never packed. A task takes the time that it took, without what
// only the recorded run explains: see Times.
//
// Each application has its own policy, which hears what Spark's listener bus
// would tell it and is asked every 100 ms. It sends the manager a total for
// each resource profile, and lists of idle executors to take back. The cluster
// has a manager (package manager says what one is): Spark's standalone Master,
// YARN or Kubernetes, each in a package below this one. What goes wrong, nodes
// and executors that are lost and managers that are away, is data: [Fault].
//
// # The order of an instant
//
// An instant is a barrier. All facts of a moment are taken in, then waiting
// tasks take slots, then policies decide, then the manager hands out; see
// [Engine.Step]. What happens at equal times is therefore a rule and not an
// accident of insertion.
//
// # Promises
//
// The package does no I/O, reads no clock, starts no goroutine and never ranges
// over a map where order could matter. The same workload, fleet, configuration
// and seed give the same events; [Result.Digest] is one number for all of them.
// Random numbers are looked up by name and not drawn in sequence, so that the
// fifth executor of an application starts equally fast under every policy.
//
// # What is not modeled
//
// The exclusion of nodes and executors that follows failures, drivers that die,
// and tasks that slow each other down. Locality waits are a guess and off by
// default. docs/MODEL.md lists what is modeled, with its source, and the rest of
// what is not.
package replay
