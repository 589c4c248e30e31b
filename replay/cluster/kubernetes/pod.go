package kubernetes

import (
	"slices"
	"time"
)

// A pod is a driver, an executor, or a placeholder for an executor.
type pod struct {
	app         *app
	driver      bool
	placeholder bool
	profile     int // of the executor
	name        int // the executor's; 0: none
	sequence    int // in order of creation
	request     Size
	priority    int
	preempts    bool     // its priority class may preempt
	pools       []string // of nodes that it may run on; empty: all
	created     time.Duration
	inQuota     bool // it counts in its namespace's quota

	workload           *workload // its own one; nil: it needs no admission
	admittedWithDriver bool      // by the workload of its application

	group     *podGroup     // in which it waits for a node
	at        int           // in the pods of its application
	node      int           // -1: pending
	bound     time.Duration // to the node; -1: pending
	waiting   *member[*pod] // for a node; nil: it does not wait
	position  int           // in the order of all pods that have waited
	nominated int           // node on which it preempted others; -1: none
}

func (p *pod) pending() bool { return p.node < 0 }

// A namespace counts what its pods request.
type namespace struct {
	quota *ResourceQuota // nil: none
	used  Size
	pods  int
	// refused are the applications of which the quota refused a pod, and nothing of it was
	// freed since; also some to which this no longer applies.
	refused map[*app]bool
}

func newNamespace(q *ResourceQuota) *namespace {
	return &namespace{quota: q, refused: map[*app]bool{}}
}

// admits reports whether the quota has room for one more pod.
func (n *namespace) admits(s Size) bool {
	q := n.quota
	return q == nil ||
		(q.CPU == nil || n.used.CPU+s.CPU <= *q.CPU) &&
			(q.Memory == nil || n.used.Memory+s.Memory <= *q.Memory) &&
			(q.Pods == nil || n.pods+1 <= *q.Pods)
}

// create creates a pod, unless the quota of its namespace refuses it. Placeholders do
// not count there: executors take their place.
func (m *Manager) create(p *pod) bool {
	if n := p.app.namespace; !p.placeholder {
		if !n.admits(p.request) {
			return false
		}
		n.used = n.used.plus(p.request)
		n.pods++
		p.inQuota = true
	}
	m.sequence++
	p.sequence, p.created = m.sequence, m.now
	p.node, p.bound, p.nominated = -1, -1, -1
	return true
}

// remove removes a pod from all accounts. Its node's resources are free at once, unless
// the pod still terminates.
func (m *Manager) remove(p *pod, terminates bool) {
	a := p.app
	m.dequeue(p)
	m.clearNomination(p)
	if p.placeholder {
		a.placeholders = without(a.placeholders, p)
	} else if !p.driver {
		a.removePod(p)
		if !p.pending() {
			m.countPlaced(p, -1)
		}
		delete(m.executors, p.name)
	}
	m.touch(a)
	if p.workload != nil {
		m.withdraw(p.workload)
		p.workload = nil
	}
	if terminates && !p.pending() && m.options.TerminationDelay > 0 {
		m.terminating = append(m.terminating, termination{p, m.now + m.options.TerminationDelay})
		return
	}
	m.free(p)
}

// free frees what a pod holds on its node and in its namespace's quota.
func (m *Manager) free(p *pod) {
	if !p.pending() {
		n := &m.nodes[p.node]
		n.pods = without(n.pods, p)
		m.leaveClass(p.node)
		n.free = n.free.plus(p.request)
		m.joinClass(p.node)
		m.reschedule = true
		m.noteRemoved(n)
	}
	if !p.inQuota {
		return
	}
	p.inQuota = false
	m.quotaFreed = true
	n := p.app.namespace
	n.used = n.used.minus(p.request)
	n.pods--
	for a := range n.refused { // any order: each by itself
		if a.allocator.refused {
			a.allocator.refused = false
			m.touch(a)
		}
	}
	clear(n.refused)
}

// removePod takes an executor's pod out of the application's accounts.
func (a *app) removePod(p *pod) {
	x := &a.allocator
	a.pods[p.at] = nil
	if a.gone++; 2*a.gone > len(a.pods) {
		a.pods = slices.DeleteFunc(a.pods, func(p *pod) bool { return p == nil })
		for i, p := range a.pods {
			p.at = i
		}
		a.gone = 0
	}
	x.young = without(x.young, p)
	x.counts[p.profile]--
	if p.pending() {
		x.pending[p.profile]--
	}
	if p.created == x.lastRound {
		x.createdLast--
	}
	if p.admittedWithDriver {
		a.withDriver--
	}
}

// countPlaced counts an executor that has a node.
func (m *Manager) countPlaced(p *pod, by int) {
	n, _ := m.placed.Get(p.priority)
	if n += by; n == 0 {
		m.placed.Delete(p.priority)
	} else {
		m.placed.Set(p.priority, n)
	}
}

// A termination is a preempted pod that still holds its node's resources.
type termination struct {
	pod *pod
	at  time.Duration // when it ends
}

// endTerminations ends the preempted pods whose time is over.
func (m *Manager) endTerminations() {
	for len(m.terminating) > 0 && m.terminating[0].at <= m.now {
		p := m.terminating[0].pod
		m.terminating = m.terminating[1:]
		m.free(p)
	}
}

// without is a list without one of its elements.
func without[T comparable](list []T, x T) []T {
	if i := slices.Index(list, x); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
