package kubernetes

import "slices"

// A group is waiting pods or workloads that are alike: if the first of them has no
// chance, none has. kube-scheduler and Kueue know them one by one; to hold them in
// groups gives the same order and tries fewer of them.
type group[T any] struct {
	members []*member[T] // in order of joining; those that have left are removed later
	gone    int          // of members, those that have left
}

// A member is one that waits in a group.
type member[T any] struct {
	item  T
	group *group[T] // nil: it has left
}

// add lets an item wait in the group.
func (g *group[T]) add(item T) *member[T] {
	m := &member[T]{item, g}
	g.members = append(g.members, m)
	return m
}

// leave takes a member out of its group. After that the first of members still waits.
func (m *member[T]) leave() {
	g := m.group
	m.group = nil
	g.gone++
	for len(g.members) > 0 && g.members[0].group == nil {
		g.members = g.members[1:]
		g.gone--
	}
	if 2*g.gone > len(g.members) {
		g.members = slices.DeleteFunc(g.members, func(m *member[T]) bool { return m.group == nil })
		g.gone = 0
	}
}

// waiting is how many items wait in the group.
func (g *group[T]) waiting() int { return len(g.members) - g.gone }

// A podGroup is pending pods that have the same chances of being scheduled.
type podGroup struct {
	group[*pod]
	example *pod // what they are like
}

// enqueue lets a pod wait for a node.
func (m *Manager) enqueue(p *pod) {
	i := slices.IndexFunc(m.groups, func(g *podGroup) bool { return g.example.alike(p) })
	if i < 0 {
		i = len(m.groups)
		m.groups = append(m.groups, &podGroup{example: p})
	}
	m.positions++
	p.position, p.waiting = m.positions, m.groups[i].add(p)
	m.reschedule, m.scanAgain = true, true
}

// dequeue ends the waiting of a pod.
func (m *Manager) dequeue(p *pod) {
	if p.waiting != nil {
		p.waiting.leave()
		p.waiting = nil
		m.scanAgain = true
	}
}

// alike reports whether two pods have the same chances of being scheduled.
func (p *pod) alike(o *pod) bool {
	return p.request == o.request && p.priority == o.priority && p.preempts == o.preempts && p.driver == o.driver &&
		p.placeholder == o.placeholder && slices.Equal(p.pools, o.pools)
}
