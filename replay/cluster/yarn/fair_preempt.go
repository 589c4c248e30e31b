package yarn

import (
	"math"
	"slices"
	"time"
)

// A fairKill is a time at which marked containers are taken.
type fairKill struct {
	at         time.Duration
	containers []*fairContainer
}

// Preempt is one round of the update thread: marked containers whose time is over
// are killed, demands and fair shares are counted anew, and containers are marked
// for starved applications. The scheduler assigns by what the last round counted,
// so it must be called regularly, also if preemption is off: each
// FairConfig.UpdateInterval, and not less than once after each submission.
//
// Source: FairScheduler.update, FSLeafQueue.updateStarvedApps, FSPreemptionThread.
func (s *Fair) Preempt(now time.Duration) []Kill {
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
	for len(s.starved.values) > 0 {
		a := s.starved.pop()
		marked := s.markFor(a)
		s.kills = append(s.kills, fairKill{at: now + s.conf.waitBeforeKill, containers: marked})
		// Four heartbeats more are meant, but YARN reads their length too late: it is 0.
		a.nextCheck = now + s.conf.waitBeforeKill + s.conf.waitBeforeCheck
		for _, c := range marked {
			kills = append(kills, Kill{Container: c.id, App: c.app.id})
		}
	}
	return kills
}

// kill takes the marked containers whose time is over.
func (s *Fair) kill() []Kill {
	var kills []Kill
	for len(s.kills) > 0 && s.kills[0].at <= s.now {
		for _, c := range s.kills[0].containers {
			if c.at >= 0 {
				s.complete(c)
				kills = append(kills, Kill{Container: c.id, App: c.app.id, Now: true})
			}
		}
		s.kills = s.kills[1:]
	}
	return kills
}

// crowded says whether the cluster is used enough for preemption.
func (s *Fair) crowded() bool {
	used := s.root.used
	part := max(
		float32(used.MemoryMB)/float32(s.cluster.MemoryMB),
		float32(used.Cores)/float32(s.cluster.Cores))
	return s.conf.utilization < part
}

// findStarved finds the applications of a leaf that are below their fair share,
// or whose queue is below its minimum, for longer than the timeout.
func (q *fairQueue) findStarved() {
	s := q.fair
	apps := q.wanting(func(a *fairApp) bool { return s.now >= a.nextCheck })
	var below Resource
	for _, a := range apps {
		starved := a.starvation()
		if starved == (Resource{}) {
			break
		}
		s.addStarved(a)
		below = below.plus(starved)
	}
	left := q.minStarvation().minus(below).orNothing()
	for _, a := range apps {
		if left == (Resource{}) {
			a.starvedMin = Resource{}
			continue
		}
		part := a.demand.minus(a.used).minus(a.starvedFair).orNothing()
		if q.policy.calculator().compare(s.cluster, part, left) > 0 {
			part = part.minus(left).orNothing() // YARN takes the rest, not what is left
			left = Resource{}
		} else {
			left = left.minus(part).orNothing()
		}
		a.starvedMin = part
		s.addStarved(a)
	}
}

func (s *Fair) addStarved(a *fairApp) {
	if !slices.Contains(s.starved.values, a) {
		s.starved.push(a)
	}
}

// mostStarved orders starved applications, as YARN does: not strictly.
func mostStarved(a, b *fairApp) int {
	if a.starvedFair.plus(a.starvedMin).within(b.starvedFair.plus(b.starvedMin)) {
		return -1
	}
	return 1
}

// starvation is how far the application is below the threshold of its fair
// share, once it has been for the timeout.
func (a *fairApp) starvation() Resource {
	s, q := a.fair, a.queue
	goal := a.fairNow.times(float64(q.threshold)).least(a.demand)
	starved := q.policy.below(a.used, goal, s.cluster)
	if !starved {
		a.lastAtShare = s.now
	}
	a.starvedFair = Resource{}
	if starved && s.now-a.lastAtShare >= q.fairTimeout {
		a.starvedFair = goal.minus(a.used).orNothing()
	}
	return a.starvedFair
}

// minStarvation is how far the queue is below its minimum, once it has been for
// the timeout.
func (q *fairQueue) minStarvation() Resource {
	starved := q.least.least(q.demand).minus(q.used).orNothing()
	if starved == (Resource{}) {
		q.lastAtMinShare = q.fair.now
	}
	if q.fair.now-q.lastAtMinShare < q.minTimeout {
		return Resource{}
	}
	return starved
}

