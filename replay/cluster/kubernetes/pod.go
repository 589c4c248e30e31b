package kubernetes

import (
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// A pod is a driver, an executor, or a placeholder for one.
type pod struct {
	app         *app
	driver      bool
	placeholder bool
	profile     int // of the executor
	container   int // the executor's name
	seq         int // in order of creation
	request     Size
	priority    int
	preempts    bool     // its class may preempt
	pools       []string // it may run on; empty: any
	created     time.Duration
	counted     bool // in its namespace's quota
	covered     bool // by the admission of its application as a whole

	gate *workload // waits for admission; nil: not gated

	node      int           // -1: pending
	bound     time.Duration // -1: pending
	line      *line         // of kube-scheduler, in which it waits; nil: in none
	turn      int           // its place in the order of all that have joined a line
	nominated int           // node that it preempted others on; -1: none
}

func (p *pod) pending() bool { return p.node < 0 }

// An app is an application that has come and not ended.
type app struct {
	manager.App
	namespace *namespace
	queue     *clusterQueue // nil: none is over its namespace
	placement Placement
	priority  [2]priority // of executors, of the driver
	alloc     allocation
	sizes     []Size // that executors request, by profile

	driver    *pod
	submitted time.Duration
	suspended bool      // waits for its quota as a whole
	whole     *workload // of the driver and the least number of executors; nil: none
	least     int       // executors that are admitted, or held by placeholders, with the driver
	held      bool      // the driver has room but waits for its gang
	expires   time.Duration
	shadows   []*pod // placeholders

	started    bool // the driver was placed
	registered bool
	start      time.Duration // of the allocator
	totals     []int
	counts     []int         // pods by profile
	unplaced   []int         // those of them that have no node, by profile
	asked      bool          // a total has changed since the last round
	extra      time.Duration // the last round off the grid; -1: none
	rounded    time.Duration // the last round
	refused    bool          // the namespace's quota refused a pod since something was freed
	stale      bool          // due is to be computed anew
	due        time.Duration
	pods       []*pod // executors, in order of creation
}

type priority struct {
	value    int
	preempts bool
}

// A namespace counts what its pods request.
type namespace struct {
	quota *ResourceQuota
	used  Size
	pods  int
}

// admits tells whether the quota has room for one more pod.
func (n *namespace) admits(s Size) bool {
	q := n.quota
	return q == nil ||
		(q.CPU == nil || n.used.CPU+s.CPU <= *q.CPU) &&
			(q.Memory == nil || n.used.Memory+s.Memory <= *q.Memory) &&
			(q.Pods == nil || n.pods+1 <= *q.Pods)
}

// create makes a pod, unless the namespace's quota refuses it.
func (m *Manager) create(p *pod) bool {
	a := p.app
	if !p.placeholder {
		if !a.namespace.admits(p.request) {
			return false
		}
		a.namespace.used = a.namespace.used.plus(p.request)
		a.namespace.pods++
		p.counted = true
	}
	m.seq++
	p.seq = m.seq
	p.created = m.now
	p.node, p.bound, p.nominated = -1, -1, -1
	return true
}

// newExecutor makes a pod of one of the application's profiles.
func (m *Manager) newExecutor(a *app, profile int, placeholder bool) *pod {
	return &pod{
		app: a, profile: profile, placeholder: placeholder, request: a.sizes[profile],
		priority: a.priority[0].value, preempts: a.priority[0].preempts, pools: a.placement.NodePools,
	}
}

// discard takes a pod out of all books; its node's room is free at once unless
// it goes on terminating.
func (m *Manager) discard(p *pod, terminates bool) {
	a := p.app
	m.leave(p)
	m.denominate(p)
	if p.placeholder {
		a.shadows = without(a.shadows, p)
	} else if !p.driver {
		a.pods = without(a.pods, p)
		a.counts[p.profile]--
		if p.pending() {
			a.unplaced[p.profile]--
		}
		delete(m.containers, p.container)
	}
	a.stale = true
	if p.gate != nil {
		m.withdraw(p.gate)
		p.gate = nil
	}
	if terminates && !p.pending() && m.options.TerminationDelay > 0 {
		m.terminating = append(m.terminating, termination{p, m.now + m.options.TerminationDelay})
		return
	}
	m.vacate(p)
}

// vacate frees a pod's room on its node and in its namespace.
func (m *Manager) vacate(p *pod) {
	if !p.pending() {
		n := &m.nodes[p.node]
		n.pods = without(n.pods, p)
		n.free = n.free.plus(p.request)
		m.retry = true
		n.emptied(m)
	}
	if p.counted {
		p.counted = false
		m.freed = true
		s := p.app.namespace
		s.used = s.used.minus(p.request)
		s.pods--
		for _, a := range m.apps {
			if a.namespace == s && a.refused {
				a.refused, a.stale = false, true
			}
		}
	}
}

type termination struct {
	pod *pod
	at  time.Duration
}

// endTerminations frees the room of preempted pods whose time is over.
func (m *Manager) endTerminations() {
	for len(m.terminating) > 0 && m.terminating[0].at <= m.now {
		p := m.terminating[0].pod
		m.terminating = m.terminating[1:]
		m.vacate(p)
	}
}

func without(list []*pod, p *pod) []*pod {
	if i := slices.Index(list, p); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
