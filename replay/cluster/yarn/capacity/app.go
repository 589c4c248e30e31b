package capacity

import (
	"maps"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// An appAttempt is an application attempt.
//
// Source: FiCaSchedulerApp and AppSchedulingInfo.
type appAttempt struct {
	scheduler.App
	queue     *leafQueue
	label     string             // of its requests
	master    scheduler.Resource // the application master's container
	submitted time.Duration

	hasMaster   bool
	hasHeadroom bool               // it was looked at, so that its calls are answered with a headroom
	requests    []*request         // by priority
	pending     scheduler.Resource // of all requests
	containers  []*container       // in the order in which they were assigned
	sequence    int                // of containers and reservations
	used        byLabel
	usedMemory  int64 // MiB, on all nodes
	reserved    byLabel

	reservations        map[int][]*container // by priority of the request
	reReservations      map[int]int          // how often reserved nodes were reserved again, by priority
	missedOpportunities map[int]int          // nodes without label that a request did not get, by priority

	orderedUsed, orderedPending int64 // MiB; by these its place in a fair order was found
}

// A request is what an application still wants at a priority.
type request struct {
	priority int
	size     scheduler.Resource
	count    int
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
}

// A schedulerNode is a node as the scheduler sees it.
//
// Source: FiCaSchedulerNode.
type schedulerNode struct {
	scheduler.Node
	free       scheduler.Resource
	reserved   *container // a reservation; nil: none
	containers []*container
}

// request is what the application wants at a priority, nil if nothing.
func (a *appAttempt) request(priority int) *request {
	if i := slices.IndexFunc(a.requests, func(r *request) bool { return r.priority == priority }); i >= 0 {
		return a.requests[i]
	}
	return nil
}

// pendingOn is what the application waits for on nodes of a label.
func (a *appAttempt) pendingOn(label string) scheduler.Resource {
	if a.label != label {
		return scheduler.Resource{}
	}
	return a.pending
}

// ask replaces a request (AppSchedulingInfo.updatePendingResources).
func (a *appAttempt) ask(priority int, size scheduler.Resource, count int) {
	last := a.request(priority)
	if last != nil {
		a.addPending(last.size.Multiply(-last.count))
	}
	switch {
	case count <= 0:
		a.drop(last)
		return
	case last != nil:
		last.size, last.count = size, count
	default:
		i, _ := slices.BinarySearchFunc(a.requests, priority, func(r *request, p int) int { return r.priority - p })
		a.requests = slices.Insert(a.requests, i, &request{priority, size, count})
		a.queue.users.activate(a.User, a.ID)
	}
	a.addPending(size.Multiply(count))
}

// drop takes out a request that has been met or withdrawn.
func (a *appAttempt) drop(r *request) {
	a.requests = slices.DeleteFunc(a.requests, func(o *request) bool { return o == r })
	if len(a.requests) == 0 {
		a.queue.users.deactivate(a.User, a.ID)
	}
}

func (a *appAttempt) addPending(r scheduler.Resource) {
	a.pending = a.pending.Plus(r)
	a.queue.addPending(a.label, r)
}

func (a *appAttempt) addUsed(label string, r scheduler.Resource) {
	a.used.add(label, r)
	a.usedMemory += r.MemoryMB
}

// countAssigned takes one container off a request.
func (a *appAttempt) countAssigned(r *request) {
	if r.count--; r.count == 0 {
		a.drop(r)
	}
	a.addPending(r.size.Multiply(-1))
}

// inNodeOrder is the order in which YARN keeps the reservations of one priority.
func inNodeOrder(reservations []*container) []*container {
	return java.HashOrder(reservations, func(c *container) int32 { return java.NodeHash(c.node.ID) })
}

// allReservations are the application's reservations, in the order in which YARN keeps them.
func (a *appAttempt) allReservations() []*container {
	var all []*container
	for _, priority := range java.HashOrder(slices.Sorted(maps.Keys(a.reservations)), java.RequestHash) {
		all = append(all, inNodeOrder(a.reservations[priority])...)
	}
	return all
}