// markFor marks containers of others to make room for a starved application.
func (s *Fair) markFor(a *fairApp) []*fairContainer {
	var all []*fairContainer
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
					c.app.marked = c.app.marked.plus(c.size)
				}
			}
		}
	}
	return all
}

// starvedAsks are the application's requests as far as it is starved.
func (a *fairApp) starvedAsks() []fairAsk {
	var asks []fairAsk
	left := a.starvedFair.plus(a.starvedMin)
	for _, priority := range a.order.values() {
		if left == (Resource{}) {
			break
		}
		x := a.at(priority)
		n := int(math.Floor(float64(calculator{}.ratio(left, x.size))))
		if n == 0 {
			continue
		}
		x.count = min(x.count, n)
		asks = append(asks, x)
		left = left.minus(x.size.times(float64(x.count))).orNothing()
	}
	return asks
}

// leastHarm are the containers of the first node with the fewest masters among
// those that make room for a container.
func (s *Fair) leastHarm(size Resource) (best []*fairContainer) {
	masters := math.MaxInt
	for _, n := range s.nodes.values() {
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
func (n *fairNode) makeRoom(size Resource, most int) (marked []*fairContainer, masters int, ok bool) {
	room := n.free.minus(n.reservedSum()).orNothing()
	taken := map[*fairApp]Resource{}
	var apps hashOrder[*fairApp]
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
				apps.add(appHash(c.app.id), c.app)
			}
			taken[c.app] = taken[c.app].plus(c.size)
			marked = append(marked, c)
			room = room.plus(c.size)
		}
		if size.within(room) {
			order := apps.values()
			slices.SortStableFunc(marked, func(a, b *fairContainer) int {
				return slices.Index(order, a.app) - slices.Index(order, b.app)
			})
			return marked, masters, true
		}
	}
	return nil, 0, false
}

// mastersLast are the node's containers, masters at the end.
func (n *fairNode) mastersLast() []*fairContainer {
	var masters, others []*fairContainer
	for _, c := range n.containers.values() {
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
func (n *fairNode) reservedSum() Resource {
	if n.reserved == nil {
		return n.owedSum
	}
	return n.owedSum.plus(n.reserved.size)
}

// owe notes containers as soon taken, for an application.
func (n *fairNode) owe(marked []*fairContainer, a *fairApp) {
	var sum Resource
	for _, c := range marked {
		if !slices.Contains(n.preempting, c) {
			n.preempting = append(n.preempting, c)
			sum = sum.plus(c.size)
		}
	}
	if sum == (Resource{}) {
		return
	}
	n.owedSum = n.owedSum.plus(sum)
	i := slices.IndexFunc(n.owed, func(o fairOwed) bool { return o.app == a })
	if i < 0 {
		i = len(n.owed)
		n.owed = append(n.owed, fairOwed{app: a})
	}
	n.owed[i].size = n.owed[i].size.plus(sum)
}

// canLose says whether a container of the application may be taken, besides
// others of it that are: what is left is not below its fair share.
func (a *fairApp) canLose(c *fairContainer, others Resource) bool {
	if !a.queue.preemptable || c.marked || c.master && !a.fair.conf.masterPreemption(a.queue.path) {
		return false
	}
	left := a.used.minus(a.marked).minus(c.size).minus(others)
	return !a.queue.policy.below(left, a.fairNow, a.fair.cluster)
}

// giveOwed offers a node first to the applications for which containers were
// taken there.
func (s *Fair) giveOwed(n *fairNode) {
	n.owed = slices.DeleteFunc(n.owed, func(o fairOwed) bool {
		a := o.app
		done := a.stopped || !a.isStarved() || a.starvedFair == (Resource{}) && a.starvedMin == (Resource{})
		if done {
			n.owedSum = n.owedSum.minus(o.size)
		}
		return done
	})
	for _, o := range slices.Clone(n.owed) {
		for left := o.size; !o.app.stopped && left != (Resource{}); {
			r := o.app.assign(n)
			if r == (Resource{}) || r == reservedOnly {
				break
			}
			left = left.minus(r).orNothing()
		}
	}
}
