package fair

import (
	"math"

	"dynalloc/replay/cluster/fit"
)

// updateNode must be called when what is free on a node, its reservation, or what it owes
// has changed.
func (s *Scheduler) updateNode(n *schedulerNode) {
	if n.reserved != nil || len(n.owed) > 0 {
		s.special.Set(n.id, fit.Need{})
	} else {
		s.special.Close(n.id)
	}
	s.room.Set(n.id, need(n.free))
}

// Useful is the first node of which a heartbeat may have an effect: one that is reserved
// or owes space, one with room for what is asked for, or any if something is asked for
// that is large enough to reserve nodes.
func (s *Scheduler) Useful(from int) int {
	best := s.special.Next(from, fit.Need{})
	least := s.wanted.sizes.Least()
	large := need(s.config.reservationThreshold())
	if _, ok := s.wanted.sizes.First(func(_, most fit.Need) bool { return !reaches(most, large, s.dominant) }); ok {
		least = fit.Need{math.MinInt64 + 1, math.MinInt64 + 1}
	}
	if i := s.room.Next(from, least); i >= 0 && (best < 0 || i < best) {
		best = i
	}
	return best
}

// Steady is forever, unless the passing of time alone may start a preemption.
func (s *Scheduler) Steady() int {
	if s.config.preemption && (s.below || len(s.kills) > 0) {
		return 0
	}
	return math.MaxInt
}

// Skip has nothing to do: no heartbeats are counted.
func (s *Scheduler) Skip(int) {}
