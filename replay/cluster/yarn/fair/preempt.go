package fair

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A pendingKill is a time at which marked containers are ended.
type pendingKill struct {
	at         time.Duration
	containers []*container
}

// Preempt is a round of the update thread: marked containers whose time is over are
// killed, demands and fair shares are counted anew, and containers are marked for
// starved applications.
//
// Source: FairScheduler.update, FSLeafQueue.updateStarvedApps, FSPreemptionThread.
func (s *Scheduler) Preempt(now time.Duration) []scheduler.Kill {
	s.now = now
	kills := s.kill()
	if s.changed || s.plain {
		s.updateDemands()
		s.root.fairShare = s.cluster
		s.rounds++
		s.root.updateShares()
		s.changed = false
	}
	s.countFree()
	s.below = false
	if !s.config.preemption || !s.crowded() {
		return kills
	}
	for _, q := range s.leaves {
		q.findStarved()
	}
	for s.starved.Len() > 0 {
		a := s.starved.Pop()
		marked := s.markFor(a)
		s.kills = append(s.kills, pendingKill{at: now + s.config.waitBeforeKill, containers: marked})
		// YARN intends to wait for four more heartbeats, but reads their interval too late,
		// when it is still 0.
		a.nextStarvationCheck = now + s.config.waitBeforeKill + s.config.waitBeforeCheck
		for _, c := range marked {
			kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.id})
		}
	}
	return kills
}

// kill ends the marked containers whose time is over.
func (s *Scheduler) kill() []scheduler.Kill {
	var kills []scheduler.Kill
	for len(s.kills) > 0 && s.kills[0].at <= s.now {
		for _, c := range s.kills[0].containers {
			if c.index >= 0 {
				s.complete(c)
				kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.id, Now: true})
			}
		}
		s.kills = s.kills[1:]
	}
	return kills
}

// crowded reports whether the used part of the cluster exceeds the threshold for
// preemption.
func (s *Scheduler) crowded() bool {
	used := s.root.used
	return s.config.utilizationThreshold < max(
		float32(used.MemoryMB)/float32(s.cluster.MemoryMB),
		float32(used.Cores)/float32(s.cluster.Cores))
}

// findStarved finds the applications of a leaf queue that are below their fair share,
// or whose queue is below its minimum share, for longer than the timeout.
func (q *queue) findStarved() {
	s := q.s
	apps := slices.Collect(q.wanting(func(a *appAttempt) bool {
		due := s.now >= a.nextStarvationCheck
		s.below = s.below || !due
		return due
	}))
	var below scheduler.Resource
	for _, a := range apps {
		starvation := a.updateStarvation()
		if starvation == (scheduler.Resource{}) {
			break
		}
		s.addStarved(a)
		below = below.Plus(starvation)
	}
	left := q.updateStarvation().Minus(below).NonNegative()
	for _, a := range apps {
		if left == (scheduler.Resource{}) {
			a.minShareStarvation = scheduler.Resource{}
			continue
		}
		part := a.demand.Minus(a.used).Minus(a.fairShareStarvation).NonNegative()
		if q.policy.calculator().Compare(s.cluster, part, left) > 0 {
			part = part.Minus(left).NonNegative() // YARN takes the rest, not what is left
			left = scheduler.Resource{}
		} else {
			left = left.Minus(part).NonNegative()
		}
		a.minShareStarvation = part
		s.addStarved(a)
	}
}

func (s *Scheduler) addStarved(a *appAttempt) {
	if !slices.Contains(s.starved.All(), a) {
		s.starved.Push(a)
	}
}

// starvation is the amount by which the application is below its entitlement.
func (a *appAttempt) starvation() scheduler.Resource {
	return a.fairShareStarvation.Plus(a.minShareStarvation)
}

// mostStarved is the order in which starved applications are served. As in YARN it is
// not a strict order.
func mostStarved(a, b *appAttempt) int {
	if a.starvation().FitsIn(b.starvation()) {
		return -1
	}
	return 1
}

// updateStarvation counts how far the application is below the threshold of its fair
// share, if it has been for the timeout.
func (a *appAttempt) updateStarvation() scheduler.Resource {
	s, q := a.s, a.queue
	goal := a.entitled().Times(float64(q.fairShareThreshold)).Min(a.demand)
	starved := q.policy.below(a.used, goal, s.cluster)
	if !starved {
		a.lastAtFairShare = s.now
	}
	s.below = s.below || starved
	a.fairShareStarvation = scheduler.Resource{}
	if starved && s.now-a.lastAtFairShare >= q.fairShareTimeout {
		a.fairShareStarvation = goal.Minus(a.used).NonNegative()
	}
	return a.fairShareStarvation
}

