package fair

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairQueue is a queue of the fair scheduler, a parent or a leaf.
//
// Source: FSQueue, FSParentQueue, FSLeafQueue in org.apache.hadoop...scheduler.fair.
type queue struct {
	fair     *Scheduler
	path     string // root.a.b
	parent   *queue
	children []*queue
	leaf     bool
	declared bool // in the queue file

	policy         policy
	part           float32 // weight
	least          scheduler.Resource
	most           limit
	mostOfChild    *limit // for children that are not declared
	maxApps        int
	mastersPart    float32 // of the fair share, for masters; -1: no limit
	largest        scheduler.Resource
	minTimeout     time.Duration
	fairTimeout    time.Duration
	threshold      float32
	preemptable    bool
	running        int // runnable applications in it and below
	used, demand   scheduler.Resource
	fairNow        scheduler.Resource
	steady         scheduler.Resource
	runnable       []*appAttempt
	waiting        []*appAttempt      // not runnable, by arrival
	masters        scheduler.Resource // used by masters
	lastAtMinShare time.Duration
}

func (q *queue) name() string                     { return q.path }
func (q *queue) start() int64                     { return 0 }
func (q *queue) weight() float32                  { return q.part }
func (q *queue) minShare() scheduler.Resource     { return q.least }
func (q *queue) maxShare() scheduler.Resource     { return q.most.of(q.fair.cluster).Max(q.least) }
func (q *queue) wants() scheduler.Resource        { return q.demand }
func (q *queue) uses() scheduler.Resource         { return q.used }
func (q *queue) share() *scheduler.Resource       { return &q.fairNow }
func (q *queue) steadyShare() *scheduler.Resource { return &q.steady }
func (q *queue) active() bool                     { return q.running > 0 }

// queue finds a queue by its name, with or without "root.".
func (s *Scheduler) queue(name string) *queue { return s.byPath[rooted(name)] }

// rooted is a queue's name with "root." before it.
func rooted(name string) string {
	if name == "root" || strings.HasPrefix(name, "root.") {
		return name
	}
	return "root." + name
}

// createQueue makes a queue and those of its parents that are missing. It is nil
// where YARN refuses: below a leaf, or of a policy that the parent does not allow.
// Parents made until then stay.
func (s *Scheduler) createQueue(path string, leaf bool) *queue {
	missing := []string{path}
	at := path
	for {
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			return nil
		}
		if part := at[i+1:]; part == "" || part != trimQueue(part) {
			return nil
		}
		at = at[:i]
		if q := s.byPath[at]; q != nil {
			if q.leaf {
				return nil
			}
			break
		}
		missing = append(missing, at)
	}
	slices.Reverse(missing)
	parent := s.byPath[at]
	for i, path := range missing {
		policy := s.conf.policy(path)
		leaf := leaf && i == len(missing)-1
		if !parent.policy.allowsChild(policy) || !leaf && policy == fifo {
			return nil
		}
		q := &queue{fair: s, path: path, parent: parent, leaf: leaf, policy: policy}
		q.configure(s.now)
		if _, ok := s.conf.queues[path]; !ok && parent.mostOfChild != nil {
			q.most = *parent.mostOfChild
		}
		parent.children = append(parent.children, q)
		s.byPath[path] = q
		if leaf {
			s.leaves = append(s.leaves, q)
		}
		parent = q
	}
	return parent
}

// configure sets what the queue file says of a queue.
func (q *queue) configure(now time.Duration) {
	c, f := q.fair.conf, q.fair.conf.queue(q.path)
	q.part = orElse(f.weight, 1)
	q.least = f.least
	q.most = orElse(f.most, c.maxResources)
	q.mostOfChild = f.mostOfChild
	q.maxApps = orElse(f.maxApps, c.queueMaxApps)
	q.mastersPart = orElse(f.mastersPart, c.mastersPart)
	q.largest = orElse(f.largest, scheduler.Unbounded)
	q.lastAtMinShare = now
	above := queue{minTimeout: c.minTimeout, fairTimeout: c.fairTimeout, threshold: c.threshold, preemptable: true}
	if q.parent != nil {
		above = *q.parent
	}
	q.minTimeout = orElse(f.minTimeout, above.minTimeout)
	q.fairTimeout = orElse(f.fairTimeout, above.fairTimeout)
	q.threshold = orElse(f.threshold, above.threshold)
	q.preemptable = above.preemptable && !f.notPreemptable
}

