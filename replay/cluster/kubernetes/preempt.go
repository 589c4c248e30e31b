package kubernetes

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// preempt evicts executors of lower priority to make room for a pod. It selects the
// node by [victims.compare]. From then on the pod is nominated for the node, and its
// request is reserved there. Drivers are never victims.
//
// Source: kube-scheduler's plugin DefaultPreemption.
func (m *Manager) preempt(p *pod) {
	if p.nominated >= 0 && m.waitsForVictims(p) {
		return
	}
	m.clearNomination(p)
	best, least := -1, victims{}
	for i := range m.nodes {
		if !m.feasible(i, p) {
			continue
		}
		if v := m.victimsOn(i, p); len(v.pods) > 0 && (best < 0 || v.compare(&least) < 0) {
			best, least = i, v
		}
	}
	if best < 0 {
		return
	}
	p.nominated = best
	m.nominations = append(m.nominations, p)
	why := fmt.Sprintf("priority %d of %s comes before it", p.priority, p.app.ID)
	for _, v := range least.pods {
		m.evict(v, why)
	}
}

// waitsForVictims reports whether pods that a pod preempted still terminate.
func (m *Manager) waitsForVictims(p *pod) bool {
	return slices.ContainsFunc(m.terminating, func(t termination) bool {
		return t.pod.node == p.nominated && t.pod.priority < p.priority
	})
}

// clearNomination ends a pod's nomination for a node.
func (m *Manager) clearNomination(p *pod) {
	if p.nominated >= 0 {
		p.nominated = -1
		m.nominations = without(m.nominations, p)
		m.reschedule, m.scanAgain = true, true
	}
}

// Victims are the pods of one node that are evicted for another one.
type victims struct {
	pods            []*pod // most important first
	highestPriority int
	prioritySum     int64         // each priority counts from the lowest possible one
	startedAt       time.Duration // of the most important one
}

// victimsOn returns the pods to evict from a node: all executors of lower priority,
// except those that can stay; the most important ones are tried first. It returns none
// if evicting all of them would not be enough.
func (m *Manager) victimsOn(i int, p *pod) victims {
	var lower []*pod
	room := m.room(i, p)
	for _, o := range m.nodes[i].pods {
		if o.priority < p.priority && m.isExecutor(o) {
			lower = append(lower, o)
			room = room.plus(o.request)
		}
	}
	if !p.request.fitsIn(room) {
		return victims{}
	}
	slices.SortFunc(lower, func(x, y *pod) int {
		return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(x.bound, y.bound), cmp.Compare(x.sequence, y.sequence))
	})
	var v victims
	for _, o := range lower {
		if less := room.minus(o.request); p.request.fitsIn(less) {
			room = less
			continue
		}
		if len(v.pods) == 0 {
			v.highestPriority, v.startedAt = o.priority, o.bound
		}
		v.pods = append(v.pods, o)
		v.prioritySum += int64(o.priority) + 1<<31
	}
	return v
}

// compare orders the victims of two nodes as pickOneNodeForPreemption does: those with
// the lowest highest priority come first, then the lowest sum of priorities, the fewest,
// and those that started last.
func (v *victims) compare(o *victims) int {
	return cmp.Or(cmp.Compare(v.highestPriority, o.highestPriority), cmp.Compare(v.prioritySum, o.prioritySum),
		cmp.Compare(len(v.pods), len(o.pods)), cmp.Compare(o.startedAt, v.startedAt))
}
