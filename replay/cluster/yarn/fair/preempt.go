package fair

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairKill is a time at which marked containers are taken.
type pendingKill struct {
	at         time.Duration
	containers []*container
}

// Preempt is one round of the update thread: marked containers whose time is over
// are killed, demands and fair shares are counted anew, and containers are marked
// for starved applications. The scheduler assigns by what the last round counted,
// so it must be called regularly, also if preemption is off: each
// FairConfig.UpdateInterval, and not less than once after each submission.
//
// Source: FairScheduler.update, FSLeafQueue.updateStarvedApps, FSPreemptionThread.
func (s *Scheduler) Preempt(now time.Duration) []scheduler.Kill {
	s.now = now
	kills := s.kill()
	s.root.updateDemand()
	s.root.fairNow = s.cluster
	s.root.updateShares()
	s.countFree()
	if !s.conf.preemption || !s.crowded() {
		return kills
	}
	for _, q := range s.leaves {
		q.findStarved()
	}
	for s.starved.Len() > 0 {
		a := s.starved.Pop()
		marked := s.markFor(a)
		s.kills = append(s.kills, pendingKill{at: now + s.conf.waitBeforeKill, containers: marked})
		// Four heartbeats more are meant, but YARN reads their length too late: it is 0.
		a.nextCheck = now + s.conf.waitBeforeKill + s.conf.waitBeforeCheck
		for _, c := range marked {
			kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.id})
		}
	}
	return kills
}

// kill takes the marked containers whose time is over.
func (s *Scheduler) kill() []scheduler.Kill {
	var kills []scheduler.Kill
	for len(s.kills) > 0 && s.kills[0].at <= s.now {
		for _, c := range s.kills[0].containers {
			if c.at >= 0 {
				s.complete(c)
				kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.id, Now: true})
			}
		}
		s.kills = s.kills[1:]
	}
	return kills
}

// crowded says whether the cluster is used enough for preemption.
func (s *Scheduler) crowded() bool {
	used := s.root.used
	part := max(
		float32(used.MemoryMB)/float32(s.cluster.MemoryMB),
		float32(used.Cores)/float32(s.cluster.Cores))
	return s.conf.utilization < part
}

// findStarved finds the applications of a leaf that are below their fair share,
// or whose queue is below its minimum, for longer than the timeout.
func (q *queue) findStarved() {
	s := q.fair
	apps := q.wanting(func(a *appAttempt) bool { return s.now >= a.nextCheck })
	var below scheduler.Resource
	for _, a := range apps {
		starved := a.starvation()
		if starved == (scheduler.Resource{}) {
			break
		}
		s.addStarved(a)
		below = below.Plus(starved)
	}
	left := q.minStarvation().Minus(below).NonNegative()
	for _, a := range apps {
		if left == (scheduler.Resource{}) {
			a.starvedMin = scheduler.Resource{}
			continue
		}
		part := a.demand.Minus(a.used).Minus(a.starvedFair).NonNegative()
		if q.policy.calculator().Compare(s.cluster, part, left) > 0 {
			part = part.Minus(left).NonNegative() // YARN takes the rest, not what is left
			left = scheduler.Resource{}
		} else {
			left = left.Minus(part).NonNegative()
		}
		a.starvedMin = part
		s.addStarved(a)
	}
}

func (s *Scheduler) addStarved(a *appAttempt) {
	if !slices.Contains(s.starved.All(), a) {
		s.starved.Push(a)
	}
}

// mostStarved orders starved applications, as YARN does: not strictly.
func mostStarved(a, b *appAttempt) int {
	if a.starvedFair.Plus(a.starvedMin).FitsIn(b.starvedFair.Plus(b.starvedMin)) {
		return -1
	}
	return 1
}

// starvation is how far the application is below the threshold of its fair
// share, once it has been for the timeout.
func (a *appAttempt) starvation() scheduler.Resource {
	s, q := a.fair, a.queue
	goal := a.fairNow.Times(float64(q.threshold)).Min(a.demand)
	starved := q.policy.below(a.used, goal, s.cluster)
	if !starved {
		a.lastAtShare = s.now
	}
	a.starvedFair = scheduler.Resource{}
	if starved && s.now-a.lastAtShare >= q.fairTimeout {
		a.starvedFair = goal.Minus(a.used).NonNegative()
	}
	return a.starvedFair
}

// minStarvation is how far the queue is below its minimum, once it has been for
// the timeout.
func (q *queue) minStarvation() scheduler.Resource {
	starved := q.least.Min(q.demand).Minus(q.used).NonNegative()
	if starved == (scheduler.Resource{}) {
		q.lastAtMinShare = q.fair.now
	}
	if q.fair.now-q.lastAtMinShare < q.minTimeout {
		return scheduler.Resource{}
	}
	return starved
}