// orElse is what p points to, or else x.
func orElse[T any](p *T, x T) T {
	if p != nil {
		return *p
	}
	return x
}

// largestContainer is the queue's own limit on the size of a container, or its parents'.
func (q *queue) largestContainer() scheduler.Resource {
	for q.largest == scheduler.Unbounded && q.parent != nil {
		q = q.parent
	}
	return q.largest
}

// updateDemand counts what the queue's applications use and ask for, at most
// what the queue may have.
func (q *queue) updateDemand() {
	q.demand = scheduler.Resource{}
	for _, c := range q.children {
		c.updateDemand()
		q.demand = q.demand.Plus(c.demand)
	}
	for _, apps := range [][]*appAttempt{q.runnable, q.waiting} {
		for _, a := range apps {
			a.updateDemand()
			q.demand = q.demand.Plus(a.demand)
		}
	}
	q.demand = q.demand.Min(q.maxShare())
}

// updateShares divides the queue's fair share among its children or applications.
func (q *queue) updateShares() {
	q.policy.divide(q.sharers(), q.fairNow)
	for _, c := range q.children {
		c.updateShares()
	}
}

// updateSteady divides the queue's steady fair share among its children.
func (q *queue) updateSteady() {
	if q.leaf {
		return
	}
	q.policy.divideSteady(q.sharers(), q.steady)
	for _, c := range q.children {
		c.updateSteady()
	}
}

// sharers are the children, or the runnable applications.
func (q *queue) sharers() []sharer {
	out := make([]sharer, 0, len(q.children)+len(q.runnable))
	for _, c := range q.children {
		out = append(out, c)
	}
	for _, a := range q.runnable {
		out = append(out, a)
	}
	return out
}

// assign offers a node to the queue. It is what was assigned, reservedOnly if
// the node was reserved, or zero.
func (q *queue) assign(n *schedulerNode) scheduler.Resource {
	if n.reserved != nil || !q.used.FitsIn(q.maxShare()) {
		return scheduler.Resource{}
	}
	if q.leaf {
		for _, a := range q.wanting(func(*appAttempt) bool { return true }) {
			if r := a.assign(n); r != (scheduler.Resource{}) {
				return r
			}
		}
		return scheduler.Resource{}
	}
	for _, c := range inOrder(q.policy, q.children, q.fair.cluster) {
		if r := c.assign(n); r != (scheduler.Resource{}) {
			return r
		}
	}
	return scheduler.Resource{}
}

// wanting are the runnable applications that, at the last update, wanted more
// than they use now, in the order of the policy.
func (q *queue) wanting(also func(*appAttempt) bool) []*appAttempt {
	var apps []*appAttempt
	for _, a := range q.runnable {
		if a.demand.Minus(a.used) != (scheduler.Resource{}) && also(a) {
			apps = append(apps, a)
		}
	}
	return inOrder(q.policy, apps, q.fair.cluster)
}

// hasRoomFor says whether the queue and all above it may take this much more.
func (q *queue) hasRoomFor(r scheduler.Resource) bool {
	for ; q != nil; q = q.parent {
		if !q.used.Plus(r).FitsIn(q.maxShare()) {
			return false
		}
	}
	return true
}

// add counts a use in the queue and all above it.
func (q *queue) add(r scheduler.Resource) {
	for ; q != nil; q = q.parent {
		q.used = q.used.Plus(r)
	}
}

