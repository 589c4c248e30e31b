package capacity

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// Capacity is YARN's CapacityScheduler, in its legacy queue mode, for requests
// that name no node or rack. See docs/YARN.md for what is modeled.
type Scheduler struct {
	config     *Config
	calculator scheduler.Calculator
	shared     []string // labels

	root   *queue
	queues map[string]*queue   // by path
	byName map[string][]*queue // by last part

	nodes      map[int]*schedulerNode
	cluster    scheduler.Resource
	partitions map[string]scheduler.Resource // of nodes, by label; none is taken out

	apps       map[int]*appAttempt
	containers map[int]*container
	last       int // container

	marked map[*container]time.Duration // for preemption, since when
}

var _ scheduler.Scheduler = (*Scheduler)(nil)

// New returns a capacity scheduler without nodes. Shared are the node
// labels whose idle nodes may serve requests without label; YARN calls them not
// exclusive, and keeps them with the labels, not in a file.
func New(config *Config, shared ...string) *Scheduler {
	s := &Scheduler{
		config: config, calculator: config.calculator, shared: shared,
		queues: map[string]*queue{}, byName: map[string][]*queue{},
		nodes: map[int]*schedulerNode{}, partitions: map[string]scheduler.Resource{},
		apps: map[int]*appAttempt{}, containers: map[int]*container{},
		marked: map[*container]time.Duration{},
	}
	s.root = s.newQueue(nil, config.root)
	s.updateShares()
	return s
}

func (s *Scheduler) updateShares() { s.root.updateShares(newLimits(s.cluster)) }

// AddNode lets a node take containers.
func (s *Scheduler) AddNode(_ time.Duration, n scheduler.Node) {
	s.nodes[n.ID] = &schedulerNode{Node: n, free: n.Total}
	s.cluster = s.cluster.Plus(n.Total)
	s.partitions[n.Label] = s.partitions[n.Label].Plus(n.Total)
	s.updateShares()
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
	s.cluster = s.cluster.Minus(n.Total)
	s.updateShares()
}

// Submit takes in an application. A queue is named by its path or, where that is
// unambiguous, its last part.
func (s *Scheduler) Submit(now time.Duration, a scheduler.App) error {
	if most := s.config.maxApplications; s.root.applications >= most {
		return fmt.Errorf("the cluster already has %d applications, no more than %d are allowed", s.root.applications, most)
	}
	queue, err := s.leafOf(a)
	if err != nil {
		return err
	}
	if err := queue.admit(a.User); err != nil {
		return err
	}
	label := a.Label
	if label == "" {
		label = queue.config.defaultLabel
	}
	if _, known := s.partitions[label]; !known && label != "" {
		return fmt.Errorf("no node has the label %s", label)
	}
	if !queue.mayUse(label) {
		return fmt.Errorf("the queue %s may not use nodes with the label %s", queue.config.path, label)
	}
	most := s.largest(queue)
	if !a.Master.FitsIn(most) {
		return fmt.Errorf("a master of %d MiB and %d cores is larger than the largest container of the queue %s, %d MiB and %d cores",
			a.Master.MemoryMB, a.Master.Cores, queue.config.path, most.MemoryMB, most.Cores)
	}
	if a.Priority == 0 {
		a.Priority = queue.config.defaultPriority
	}
	a.Priority = min(a.Priority, s.config.maxPriority)

	for q := queue.parent; q != nil; q = q.parent {
		q.applications++
	}
	app := &appAttempt{
		App: a, queue: queue, label: label, master: s.normalize(a.Master, most), submitted: now,
		used: map[string]scheduler.Resource{}, pending: map[string]scheduler.Resource{}, reservedOn: map[string]scheduler.Resource{},
		reservations: map[int][]*container{}, reReserved: map[int]int{}, missed: map[int]int{},
	}
	s.apps[a.ID] = app
	queue.submit(app)
	app.ask(0, s.normalize(app.master, s.largest(nil)), 1) // once more, and without the queue's maximum
	return nil
}

