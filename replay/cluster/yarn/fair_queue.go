package yarn

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// A fairQueue is a queue of the fair scheduler, a parent or a leaf.
//
// Source: FSQueue, FSParentQueue, FSLeafQueue in org.apache.hadoop...scheduler.fair.
type fairQueue struct {
	fair     *Fair
	path     string // root.a.b
	parent   *fairQueue
	children []*fairQueue
	leaf     bool
	declared bool // in the queue file

	policy         fairPolicy
	part           float32 // weight
	least          Resource
	most           limit
	mostOfChild    *limit // for children that are not declared
	maxApps        int
	mastersPart    float32 // of the fair share, for masters; -1: no limit
	largest        Resource
	minTimeout     time.Duration
	fairTimeout    time.Duration
	threshold      float32
	preemptable    bool
	running        int // runnable applications in it and below
	used, demand   Resource
	fairNow        Resource
	steady         Resource
	runnable       []*fairApp
	waiting        []*fairApp // not runnable, by arrival
	masters        Resource   // used by masters
	lastAtMinShare time.Duration
}

func (q *fairQueue) name() string           { return q.path }
func (q *fairQueue) start() int64           { return 0 }
func (q *fairQueue) weight() float32        { return q.part }
func (q *fairQueue) minShare() Resource     { return q.least }
func (q *fairQueue) maxShare() Resource     { return q.most.of(q.fair.cluster).most(q.least) }
func (q *fairQueue) wants() Resource        { return q.demand }
func (q *fairQueue) uses() Resource         { return q.used }
func (q *fairQueue) share() *Resource       { return &q.fairNow }
func (q *fairQueue) steadyShare() *Resource { return &q.steady }
func (q *fairQueue) active() bool           { return q.running > 0 }

