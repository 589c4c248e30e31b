// Package scheduler defines the interface of the schedulers of YARN's resource manager,
// and the arithmetic of resources that they share. The schedulers themselves are in the
// packages capacity, fair and fifo next to it.
//
// All input of a [Scheduler] comes from its caller: nodes join and send heartbeats,
// applications request containers, and rounds of preemption run. It reads no clock and
// does no I/O, so its answers can be compared call by call with those of YARN's own
// classes, as the tests of package yarn do.
//
// Files in reading order:
//
//	scheduler.go   the interface, and what its calls take and return
//	request.go     the open requests of an application
//	resource.go    amounts of memory and cores
//	calculator.go  how YARN's two resource calculators compare and round them
package scheduler
