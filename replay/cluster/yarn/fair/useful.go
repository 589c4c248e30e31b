package fair

import (
	"math"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// updateNode must be called when what is free on a node, its reservation, or what it owes
// has changed, or the requests of the application that has reserved it.
func (s *Scheduler) updateNode(n *schedulerNode) {
	if s.byID[n.id] != n {
		return // it is gone
	}
	if n.reserved != nil {
		s.room.Close(n.id)
	} else {
		s.room.Set(n.id, need(n.free))
	}
	if len(n.owed) > 0 || n.reserved != nil && n.reserved.mayEnd() {
		s.special.Set(n.id, fit.Need{})
	} else {
		s.special.Close(n.id)
	}
}

// mayEnd reports whether a heartbeat of the reserved node may fulfill the reservation or
// give it up.
func (c *container) mayEnd() bool {
	a := c.app
	return c.size.FitsIn(c.node.free) || !a.hasMaster || a.queue.limited() || !a.couldUse(c.node, a.requests.At(c.priority))
}

// limited reports whether the queue or one above it has a maximum share.
func (q *queue) limited() bool {
	for ; q != nil; q = q.parent {
		if q.maxShare != scheduler.Unbounded {
			return true
		}
	}
	return false
}

// Useful is the first heartbeat of a node of which the reservation may end or that owes
// space, that has room for what an application in line wants, or that is not reserved if an
// application may reserve one.
func (s *Scheduler) Useful(from, n int) int {
	least := s.leastListed()
	if s.mayReserve() {
		least = fit.Need{math.MinInt64 + 1, math.MinInt64 + 1}
	}
	return scheduler.FirstBeat(from, n, func(node int) int {
		best := s.special.Next(node, fit.Need{})
		if i := s.room.Next(node, least); i >= 0 && (best < 0 || i < best) {
			best = i
		}
		return best
	})
}

// leastListed is the least that an application wants that could get it, as it wanted more at
// the last update than it uses now.
func (s *Scheduler) leastListed() fit.Need {
	least := fit.Unlimited
	for _, q := range s.leaves {
		switch {
		case !q.sorted():
			return s.wanted.sizes.Least()
		case q.listed == 0:
			continue
		}
		room := need(q.room())
		for _, line := range q.lines {
			if one := line.Least(); one.In(room) {
				least = least.Min(one)
			}
		}
	}
	return least
}

// mayReserve reports whether something is asked for that is large enough to reserve a
// node, and a queue may have applications that are starved. Where all have equal shares,
// the first in its order is, if any is.
func (s *Scheduler) mayReserve() bool {
	large := need(s.config.reservationThreshold())
	if _, ok := s.wanted.sizes.First(func(_, most fit.Need) bool { return !reaches(most, large, s.dominant) }); !ok {
		return false
	}
	for _, q := range s.leaves {
		if q.listed == 0 && q.sorted() {
			continue
		}
		if !q.equalApps() || !q.sorted() || s.config.preemption {
			return true
		}
		for _, line := range q.lines {
			if a, ok := line.First(func(_, _ fit.Need) bool { return false }); ok && q.policy.below(a.used, q.appShare, s.cluster) {
				return true
			}
		}
	}
	return false
}

// Passed has nothing to do: no heartbeats are counted.
func (s *Scheduler) Passed(int, int) {}

// Silence has nothing to do, either.
func (s *Scheduler) Silence(int) {}

// Steady is forever, unless the passing of time alone may start a preemption.
func (s *Scheduler) Steady() int {
	if s.config.preemption && (s.below || len(s.kills) > 0) {
		return 0
	}
	return math.MaxInt
}
