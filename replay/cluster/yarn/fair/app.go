package fair

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairApp is an application attempt in the fair scheduler.
//
// Source: org.apache.hadoop...scheduler.fair.FSAppAttempt.
type appAttempt struct {
	fair   *Scheduler
	id     int
	user   string
	queue  *queue
	title  string
	master scheduler.Resource // the size of its master, as asked for; what it got once there is one
	came   time.Duration

	asks     []request // by priority
	order    java.HashMap[int]
	live     []*container
	seq      int64 // containers named so far, reserved ones included
	reserved int   // nodes
	masterUp bool
	runnable bool
	stopped  bool

	demand, used scheduler.Resource
	fairNow      scheduler.Resource

	marked      scheduler.Resource // of its containers that are to be preempted
	starvedFair scheduler.Resource // below its fair share, for longer than the timeout
	starvedMin  scheduler.Resource // its part of the queue's starvation below its minimum
	lastAtShare time.Duration      // when it last was not below its fair share
	nextCheck   time.Duration      // no starvation is looked for before
}

// A fairAsk is what an application still wants at one priority.
type request struct {
	priority int
	size     scheduler.Resource
	count    int
}

// A fairContainer is a container or a reservation of one.
type container struct {
	id       int // 0: only reserved
	seq      int64
	app      *appAttempt
	node     *schedulerNode
	priority int
	size     scheduler.Resource
	master   bool
	marked   bool // to be preempted
	at       int  // in app.live; -1: ended
}

func (a *appAttempt) name() string                     { return a.title }
func (a *appAttempt) start() int64                     { return a.came.Milliseconds() }
func (a *appAttempt) minShare() scheduler.Resource     { return scheduler.Resource{} }
func (a *appAttempt) maxShare() scheduler.Resource     { return scheduler.Unbounded }
func (a *appAttempt) wants() scheduler.Resource        { return a.demand }
func (a *appAttempt) uses() scheduler.Resource         { return a.used }
func (a *appAttempt) share() *scheduler.Resource       { return &a.fairNow }
func (a *appAttempt) steadyShare() *scheduler.Resource { return nil }
func (a *appAttempt) active() bool                     { return true }

func (a *appAttempt) weight() float32 {
	if a.fair.conf.sizeBasedWeight {
		return float32(math.Log1p(float64(a.demand.MemoryMB)) / math.Log(2))
	}
	return 1
}

// ask replaces what the application wants at a priority.
func (a *appAttempt) ask(priority int, size scheduler.Resource, count int) {
	i, found := slices.BinarySearchFunc(a.asks, priority, func(x request, p int) int { return cmp.Compare(x.priority, p) })
	switch {
	case count <= 0 && found:
		a.asks = slices.Delete(a.asks, i, i+1)
		a.order.Remove(priority)
	case count > 0 && found:
		a.asks[i] = request{priority, size, count}
	case count > 0:
		a.asks = slices.Insert(a.asks, i, request{priority, size, count})
		a.order.Add(java.RequestHash(priority), priority)
	}
}

// at is what the application wants at a priority; its count is 0 if nothing.
func (a *appAttempt) at(priority int) request {
	for _, x := range a.asks {
		if x.priority == priority {
			return x
		}
	}
	return request{priority: priority}
}

func (a *appAttempt) updateDemand() {
	a.demand = a.used
	for _, x := range a.asks {
		a.demand = a.demand.Plus(x.size.Times(float64(x.count)))
	}
}

// mastersFull says whether the application waits for a master that its queue has
// no room for.
func (a *appAttempt) mastersFull() bool {
	return !a.masterUp && len(a.asks) > 0 && !a.queue.canRunMaster(a.asks[0].size)
}

// assign offers a node to the application.
func (a *appAttempt) assign(n *schedulerNode) scheduler.Resource {
	if a.mastersFull() {
		return scheduler.Resource{}
	}
	for _, x := range a.asks {
		if a.couldUse(n, x) {
			return a.assignAsk(n, x, nil)
		}
	}
	return scheduler.Resource{}
}

