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
	reserved fit.Rooms // those that are, if the reservation is not only made again
	last     int       // the highest identifier so far

	// Of what hungry applications want, the least that one would reserve a node for, and
	// the least that one would only take.
	reserves, takes fit.Need
	turn            int  // the heartbeat after which one would reserve more nodes; math.MaxInt: there is none
	pending         bool // an application waits
	unseen          bool // a pass over the queues would note what has changed, even if it assigns nothing

	from, beat int // the last answer of Useful, as long as nothing changes
}

// updateNode must be called when what is free on a node, or its reservation, has changed.
func (s *Scheduler) updateNode(n *schedulerNode) {
	o := &s.open
	s.changed = true
	if n.reserved != nil {
		s.updateIdle(n.reserved)
	}
	if n.silent || n.reserved != nil && n.reserved.idle {
		o.close(n.ID)
		return
	}
	if n.reserved != nil {
		o.close(n.ID)
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

// close takes a node out.
func (o *openNodes) close(node int) {
	o.free.Close(node)
	o.total.Close(node)
	o.reserved.Close(node)
}

// Useful is the first heartbeat that may have an effect.
func (s *Scheduler) Useful(from, n int) int {
	o := &s.open
	if !s.update() && o.from <= from && (from <= o.beat || o.beat < 0) {
		return o.beat
	}
	if o.pending && (s.labeled || !s.config.lookAtAllNodes) {
		return from // heartbeats are counted there, too
	}
	o.from, o.beat = from, scheduler.FirstBeat(from, n, o.next)
	if o.turn < math.MaxInt && o.turn >= from && (o.beat < 0 || o.turn < o.beat) {
		o.beat = o.turn
	}
	return o.beat
}

// next is the first node from an identifier on of which a heartbeat may have an effect.
func (o *openNodes) next(from int) int {
	best := o.reserved.Next(from, fit.Need{})
	reserves := o.reserves
	if o.unseen {
		reserves = fit.Need{}
	}
	for _, i := range []int{o.total.Next(from, reserves), o.free.Next(from, o.takes)} {
		if i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// update counts anew what hungry applications want, if that may have changed, and reports
// whether it did.
func (s *Scheduler) update() bool {
	o := &s.open
	if !s.changed && o.turn >= s.passed {
		return false
	}
	o.from = math.MaxInt
	o.pending, o.reserves, o.takes, o.turn = false, fit.Unlimited, fit.Unlimited, math.MaxInt
	for _, l := range s.leaves {
		pending := false
		for _, label := range l.labels {
			pending = pending || s.positive(l.share(label).pending)
		}
		o.pending = o.pending || pending
		o.unseen = o.unseen || pending && s.changed && l.hasNews()
		if l.full() {
			continue
		}
		o.want(l)
	}
	s.changed = false
	return true
}

// want counts what the applications of a queue could do with any node.
func (o *openNodes) want(l *leafQueue) {
	headroom := l.mostHeadroom()
	var last *appAttempt // the first one for which the headroom is too small, which ends a pass
	for _, u := range l.wanting {
		u.over = l.s.more(l.users.users[u.name].used.on(""), l.users.foresee(u.name))
		if u.turnsMatter(headroom) {
			u.takeTurns()
		}
		if u.over || len(l.reorder) > 0 {
			continue
		}
		app, ok := u.lines[fresh].First(func(_, most fit.Need) bool { return most.In(headroom) })
		if ok && (last == nil || l.compareApps(app, last) < 0) {
			last = app
		}
	}
	for _, u := range l.wanting {
		var least [hungers]fit.Need
		for h, line := range u.lines {
			if least[h] = line.Least(); last != nil {
				least[h] = line.LeastBefore(last)
			}
		}
		o.takes = o.takes.Min(least[eager]).Min(least[held]).Min(least[odd])
		o.reserves = o.reserves.Min(least[odd])
		if u.over {
			continue
		}
		for _, h := range []hunger{fresh, eager} {
			if least[h].In(headroom) {
				o.reserves = o.reserves.Min(least[h])
			}
		}
		if u.turnsMatter(headroom) && o.total.Next(0, least[held]) >= 0 {
			o.turn = min(o.turn, u.nextTurn())
		}
	}
}

// mostHeadroom is no less than the headroom of the queue in any pass. The dominant
// calculator chooses one of several limits as a whole, and may choose one with more of one
// kind.
func (l *leafQueue) mostHeadroom() fit.Need {
	most := fit.Unlimited
	if l.s.calculator.Dominant && (len(l.s.leaves) > 1 || l.config.absoluteResources) {
		return most
	}
	for q := l.queue; q != nil; q = q.parent {
		share := q.share("")
		most = most.Min(l.s.need(share.maximum.Minus(share.used)))
	}
	return most
}

// hasNews reports whether a pass over the queues, which looks at the first application and
// at the limits of users, would change something.
func (l *leafQueue) hasNews() bool {
	first, ok := l.active.First(keepAll)
	return len(l.s.leaves) > 1 || len(l.reorder) > 0 || l.users.waitingOnly != l.users.waitingOnlyNow || ok && !first.hasHeadroom
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
	s.update()
	if s.turned > 0 && s.passed <= s.turned+2*s.ring {
		return 0 // not every node has tried since
	}
	return s.open.turn
}
