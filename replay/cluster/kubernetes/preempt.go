package kubernetes

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// preempt is kube-scheduler's DefaultPreemption: of the nodes on which a pod
// would fit without the executors of lower priority, the one whose victims are
// the least; they are evicted, and the node is the pod's from then on, against
// pods that do not have a higher priority. Drivers are never victims.
func (m *Manager) preempt(p *pod) {
	if p.nominated >= 0 && m.freeing(p) {
		return
	}
	m.denominate(p)
	best, least := -1, victims{}
	for i := range m.nodes {
		if !m.takes(i, p) {
			continue
		}
		if v, ok := m.victimsOn(i, p); ok && (best < 0 || v.compare(&least) < 0) {
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

// freeing tells whether pods that a pod preempted are still terminating.
func (m *Manager) freeing(p *pod) bool {
	return slices.ContainsFunc(m.terminating, func(t termination) bool {
		return t.pod.node == p.nominated && t.pod.priority < p.priority
	})
}

// victims are those of one node.
type victims struct {
	pods    []*pod // most important first
	highest int    // priority
	sum     int64  // of priorities, each counted from the lowest possible one
	since   time.Duration
}

// victimsOn finds whom to evict from a node: all executors of lower priority,
// but for those that can stay, which is tried for the most important ones first.
func (m *Manager) victimsOn(i int, p *pod) (victims, bool) {
	var lower []*pod
	room := m.room(i, p)
	for _, o := range m.nodes[i].pods {
		if o.priority < p.priority && !o.driver && !o.placeholder && m.containers[o.container] == o {
			lower = append(lower, o)
			room = room.plus(o.request)
		}
	}
	if len(lower) == 0 || !p.request.fitsIn(room) {
		return victims{}, false
	}
	slices.SortFunc(lower, func(x, y *pod) int {
		return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(x.bound, y.bound), cmp.Compare(x.seq, y.seq))
	})
	var v victims
	for _, o := range lower {
		if less := room.minus(o.request); p.request.fitsIn(less) {
			room = less
			continue
		}
		if len(v.pods) == 0 {
			v.highest, v.since = o.priority, o.bound
		}
		v.pods = append(v.pods, o)
		v.sum += int64(o.priority) + 1<<31
	}
	return v, len(v.pods) > 0
}

// compare orders the victims of two nodes as pickOneNodeForPreemption does: the
// lowest highest priority, the lowest sum of priorities, the fewest, those that
// started last.
func (v *victims) compare(o *victims) int {
	return cmp.Or(cmp.Compare(v.highest, o.highest), cmp.Compare(v.sum, o.sum), cmp.Compare(len(v.pods), len(o.pods)), cmp.Compare(o.since, v.since))
}
