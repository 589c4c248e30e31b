package kubernetes

import (
	"slices"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
)

// schedule binds pending pods to nodes until no pod has a chance: by priority, and then
// by the time since which they wait. A pod that has no room does not hold up others.
func (m *Manager) schedule() {
	for m.reschedule {
		m.reschedule = false
		m.replacePlaceholders()
		if m.inOnePass() {
			continue
		}
		next := make([]int, len(m.groups)) // the member of each group to try next
		hopeless := make([]bool, len(m.groups))
		for !m.reschedule {
			best, first := -1, (*pod)(nil)
			for i, g := range m.groups {
				for next[i] < len(g.members) && g.members[next[i]].group == nil {
					next[i]++
				}
				if hopeless[i] || next[i] == len(g.members) {
					continue
				}
				if p := g.members[next[i]].item; first == nil || p.before(first) {
					best, first = i, p
				}
			}
			if first == nil {
				break
			}
			switch {
			case m.schedulePod(first):
				next[best] = 0 // the members have moved up
			case first.nominated < 0:
				hopeless[best] = true
			default:
				next[best]++
			}
		}
	}
	m.dropEmpty()
}

// inOnePass binds pending pods if none of them can preempt others, and reports whether it
// did so. Those that are too large for any node are passed over.
func (m *Manager) inOnePass() bool {
	first, ok := m.line.First(func(_, _ fit.Need) bool { return false })
	if least, _, some := m.placed.Min(); m.plain || len(m.nominations) > 0 || ok && some && least < first.example.priority {
		return false
	}
	var roomiest fit.Need
	for _, c := range m.classes {
		roomiest = roomiest.Max(fit.Need{int64(c.free.CPU), int64(c.free.Memory)})
	}
	tooLarge := fit.TooLarge(roomiest)
	for g, ok := m.line.First(tooLarge); ok; {
		p := g.members[0].item
		if c := m.bestClass(p); c != nil {
			i, _ := c.nodes.Min()
			m.bind(p, i)
		}
		g, ok = m.line.After(&podGroup{group: group[*pod]{members: []*member[*pod]{{item: p}}}}, tooLarge)
	}
	return true
}

// before is the order of kube-scheduler's queue.
func (p *pod) before(o *pod) bool {
	return p.priority > o.priority || p.priority == o.priority && p.position < o.position
}

// schedulePod binds a pod to the node that scores highest, among equals to the one
// listed first. If none has room, the pod may preempt others, and false is returned.
func (m *Manager) schedulePod(p *pod) bool {
	best, highest := -1, int64(-1)
	for i := range m.nodes {
		m.looks++
		if !m.feasible(i, p) || !p.request.fitsIn(m.room(i, p)) {
			continue
		}
		if p.nominated == i {
			best = i
			break
		}
		if score := m.score(&m.nodes[i], p.request); score > highest {
			best, highest = i, score
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

// feasible reports whether a pod may run on a node now, if there is room.
func (m *Manager) feasible(i int, p *pod) bool {
	n := &m.nodes[i]
	return n.state == up && !n.cordoned && m.suitable(i, p)
}

// suitable reports whether a pod may run on a node, whether or not that is there.
func (m *Manager) suitable(i int, p *pod) bool {
	if p.driver && m.isSpot(i) {
		return false
	}
	return len(p.pools) == 0 || slices.Contains(p.pools, m.nodes[i].label)
}

// room is what a node has free for a pod. What pods of at least its priority need that
// preempted others there is kept for them.
func (m *Manager) room(i int, p *pod) Size {
	free := m.nodes[i].free
	for _, o := range m.nominations {
		if o != p && o.nominated == i && o.priority >= p.priority {
			free = free.minus(o.request)
		}
	}
	return free
}

// score is the sum of the scores of kube-scheduler's plugins NodeResourcesFit and
// NodeResourcesBalancedAllocation, each from 0 to 100. The first is the mean part of
// processors and memory that would be free (or used, with MostAllocated), the second
// is higher the closer their used parts would be.
func (m *Manager) score(n *node, request Size) int64 {
	used := n.size.minus(n.free).plus(request)
	cpu, memory := int64(n.size.CPU), int64(n.size.Memory)
	usedCPU, usedMemory := int64(used.CPU), int64(used.Memory)
	var fit int64
	if m.options.scoring() == mostAllocated {
		fit = (usedCPU*100/cpu + usedMemory*100/memory) / 2
	} else {
		fit = ((cpu-usedCPU)*100/cpu + (memory-usedMemory)*100/memory) / 2
	}
	difference := usedCPU*memory - usedMemory*cpu // of the used parts, times cpu*memory
	if difference < 0 {
		difference = -difference
	}
	return fit + (100*cpu*memory-50*difference)/(cpu*memory)
}

// bind gives a pod its node. A driver that waits for its gang does not start yet.
func (m *Manager) bind(p *pod, i int) {
	n, a := &m.nodes[i], p.app
	m.noteAdded(n)
	m.leaveClass(i)
	n.free = n.free.minus(p.request)
	m.joinClass(i)
	n.pods = append(n.pods, p)
	m.dequeue(p)
	m.clearNomination(p)
	p.node, p.bound = i, m.now
	m.touch(a)
	switch {
	case p.placeholder || p.driver && a.heldForGang:
		if a.placeholdersExpire == manager.Never {
			a.placeholdersExpire = m.now + or(m.options.GangScheduling.PlaceholderTimeout, defaultPlaceholder)
		}
	case p.driver:
		m.startDriver(a)
	default:
		a.allocator.pending[p.profile]--
		m.countPlaced(p, 1)
		m.actions = append(m.actions, manager.Action{
			Kind: manager.PlaceExecutor, App: a.Index, Profile: p.profile, Node: i, Container: p.name, Cores: max(1, a.Profiles[p.profile].Cores),
		})
	}
}

func (m *Manager) startDriver(a *app) {
	a.heldForGang, a.started = false, true
	cores := int(a.driver.request.CPU+999) / 1000
	m.actions = append(m.actions, manager.Action{Kind: manager.PlaceDriver, App: a.Index, Node: a.driver.node, Cores: cores})
}

// isExecutor reports whether a pod is an executor that has not been removed.
func (m *Manager) isExecutor(p *pod) bool {
	return !p.driver && !p.placeholder && m.executors[p.name] == p
}

// preempted reports that an executor's pod is taken away.
func (m *Manager) preempted(p *pod, why string) {
	m.actions = append(m.actions, manager.Action{
		Kind: manager.Preempt, App: p.app.Index, Profile: p.profile, Node: p.node, Container: p.name, Why: why,
	})
}

// evict takes an executor's pod away, which terminates if it has a node.
func (m *Manager) evict(p *pod, why string) {
	if !p.pending() {
		m.preempted(p, why)
	}
	m.remove(p, true)
}