// queue finds a queue by its name, with or without "root.".
func (s *Fair) queue(name string) *fairQueue { return s.byPath[rooted(name)] }

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
func (s *Fair) createQueue(path string, leaf bool) *fairQueue {
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
		q := &fairQueue{fair: s, path: path, parent: parent, leaf: leaf, policy: policy}
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
func (q *fairQueue) configure(now time.Duration) {
	c, f := q.fair.conf, q.fair.conf.queue(q.path)
	q.part = orElse(f.weight, 1)
	q.least = f.least
	q.most = orElse(f.most, c.maxResources)
	q.mostOfChild = f.mostOfChild
	q.maxApps = orElse(f.maxApps, c.queueMaxApps)
	q.mastersPart = orElse(f.mastersPart, c.mastersPart)
	q.largest = orElse(f.largest, unbounded)
	q.lastAtMinShare = now
	above := fairQueue{minTimeout: c.minTimeout, fairTimeout: c.fairTimeout, threshold: c.threshold, preemptable: true}
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
func (q *fairQueue) largestContainer() Resource {
	for q.largest == unbounded && q.parent != nil {
		q = q.parent
	}
	return q.largest
}

// updateDemand counts what the queue's applications use and ask for, at most
// what the queue may have.
func (q *fairQueue) updateDemand() {
	q.demand = Resource{}
	for _, c := range q.children {
		c.updateDemand()
		q.demand = q.demand.plus(c.demand)
	}
	for _, apps := range [][]*fairApp{q.runnable, q.waiting} {
		for _, a := range apps {
			a.updateDemand()
			q.demand = q.demand.plus(a.demand)
		}
	}
	q.demand = q.demand.least(q.maxShare())
}

// updateShares divides the queue's fair share among its children or applications.
func (q *fairQueue) updateShares() {
	q.policy.divide(q.sharers(), q.fairNow)
	for _, c := range q.children {
		c.updateShares()
	}
}

// updateSteady divides the queue's steady fair share among its children.
func (q *fairQueue) updateSteady() {
	if q.leaf {
		return
	}
	q.policy.divideSteady(q.sharers(), q.steady)
	for _, c := range q.children {
		c.updateSteady()
	}
}

// sharers are the children, or the runnable applications.
func (q *fairQueue) sharers() []sharer {
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
func (q *fairQueue) assign(n *fairNode) Resource {
	if n.reserved != nil || !q.used.within(q.maxShare()) {
		return Resource{}
	}
	if q.leaf {
		for _, a := range q.wanting(func(*fairApp) bool { return true }) {
			if r := a.assign(n); r != (Resource{}) {
				return r
			}
		}
		return Resource{}
	}
	for _, c := range inOrder(q.policy, q.children, q.fair.cluster) {
		if r := c.assign(n); r != (Resource{}) {
			return r
		}
	}
	return Resource{}
}

// wanting are the runnable applications that, at the last update, wanted more
// than they use now, in the order of the policy.
func (q *fairQueue) wanting(also func(*fairApp) bool) []*fairApp {
	var apps []*fairApp
	for _, a := range q.runnable {
		if a.demand.minus(a.used) != (Resource{}) && also(a) {
			apps = append(apps, a)
		}
	}
	return inOrder(q.policy, apps, q.fair.cluster)
}

// hasRoomFor says whether the queue and all above it may take this much more.
func (q *fairQueue) hasRoomFor(r Resource) bool {
	for ; q != nil; q = q.parent {
		if !q.used.plus(r).within(q.maxShare()) {
			return false
		}
	}
	return true
}

// add counts a use in the queue and all above it.
func (q *fairQueue) add(r Resource) {
	for ; q != nil; q = q.parent {
		q.used = q.used.plus(r)
	}
}

// canRunMaster says whether one more master of this size is within the queue's
// limit for masters: a part of its fair share or, of what that has none, of what
// is free.
func (q *fairQueue) canRunMaster(r Resource) bool {
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
	return q.masters.plus(r).within(base.timesUp(float64(q.mastersPart)))
}

// The limit on running applications.
//
// Source: MaxRunningAppsEnforcer.

// mayRun says whether the limits of the user and of all queues let one more run.
func (s *Fair) mayRun(q *fairQueue, user string) bool {
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
func (s *Fair) run(a *fairApp) {
	a.runnable = true
	a.queue.runnable = append(a.queue.runnable, a)
	for q := a.queue; q != nil; q = q.parent {
		q.running++
	}
	s.userRunning[a.user]++
}

// leave takes an application out of its queue.
func (s *Fair) leave(a *fairApp) {
	is := func(x *fairApp) bool { return x == a }
	q := a.queue
	if !a.runnable {
		q.waiting = slices.DeleteFunc(q.waiting, is)
		return
	}
	q.runnable = slices.DeleteFunc(q.runnable, is)
	if a.masterUp {
		q.masters = q.masters.minus(a.master)
	}
	for ; q != nil; q = q.parent {
		q.running--
	}
	s.userRunning[a.user]--
	s.runMore(a)
}

// runMore makes applications runnable that waited for the one that has ended.
func (s *Fair) runMore(ended *fairApp) {
	var top *fairQueue // the highest that was full
	for q := ended.queue; q != nil; q = q.parent {
		if q.running == q.maxApps-1 {
			top = q
		}
	}
	var lists [][]*fairApp
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
	var heads javaHeap[*[]*fairApp]
	heads.compare = func(a, b *[]*fairApp) int { return cmp.Compare(firstStart(*a), firstStart(*b)) }
	for i := range lists {
		heads.push(&lists[i])
	}
	var last *fairApp
	for done := 0; done < most && len(*heads.peek()) > 0; {
		list := heads.pop()
		a := (*list)[0]
		*list = (*list)[1:]
		heads.push(list)
		if a != last && !a.runnable && s.mayRun(a.queue, a.user) {
			s.run(a)
			done++
		}
		last = a
	}
	for _, q := range s.leaves {
		q.waiting = slices.DeleteFunc(q.waiting, func(a *fairApp) bool { return a.runnable })
	}
}

// waitingLists are the waiting applications of each leaf below q, where no queue
// on the way is full.
func (q *fairQueue) waitingLists(lists [][]*fairApp) [][]*fairApp {
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
func (s *Fair) userWaiting(user string) []*fairApp {
	var apps []*fairApp
	for _, a := range s.apps {
		if a != nil && a.user == user && !a.runnable && !a.stopped {
			apps = append(apps, a)
		}
	}
	return apps
}

// firstStart is when the first of some applications came, or never.
func firstStart(apps []*fairApp) int64 {
	if len(apps) == 0 {
		return math.MaxInt64
	}
	return apps[0].start()
}
