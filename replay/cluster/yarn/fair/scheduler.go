package fair

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Scheduler is YARN's fair scheduler. It knows no node labels.
//
// Source: FairScheduler.
type Scheduler struct {
	config *Config
	now    time.Duration

	root      *queue
	leaves    []*queue          // by creation
	byPath    map[string]*queue // only looked up
	runningOf map[string]int    // runnable applications by user

	nodes         java.HashMap[*schedulerNode]
	byID          map[int]*schedulerNode // nodes
	sizes         scheduler.NodeSizes
	cluster       scheduler.Resource
	free          scheduler.Resource // of the cluster, at the last count
	apps          map[int]*appAttempt
	containers    map[int]*container
	lastContainer int
	assigned      []scheduler.Allocation // in this heartbeat
	wanted        wantedSizes
	dominant      bool // some queue's policy is drf

	special fit.Rooms // nodes that are reserved or owe space
	room    fit.Rooms // what is free on nodes
	below   bool      // in the last round, an application or queue was below what it is entitled to, or was not looked at

	touched []*appAttempt // of which use or requests have changed since the last round
	changed bool          // anything has, or the cluster
	rounds  int           // in which fair shares were counted
	offered int           // how often a node was offered to an application, for tests
	plain   bool          // look at all applications, for the test that this changes nothing

	starved *java.PriorityQueue[*appAttempt]
	kills   []pendingKill // by time
}

// New makes a scheduler without nodes.
func New(c *Config) *Scheduler {
	s := &Scheduler{
		config: c, byPath: map[string]*queue{}, runningOf: map[string]int{}, byID: map[int]*schedulerNode{},
		apps: map[int]*appAttempt{}, containers: map[int]*container{},
		starved: java.NewPriorityQueue(mostStarved), wanted: newWantedSizes(),
	}
	s.root = s.newQueue("root", nil, false)
	s.root.declared = true
	for _, leaf := range []bool{true, false} {
		for _, path := range c.declared(leaf) {
			q := s.byPath[path]
			if q == nil {
				q = s.createQueue(path, leaf)
			}
			if q != nil {
				q.declared = true
			}
		}
	}
	return s
}

// AddNode takes in nodes.
func (s *Scheduler) AddNode(now time.Duration, nodes ...scheduler.Node) {
	s.now = now
	cluster := s.cluster
	for _, n := range nodes {
		x := &schedulerNode{id: n.ID, total: n.Total, free: n.Total}
		s.byID[n.ID] = x
		s.sizes.Set(n.ID, n.Total)
		s.nodes.Add(java.NodeHash(n.ID), x)
		s.updateNode(x)
		cluster = cluster.Plus(n.Total)
	}
	s.resize(cluster)
}

// RemoveNode ends a node and its containers.
func (s *Scheduler) RemoveNode(now time.Duration, node int) {
	s.now = now
	n := s.byID[node]
	if n == nil {
		return
	}
	for _, c := range n.containers.Values() {
		s.complete(c)
	}
	if n.reserved != nil {
		n.reserved.app.unreserve(n)
	}
	delete(s.byID, node)
	s.special.Close(node)
	s.room.Close(node)
	s.sizes.Remove(node)
	s.nodes.Remove(n)
	s.resize(s.cluster.Minus(n.total))
}

// resize sets the resources of the cluster and what follows from them.
func (s *Scheduler) resize(cluster scheduler.Resource) {
	s.cluster = cluster
	s.changed = true
	s.root.updateMaxShare()
	s.relist()
	s.countFree()
}

