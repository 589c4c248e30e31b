package scheduler

import (
	"fmt"
	"time"
)

// A Scheduler decides which application gets the next container. Times are those
// of the replay and never decrease from call to call.
type Scheduler interface {
	AddNode(now time.Duration, nodes ...Node)
	// RemoveNode removes a node with all its containers.
	RemoveNode(now time.Duration, node int)
	// Submit adds an application attempt and requests the container of its application
	// master. An error is YARN's refusal: the queue does not exist or is not a leaf, it
	// may have no more applications, or the master is larger than the largest container.
	Submit(now time.Duration, a App) error
	// Ask sets how many containers of one size and priority an application still
	// wants, on any node. It replaces the former number, as YARN's requests do.
	Ask(now time.Duration, app int, r Request)
	// NodeUpdate is a heartbeat of a node. It returns what is assigned there, in
	// order; the slice is valid until the next call.
	NodeUpdate(now time.Duration, node int) []Allocation
	// Useful is the first heartbeat from a number on that may have an effect, if nothing else
	// happens; -1 if there is none. Heartbeats are numbered over all nodes: of n nodes with
	// the identifiers 0 to n-1 one after the other.
	Useful(from, n int) (beat int)
	// Passed says that the heartbeats before a number are over, and that those for which
	// NodeUpdate was not called had no effect but to be counted.
	Passed(beat, n int)
	// Silence says that a node, which is not removed yet, sends no heartbeats any more.
	Silence(node int)
	// Steady is asked when each node has sent heartbeats and nothing has come of them. Nothing
	// will come of those before a number either, and of the rounds of Preempt between them, if
	// nothing else happens; 0: that is not known.
	Steady() (until int)
	// Complete ends a container.
	Complete(now time.Duration, container int)
	// Finish ends an application with all its containers and requests.
	Finish(now time.Duration, app int)
	// Preempt is a round of the preemption monitor (capacity scheduler) or of the
	// update thread (fair scheduler). It returns the containers that are marked, and
	// those that are killed now, in order.
	Preempt(now time.Duration) []Kill
}

// FirstBeat is the first heartbeat from a number on of a node that next finds: the first
// such node from an identifier on, or -1. It is -1 if there is none.
func FirstBeat(from, n int, next func(from int) (node int)) int {
	round, node := from/n*n, from%n
	if i := next(node); i >= 0 {
		return round + i
	}
	if i := next(0); i >= 0 {
		return round + n + i
	}
	return -1
}

// A Node is a node manager.
type Node struct {
	ID    int
	Label string // node label (partition); empty: the default one
	Total Resource
}

// NodeSizes are the resources of the nodes by identifier.
type NodeSizes struct {
	of   map[int]Resource
	most Resource // of each kind, that any node has
}

// Set adds a node.
func (n *NodeSizes) Set(node int, size Resource) {
	if n.of == nil {
		n.of = map[int]Resource{}
	}
	n.of[node] = size
	n.most = n.most.Max(size)
}

// Remove takes a node out.
func (n *NodeSizes) Remove(node int) {
	size := n.of[node]
	delete(n.of, node)
	if size.MemoryMB < n.most.MemoryMB && size.Cores < n.most.Cores {
		return
	}
	n.most = Resource{}
	for _, size := range n.of { // any order: a maximum
		n.most = n.most.Max(size)
	}
}

// Largest returns the largest allowed container for a configured maximum: memory and
// cores are each limited to those of the node with the most
// (ClusterNodeTracker.getMaxAllowedAllocation).
func (n *NodeSizes) Largest(allowed Resource) Resource {
	if len(n.of) == 0 {
		return allowed
	}
	return allowed.Min(n.most)
}

// An App is an application attempt.
type App struct {
	ID       int // dense, by submission
	Queue    string
	User     string
	Priority int
	Label    string   // node label expression of its requests; empty: the queue's default
	Master   Resource // container of the application master
}

// CheckMaster returns an error for an application whose master is larger than the
// largest container.
func (a App) CheckMaster(largest Resource) error {
	if a.Master.FitsIn(largest) {
		return nil
	}
	return fmt.Errorf("application %d: its master of %s is larger than the largest container of %s", a.ID, a.Master, largest)
}

// An Allocation is a container that was assigned, or a node that was reserved for one.
type Allocation struct {
	Container int // 1, 2, ... over the scheduler's life; 0 if the node is only reserved
	App       int
	Node      int
	Priority  int
	Size      Resource // after rounding up
	Master    bool     // it is the container of the application master
	Reserved  bool     // the node is reserved: it has no room for the container yet
}

// A Kill is a container that preemption marks or ends.
type Kill struct {
	Container int
	App       int
	Now       bool // it ends now; else it is marked, and the application is told
}
