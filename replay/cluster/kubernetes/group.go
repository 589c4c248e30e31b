package kubernetes

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/fit"
)

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
	example *pod   // what they are like
	key     podKey // of all of them
}

// enqueue lets a pod wait for a node.
func (m *Manager) enqueue(p *pod) {
	key := p.key()
	g := m.groupOf[key]
	if g == nil {
		g = &podGroup{example: p, key: key}
		m.groups = append(m.groups, g)
		m.groupOf[key] = g
	}
	m.positions++
	p.position, p.group = m.positions, g
	p.waiting = g.add(p)
	if len(g.members) == 1 {
		m.line.Insert(g, p.need())
	}
	m.reschedule, m.scanAgain = true, true
}

// dequeue ends the waiting of a pod.
func (m *Manager) dequeue(p *pod) {
	if p.waiting == nil {
		return
	}
	g := p.group
	first := g.members[0] == p.waiting
	if first {
		m.line.Remove(g)
	}
	p.waiting.leave()
	switch {
	case len(g.members) == 0:
		m.emptied = true
	case first:
		m.line.Insert(g, p.need())
	}
	p.waiting, p.group = nil, nil
	m.scanAgain = true
}

// dropEmpty removes the groups that have become empty.
func (m *Manager) dropEmpty() {
	if !m.emptied {
		return
	}
	m.emptied = false
	m.groups = slices.DeleteFunc(m.groups, func(g *podGroup) bool {
		if len(g.members) > 0 {
			return false
		}
		delete(m.groupOf, g.key)
		return true
	})
}

// inSchedulingOrder is the order of groups that are not empty: that of their first pods.
func inSchedulingOrder(a, b *podGroup) int {
	x, y := a.members[0].item, b.members[0].item
	return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(x.position, y.position))
}

// need is what the pod needs of a node.
func (p *pod) need() fit.Need { return fit.Need{int64(p.request.CPU), int64(p.request.Memory)} }

// A podKey is equal for pods that have the same chances of being scheduled.
type podKey struct {
	request                       Size
	priority                      int
	preempts, driver, placeholder bool
	pools                         string
}

func (p *pod) key() podKey {
	pools := p.app.poolsKey
	if p.driver {
		pools = p.app.driverPoolsKey
	}
	return podKey{p.request, p.priority, p.preempts, p.driver, p.placeholder, pools}
}
