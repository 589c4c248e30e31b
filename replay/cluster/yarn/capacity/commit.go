package capacity

import (
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// commit carries out what was found, unless a queue or a user has no room for it;
// CapacityScheduler.tryCommit with FiCaSchedulerApp.accept and apply.
func (s *Scheduler) commit(a assignment, done *[]scheduler.Allocation) {
	if a.size == (scheduler.Resource{}) {
		if a.unreserve != nil {
			s.unreserve(a.unreserve)
		}
		return
	}
	if a.from == nil && !s.accepts(a) {
		return
	}
	switch {
	case a.reserve && a.from != nil:
		a.app.reReserved[a.request.priority]++
	case a.reserve:
		s.reserve(a, done)
	default:
		s.allocate(a, done)
	}
}

// accepts checks the limits once more. Where a reservation is to be given up, only
// now its room counts.
func (s *Scheduler) accepts(a assignment) bool {
	rc, label := s.calculator, a.node.Label
	var released scheduler.Resource
	if a.unreserve != nil {
		released = a.unreserve.size
	}
	if !a.reserve && !rc.Fits(a.size, a.node.free) {
		return false
	}
	limit := a.app.queue.userLimit(a.app, label, a.mode)
	used := a.app.queue.users.users[a.app.User].used[label]
	if rc.Compare(s.cluster, used.Minus(released), limit) > 0 {
		return false
	}
	for q := a.app.queue.queue; q != nil; q = q.parent {
		most := s.partitions[label]
		if a.mode == respectExclusivity {
			most = q.share(label).most
		}
		if !rc.Fits(q.share(label).usage.Plus(a.size).Minus(released), most) {
			return false
		}
	}
	return true
}

func (s *Scheduler) reserve(a assignment, done *[]scheduler.Allocation) {
	app, label := a.app, a.node.Label
	c := s.newContainer(a)
	app.reservedOn[label] = app.reservedOn[label].Plus(c.size)
	app.reReserved[c.priority] = 0
	app.reservations[c.priority] = append(app.reservations[c.priority], c)
	a.node.reserved = c
	if a.unreserve != nil {
		s.unreserve(a.unreserve)
	}
	s.take(c)
	app.queue.reserve(label, c.size)
	*done = append(*done, scheduler.Allocation{App: app.ID, Node: a.node.ID, Priority: c.priority, Size: c.size, Master: !app.hasMaster, Reserved: true})
}

func (s *Scheduler) allocate(a assignment, done *[]scheduler.Allocation) {
	app, label := a.app, a.node.Label
	c := a.from
	if c != nil {
		s.forget(c)
	} else {
		c = s.newContainer(a)
	}
	s.last++
	c.id = s.last
	c.isMaster = !app.hasMaster
	app.hasMaster = true
	app.live = append(app.live, c)
	app.served(a.request)
	app.used[label] = app.used[label].Plus(a.size)
	a.node.free = a.node.free.Minus(c.size)
	a.node.containers = append(a.node.containers, c)
	s.containers[c.id] = c
	if a.from == nil {
		if a.unreserve != nil {
			s.unreserve(a.unreserve)
		}
		s.take(c)
	}
	*done = append(*done, scheduler.Allocation{Container: c.id, App: app.ID, Node: a.node.ID, Priority: c.priority, Size: c.size, Master: c.isMaster})
}

func (s *Scheduler) newContainer(a assignment) *container {
	a.app.sequence++
	return &container{
		sequence: a.app.sequence, app: a.app, node: a.node, priority: a.request.priority, size: a.size,
		guest: a.app.label == "" && a.node.Label != "",
	}
}

// take counts a container or reservation as used by its user and queues.
func (s *Scheduler) take(c *container) {
	l, label := c.app.queue, c.node.Label
	l.use(label, c.size)
	if c.guest {
		l.guests[label] = append(l.guests[label], c)
	}
	l.users.use(c.app.User, label, c.size)
	l.needsReorder(c.app)
}

// give counts it as used no more.
func (s *Scheduler) give(c *container) {
	l, label := c.app.queue, c.node.Label
	l.needsReorder(c.app)
	l.release(label, c.size)
	if c.guest {
		l.guests[label] = slices.DeleteFunc(l.guests[label], func(o *container) bool { return o == c })
	}
	l.users.use(c.app.User, label, scheduler.Resource{}.Minus(c.size))
}

// complete ends a container.
func (s *Scheduler) complete(c *container) {
	app, n := c.app, c.node
	app.live = slices.DeleteFunc(app.live, func(o *container) bool { return o == c })
	app.used[n.Label] = app.used[n.Label].Minus(c.size)
	n.containers = slices.DeleteFunc(n.containers, func(o *container) bool { return o == c })
	n.free = n.free.Plus(c.size)
	delete(s.containers, c.id)
	s.give(c)
}

// unreserve gives a reservation up.
func (s *Scheduler) unreserve(c *container) {
	s.forget(c)
	s.give(c)
}

// forget takes a reservation off its node and its application; what it used stays.
func (s *Scheduler) forget(c *container) {
	app, n := c.app, c.node
	left := slices.DeleteFunc(app.reservations[c.priority], func(o *container) bool { return o == c })
	app.reservations[c.priority] = left
	if len(left) == 0 {
		delete(app.reservations, c.priority)
	}
	app.reReserved[c.priority] = 0
	app.reservedOn[n.Label] = app.reservedOn[n.Label].Minus(c.size)
	n.reserved = nil
	app.queue.reserve(n.Label, scheduler.Resource{}.Minus(c.size))
}
