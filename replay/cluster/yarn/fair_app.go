package yarn

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A fairApp is an application attempt in the fair scheduler.
//
// Source: org.apache.hadoop...scheduler.fair.FSAppAttempt.
type fairApp struct {
	fair   *Fair
	id     int
	user   string
	queue  *fairQueue
	title  string
	master Resource // the size of its master, as asked for; what it got once there is one
	came   time.Duration

	asks     []fairAsk // by priority
	order    hashOrder[int]
	live     []*fairContainer
	seq      int64 // containers named so far, reserved ones included
	reserved int   // nodes
	masterUp bool
	runnable bool
	stopped  bool

	demand, used Resource
	fairNow      Resource

	marked      Resource      // of its containers that are to be preempted
	starvedFair Resource      // below its fair share, for longer than the timeout
	starvedMin  Resource      // its part of the queue's starvation below its minimum
	lastAtShare time.Duration // when it last was not below its fair share
	nextCheck   time.Duration // no starvation is looked for before
}

// A fairAsk is what an application still wants at one priority.
type fairAsk struct {
	priority int
	size     Resource
	count    int
}

// A fairContainer is a container or a reservation of one.
type fairContainer struct {
	id       int // 0: only reserved
	seq      int64
	app      *fairApp
	node     *fairNode
	priority int
	size     Resource
	master   bool
	marked   bool // to be preempted
	at       int  // in app.live; -1: ended
}

func (a *fairApp) name() string           { return a.title }
func (a *fairApp) start() int64           { return a.came.Milliseconds() }
func (a *fairApp) minShare() Resource     { return Resource{} }
func (a *fairApp) maxShare() Resource     { return unbounded }
func (a *fairApp) wants() Resource        { return a.demand }
func (a *fairApp) uses() Resource         { return a.used }
func (a *fairApp) share() *Resource       { return &a.fairNow }
func (a *fairApp) steadyShare() *Resource { return nil }
func (a *fairApp) active() bool           { return true }

func (a *fairApp) weight() float32 {
	if a.fair.conf.sizeBasedWeight {
		return float32(math.Log1p(float64(a.demand.MemoryMB)) / math.Log(2))
	}
	return 1
}

// ask replaces what the application wants at a priority.
func (a *fairApp) ask(priority int, size Resource, count int) {
	i, found := slices.BinarySearchFunc(a.asks, priority, func(x fairAsk, p int) int { return cmp.Compare(x.priority, p) })
	switch {
	case count <= 0 && found:
		a.asks = slices.Delete(a.asks, i, i+1)
		a.order.remove(priority)
	case count > 0 && found:
		a.asks[i] = fairAsk{priority, size, count}
	case count > 0:
		a.asks = slices.Insert(a.asks, i, fairAsk{priority, size, count})
		a.order.add(requestHash(priority), priority)
	}
}

// at is what the application wants at a priority; its count is 0 if nothing.
func (a *fairApp) at(priority int) fairAsk {
	for _, x := range a.asks {
		if x.priority == priority {
			return x
		}
	}
	return fairAsk{priority: priority}
}

func (a *fairApp) updateDemand() {
	a.demand = a.used
	for _, x := range a.asks {
		a.demand = a.demand.plus(x.size.times(float64(x.count)))
	}
}

// mastersFull says whether the application waits for a master that its queue has
// no room for.
func (a *fairApp) mastersFull() bool {
	return !a.masterUp && len(a.asks) > 0 && !a.queue.canRunMaster(a.asks[0].size)
}

// assign offers a node to the application.
func (a *fairApp) assign(n *fairNode) Resource {
	if a.mastersFull() {
		return Resource{}
	}
	for _, x := range a.asks {
		if a.couldUse(n, x) {
			return a.assignAsk(n, x, nil)
		}
	}
	return Resource{}
}

// couldUse says whether a request could be met on a node if it were empty.
func (a *fairApp) couldUse(n *fairNode, x fairAsk) bool {
	return x.count > 0 && x.size.within(n.total) && a.queue.hasRoomFor(x.size)
}

// assignAsk gives a container on the node or, if it does not fit, reserves the node.
// Reserved is the application's reservation there, if this is about it.
func (a *fairApp) assignAsk(n *fairNode, x fairAsk, reserved *fairContainer) Resource {
	if x.size.within(n.free) {
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
			a.queue.masters = a.queue.masters.plus(x.size)
		}
		return x.size
	}
	if a.mayReserve(x.size) && !n.isPreemptedFor(a) && a.reserve(n, x, reserved) {
		return reservedOnly
	}
	return Resource{}
}

// newContainer names a container.
func (a *fairApp) newContainer(n *fairNode, x fairAsk) *fairContainer {
	a.seq++
	return &fairContainer{seq: a.seq, app: a, node: n, priority: x.priority, size: x.size, at: -1}
}

// allocate makes a container the application's.
func (a *fairApp) allocate(c *fairContainer) {
	s := a.fair
	c.master = !a.masterUp
	s.containers = append(s.containers, c)
	c.id = len(s.containers)
	c.at = len(a.live)
	a.live = append(a.live, c)
	a.used = a.used.plus(c.size)
	a.queue.add(c.size)
	x := a.at(c.priority)
	a.ask(x.priority, x.size, x.count-1)
	c.node.allocate(c)
	s.assigned = append(s.assigned, Allocation{
		Container: c.id, App: a.id, Node: c.node.id, Priority: c.priority, Size: c.size, Master: c.master,
	})
}

// complete ends a container.
func (a *fairApp) complete(c *fairContainer) {
	last := a.live[len(a.live)-1]
	a.live[c.at] = last
	last.at = c.at
	a.live = a.live[:len(a.live)-1]
	c.at = -1
	if c.marked {
		c.marked = false
		a.marked = a.marked.minus(c.size)
	}
	a.used = a.used.minus(c.size)
	a.queue.add(Resource{}.minus(c.size))
	c.node.release(c)
}

// Reservations.

// mayReserve says whether the application may reserve nodes for containers of
// this size: it is starved, and the container is large.
func (a *fairApp) mayReserve(size Resource) bool {
	return a.isStarved() &&
		a.queue.policy.calculator().compare(a.fair.cluster, size, a.fair.conf.reservationThreshold()) >= 0
}

// reserve reserves a node, unless another application has it or this one has
// reserved too many.
func (a *fairApp) reserve(n *fairNode, x fairAsk, reserved *fairContainer) bool {
	s := a.fair
	if n.reserved != nil && n.reserved.app != a {
		return false
	}
	if a.reserved >= int(math.Ceil(float64(float32(len(s.nodes.entries))*s.conf.reservableNodes))) {
		return false
	}
	if reserved == nil {
		n.reserved = a.newContainer(n, x)
		a.reserved++
		s.assigned = append(s.assigned, Allocation{App: a.id, Node: n.id, Priority: x.priority, Size: x.size, Reserved: true})
	}
	return true
}

// unreserve ends the application's reservation of a node.
func (a *fairApp) unreserve(n *fairNode) {
	n.reserved = nil
	a.reserved--
}

// assignReserved is for the application that has reserved a node: it gets its
// container if it fits now. It is false if the reservation was given up.
func (a *fairApp) assignReserved(n *fairNode) bool {
	c := n.reserved
	x := a.at(c.priority)
	if !a.couldUse(n, x) || a.mastersFull() {
		a.unreserve(n)
		return false
	}
	if c.size.within(n.free) {
		a.assignAsk(n, x, c)
	}
	return true
}

func (a *fairApp) isStarved() bool {
	return a.queue.policy.below(a.used, a.fairNow, a.fair.cluster) || a.starvedMin != (Resource{})
}
