package fair

import (
	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Most applications want nothing, or nothing that a node could give. Those that want
// containers stand in lines, in which the first one that takes a node is found without a
// look at the others. YARN sorts all.

// The lines of a leaf queue.
const (
	withMaster    = iota // applications that have their master
	withoutMaster        // the others
)

// sorted reports whether the policy puts the applications of a leaf queue in a strict
// order. Under drf that depends on weights, see inOrder.
func (q *queue) sorted() bool {
	return q.policy != drf || !q.s.config.sizeBasedWeight && q.s.cluster.MemoryMB > 0 && q.s.cluster.Cores > 0
}

// compareApps is the order of the policy.
func (q *queue) compareApps(a, b *appAttempt) int {
	return q.policy.compare(&a.schedulable, &b.schedulable, q.s.cluster)
}

// list lets an application stand in line if it wanted more at the last update than it
// uses now, and may get it.
func (a *appAttempt) list() {
	q := a.queue
	if !a.runnable || a.finished || len(a.requests) == 0 || a.demand == a.used || !q.sorted() {
		return
	}
	least, most := need(a.requests[0].Size), need(a.requests[0].Size)
	if a.hasMaster {
		for _, r := range a.requests[1:] {
			least, most = least.Min(need(r.Size)), most.Max(need(r.Size))
		}
		a.line = q.lines[withMaster]
	} else {
		a.line = q.lines[withoutMaster]
	}
	a.line.InsertBetween(a, least, most)
	for ; q != nil; q = q.parent {
		q.listed++
	}
}

// unlist takes an application out of its line. It must be called before what its place
// depends on changes.
func (a *appAttempt) unlist() {
	if a.line == nil {
		return
	}
	a.line.Remove(a)
	a.line = nil
	for q := a.queue; q != nil; q = q.parent {
		q.listed--
	}
}

// relist puts all applications in line anew, as the size of the cluster may matter.
func (s *Scheduler) relist() {
	for _, q := range s.leaves {
		if q.policy != drf {
			continue
		}
		q.lines = [2]*fit.Line[*appAttempt]{fit.NewLine(q.compareApps), fit.NewLine(q.compareApps)}
		for _, a := range q.runnable {
			if a.line != nil {
				a.line = nil
				for q := a.queue; q != nil; q = q.parent {
					q.listed--
				}
			}
			a.list()
		}
	}
}

// touch notes that the application's use or requests have changed.
func (a *appAttempt) touch() {
	a.s.changed = true
	if !a.touched {
		a.touched = true
		a.s.touched = append(a.s.touched, a)
	}
}

// updateDemands counts the demands of applications and queues.
func (s *Scheduler) updateDemands() {
	for _, a := range s.touched {
		a.touched = false
		if !a.finished {
			a.updateDemand()
		}
	}
	s.touched = s.touched[:0]
	s.root.updateDemand()
}

// equalApps reports whether all applications of a queue have the same fair share.
func (q *queue) equalApps() bool {
	return q.leaf && q.policy != fifo && !q.s.config.sizeBasedWeight && !q.s.plain
}

// entitled is the application's fair share at the last update.
func (a *appAttempt) entitled() scheduler.Resource {
	if a.queue.equalApps() && a.runnable && a.s.rounds > a.runSince {
		return a.queue.appShare
	}
	return a.fairShare
}

// assignListed offers a node to the applications in line that may take it, in the order
// of the policy.
func (q *queue) assignListed(n *schedulerNode) scheduler.Resource {
	s := q.s
	large := need(s.config.reservationThreshold())
	free, room, masters := need(n.free), need(q.room()), need(q.masterRoom())
	mayReserve := true
	skip := [2]func(least, most fit.Need) bool{}
	skip[withMaster] = func(least, most fit.Need) bool {
		return !least.In(room) || !least.In(free) && !(mayReserve && reaches(most, large, q.policy == drf))
	}
	skip[withoutMaster] = func(least, most fit.Need) bool { return !least.In(masters) || skip[withMaster](least, most) }
	var next [2]*appAttempt
	for i, line := range q.lines {
		next[i], _ = line.First(skip[i])
	}
	for next[0] != nil || next[1] != nil {
		i := withMaster
		if next[0] == nil || next[1] != nil && q.compareApps(next[1], next[0]) < 0 {
			i = withoutMaster
		}
		a := next[i]
		s.offered++
		if a.couldTake(n) {
			if size := a.assign(n); size != (scheduler.Resource{}) {
				return size
			}
		}
		// Those that use their equal share or more reserve no nodes, and those after them in
		// the order use no less.
		if q.equalApps() && !s.config.preemption && !q.policy.below(a.used, q.appShare, s.cluster) {
			mayReserve = false
		}
		next[i], _ = q.lines[i].After(a, skip[i])
	}
	return scheduler.Resource{}
}

// room is what the queue and all above it may use in addition.
func (q *queue) room() scheduler.Resource {
	room := scheduler.Unbounded
	for ; q != nil; q = q.parent {
		room = room.Min(q.maxShare.Minus(q.used))
	}
	return room
}
