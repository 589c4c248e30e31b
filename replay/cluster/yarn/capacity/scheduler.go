package capacity

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Scheduler is YARN's capacity scheduler.
//
// Source: CapacityScheduler.
type Scheduler struct {
	config       *Config
	calculator   scheduler.Calculator
	sharedLabels []string

	root   *queue
	queues map[string]*queue   // by path
	byName map[string][]*queue // by the last part of the path

	nodes      map[int]*schedulerNode
	sizes      scheduler.NodeSizes
	cluster    scheduler.Resource
	partitions map[string]scheduler.Resource // resources of nodes by label; none is ever taken out

	apps          map[int]*appAttempt
	containers    map[int]*container
	lastContainer int
	leaves        []*leafQueue
	open          openNodes
	passed        int                      // heartbeats of all nodes that are over, see Passed
	turned        int                      // how many were when an application came to want more reservations
	ring          int                      // nodes that send heartbeats in turn
	beats         []int                    // scratch
	done          []scheduler.Allocation   // in this heartbeat
	nodeOrder     java.HashMap[*container] // scratch
	labeled       bool                     // some node has a label
	changed       bool                     // since it was last worked out which nodes are useful
	inTurn        bool                     // offer nodes to all applications in turn, for the test that lines change nothing

	marked map[*container]time.Duration // for preemption, since when
}

var _ scheduler.Scheduler = (*Scheduler)(nil)

// New makes a scheduler without nodes. SharedLabels are the node labels whose idle
// nodes may serve requests without label; YARN calls them not exclusive, and keeps
// that with the labels and not in a file.
func New(config *Config, sharedLabels ...string) *Scheduler {
	s := &Scheduler{
		config: config, calculator: config.calculator, sharedLabels: sharedLabels,
		queues: map[string]*queue{}, byName: map[string][]*queue{},
		nodes: map[int]*schedulerNode{}, partitions: map[string]scheduler.Resource{},
		apps: map[int]*appAttempt{}, containers: map[int]*container{}, marked: map[*container]time.Duration{},
	}
	s.root = s.newQueue(nil, config.root)
	s.resize(s.cluster)
	return s
}

// more reports whether a is more than b, as the calculator compares them.
func (s *Scheduler) more(a, b scheduler.Resource) bool {
	return s.calculator.Compare(s.cluster, a, b) > 0
}

// positive reports whether r is more than nothing.
func (s *Scheduler) positive(r scheduler.Resource) bool { return s.more(r, scheduler.Resource{}) }

// AddNode takes in nodes.
func (s *Scheduler) AddNode(_ time.Duration, nodes ...scheduler.Node) {
	cluster := s.cluster
	for _, n := range nodes {
		s.nodes[n.ID] = &schedulerNode{Node: n, free: n.Total, hash: java.NodeHash(n.ID)}
		s.sizes.Set(n.ID, n.Total)
		s.partitions[n.Label] = s.partitions[n.Label].Plus(n.Total)
		s.labeled = s.labeled || n.Label != ""
		s.open.last = max(s.open.last, n.ID)
		s.updateNode(s.nodes[n.ID])
		cluster = cluster.Plus(n.Total)
	}
	s.resize(cluster)
}

// RemoveNode ends a node, its containers and its reservation.
func (s *Scheduler) RemoveNode(_ time.Duration, node int) {
	n := s.nodes[node]
	if n == nil {
		return
	}
	s.partitions[n.Label] = s.partitions[n.Label].Minus(n.Total)
	for _, c := range slices.Clone(n.containers) {
		s.complete(c)
	}
	if n.reserved != nil {
		s.unreserve(n.reserved)
	}
	delete(s.nodes, node)
	s.open.close(node)
	s.sizes.Remove(node)
	s.resize(s.cluster.Minus(n.Total))
}

// resize sets the resources of the cluster and what follows from them.
func (s *Scheduler) resize(cluster scheduler.Resource) {
	s.cluster = cluster
	s.changed = true
	limits := newLimits(cluster)
	s.root.updateShares(&limits)
}

// Submit takes in an application. A queue is named by its path or, where that is
// unambiguous, by the last part of it.
func (s *Scheduler) Submit(now time.Duration, a scheduler.App) error {
	if most := s.config.maxApplications; s.root.applications >= most {
		return fmt.Errorf("the cluster already has %d applications, no more than %d are allowed", s.root.applications, most)
	}
	l, err := s.place(a)
	if err != nil {
		return err
	}
	if err := l.admit(a.User); err != nil {
		return err
	}
	label := a.Label
	if label == "" {
		label = l.config.defaultLabel
	}
	if _, known := s.partitions[label]; !known && label != "" {
		return fmt.Errorf("no node has the label %s", label)
	}
	if !l.config.mayUse(label) {
		return fmt.Errorf("the queue %s may not use nodes with the label %s", l.config.path, label)
	}
	largest := s.sizes.Largest(l.config.maxContainer)
	if err := a.CheckMaster(largest); err != nil {
		return fmt.Errorf("queue %s: %w", l.config.path, err)
	}
	if a.Priority == 0 {
		a.Priority = l.config.defaultPriority
	}
	a.Priority = min(a.Priority, s.config.maxPriority)

	for q := l.parent; q != nil; q = q.parent {
		q.applications++
	}
	app := &appAttempt{
		App: a, queue: l, label: label, master: s.normalize(a.Master, largest), submitted: now,
		reservations: map[int][]*container{}, reReservations: map[int]int{}, missedOpportunities: map[int]int{},
	}
	s.apps[a.ID] = app
	l.submit(app)
	// YARN normalizes the request again, and then without the queue's maximum.
	app.ask(scheduler.Request{Priority: scheduler.MasterPriority, Size: s.normalize(app.master, s.sizes.Largest(s.config.largest)), Count: 1})
	return nil
}