// markFor marks containers of others to make room for a starved application.
func (s *Scheduler) markFor(a *appAttempt) []*container {
	var all []*container
	for _, x := range a.starvedAsks() {
		for range x.count {
			marked := s.leastHarm(x.size)
			if len(marked) == 0 {
				continue
			}
			all = append(all, marked...)
			n := marked[0].node
			n.owe(marked, a)
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

// starvedAsks are the application's requests as far as it is starved.
func (a *appAttempt) starvedAsks() []request {
	var asks []request
	left := a.starvedFair.Plus(a.starvedMin)
	for _, priority := range a.order.Values() {
		if left == (scheduler.Resource{}) {
			break
		}
		x := a.at(priority)
		n := int(math.Floor(float64(scheduler.Calculator{}.Ratio(left, x.size))))
		if n == 0 {
			continue
		}
		x.count = min(x.count, n)
		asks = append(asks, x)
		left = left.Minus(x.size.Times(float64(x.count))).NonNegative()
	}
	return asks
}

// leastHarm are the containers of the first node with the fewest masters among
// those that make room for a container.
func (s *Scheduler) leastHarm(size scheduler.Resource) (best []*container) {
	masters := math.MaxInt
	for _, n := range s.nodes.Values() {
		if marked, m, ok := n.makeRoom(size, masters); ok {
			best, masters = marked, m
			if masters == 0 {
				break
			}
		}
	}
	return best
}

// makeRoom chooses containers of a node that make room for one, if they suffice
// and fewer of them than most are masters.
func (n *schedulerNode) makeRoom(size scheduler.Resource, most int) (marked []*container, masters int, ok bool) {
	room := n.free.Minus(n.reservedSum()).NonNegative()
	taken := map[*appAttempt]scheduler.Resource{}
	var apps java.HashMap[*appAttempt]
	for _, c := range n.mastersLast() {
		if slices.Contains(n.preempting, c) {
			continue
		}
		if c.app.canLose(c, taken[c.app]) {
			if c.master {
				if masters++; masters >= most {
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

// mastersLast are the node's containers, masters at the end.
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

// reservedSum is what is kept on a node for a reservation and for starved applications.
func (n *schedulerNode) reservedSum() scheduler.Resource {
	if n.reserved == nil {
		return n.owedSum
	}
	return n.owedSum.Plus(n.reserved.size)
}

// owe notes containers as soon taken, for an application.
func (n *schedulerNode) owe(marked []*container, a *appAttempt) {
	var sum scheduler.Resource
	for _, c := range marked {
		if !slices.Contains(n.preempting, c) {
			n.preempting = append(n.preempting, c)
			sum = sum.Plus(c.size)
		}
	}
	if sum == (scheduler.Resource{}) {
		return
	}
	n.owedSum = n.owedSum.Plus(sum)
	i := slices.IndexFunc(n.owed, func(o preemptedSpace) bool { return o.app == a })
	if i < 0 {
		i = len(n.owed)
		n.owed = append(n.owed, preemptedSpace{app: a})
	}
	n.owed[i].size = n.owed[i].size.Plus(sum)
}

// canLose says whether a container of the application may be taken, besides
// others of it that are: what is left is not below its fair share.
func (a *appAttempt) canLose(c *container, others scheduler.Resource) bool {
	if !a.queue.preemptable || c.marked || c.master && !a.fair.conf.masterPreemption(a.queue.path) {
		return false
	}
	left := a.used.Minus(a.marked).Minus(c.size).Minus(others)
	return !a.queue.policy.below(left, a.fairNow, a.fair.cluster)
}

// giveOwed offers a node first to the applications for which containers were
// taken there.
func (s *Scheduler) giveOwed(n *schedulerNode) {
	n.owed = slices.DeleteFunc(n.owed, func(o preemptedSpace) bool {
		a := o.app
		done := a.stopped || !a.isStarved() || a.starvedFair == (scheduler.Resource{}) && a.starvedMin == (scheduler.Resource{})
		if done {
			n.owedSum = n.owedSum.Minus(o.size)
		}
		return done
	})
	for _, o := range slices.Clone(n.owed) {
		for left := o.size; !o.app.stopped && left != (scheduler.Resource{}); {
			r := o.app.assign(n)
			if r == (scheduler.Resource{}) || r == reservedOnly {
				break
			}
			left = left.Minus(r).NonNegative()
		}
	}
}