// updateStarvation is how far the queue is below its minimum share, if it has been
// for the timeout.
func (q *queue) updateStarvation() scheduler.Resource {
	starvation := q.minShare.Min(q.demand).Minus(q.used).NonNegative()
	if starvation == (scheduler.Resource{}) {
		q.lastAtMinShare = q.s.now
	} else {
		q.s.below = true
	}
	if q.s.now-q.lastAtMinShare < q.minShareTimeout {
		return scheduler.Resource{}
	}
	return starvation
}

// markFor marks containers of others to make room for a starved application.
func (s *Scheduler) markFor(a *appAttempt) []*container {
	var all []*container
	for _, r := range a.starvedRequests() {
		for range r.Count {
			marked := s.leastHarm(r.Size)
			if len(marked) == 0 {
				continue
			}
			all = append(all, marked...)
			marked[0].node.owe(marked, a)
			s.updateNode(marked[0].node)
			for _, c := range marked {
				if !c.marked {
					c.marked = true
					c.app.marked = c.app.marked.Plus(c.size)
				}
			}
		}
	}
	return all
}

// starvedRequests are the application's requests as far as it is starved.
func (a *appAttempt) starvedRequests() []scheduler.Request {
	var requests []scheduler.Request
	left := a.starvation()
	for _, priority := range a.requestOrder.Values() {
		if left == (scheduler.Resource{}) {
			break
		}
		r := a.requests.At(priority)
		n := int(math.Floor(float64(scheduler.Calculator{}.Ratio(left, r.Size))))
		if n == 0 {
			continue
		}
		r.Count = min(r.Count, n)
		requests = append(requests, r)
		left = left.Minus(r.Total()).NonNegative()
	}
	return requests
}

// leastHarm finds the node on which containers that make room for one of a size
// include the fewest application masters, and returns those containers.
func (s *Scheduler) leastHarm(size scheduler.Resource) (best []*container) {
	masters := math.MaxInt
	for _, n := range s.nodes.Values() {
		if marked, m, ok := n.makeRoom(size, masters); ok {
			best, masters = marked, m // none are marked if there is room already
			if masters == 0 {
				break
			}
		}
	}
	return best
}

// makeRoom chooses containers of a node that make room for one of a size, if that is
// possible with fewer than limit application masters.
func (n *schedulerNode) makeRoom(size scheduler.Resource, limit int) (marked []*container, masters int, ok bool) {
	room := n.free.Minus(n.kept()).NonNegative()
	taken := map[*appAttempt]scheduler.Resource{}
	var apps java.HashMap[*appAttempt]
	for _, c := range n.mastersLast() {
		if slices.Contains(n.toPreempt, c) {
			continue
		}
		if c.app.canLose(c, taken[c.app]) {
			if c.master {
				if masters++; masters >= limit {
					return nil, 0, false
				}
			}
			if _, ok := taken[c.app]; !ok {
				apps.Add(java.AppHash(c.app.id), c.app)
			}
			taken[c.app] = taken[c.app].Plus(c.size)
			marked = append(marked, c)
			room = room.Plus(c.size)
		}
		if size.FitsIn(room) {
			order := apps.Values()
			slices.SortStableFunc(marked, func(a, b *container) int {
				return slices.Index(order, a.app) - slices.Index(order, b.app)
			})
			return marked, masters, true
		}
	}
	return nil, 0, false
}

// mastersLast are the node's containers, application masters at the end.
func (n *schedulerNode) mastersLast() []*container {
	var masters, others []*container
	for _, c := range n.containers.Values() {
		if c.master {
			masters = append(masters, c)
		} else {
			others = append(others, c)
		}
	}
	slices.Reverse(others)
	return append(others, masters...)
}

// canLose reports whether a container of the application may be preempted, besides
// others of it: what it keeps must not be below its fair share.
func (a *appAttempt) canLose(c *container, others scheduler.Resource) bool {
	if !a.queue.preemptable || c.marked || c.master && !a.s.config.mayPreemptMasters(a.queue.name) {
		return false
	}
	left := a.used.Minus(a.marked).Minus(c.size).Minus(others)
	return !a.queue.policy.below(left, a.entitled(), a.s.cluster)
}

// settle offers a node to the applications for which containers were preempted there.
func (s *Scheduler) settle(n *schedulerNode) {
	n.owed = slices.DeleteFunc(n.owed, func(o owedSpace) bool {
		a := o.app
		done := a.finished || !a.isStarved() || a.starvation() == (scheduler.Resource{})
		if done {
			n.owedSum = n.owedSum.Minus(o.size)
		}
		return done
	})
	for _, o := range slices.Clone(n.owed) {
		for left := o.size; !o.app.finished && left != (scheduler.Resource{}); {
			size := o.app.assign(n)
			if size == (scheduler.Resource{}) || size == reservedOnly {
				break
			}
			left = left.Minus(size).NonNegative()
		}
	}
}
