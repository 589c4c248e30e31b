// Package scheduler defines what a scheduler of YARN's resource manager is, and
// the arithmetic of resources that the schedulers share. The schedulers themselves
// are in the packages capacity, fair and fifo next to it.
//
// A [Scheduler] is driven from outside: nodes join and send heartbeats,
// applications ask for containers, rounds of preemption come. It reads no clock and
// does no I/O. So its answers can be compared call by call with those of YARN's own
// classes; the tests of package yarn do that.
//
// Files in reading order:
//
//	scheduler.go   the interface, and what its calls take and return
//	request.go     what an application still wants
//	resource.go    amounts of memory and cores
//	calculator.go  how YARN's two resource calculators compare and round them
package scheduler