// leafOf places an application.
func (s *Scheduler) leafOf(a scheduler.App) (*leafQueue, error) {
	name := a.Queue
	if name == "" || name == "default" || s.config.overrideQueue {
		for _, m := range s.config.mappings {
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
		switch of := s.byName[name]; len(of) {
		case 0:
			return nil, fmt.Errorf("there is no queue %s", name)
		case 1:
			q = of[0]
		default:
			first := slices.MinFunc(of, func(a, b *queue) int { return strings.Compare(a.config.path, b.config.path) })
			return nil, fmt.Errorf("there is more than one queue %s: name it by its path, such as %s", name, first.config.path)
		}
	}
	if q.leaf == nil {
		return nil, fmt.Errorf("the queue %s has queues below it, so it takes no applications", q.config.path)
	}
	return q.leaf, nil
}

// admit refuses an application that the queue has no room for.
func (l *leafQueue) admit(user string) error {
	path := l.config.path
	if l.config.stopped {
		return fmt.Errorf("the queue %s is stopped", path)
	}
	if n := len(l.active) + len(l.pending); n >= l.maxApplications {
		return fmt.Errorf("the queue %s already has %d applications, no more than %d are allowed", path, n, l.maxApplications)
	}
	if u := l.users.user(user); u.active+u.waiting >= l.maxApplicationsOfUser {
		return fmt.Errorf("the queue %s already has %d applications of the user %s, no more than %d are allowed", path, u.active+u.waiting, user, l.maxApplicationsOfUser)
	}
	return nil
}

// largest is the largest container that a queue may have: no larger than the
// largest node; ClusterNodeTracker.getMaxAllowedAllocation.
func (s *Scheduler) largest(of *leafQueue) scheduler.Resource {
	most := s.config.maximum
	if of != nil {
		most = of.config.maxAllocation
	}
	if len(s.nodes) == 0 {
		return most
	}
	var node scheduler.Resource
	for _, n := range s.nodes { // any order: a maximum
		node = node.Max(n.Total)
	}
	return most.Min(node)
}

func (s *Scheduler) normalize(r, most scheduler.Resource) scheduler.Resource {
	return s.calculator.Normalize(r, s.config.minimum, most, s.config.minimum)
}

// Ask sets how many containers an application wants at a priority. Sizes are
// rounded up to a multiple of the smallest container, though not above the
// largest. What is larger than the largest is refused: nothing changes.
func (s *Scheduler) Ask(_ time.Duration, app int, r scheduler.Request) {
	a := s.apps[app]
	if a == nil || !r.Size.FitsIn(s.largest(a.queue)) {
		return
	}
	a.ask(r.Priority, s.normalize(r.Size, s.largest(nil)), r.Count)
	if a.queue.config.sizeBased && a.hasMaster {
		a.queue.needsReorder(a)
	}
	a.queue.tell(a)
}

// NodeUpdate assigns containers on a node until nothing fits, the node has been
// reserved, or as many have been assigned as one heartbeat may;
// CapacityScheduler.allocateContainersToNode.
func (s *Scheduler) NodeUpdate(_ time.Duration, node int) []scheduler.Allocation {
	n := s.nodes[node]
	if n == nil {
		return nil
	}
	var done []scheduler.Allocation
	for assigned := 1; ; assigned++ {
		a := s.assignOnce(n, &done)
		if a.size == (scheduler.Resource{}) || a.reserve || assigned >= s.config.maxOffSwitch || !s.config.assignMultiple ||
			s.config.maxAssignments != -1 && assigned >= s.config.maxAssignments {
			break
		}
	}
	for _, of := range done {
		if !of.Reserved {
			s.apps[of.App].queue.tell(s.apps[of.App])
		}
	}
	return done
}

func (s *Scheduler) assignOnce(n *schedulerNode, done *[]scheduler.Allocation) assignment {
	rc := s.calculator
	if of := n.reserved; of != nil {
		// A reserved node serves its reservation and nothing else.
		limits := newLimits(s.partitions[""])
		s.commit(of.app.queue.assign(n, limits, respectExclusivity), done)
		return assignment{}
	}
	if rc.Containers(n.free, s.config.minimum) <= 0 {
		return assignment{}
	}
	a := s.root.assign(n, newLimits(s.partitions[n.Label]), respectExclusivity)
	s.commit(a, done)
	if rc.Compare(s.cluster, a.size, scheduler.Resource{}) > 0 {
		return a
	}
	if n.Label == "" || !slices.Contains(s.shared, n.Label) {
		return assignment{}
	}
	a = s.root.assign(n, newLimits(s.partitions[""]), ignoreExclusivity)
	s.commit(a, done)
	return a
}

// Complete ends a container.
func (s *Scheduler) Complete(_ time.Duration, container int) {
	if c := s.containers[container]; c != nil {
		s.complete(c)
		if !c.isMaster {
			c.app.queue.tell(c.app)
		}
	}
}

// Finish ends an application.
func (s *Scheduler) Finish(_ time.Duration, app int) {
	a := s.apps[app]
	if a == nil {
		return
	}
	for _, c := range slices.Clone(a.live) {
		s.complete(c)
	}
	for _, c := range a.reserved() {
		s.unreserve(c)
	}
	for _, r := range a.requests {
		a.pend(scheduler.Resource{}.Minus(r.size.Multiply(r.count)))
	}
	a.requests = nil
	delete(s.apps, app)
	a.queue.remove(a)
}