// couldUse says whether a request could be met on a node if it were empty.
func (a *appAttempt) couldUse(n *schedulerNode, x request) bool {
	return x.count > 0 && x.size.FitsIn(n.total) && a.queue.hasRoomFor(x.size)
}

// assignAsk gives a container on the node or, if it does not fit, reserves the node.
// Reserved is the application's reservation there, if this is about it.
func (a *appAttempt) assignAsk(n *schedulerNode, x request, reserved *container) scheduler.Resource {
	if x.size.FitsIn(n.free) {
		c := reserved
		if c == nil {
			c = a.newContainer(n, x)
		} else {
			a.unreserve(n)
		}
		a.allocate(c)
		if !a.masterUp {
			a.master = x.size
			a.masterUp = true
			a.queue.masters = a.queue.masters.Plus(x.size)
		}
		return x.size
	}
	if a.mayReserve(x.size) && !n.isPreemptedFor(a) && a.reserve(n, x, reserved) {
		return reservedOnly
	}
	return scheduler.Resource{}
}

// newContainer names a container.
func (a *appAttempt) newContainer(n *schedulerNode, x request) *container {
	a.seq++
	return &container{seq: a.seq, app: a, node: n, priority: x.priority, size: x.size, at: -1}
}

// allocate makes a container the application's.
func (a *appAttempt) allocate(c *container) {
	s := a.fair
	c.master = !a.masterUp
	s.containers = append(s.containers, c)
	c.id = len(s.containers)
	c.at = len(a.live)
	a.live = append(a.live, c)
	a.used = a.used.Plus(c.size)
	a.queue.add(c.size)
	x := a.at(c.priority)
	a.ask(x.priority, x.size, x.count-1)
	c.node.allocate(c)
	s.assigned = append(s.assigned, scheduler.Allocation{
		Container: c.id, App: a.id, Node: c.node.id, Priority: c.priority, Size: c.size, Master: c.master,
	})
}

// complete ends a container.
func (a *appAttempt) complete(c *container) {
	last := a.live[len(a.live)-1]
	a.live[c.at] = last
	last.at = c.at
	a.live = a.live[:len(a.live)-1]
	c.at = -1
	if c.marked {
		c.marked = false
		a.marked = a.marked.Minus(c.size)
	}
	a.used = a.used.Minus(c.size)
	a.queue.add(scheduler.Resource{}.Minus(c.size))
	c.node.release(c)
}

// Reservations.

// mayReserve says whether the application may reserve nodes for containers of
// this size: it is starved, and the container is large.
func (a *appAttempt) mayReserve(size scheduler.Resource) bool {
	return a.isStarved() &&
		a.queue.policy.calculator().Compare(a.fair.cluster, size, a.fair.conf.reservationThreshold()) >= 0
}

// reserve reserves a node, unless another application has it or this one has
// reserved too many.
func (a *appAttempt) reserve(n *schedulerNode, x request, reserved *container) bool {
	s := a.fair
	if n.reserved != nil && n.reserved.app != a {
		return false
	}
	if a.reserved >= int(math.Ceil(float64(float32(len(s.byNode))*s.conf.reservableNodes))) {
		return false
	}
	if reserved == nil {
		n.reserved = a.newContainer(n, x)
		a.reserved++
		s.assigned = append(s.assigned, scheduler.Allocation{App: a.id, Node: n.id, Priority: x.priority, Size: x.size, Reserved: true})
	}
	return true
}

// unreserve ends the application's reservation of a node.
func (a *appAttempt) unreserve(n *schedulerNode) {
	n.reserved = nil
	a.reserved--
}

// assignReserved is for the application that has reserved a node: it gets its
// container if it fits now. It is false if the reservation was given up.
func (a *appAttempt) assignReserved(n *schedulerNode) bool {
	c := n.reserved
	x := a.at(c.priority)
	if !a.couldUse(n, x) || a.mastersFull() {
		a.unreserve(n)
		return false
	}
	if c.size.FitsIn(n.free) {
		a.assignAsk(n, x, c)
	}
	return true
}

func (a *appAttempt) isStarved() bool {
	return a.queue.policy.below(a.used, a.fairNow, a.fair.cluster) || a.starvedMin != (scheduler.Resource{})
}
