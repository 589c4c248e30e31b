package capacity

import (
	"maps"
	"slices"
	"time"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// An appAttempt is an application attempt.
//
// Source: FiCaSchedulerApp and AppSchedulingInfo.
type appAttempt struct {
	scheduler.App
	queue     *leafQueue
	user      *user
	label     string             // of its requests
	master    scheduler.Resource // the application master's container
	submitted time.Duration

	hasMaster   bool
	hasHeadroom bool // it has been considered once, so that its calls are answered with a headroom
	requests    scheduler.Requests
	pending     scheduler.Resource // of all requests
	containers  []*container       // in the order in which they were assigned
	sequence    int                // of containers and reservations
	used        byLabel
	usedMemory  int64 // MiB, on all nodes
	reserved    byLabel

	reservations        map[int][]*container // by priority of the request
	reReservations      map[int]int          // how often reserved nodes were reserved again, by priority, as far as counted; see made
	missedOpportunities map[int]int          // nodes without label that a request did not get, by priority

	active    bool                   // its master may start or has started
	reordered bool                   // it is in the queue's reorder
	line      *fit.Line[*appAttempt] // where it stands; nil: it wants nothing
	wants     *hungryUser            // its user, if it ever wanted something
	need      fit.Need               // with which it stands there
	turn      int                    // the heartbeat that makes it want more reservations; 0: none is known
	unknown   bool                   // it is in the user's unknown

	orderedUsed, orderedPending int64 // MiB; by these its place in a fair order was found
}

// A container is a container, or a reservation of a node for one.
type container struct {
	id       int // 0: reserved
	sequence int
	app      *appAttempt
	node     *schedulerNode
	priority int
	size     scheduler.Resource
	master   bool
	guest    bool // its request has no label, and its node has one

	idle  bool // a reservation that is only made again in the heartbeats of its node
	since int  // the first of these heartbeats that is not counted yet
}

// A schedulerNode is a node as the scheduler sees it.
//
// Source: FiCaSchedulerNode.
type schedulerNode struct {
	scheduler.Node
	free       scheduler.Resource
	reserved   *container // a reservation; nil: none
	containers []*container
	silent     bool  // it sends no heartbeats
	hash       int32 // of its identifier, in Java
}

// pendingOn is what the application waits for on nodes of a label.
func (a *appAttempt) pendingOn(label string) scheduler.Resource {
	if a.label != label {
		return scheduler.Resource{}
	}
	return a.pending
}

// ask replaces a request (AppSchedulingInfo.updatePendingResources). A user is active
// while an application of theirs waits for containers.
func (a *appAttempt) ask(r scheduler.Request) {
	last := a.requests.At(r.Priority)
	a.requests.Set(r)
	switch {
	case len(a.requests) == 0:
		a.queue.users.deactivate(a.User, a.ID)
	case last.Count == 0 && r.Count > 0:
		a.queue.users.activate(a.User, a.ID)
	}
	a.addPending(a.requests.At(r.Priority).Total().Minus(last.Total()))
	if (last.Count > 0) != (r.Count > 0) || last.Size != r.Size {
		for _, c := range a.reservations[r.Priority] {
			a.queue.s.updateNode(c.node)
		}
	}
	a.queue.updateHunger(a)
}

func (a *appAttempt) addPending(r scheduler.Resource) {
	a.pending = a.pending.Plus(r)
	a.queue.addPending(a.label, r)
}

func (a *appAttempt) addUsed(label string, r scheduler.Resource) {
	a.used.add(label, r)
	a.usedMemory += r.MemoryMB
}

// inNodeOrder is the order in which YARN keeps the reservations of one priority.
func inNodeOrder(reservations []*container) []*container {
	return java.HashOrder(reservations, func(c *container) int32 { return c.node.hash })
}

// allReservations are the application's reservations, in the order in which YARN keeps them.
func (a *appAttempt) allReservations() []*container {
	var all []*container
	for _, priority := range java.HashOrder(slices.Sorted(maps.Keys(a.reservations)), java.RequestHash) {
		all = append(all, inNodeOrder(a.reservations[priority])...)
	}
	return all
}
