package capacity

import (
	"math"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Heartbeats have an effect on reserved nodes, and on others if an application takes what
// is free there or reserves the node.

// An openNodes are the nodes that are not reserved, and those that are.
type openNodes struct {
	free     fit.Rooms // what is free on those that are not reserved
	total    fit.Rooms // the size of those of them that have room for the smallest container
	reserved fit.Rooms
	last     int // the highest identifier so far

	// Of what hungry applications want, the least that one would reserve a node for, and
	// the least that one would only take.
	reserves, takes fit.Need
	pending         bool // an application waits
}

// updateNode must be called when what is free on a node, or its reservation, has changed.
func (s *Scheduler) updateNode(n *schedulerNode) {
	o := &s.open
	if n.reserved != nil {
		o.free.Close(n.ID)
		o.total.Close(n.ID)
		o.reserved.Set(n.ID, fit.Need{})
		return
	}
	o.reserved.Close(n.ID)
	o.free.Set(n.ID, s.need(n.free))
	if s.calculator.Containers(n.free, s.config.smallest) > 0 {
		o.total.Set(n.ID, s.need(n.Total))
	} else {
		o.total.Close(n.ID)
	}
}

// Useful is the first node of which a heartbeat may have an effect.
func (s *Scheduler) Useful(from int) int {
	o := &s.open
	if s.changed {
		s.changed = false
		s.updateWanted()
	}
	if o.pending && (s.labeled || !s.config.lookAtAllNodes) {
		if from > o.last {
			return -1
		}
		return from // heartbeats are counted there, too
	}
	best := o.reserved.Next(from, fit.Need{})
	for _, i := range []int{o.total.Next(from, o.reserves), o.free.Next(from, o.takes)} {
		if i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// updateWanted counts anew what hungry applications want, except those of queues that are
// at their limits.
func (s *Scheduler) updateWanted() {
	o := &s.open
	o.pending, o.reserves, o.takes = false, fit.Unlimited, fit.Unlimited
	for _, l := range s.leaves {
		for _, label := range l.labels {
			o.pending = o.pending || s.positive(l.share(label).pending)
		}
		if l.full() {
			continue
		}
		for _, u := range l.wanting {
			o.reserves = o.reserves.Min(u.lines[fresh].Least()).Min(u.lines[eager].Least())
			o.takes = o.takes.Min(u.lines[held].Least())
		}
	}
}

// full reports whether the queue, or one above it, is at its limit and has no reservation
// in exchange for which it could get something.
func (l *leafQueue) full() bool {
	for q := l.queue; q != nil; q = q.parent {
		if share := q.share(""); q.parent != nil && share.reserved == (scheduler.Resource{}) && !q.s.more(share.maximum, share.used) {
			return true
		}
	}
	return false
}

// Steady is for as long as no application comes to want more reservations because it was
// not served for long, or forever if no node is left to reserve.
func (s *Scheduler) Steady() int {
	if len(s.sharedLabels) > 0 && s.labeled || !s.config.lookAtAllNodes {
		return 0 // missed heartbeats are counted
	}
	rounds := math.MaxInt
	for _, l := range s.leaves {
		for _, u := range l.wanting {
			if s.open.total.Next(0, u.lines[held].Least()) < 0 {
				continue
			}
			for _, app := range u.lines[held].All() {
				rounds = min(rounds, app.contentFor())
			}
		}
	}
	return rounds
}

// contentFor is for how many rounds of heartbeats of all nodes, in which each of its
// reservations is made again, the application wants no more of them.
func (a *appAttempt) contentFor() int {
	r := a.requests[0]
	reserved, made := len(a.reservations[r.Priority]), a.reReservations[r.Priority]
	wantsAfter := func(rounds int) bool { return a.wantsMoreAfter(r, made+rounds*reserved) }
	low, high := 0, 1
	for ; !wantsAfter(high); high *= 2 {
		if low = high; high > math.MaxInt32 {
			return math.MaxInt
		}
	}
	for low+1 < high {
		if middle := (low + high) / 2; wantsAfter(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return low
}

// Skip counts the heartbeats of reserved nodes.
func (s *Scheduler) Skip(rounds int) {
	for i := s.open.reserved.Next(0, fit.Need{}); i >= 0; i = s.open.reserved.Next(i+1, fit.Need{}) {
		c := s.nodes[i].reserved
		c.app.reReservations[c.priority] += rounds
	}
}
