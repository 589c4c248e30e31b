package fair

import (
	"fmt"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Fair is YARN's fair scheduler.
//
// Source: org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair of Hadoop 3.4.
type Scheduler struct {
	conf *Config
	now  time.Duration

	root        *queue
	leaves      []*queue // by creation
	byPath      map[string]*queue
	userRunning map[string]int // runnable applications

	nodes      java.HashMap[*schedulerNode]
	byNode     map[int]*schedulerNode
	cluster    scheduler.Resource
	free       scheduler.Resource     // of the cluster, at the last count
	apps       []*appAttempt          // by identifier; nil: not there
	containers []*container           // by identifier, from 1; nil: ended
	assigned   []scheduler.Allocation // in this heartbeat

	starved *java.PriorityQueue[*appAttempt]
	kills   []pendingKill // by time
}

// New makes a fair scheduler without nodes.
func New(c *Config) *Scheduler {
	s := &Scheduler{conf: c, byPath: map[string]*queue{}, userRunning: map[string]int{}, byNode: map[int]*schedulerNode{}, starved: java.NewPriorityQueue(mostStarved)}
	s.root = &queue{fair: s, path: "root", declared: true, policy: c.policy("root")}
	s.root.configure(0)
	s.byPath["root"] = s.root
	s.declare(c.leaves(), true)
	s.declare(c.parents(), false)
	return s
}

// declare makes the queues of the file.
func (s *Scheduler) declare(paths []string, leaf bool) {
	for _, path := range paths {
		q := s.byPath[path]
		if q == nil {
			q = s.createQueue(path, leaf)
		}
		if q != nil {
			q.declared = true
		}
	}
}

// A FairShare is what a queue is entitled to at the last update.
type Share struct {
	Queue  string             // full name
	Now    scheduler.Resource // its instantaneous fair share: among queues with runnable applications
	Steady scheduler.Resource // its share if all queues had some; for display only
}

// Shares are the fair shares of all queues, parents before their children.
// Cores are counted only where a queue's parent is of the policy drf.
func (s *Scheduler) Shares() []Share {
	var out []Share
	var walk func(q *queue)
	walk = func(q *queue) {
		out = append(out, Share{Queue: q.path, Now: q.fairNow, Steady: q.steady})
		for _, c := range q.children {
			walk(c)
		}
	}
	walk(s.root)
	return out
}

// AddNode takes in a node. The fair scheduler knows no labels.
func (s *Scheduler) AddNode(now time.Duration, n scheduler.Node) {
	s.now = now
	x := &schedulerNode{id: n.ID, total: n.Total, free: n.Total}
	s.byNode[n.ID] = x
	s.nodes.Add(java.NodeHash(n.ID), x)
	s.cluster = s.cluster.Plus(n.Total)
	s.countSteady()
	s.countFree()
}

// RemoveNode ends a node and its containers.
func (s *Scheduler) RemoveNode(now time.Duration, node int) {
	s.now = now
	n := s.byNode[node]
	if n == nil {
		return
	}
	for _, c := range n.containers.Values() {
		s.complete(c)
	}
	if n.reserved != nil {
		n.reserved.app.unreserve(n)
	}
	delete(s.byNode, node)
	s.nodes.Remove(n)
	s.cluster = s.cluster.Minus(n.total)
	s.countSteady()
	s.countFree()
}

// Submit places an application in a queue and asks for its master.
func (s *Scheduler) Submit(now time.Duration, a scheduler.App) error {
	s.now = now
	if a.Label != "" {
		return fmt.Errorf("application %d asks for nodes labeled %q: the fair scheduler knows no labels", a.ID, a.Label)
	}
	path, err := s.place(a)
	if err != nil {
		return err
	}
	q := s.queue(path)
	if most := s.largest(q); !a.Master.FitsIn(most) { // before the queue is made, which may allow less
		return fmt.Errorf("application %d: its master of %d MiB and %d cores is larger than the largest container, %d MiB and %d cores",
			a.ID, a.Master.MemoryMB, a.Master.Cores, most.MemoryMB, most.Cores)
	}
	if q == nil {
		if q = s.createQueue(rooted(path), true); q != nil {
			s.countSteady()
		}
	}
	if q == nil || !q.leaf {
		return fmt.Errorf("application %d: %s is not a leaf queue", a.ID, path)
	}
	if q.nothingOf(a.Master) {
		return fmt.Errorf("application %d: queue %s may have no memory or no cores", a.ID, q.path)
	}
	x := &appAttempt{
		fair: s, id: a.ID, user: a.User, queue: q, title: java.ApplicationID(a.ID), came: now, lastAtShare: now,
	}
	for len(s.apps) <= a.ID {
		s.apps = append(s.apps, nil)
	}
	s.apps[a.ID] = x
	if s.mayRun(q, a.User) {
		s.run(x)
	} else {
		q.waiting = append(q.waiting, x)
	}
	x.ask(scheduler.MasterPriority, s.normalize(q, a.Master), 1)
	return nil
}

// nothingOf says whether r needs what the queue may have nothing of.
func (q *queue) nothingOf(r scheduler.Resource) bool {
	most := q.maxShare()
	return r.MemoryMB > 0 && most.MemoryMB == 0 || r.Cores > 0 && most.Cores == 0
}

// largest is the largest container that the queue gives: as configured, and not
// larger than the largest node in memory and in cores. The queue may be nil.
func (s *Scheduler) largest(q *queue) scheduler.Resource {
	most := s.conf.maximum
	var node scheduler.Resource
	for _, n := range s.nodes.Values() {
		node = node.Max(n.total)
	}
	if len(s.byNode) > 0 {
		most = most.Min(node)
	}
	if q != nil {
		most = most.Min(q.largestContainer())
	}
	return most
}

// normalize is the size that is given where r is asked for.
func (s *Scheduler) normalize(q *queue, r scheduler.Resource) scheduler.Resource {
	return scheduler.Calculator{Dominant: true}.Normalize(r, s.conf.minimum, s.largest(q), s.conf.increment)
}

// Ask sets what an application still wants at a priority. A request for more than
// the largest container, or for what its queue may have nothing of, is not taken in.
func (s *Scheduler) Ask(now time.Duration, app int, r scheduler.Request) {
	s.now = now
	a := s.app(app)
	if a == nil || !r.Size.FitsIn(s.largest(a.queue)) || a.queue.nothingOf(r.Size) {
		return
	}
	a.ask(r.Priority, s.normalize(a.queue, r.Size), r.Count)
}

func (s *Scheduler) app(id int) *appAttempt {
	if id < 0 || id >= len(s.apps) {
		return nil
	}
	return s.apps[id]
}

// NodeUpdate offers the free room of a node: to applications for which
// containers were taken there, then to the one that has reserved it, then to the
// queues in their order.
//
// Source: FairScheduler.attemptScheduling.
func (s *Scheduler) NodeUpdate(now time.Duration, node int) []scheduler.Allocation {
	s.now = now
	n := s.byNode[node]
	if n == nil {
		return nil
	}
	s.assigned = nil
	s.giveOwed(n)
	if n.reserved == nil || !n.reserved.app.assignReserved(n) {
		half := n.free.Times(0.5)
		var sum scheduler.Resource
		for count := 1; n.reserved == nil; count++ {
			r := s.root.assign(n)
			if r == (scheduler.Resource{}) {
				break
			}
			sum = sum.Plus(r)
			if !s.conf.assignMore(count, sum, half) {
				break
			}
		}
	}
	s.countFree()
	return s.assigned
}

// Complete ends a container.
func (s *Scheduler) Complete(now time.Duration, container int) {
	s.now = now
	if container < 1 || container > len(s.containers) {
		return
	}
	if c := s.containers[container-1]; c != nil {
		s.complete(c)
	}
}

func (s *Scheduler) complete(c *container) {
	c.app.complete(c)
	s.containers[c.id-1] = nil
	s.countFree()
}

// Finish ends an application. Others that waited for it may become runnable.
func (s *Scheduler) Finish(now time.Duration, app int) {
	s.now = now
	a := s.app(app)
	if a == nil {
		return
	}
	for len(a.live) > 0 {
		s.complete(a.live[len(a.live)-1])
	}
	for _, n := range s.nodes.Values() {
		if n.reserved != nil && n.reserved.app == a {
			a.unreserve(n)
		}
	}
	a.asks, a.order = nil, java.HashMap[int]{}
	a.stopped = true
	s.apps[app] = nil
	s.leave(a)
}

// countFree notes what is free in the cluster.
func (s *Scheduler) countFree() { s.free = s.cluster.Minus(s.root.used) }

// countSteady divides the cluster among all queues.
func (s *Scheduler) countSteady() {
	s.root.steady = s.cluster
	s.root.updateSteady()
}
