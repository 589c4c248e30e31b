package fair

import (
	"math"
	"slices"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// An appAttempt is an application attempt.
//
// Source: FSAppAttempt.
type appAttempt struct {
	schedulable
	s     *Scheduler
	id    int
	user  string
	queue *queue

	requests     scheduler.Requests
	requestOrder java.HashMap[int]
	containers   []*container
	sequence     int64              // of its containers and reservations
	reserved     []*schedulerNode   // that it has reserved
	hasMaster    bool               // its application master has a container,
	master       scheduler.Resource // of this size
	runnable     bool               // the limits on running applications allow it to run
	finished     bool

	line     *fit.Line[*appAttempt] // of its queue, in which it stands; nil: none
	touched  bool                   // it is in the scheduler's touched
	runSince int                    // rounds that there had been when it became runnable

	marked              scheduler.Resource // of its containers that are to be preempted
	fairShareStarvation scheduler.Resource // how far it is below its fair share, for longer than the timeout
	minShareStarvation  scheduler.Resource // its part of what its queue is below its minimum share
	lastAtFairShare     time.Duration      // when it last was not below its fair share
	nextStarvationCheck time.Duration
}

// A container is a container, or a reservation of a node for one.
type container struct {
	id       int // 0: reserved
	sequence int64
	app      *appAttempt
	node     *schedulerNode
	priority int
	size     scheduler.Resource
	master   bool
	marked   bool // to be preempted
	index    int  // in app.containers; -1: not there
}

// ask replaces what the application wants at a priority.
func (a *appAttempt) ask(r scheduler.Request) {
	before := a.requests.At(r.Priority)
	switch had := before.Count > 0; {
	case had && r.Count <= 0:
		a.requestOrder.Remove(r.Priority)
	case !had && r.Count > 0:
		a.requestOrder.Add(java.RequestHash(r.Priority), r.Priority)
	}
	a.s.wanted.replace(before, r)
	if before.Count > 0 && r.Count > 0 && before.Size == r.Size {
		a.requests.Set(r) // its place in line does not depend on the number
		a.touch()
	} else {
		a.unlist()
		a.requests.Set(r)
		a.touch()
		a.list()
	}
	for _, n := range a.reserved {
		a.s.updateNode(n)
	}
}

// use adds to what the application uses.
func (a *appAttempt) use(r scheduler.Resource) {
	a.unlist()
	a.used = a.used.Plus(r)
	a.touch()
	a.list()
	a.queue.use(r)
}

// updateDemand counts what the application uses and asks for. With size-based
// weights its weight grows with that.
func (a *appAttempt) updateDemand() {
	demand := a.used
	for _, r := range a.requests {
		demand = demand.Plus(r.Total())
	}
	a.queue.demands = a.queue.demands.Plus(demand).Minus(a.demand)
	if a.line != nil && demand != a.used && demand.MemoryMB > 0 && a.demand.MemoryMB > 0 && !a.s.config.sizeBasedWeight {
		a.demand = demand // its place in line stays
		return
	}
	a.unlist()
	a.demand = demand
	a.updateWeight()
	a.list()
}

func (a *appAttempt) updateWeight() {
	a.weight = 1
	if a.s.config.sizeBasedWeight {
		a.weight = float32(exact.Log1p(float64(a.demand.MemoryMB)) / math.Ln2)
	}
}

// lacksMaster reports whether the application waits for its master because its queue
// has no room for it.
func (a *appAttempt) lacksMaster() bool {
	return !a.hasMaster && len(a.requests) > 0 && !a.queue.canRunMaster(a.requests[0].Size)
}

// assign offers a node to the application.
func (a *appAttempt) assign(n *schedulerNode) scheduler.Resource {
	if a.lacksMaster() {
		return scheduler.Resource{}
	}
	for _, r := range a.requests {
		if a.couldUse(n, r) {
			return a.assignRequest(n, r, nil)
		}
	}
	return scheduler.Resource{}
}

// couldTake reports whether assign would assign a container on the node or reserve it.
func (a *appAttempt) couldTake(n *schedulerNode) bool {
	i := slices.IndexFunc(a.requests, func(r scheduler.Request) bool { return a.couldUse(n, r) })
	return i >= 0 && (a.requests[i].Size.FitsIn(n.free) || a.couldReserve(n, a.requests[i].Size)) && !a.lacksMaster()
}

// couldUse reports whether a request would fit on a node if the node were empty.
func (a *appAttempt) couldUse(n *schedulerNode, r scheduler.Request) bool {
	return r.Count > 0 && r.Size.FitsIn(n.total) && a.queue.hasRoomFor(r.Size)
}

// assignRequest assigns a container on the node or, if there is no room, reserves the
// node. Reservation is the application's reservation there, if this is about it.
func (a *appAttempt) assignRequest(n *schedulerNode, r scheduler.Request, reservation *container) scheduler.Resource {
	if r.Size.FitsIn(n.free) {
		c := reservation
		if c == nil {
			c = a.newContainer(n, r)
		} else {
			a.unreserve(n)
		}
		a.allocate(c)
		return r.Size
	}
	if a.couldReserve(n, r.Size) {
		if reservation == nil {
			a.reserve(n, r)
		}
		return reservedOnly
	}
	return scheduler.Resource{}
}

// reservedOnly is the result of an assignment that only reserved the node.
var reservedOnly = scheduler.Resource{MemoryMB: -1}

func (a *appAttempt) newContainer(n *schedulerNode, r scheduler.Request) *container {
	a.sequence++
	return &container{sequence: a.sequence, app: a, node: n, priority: r.Priority, size: r.Size, index: -1}
}

// allocate gives the application a container. The first one is its master's.
func (a *appAttempt) allocate(c *container) {
	s := a.s
	s.lastContainer++
	c.id, c.index = s.lastContainer, len(a.containers)
	s.containers[c.id] = c
	a.containers = append(a.containers, c)
	a.use(c.size)
	r := a.requests.At(c.priority)
	r.Count--
	a.ask(r)
	c.node.allocate(c)
	if !a.hasMaster {
		a.unlist()
		c.master, a.hasMaster, a.master = true, true, c.size
		a.list()
		a.queue.amUsed = a.queue.amUsed.Plus(c.size)
	}
	s.assigned = append(s.assigned, scheduler.Allocation{
		Container: c.id, App: a.id, Node: c.node.id, Priority: c.priority, Size: c.size, Master: c.master,
	})
}

// complete ends a container.
func (a *appAttempt) complete(c *container) {
	last := a.containers[len(a.containers)-1]
	a.containers[c.index], last.index = last, c.index
	a.containers = a.containers[:len(a.containers)-1]
	c.index = -1
	if c.marked {
		c.marked = false
		a.marked = a.marked.Minus(c.size)
	}
	a.use(c.size.Negative())
	c.node.release(c)
	a.s.updateNode(c.node)
}

// couldReserve reports whether the application could reserve the node for a container of
// a size: the container must be large, the application starved, the node not reserved by
// another application and owing this one nothing, and the application must not have
// reserved as many nodes as it may.
func (a *appAttempt) couldReserve(n *schedulerNode, size scheduler.Resource) bool {
	s := a.s
	return a.queue.policy.calculator().Compare(s.cluster, size, s.config.reservationThreshold()) >= 0 && a.isStarved() &&
		n.owedTo(a) < 0 && (n.reserved == nil || n.reserved.app == a) &&
		len(a.reserved) < int(math.Ceil(float64(float32(len(s.byID))*s.config.reservableNodes)))
}

// reserve reserves a node.
func (a *appAttempt) reserve(n *schedulerNode, r scheduler.Request) {
	n.reserved = a.newContainer(n, r)
	a.reserved = append(a.reserved, n)
	a.s.assigned = append(a.s.assigned, scheduler.Allocation{App: a.id, Node: n.id, Priority: r.Priority, Size: r.Size, Reserved: true})
}

// unreserve ends the application's reservation of a node.
func (a *appAttempt) unreserve(n *schedulerNode) {
	n.reserved = nil
	a.reserved = slices.DeleteFunc(a.reserved, func(o *schedulerNode) bool { return o == n })
	a.s.updateNode(n)
}

// assignReserved offers a node to the application that has reserved it. It returns
// false if the reservation was no longer needed and has been given up.
func (a *appAttempt) assignReserved(n *schedulerNode) bool {
	c := n.reserved
	r := a.requests.At(c.priority)
	if !a.couldUse(n, r) || a.lacksMaster() {
		a.unreserve(n)
		return false
	}
	if c.size.FitsIn(n.free) {
		a.assignRequest(n, r, c)
	}
	return true
}

// isStarved reports whether the application is below its fair share, or its queue below
// its minimum share for longer than the timeout.
func (a *appAttempt) isStarved() bool {
	return a.queue.policy.below(a.used, a.entitled(), a.s.cluster) || a.minShareStarvation != (scheduler.Resource{})
}
