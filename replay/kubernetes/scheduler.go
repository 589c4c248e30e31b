package kubernetes

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/manager"
)

// kube-scheduler's back-off: a pod that could not be placed comes after the
// others for this long, twice as long after each further attempt.
const (
	initialBackoff = time.Second
	maxBackoff     = 10 * time.Second
)

// backsOff tells whether a pod was tried in vain not long ago.
func (p *pod) backsOff(now time.Duration) bool {
	return p.attempts > 0 && now < p.attempted+min(initialBackoff<<min(p.attempts-1, 8), maxBackoff)
}

// schedule places pending pods until none has a chance: those that do not back
// off first, then by priority, then by the time since which they wait for their
// turn. Pods that were tried in vain are tried again when something was freed.
func (m *Manager) schedule() {
	for {
		var ready []*pod
		for _, p := range m.pending {
			if (p.gate == nil || p.gate.admitted) && (p.attempts == 0 || p.seen < m.generation) {
				ready = append(ready, p)
			}
		}
		if len(ready) == 0 {
			return
		}
		slices.SortFunc(ready, func(x, y *pod) int {
			return cmp.Or(compareBool(x.backsOff(m.now), y.backsOff(m.now)), cmp.Compare(y.priority, x.priority),
				cmp.Compare(x.attempted, y.attempted), cmp.Compare(x.seq, y.seq))
		})
		var hopeless []*pod // tried in vain since something was freed
		generation := m.generation
		for _, p := range ready {
			if m.generation != generation {
				generation, hopeless = m.generation, hopeless[:0]
			}
			if !slices.ContainsFunc(hopeless, func(x *pod) bool { return x.alike(p) }) && m.place(p) {
				continue
			}
			if p.attempts++; p.attempts == 1 {
				m.scanStale = true
			}
			p.attempted, p.seen = m.now, generation
			if p.nominated < 0 {
				hopeless = append(hopeless, p)
			}
		}
	}
}

// alike tells whether two pods have the same chances.
func (p *pod) alike(o *pod) bool {
	return p.request == o.request && p.priority == o.priority && p.preempts == o.preempts && p.driver == o.driver &&
		p.placeholder == o.placeholder && p.nominated == o.nominated && slices.Equal(p.pools, o.pools) &&
		(len(p.app.shadows) == 0 && len(o.app.shadows) == 0 || p.app == o.app)
}

// place binds a pod to the node that scores highest, of equals the one with the
// lowest number, or preempts others for it.
func (m *Manager) place(p *pod) bool {
	if s := p.app.shadow(p); s != nil {
		node := s.node
		m.discard(s, false)
		m.bind(p, node)
		return true
	}
	best, score := -1, int64(-1)
	for i := range m.nodes {
		if !m.takes(i, p) || !p.request.fitsIn(m.room(i, p)) {
			continue
		}
		if p.nominated == i {
			best = i
			break
		}
		if s := m.score(&m.nodes[i], p.request); s > score {
			best, score = i, s
		}
	}
	if best >= 0 {
		m.bind(p, best)
		return true
	}
	if p.preempts && !p.placeholder {
		m.preempt(p)
	}
	return false
}

// takes tells whether a pod may run on a node.
func (m *Manager) takes(i int, p *pod) bool {
	n := &m.nodes[i]
	return n.state == up && !n.cordoned && m.suits(i, p)
}

// suits is takes, whether the node is there or not.
func (m *Manager) suits(i int, p *pod) bool {
	n := &m.nodes[i]
	if p.driver && n.spot(m) {
		return false
	}
	return len(p.pools) == 0 || slices.Contains(p.pools, n.label)
}

// room is what a node has free for a pod: pods of no lower priority that
// preempted others there come first.
func (m *Manager) room(i int, p *pod) Size {
	free := m.nodes[i].free
	for _, o := range m.nominations {
		if o != p && o.nominated == i && o.priority >= p.priority {
			free = free.minus(o.request)
		}
	}
	return free
}

// score is the sum of kube-scheduler's NodeResourcesFit and
// NodeResourcesBalancedAllocation, 0 to 100 each.
func (m *Manager) score(n *node, request Size) int64 {
	used := n.size.minus(n.free).plus(request)
	cpu, memory := int64(n.size.CPU), int64(n.size.Memory)
	a, b := int64(used.CPU), int64(used.Memory)
	var fit int64
	if m.options.scoring() == mostAllocated {
		fit = (a*100/cpu + b*100/memory) / 2
	} else {
		fit = ((cpu-a)*100/cpu + (memory-b)*100/memory) / 2
	}
	apart := a*memory - b*cpu
	if apart < 0 {
		apart = -apart
	}
	return fit + (100*cpu*memory-50*apart)/(cpu*memory)
}

// bind gives a pod its node.
func (m *Manager) bind(p *pod, i int) {
	n := &m.nodes[i]
	n.fill(m)
	n.free = n.free.minus(p.request)
	n.pods = append(n.pods, p)
	m.pending = without(m.pending, p)
	m.denominate(p)
	p.node, p.bound = i, m.now
	a := p.app
	a.stale = true
	switch {
	case p.placeholder || p.driver && a.held:
		if a.expires == manager.Never {
			a.expires = m.now + or(m.options.GangScheduling.PlaceholderTimeout, defaultPlaceholder)
		}
	case p.driver:
		m.startDriver(a)
	default:
		m.actions = append(m.actions, manager.Action{
			Kind: manager.PlaceExecutor, App: a.Index, Profile: p.profile, Node: i, Container: p.container, Cores: max(1, a.Profiles[p.profile].Cores),
		})
	}
}

func (m *Manager) startDriver(a *app) {
	a.held, a.started = false, true
	m.actions = append(m.actions, manager.Action{Kind: manager.PlaceDriver, App: a.Index, Node: a.driver.node, Cores: int(a.driver.request.CPU+999) / 1000})
}

// denominate forgets the node on which a pod preempted others.
func (m *Manager) denominate(p *pod) {
	if p.nominated >= 0 {
		p.nominated = -1
		m.nominations = without(m.nominations, p)
		m.generation++
	}
}

// evict takes an executor's pod away.
func (m *Manager) evict(p *pod, why string) {
	if !p.pending() {
		m.actions = append(m.actions, manager.Action{
			Kind: manager.Preempt, App: p.app.Index, Profile: p.profile, Node: p.node, Container: p.container, Why: why,
		})
	}
	m.discard(p, true)
}
