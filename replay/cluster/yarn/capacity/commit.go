package capacity

import (
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// commit carries out what was found for a node, unless a queue or a user has no room
// for it (CapacityScheduler.tryCommit, FiCaSchedulerApp.accept and apply).
func (s *Scheduler) commit(a assignment, done *[]scheduler.Allocation) {
	switch {
	case a.size == (scheduler.Resource{}):
		if a.unreserve != nil {
			s.unreserve(a.unreserve)
		}
	case a.from == nil && !s.accepts(a):
	case a.reserve && a.from != nil:
		a.from.makeAgain()
	case a.reserve:
		s.reserve(a, done)
	default:
		s.allocate(a, done)
	}
}

// accepts checks the limits again. The resources of a reservation that will be given up
// count as free only here.
func (s *Scheduler) accepts(a assignment) bool {
	l, label := a.app.queue, a.node.Label
	var released scheduler.Resource
	if a.unreserve != nil {
		released = a.unreserve.size
	}
	if !a.reserve && !s.calculator.Fits(a.size, a.node.free) {
		return false
	}
	limit := l.userLimit(a.app, label, a.mode)
	if s.more(a.app.user.used.on(label).Minus(released), limit) {
		return false
	}
	for q := l.queue; q != nil; q = q.parent {
		most := s.partitions[label]
		if a.mode == respectExclusivity {
			most = q.share(label).maximum
		}
		if !s.calculator.Fits(q.share(label).used.Plus(a.size).Minus(released), most) {
			return false
		}
	}
	return true
}

// reserve reserves a node for a container.
func (s *Scheduler) reserve(a assignment, done *[]scheduler.Allocation) {
	app, label := a.app, a.node.Label
	c := s.newContainer(a)
	app.reserved.add(label, c.size)
	app.forgetMade(c.priority)
	app.reservations[c.priority] = append(app.reservations[c.priority], c)
	a.node.reserved = c
	s.updateNode(a.node)
	c.since = s.passed + 1 // after this heartbeat
	app.queue.updateHunger(app)
	if a.unreserve != nil {
		s.unreserve(a.unreserve)
	}
	s.charge(c)
	app.queue.addReserved(label, c.size)
	*done = append(*done, scheduler.Allocation{App: app.ID, Node: a.node.ID, Priority: c.priority, Size: c.size, Master: !app.hasMaster, Reserved: true})
}

// allocate assigns a container. The charge for a reservation of the node remains.
func (s *Scheduler) allocate(a assignment, done *[]scheduler.Allocation) {
	app, label := a.app, a.node.Label
	c := a.from
	if c != nil {
		s.removeReservation(c)
	} else {
		c = s.newContainer(a)
	}
	s.lastContainer++
	c.id, c.master = s.lastContainer, !app.hasMaster
	app.hasMaster = true
	app.containers = append(app.containers, c)
	a.request.Count--
	app.ask(a.request)
	app.addUsed(label, a.size)
	a.node.free = a.node.free.Minus(c.size)
	s.updateNode(a.node)
	a.node.containers = append(a.node.containers, c)
	s.containers[c.id] = c
	if a.from == nil {
		if a.unreserve != nil {
			s.unreserve(a.unreserve)
		}
		s.charge(c)
	}
	*done = append(*done, scheduler.Allocation{Container: c.id, App: app.ID, Node: a.node.ID, Priority: c.priority, Size: c.size, Master: c.master})
}

func (s *Scheduler) newContainer(a assignment) *container {
	a.app.sequence++
	return &container{
		sequence: a.app.sequence, app: a.app, node: a.node, priority: a.request.Priority, size: a.size,
		guest: a.app.label == "" && a.node.Label != "",
	}
}

// charge counts a container or reservation as used by its user and queues.
func (s *Scheduler) charge(c *container) {
	l, label := c.app.queue, c.node.Label
	l.addUsed(label, c.size)
	if c.guest {
		l.guests[label] = append(l.guests[label], c)
	}
	l.users.addUsed(c.app.User, label, c.size)
	l.noteReorder(c.app)
}

// discharge undoes charge.
func (s *Scheduler) discharge(c *container) {
	l, label := c.app.queue, c.node.Label
	l.noteReorder(c.app)
	l.addUsed(label, c.size.Negative())
	l.guests[label] = without(l.guests[label], c)
	l.users.addUsed(c.app.User, label, c.size.Negative())
}

// complete ends a container.
func (s *Scheduler) complete(c *container) {
	app, n := c.app, c.node
	app.containers = without(app.containers, c)
	app.addUsed(n.Label, c.size.Negative())
	n.containers = without(n.containers, c)
	n.free = n.free.Plus(c.size)
	s.updateNode(n)
	delete(s.containers, c.id)
	s.discharge(c)
}

// unreserve gives a reservation up.
func (s *Scheduler) unreserve(c *container) {
	s.removeReservation(c)
	s.discharge(c)
}

// removeReservation takes a reservation off its node and its application; it stays
// charged to user and queues.
func (s *Scheduler) removeReservation(c *container) {
	app, n := c.app, c.node
	app.reservations[c.priority] = without(app.reservations[c.priority], c)
	if len(app.reservations[c.priority]) == 0 {
		delete(app.reservations, c.priority)
	}
	app.forgetMade(c.priority)
	app.reserved.add(n.Label, c.size.Negative())
	n.reserved = nil
	s.updateNode(n)
	app.queue.addReserved(n.Label, c.size.Negative())
	app.queue.updateHunger(app)
}

// without is a list without one of its elements. The list's own array is changed.
func without[T comparable](list []T, x T) []T {
	return slices.DeleteFunc(list, func(y T) bool { return y == x })
}
