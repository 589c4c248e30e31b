package kubernetes

import (
	"slices"

	"dynalloc/replay/cluster/manager"
)

// schedule places pending pods until none has a chance, by priority and then by
// the time since which they wait. One that has no room does not hold up others.
func (m *Manager) schedule() {
	for m.retry {
		m.retry = false
		m.fillShadows()
		next := make([]int, len(m.lines)) // the pod of each line that is next
		hopeless := make([]bool, len(m.lines))
		for !m.retry {
			best := -1
			for i, l := range m.lines {
				for next[i] < len(l.pods) && l.pods[next[i]].line != l {
					next[i]++
				}
				if !hopeless[i] && next[i] < len(l.pods) && (best < 0 || l.pods[next[i]].before(m.lines[best].pods[next[best]])) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			p := m.lines[best].pods[next[best]]
			switch placed := m.place(p); {
			case placed:
				next[best] = 0 // the line has moved up
			case p.nominated < 0:
				hopeless[best] = true
			default:
				next[best]++
			}
		}
	}
	m.lines = slices.DeleteFunc(m.lines, func(l *line) bool { return len(l.pods) == 0 })
}

// before is the order of kube-scheduler's queue.
func (p *pod) before(o *pod) bool {
	return p.priority > o.priority || p.priority == o.priority && p.turn < o.turn
}

// place binds a pod to the node that scores highest, of equals the one with the
// lowest number, or preempts others for it.
func (m *Manager) place(p *pod) bool {
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
	m.leave(p)
	m.denominate(p)
	p.node, p.bound = i, m.now
	a := p.app
	if !p.driver && !p.placeholder {
		a.unplaced[p.profile]--
	}
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
		m.retry, m.scanStale = true, true
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
