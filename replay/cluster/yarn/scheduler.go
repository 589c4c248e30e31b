// Package yarn is Hadoop YARN as far as a Spark application can tell: the
// schedulers of its resource manager, heartbeats, and Spark's application
// master between the driver and them.
//
// A [Scheduler] is one of YARN's three. It is driven by hand: nodes join and send
// heartbeats, applications ask for containers, rounds of preemption come. That
// makes it comparable with YARN's own classes, call by call.
package yarn

import "time"

// A Resource is what a container takes or a node has.
type Resource struct {
	MemoryMB int64 // MiB
	Cores    int   // virtual cores
}

// A Scheduler decides which application gets the next container. One is made
// from a queue file, see NewCapacity, NewFair and NewFifo.
type Scheduler interface {
	AddNode(now time.Duration, n Node)
	RemoveNode(now time.Duration, node int) // its containers are gone
	// Submit takes in an application attempt. An error is YARN's refusal: no such
	// queue, no leaf queue, more applications than the queue may have, a master
	// larger than the largest container. Its master's container is asked for at once.
	Submit(now time.Duration, a App) error
	// Ask sets how many containers of one size and priority an application still
	// wants on any node; it replaces the former number, as YARN's requests do.
	Ask(now time.Duration, app int, r Request)
	// NodeUpdate is one heartbeat of a node: what is assigned on it now, in order.
	NodeUpdate(now time.Duration, node int) []Allocation
	// Complete ends a container.
	Complete(now time.Duration, container int)
	// Finish ends an application with all its containers and requests.
	Finish(now time.Duration, app int)
	// Preempt is one round of the preemption monitor (capacity) or of the update
	// thread (fair): the containers that are marked, and those that are killed now,
	// in order.
	Preempt(now time.Duration) []Kill
}

// A Node is a node manager.
type Node struct {
	ID    int
	Label string // node label (partition); empty: the default one
	Total Resource
}

// An App is an application attempt.
type App struct {
	ID       int // dense, by submission
	Queue    string
	User     string
	Priority int
	Label    string // node label expression of its requests; empty: the queue's default
	Master   Resource
}

// A Request is how many containers of one size an application still wants.
type Request struct {
	Priority int // of the request inside its application; lower is served first
	Size     Resource
	Count    int
}

// An Allocation is a container that was assigned.
type Allocation struct {
	Container int // 1, 2, ... over the scheduler's life
	App       int
	Node      int
	Priority  int
	Size      Resource // after rounding up
	Master    bool     // it is the application's master
	Reserved  bool     // only reserved on the node: no container yet, Container is 0
}

// A Kill is a container that preemption marks or takes.
type Kill struct {
	Container int
	App       int
	Now       bool // taken now; else marked, and the application is warned
}