// place finds the queue of an application.
func (s *Scheduler) place(a scheduler.App) (*leafQueue, error) {
	name := a.Queue
	if name == "" || name == "default" || s.config.mappingsOverride {
		for _, m := range s.config.queueMappings {
			if m.user == a.User || m.user == "%user" {
				name = strings.ReplaceAll(m.queue, "%user", a.User)
				break
			}
		}
	}
	if name == "" {
		name = "default"
	}
	q := s.queues[name]
	if q == nil {
		switch named := s.byName[name]; len(named) {
		case 0:
			return nil, fmt.Errorf("there is no queue %s", name)
		case 1:
			q = named[0]
		default:
			first := slices.MinFunc(named, func(a, b *queue) int { return strings.Compare(a.config.path, b.config.path) })
			return nil, fmt.Errorf("there is more than one queue %s: name it by its path, such as %s", name, first.config.path)
		}
	}
	if q.leaf == nil {
		return nil, fmt.Errorf("the queue %s has queues below it, so it takes no applications", q.config.path)
	}
	return q.leaf, nil
}

// normalize is the size of the container that is assigned for a request of size r.
func (s *Scheduler) normalize(r, largest scheduler.Resource) scheduler.Resource {
	return s.calculator.Normalize(r, s.config.smallest, largest, s.config.smallest)
}

// Ask sets how many containers an application wants at a priority. A request for a
// container that is larger than the largest one of its queue is ignored.
func (s *Scheduler) Ask(_ time.Duration, app int, r scheduler.Request) {
	a := s.apps[app]
	if a == nil || !r.Size.FitsIn(s.sizes.Largest(a.queue.config.maxContainer)) {
		return
	}
	r.Size = s.normalize(r.Size, s.sizes.Largest(s.config.largest))
	a.ask(r)
	if a.queue.config.sizeBasedWeight && a.hasMaster {
		a.queue.noteReorder(a)
	}
	a.queue.updateHeadroom(a)
}

// NodeUpdate assigns containers on a node until nothing fits, the node has been
// reserved, or as many have been assigned as one heartbeat may (allocateContainersToNode).
func (s *Scheduler) NodeUpdate(_ time.Duration, node int) []scheduler.Allocation {
	n := s.nodes[node]
	if n == nil {
		return nil
	}
	s.done = s.done[:0]
	done := &s.done
	for assigned := 1; ; assigned++ {
		a := s.assignOnce(n, done)
		if a.size == (scheduler.Resource{}) || a.reserve || assigned >= s.config.maxOffSwitchAssignments || !s.config.assignMultiple ||
			s.config.maxAssignments != -1 && assigned >= s.config.maxAssignments {
			break
		}
	}
	for _, d := range s.done {
		if app := s.apps[d.App]; !d.Reserved {
			app.queue.updateHeadroom(app)
		}
	}
	return s.done
}

// assignOnce offers a node once. A reserved node serves its reservation and nothing
// else. A shared node serves requests without label if none with its label can use it.
func (s *Scheduler) assignOnce(n *schedulerNode, done *[]scheduler.Allocation) assignment {
	if c := n.reserved; c != nil {
		limits := newLimits(s.partitions[""])
		s.commit(c.app.queue.assign(n, &limits, respectExclusivity), done)
		return assignment{}
	}
	if s.calculator.Containers(n.free, s.config.smallest) <= 0 {
		return assignment{}
	}
	if s.open.unseen {
		s.open.unseen, s.changed = false, true
	}
	limits := newLimits(s.partitions[n.Label])
	a := s.root.assign(n, &limits, respectExclusivity)
	s.commit(a, done)
	if s.positive(a.size) {
		return a
	}
	if n.Label == "" || !slices.Contains(s.sharedLabels, n.Label) {
		return assignment{}
	}
	limits = newLimits(s.partitions[""])
	a = s.root.assign(n, &limits, ignoreExclusivity)
	s.commit(a, done)
	return a
}

// Complete ends a container.
func (s *Scheduler) Complete(_ time.Duration, container int) {
	if c := s.containers[container]; c != nil {
		s.complete(c)
		if !c.master {
			c.app.queue.updateHeadroom(c.app)
		}
	}
}

// Finish ends an application.
func (s *Scheduler) Finish(_ time.Duration, app int) {
	a := s.apps[app]
	if a == nil {
		return
	}
	for _, c := range slices.Clone(a.containers) {
		s.complete(c)
	}
	for _, c := range a.allReservations() {
		s.unreserve(c)
	}
	a.addPending(a.pending.Negative())
	a.requests = nil
	a.queue.leaveLine(a)
	delete(s.apps, app)
	a.queue.remove(a)
}
