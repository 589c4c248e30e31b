// Package yarn models the parts of Hadoop YARN that affect Spark: the schedulers of the
// resource manager, the heartbeats of nodes that drive them, and Spark's application
// masters between drivers and the resource manager. docs/YARN.md says what is modeled,
// and from which sources.
//
// An executor is granted in these steps, each of which happens at its own times:
//
//	the driver sets a total                   at once
//	its application master requests it        at the master's next call    appmaster.go
//	the scheduler assigns a container         at a node's next heartbeat   nodes.go, package scheduler
//	the application master gets the container at its call after that       appmaster.go
//
// Files in reading order:
//
//	config.go     which scheduler, with which files
//	manager.go    the state, and what happens on each event
//	appmaster.go  Spark's application master: requests and grants
//	calls.go      when application masters call the resource manager
//	nodes.go      heartbeats of nodes, and nodes that stop sending them
//	rounds.go     rounds of preemption
//	elide.go      which heartbeats, calls and rounds need not be simulated
//	fits.go       whether an application could run on the empty cluster
//
// The schedulers are in the packages capacity, fair and fifo; scheduler has what
// they share, hadoop reads configuration files, and java reproduces orders that
// come from Java's collections.
package yarn
