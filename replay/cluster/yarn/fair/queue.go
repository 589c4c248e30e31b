package fair

import (
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A queue is a parent queue or a leaf queue.
//
// Source: FSQueue, FSParentQueue and FSLeafQueue.
type queue struct {
	schedulable
	s        *Scheduler
	parent   *queue // nil: the root
	children []*queue
	leaf     bool
	declared bool // by the queue file

	policy             policy
	maxResources       limit
	maxChildResources  *limit // of children that are not declared
	maxRunningApps     int
	maxAMShare         float32 // part of the fair share that application masters may use; -1: no limit
	maxContainer       scheduler.Resource
	minShareTimeout    time.Duration
	fairShareTimeout   time.Duration
	fairShareThreshold float32 // part of its fair share below which an application is starved
	preemptable        bool

	runnable       []*appAttempt
	waiting        []*appAttempt      // not runnable, by arrival
	amUsed         scheduler.Resource // by application masters
	lastAtMinShare time.Duration      // when it last was not below its minimum share
	wants          []*appAttempt      // scratch
	offers         []*queue           // scratch

	demands  scheduler.Resource // sum of those of its applications
	appShare scheduler.Resource // fair share of each application, if all are equal
	lines    [2]*fit.Line[*appAttempt]
	listed   int // applications in the lines of the queue and below it
}

// rooted is a queue's name with "root." before it.
func rooted(name string) string {
	if name == "root" || strings.HasPrefix(name, "root.") {
		return name
	}
	return "root." + name
}

// queue finds a queue by its name, with or without "root."; nil if there is none.
func (s *Scheduler) queue(name string) *queue { return s.byPath[rooted(name)] }

// createQueue creates a queue and those of its parents that are missing. It returns nil
// if YARN refuses: below a leaf, or with a policy that the parent's does not allow.
// Parents that were created before the refusal stay.
func (s *Scheduler) createQueue(path string, leaf bool) *queue {
	i := strings.LastIndexByte(path, '.')
	if name := path[i+1:]; i < 0 || name == "" || name != strings.TrimSpace(name) {
		return nil
	}
	parent := s.byPath[path[:i]]
	if parent == nil {
		parent = s.createQueue(path[:i], false)
	}
	policy := s.config.policyOf(path)
	if parent == nil || parent.leaf || !parent.policy.allowsChild(policy) || !leaf && policy == fifo {
		return nil
	}
	return s.newQueue(path, parent, leaf)
}

// newQueue makes a queue with what the queue file says of it. It takes over timeouts
// and the like from its parent, which is nil for the root.
func (s *Scheduler) newQueue(path string, parent *queue, leaf bool) *queue {
	c, file := s.config, s.config.queue(path)
	above := queue{minShareTimeout: c.minShareTimeout, fairShareTimeout: c.fairShareTimeout, fairShareThreshold: c.fairShareThreshold, preemptable: true}
	maxResources := c.queueMaxResources
	if parent != nil {
		above = *parent
		if c.queues[path] == nil {
			maxResources = orElse(parent.maxChildResources, maxResources)
		}
	}
	q := &queue{
		schedulable: schedulable{name: path, weight: orElse(file.weight, 1), minShare: file.minResources},
		s:           s, parent: parent, leaf: leaf,
		policy:             c.policyOf(path),
		maxResources:       orElse(file.maxResources, maxResources),
		maxChildResources:  file.maxChildResources,
		maxRunningApps:     orElse(file.maxRunningApps, c.queueMaxApps),
		maxAMShare:         orElse(file.maxAMShare, c.maxAMShare),
		maxContainer:       orElse(file.maxContainer, scheduler.Unbounded),
		minShareTimeout:    orElse(file.minShareTimeout, above.minShareTimeout),
		fairShareTimeout:   orElse(file.fairShareTimeout, above.fairShareTimeout),
		fairShareThreshold: orElse(file.fairShareThreshold, above.fairShareThreshold),
		preemptable:        above.preemptable && !file.notPreemptable,
		lastAtMinShare:     s.now,
	}
	q.lines = [2]*fit.Line[*appAttempt]{fit.NewLine(q.compareApps), fit.NewLine(q.compareApps)}
	q.updateMaxShare()
	s.byPath[path] = q
	s.changed = true
	s.dominant = s.dominant || q.policy == drf
	if parent != nil {
		parent.children = append(parent.children, q)
	}
	if leaf {
		s.leaves = append(s.leaves, q)
	}
	return q
}

// updateMaxShare sets the maximum share of the queue and of those below it. It may be a
// part of the cluster. A minimum share above it has precedence.
func (q *queue) updateMaxShare() {
	q.maxShare = q.maxResources.of(q.s.cluster).Max(q.minShare)
	for _, c := range q.children {
		c.updateMaxShare()
	}
}

// largestContainer is the queue's limit on the size of a container, or a parent's.
func (q *queue) largestContainer() scheduler.Resource {
	for q.maxContainer == scheduler.Unbounded && q.parent != nil {
		q = q.parent
	}
	return q.maxContainer
}

// updateDemand counts what the queue's applications use and ask for, up to the
// queue's maximum share.
func (q *queue) updateDemand() {
	q.demand = scheduler.Resource{}
	for _, c := range q.children {
		c.updateDemand()
		q.demand = q.demand.Plus(c.demand)
	}
	q.demand = q.demand.Plus(q.demands).Min(q.maxShare)
}

// updateShares divides the queue's fair share among its children or applications.
func (q *queue) updateShares() {
	if q.equalApps() {
		q.appShare = q.policy.ofEach(len(q.runnable), q.fairShare)
	} else {
		q.policy.divide(q.schedulables(), q.fairShare)
	}
	for _, c := range q.children {
		c.updateShares()
	}
}

// schedulables are the children, or the runnable applications.
func (q *queue) schedulables() []*schedulable {
	all := make([]*schedulable, 0, len(q.children)+len(q.runnable))
	for _, c := range q.children {
		all = append(all, &c.schedulable)
	}
	for _, a := range q.runnable {
		all = append(all, &a.schedulable)
	}
	return all
}

// assign offers a node to the queue. It returns the size of what was assigned,
// reservedOnly if the node was reserved, or nothing.
func (q *queue) assign(n *schedulerNode) scheduler.Resource {
	if n.reserved != nil || !q.used.FitsIn(q.maxShare) {
		return scheduler.Resource{}
	}
	switch {
	case q.leaf && q.sorted() && !q.s.plain:
		return q.assignListed(n)
	case q.leaf:
		// Only under drf do those that cannot take the node have a part in the order.
		return firstAssigned(q.wanting(func(a *appAttempt) bool { return q.policy == drf || a.couldTake(n) }), n)
	case q.s.plain:
		return firstAssigned(inOrder(q.policy, slices.Clone(q.children), q.s.cluster), n)
	}
	q.offers = q.offers[:0]
	strict := q.policy != drf || q.s.cluster.MemoryMB > 0 && q.s.cluster.Cores > 0
	for _, c := range q.children {
		strict = strict && (q.policy != drf || c.weight > 0 && c.minShare == (scheduler.Resource{}))
		if c.listed > 0 || c.policy == drf && q.s.config.sizeBasedWeight {
			q.offers = append(q.offers, c)
		}
	}
	if !strict { // those that can take nothing have a part in the order
		q.offers = append(q.offers[:0], q.children...)
	}
	if len(q.offers) == 1 {
		return q.offers[0].assign(n)
	}
	return firstAssigned(inOrder(q.policy, q.offers, q.s.cluster), n)
}

// An assignee is a queue or an application, to which a node can be offered.
type assignee interface {
	assign(n *schedulerNode) scheduler.Resource
}

// firstAssigned offers a node to one after the other until one takes it.
func firstAssigned[T assignee](all iter.Seq[T], n *schedulerNode) scheduler.Resource {
	for x := range all {
		if size := x.assign(n); size != (scheduler.Resource{}) {
			return size
		}
	}
	return scheduler.Resource{}
}

// wanting lists the runnable applications that wanted more at the last update than
// they use now and are chosen, in the order of the policy. The list is valid until the
// next call.
func (q *queue) wanting(chosen func(*appAttempt) bool) iter.Seq[*appAttempt] {
	q.wants = q.wants[:0]
	for _, a := range q.runnable {
		if a.demand != a.used && chosen(a) {
			q.wants = append(q.wants, a)
		}
	}
	return inOrder(q.policy, q.wants, q.s.cluster)
}

// hasRoomFor reports whether the queue and all its ancestors may use this much in
// addition.
func (q *queue) hasRoomFor(r scheduler.Resource) bool {
	for ; q != nil; q = q.parent {
		if !q.used.Plus(r).FitsIn(q.maxShare) {
			return false
		}
	}
	return true
}

// hasNoneOf reports whether r needs memory or cores and the queue's maximum share has
// none of that kind.
func (q *queue) hasNoneOf(r scheduler.Resource) bool {
	return r.MemoryMB > 0 && q.maxShare.MemoryMB == 0 || r.Cores > 0 && q.maxShare.Cores == 0
}

// use adds to what the queue and all above it use.
func (q *queue) use(r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		q.used = q.used.Plus(r)
	}
}

// canRunMaster reports whether one more application master of this size is within the
// queue's limit for them.
func (q *queue) canRunMaster(size scheduler.Resource) bool { return size.FitsIn(q.masterRoom()) }

// masterRoom is the room for one more application master: a part of the queue's fair
// share, or of what is free of a kind of resource of which it has no fair share.
func (q *queue) masterRoom() scheduler.Resource {
	if math.Abs(float64(q.maxAMShare+1)) < 0.0001 {
		return scheduler.Unbounded
	}
	base := q.fairShare
	if base.MemoryMB == 0 {
		base.MemoryMB = min(q.s.free.MemoryMB, q.maxShare.MemoryMB)
	}
	if base.Cores == 0 {
		base.Cores = min(q.s.free.Cores, q.maxShare.Cores)
	}
	return base.TimesUp(float64(q.maxAMShare)).Minus(q.amUsed)
}