// canRunMaster says whether one more master of this size is within the queue's
// limit for masters: a part of its fair share or, of what that has none, of what
// is free.
func (q *queue) canRunMaster(r scheduler.Resource) bool {
	if math.Abs(float64(q.mastersPart+1)) < 0.0001 {
		return true
	}
	base, most := q.fairNow, q.maxShare()
	if base.MemoryMB == 0 {
		base.MemoryMB = min(q.fair.free.MemoryMB, most.MemoryMB)
	}
	if base.Cores == 0 {
		base.Cores = min(q.fair.free.Cores, most.Cores)
	}
	return q.masters.Plus(r).FitsIn(base.TimesUp(float64(q.mastersPart)))
}

// The limit on running applications.
//
// Source: MaxRunningAppsEnforcer.

// mayRun says whether the limits of the user and of all queues let one more run.
func (s *Scheduler) mayRun(q *queue, user string) bool {
	if s.userRunning[user] >= s.conf.userMaxApps(user) {
		return false
	}
	for ; q != nil; q = q.parent {
		if q.running >= q.maxApps {
			return false
		}
	}
	return true
}

// run makes an application runnable.
func (s *Scheduler) run(a *appAttempt) {
	a.runnable = true
	a.queue.runnable = append(a.queue.runnable, a)
	for q := a.queue; q != nil; q = q.parent {
		q.running++
	}
	s.userRunning[a.user]++
}

// leave takes an application out of its queue.
func (s *Scheduler) leave(a *appAttempt) {
	is := func(x *appAttempt) bool { return x == a }
	q := a.queue
	if !a.runnable {
		q.waiting = slices.DeleteFunc(q.waiting, is)
		return
	}
	q.runnable = slices.DeleteFunc(q.runnable, is)
	if a.masterUp {
		q.masters = q.masters.Minus(a.master)
	}
	for ; q != nil; q = q.parent {
		q.running--
	}
	s.userRunning[a.user]--
	s.runMore(a)
}

// runMore makes applications runnable that waited for the one that has ended.
func (s *Scheduler) runMore(ended *appAttempt) {
	var top *queue // the highest that was full
	for q := ended.queue; q != nil; q = q.parent {
		if q.running == q.maxApps-1 {
			top = q
		}
	}
	var lists [][]*appAttempt
	if top != nil {
		lists = top.waitingLists(lists)
	}
	if s.userRunning[ended.user] == s.conf.userMaxApps(ended.user)-1 {
		lists = append(lists, s.userWaiting(ended.user))
	}
	most := len(lists)
	if most == 0 {
		return
	}
	heads := java.NewPriorityQueue(func(a, b *[]*appAttempt) int { return cmp.Compare(firstStart(*a), firstStart(*b)) })
	for i := range lists {
		heads.Push(&lists[i])
	}
	var last *appAttempt
	for done := 0; done < most && len(*heads.Peek()) > 0; {
		list := heads.Pop()
		a := (*list)[0]
		*list = (*list)[1:]
		heads.Push(list)
		if a != last && !a.runnable && s.mayRun(a.queue, a.user) {
			s.run(a)
			done++
		}
		last = a
	}
	for _, q := range s.leaves {
		q.waiting = slices.DeleteFunc(q.waiting, func(a *appAttempt) bool { return a.runnable })
	}
}

// waitingLists are the waiting applications of each leaf below q, where no queue
// on the way is full.
func (q *queue) waitingLists(lists [][]*appAttempt) [][]*appAttempt {
	if q.running >= q.maxApps {
		return lists
	}
	if q.leaf {
		return append(lists, slices.Clone(q.waiting))
	}
	for _, c := range q.children {
		lists = c.waitingLists(lists)
	}
	return lists
}

// userWaiting are a user's waiting applications, by arrival.
func (s *Scheduler) userWaiting(user string) []*appAttempt {
	var apps []*appAttempt
	for _, a := range s.apps {
		if a != nil && a.user == user && !a.runnable && !a.stopped {
			apps = append(apps, a)
		}
	}
	return apps
}

// firstStart is when the first of some applications came, or never.
func firstStart(apps []*appAttempt) int64 {
	if len(apps) == 0 {
		return math.MaxInt64
	}
	return apps[0].start()
}