// countFree counts what is free in the cluster. YARN works with the last count.
func (s *Scheduler) countFree() { s.free = s.cluster.Minus(s.root.used) }

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
	// A queue that is only created now may allow less: YARN does not look again.
	if err := a.CheckMaster(s.largest(q)); err != nil {
		return err
	}
	if q == nil {
		q = s.createQueue(rooted(path), true)
	}
	if q == nil || !q.leaf {
		return fmt.Errorf("application %d: %s is not a leaf queue", a.ID, path)
	}
	if q.hasNoneOf(a.Master) {
		return fmt.Errorf("application %d: queue %s may have no memory or no cores", a.ID, q.name)
	}
	x := &appAttempt{
		schedulable: schedulable{name: java.ApplicationID(a.ID), start: now.Milliseconds(), maxShare: scheduler.Unbounded, running: 1},
		s:           s, id: a.ID, user: a.User, queue: q, lastAtFairShare: now,
	}
	x.updateWeight()
	s.apps[a.ID] = x
	if s.mayRun(q, a.User) {
		s.run(x)
	} else {
		q.waiting = append(q.waiting, x)
	}
	x.touch()
	x.ask(scheduler.Request{Priority: scheduler.MasterPriority, Size: s.normalize(q, a.Master), Count: 1})
	return nil
}

// largest is the largest container that a queue can have, which may be nil.
func (s *Scheduler) largest(q *queue) scheduler.Resource {
	largest := s.sizes.Largest(s.config.largest)
	if q != nil {
		largest = largest.Min(q.largestContainer())
	}
	return largest
}

// normalize is the size of the container that is given where r is asked for.
func (s *Scheduler) normalize(q *queue, r scheduler.Resource) scheduler.Resource {
	return scheduler.Calculator{Dominant: true}.Normalize(r, s.config.smallest, s.largest(q), s.config.increment)
}

// Ask sets what an application still wants at a priority. A request for a container
// that is larger than the largest one, or that needs what its queue may have none of,
// is ignored.
func (s *Scheduler) Ask(now time.Duration, app int, r scheduler.Request) {
	s.now = now
	a := s.apps[app]
	if a == nil || !r.Size.FitsIn(s.largest(a.queue)) || a.queue.hasNoneOf(r.Size) {
		return
	}
	r.Size = s.normalize(a.queue, r.Size)
	a.ask(r)
}

// NodeUpdate offers the free resources of a node: to applications for which
// containers were preempted there, then to the one that has reserved it, then to the
// queues in their order (attemptScheduling).
func (s *Scheduler) NodeUpdate(now time.Duration, node int) []scheduler.Allocation {
	s.now = now
	n := s.byID[node]
	if n == nil {
		return nil
	}
	s.assigned = nil
	s.settle(n)
	if n.reserved == nil || !n.reserved.app.assignReserved(n) {
		half := n.free.Times(0.5)
		var sum scheduler.Resource
		for count := 1; n.reserved == nil && s.mayTake(n); count++ {
			size := s.root.assign(n)
			if size == (scheduler.Resource{}) {
				break
			}
			sum = sum.Plus(size)
			if !s.config.assignMore(count, sum, half) {
				break
			}
		}
	}
	s.updateNode(n)
	s.countFree()
	return s.assigned
}

// Complete ends a container.
func (s *Scheduler) Complete(now time.Duration, container int) {
	s.now = now
	if c := s.containers[container]; c != nil {
		s.complete(c)
	}
}

func (s *Scheduler) complete(c *container) {
	c.app.complete(c)
	delete(s.containers, c.id)
	s.countFree()
}

// Finish ends an application. Others that waited for it may become runnable.
func (s *Scheduler) Finish(now time.Duration, app int) {
	s.now = now
	a := s.apps[app]
	if a == nil {
		return
	}
	for len(a.containers) > 0 {
		s.complete(a.containers[len(a.containers)-1])
	}
	for _, n := range slices.Clone(a.reserved) {
		a.unreserve(n)
	}
	for _, r := range a.requests {
		s.wanted.replace(r, scheduler.Request{})
	}
	a.unlist()
	a.requests, a.requestOrder = nil, java.HashMap[int]{}
	a.finished = true
	delete(s.apps, app)
	s.leave(a)
}

// A Share is what a queue is entitled to at the last update. It has cores only if the
// policy of the queue's parent is drf.
type Share struct {
	Queue string // full name
	Fair  scheduler.Resource
}

// Shares are the fair shares of all queues, parents before their children.
func (s *Scheduler) Shares() []Share { return s.root.appendShares(nil) }

func (q *queue) appendShares(all []Share) []Share {
	all = append(all, Share{Queue: q.name, Fair: q.fairShare})
	for _, c := range q.children {
		all = c.appendShares(all)
	}
	return all
}
