package kubernetes

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// scanAt is the first scan of the autoscaler at or after a time.
func (m *Manager) scanAt(t time.Duration) time.Duration {
	interval := or(m.options.Autoscaler.ScanInterval, defaultScan)
	return (t + interval - 1) / interval * interval
}

// noteRemoved notes that a pod has left a node. If a scan has found the node in use
// since then, its time as an empty node starts again; otherwise the autoscaler never
// saw it in use.
func (m *Manager) noteRemoved(n *node) {
	if len(n.pods) == 0 && m.options.Autoscaler != nil && m.scanAt(n.busySince) < m.now {
		n.emptySince = m.now
	}
}

// noteAdded notes that a pod comes to a node.
func (m *Manager) noteAdded(n *node) {
	if len(n.pods) == 0 {
		n.busySince = m.now
	}
}

// autoscale simulates a scan of the cluster autoscaler, if one is due or was missed: it
// requests nodes if pods have no room, or else removes nodes that have been empty for
// long.
func (m *Manager) autoscale() {
	if m.options.Autoscaler == nil || m.scanAt(m.now) != m.now && m.nextScanAt >= m.now {
		return
	}
	m.scanAgain = m.scaleUp()
	if !m.scanAgain {
		m.scaleDown()
	}
}

// unschedulable lists the groups of pods for which kube-scheduler found no room and whose
// priority counts, those of the largest pods first.
func (m *Manager) unschedulable() []*podGroup {
	cutoff := or(m.options.Autoscaler.ExpendableBelow, defaultCutoff)
	groups := slices.DeleteFunc(slices.Clone(m.groups), func(g *podGroup) bool { return g.waiting() == 0 || g.example.priority < cutoff })
	slices.SortStableFunc(groups, func(x, y *podGroup) int {
		return cmp.Or(cmp.Compare(y.example.request.CPU, x.example.request.CPU), cmp.Compare(y.example.request.Memory, x.example.request.Memory))
	})
	return groups
}

// A demand is a number of pods that are alike and have no room.
type demand struct {
	example *pod
	pods    int
}

// scaleUp requests as many nodes of one pool as pods need that would still have no room
// on the nodes that are coming. It says whether it requested any.
func (m *Manager) scaleUp() bool {
	var demands []demand
	for _, g := range m.unschedulable() {
		d := demand{g.example, 0}
		for _, member := range g.members {
			if member.group != nil && member.item.nominated < 0 {
				d.pods++
			}
		}
		demands = append(demands, d)
	}
	if len(demands) == 0 {
		return false
	}
	var bins []bin
	for i := range m.nodes {
		if m.nodes[i].state == coming {
			bins = append(bins, bin{node: i, free: m.nodes[i].size})
		}
	}
	for i := range demands {
		demands[i].pods -= m.pack(bins, demands[i])
	}
	var best expansion
	for i := range m.pools {
		if x := m.expansionOf(&m.pools[i], demands); len(x.nodes) > 0 && (len(best.nodes) == 0 || m.better(&x, &best)) {
			best = x
		}
	}
	for _, i := range best.nodes {
		n := &m.nodes[i]
		n.joinsAt = m.now + or(m.pools[n.pool].Provision, defaultProvision)
		m.setState(i, coming)
		m.lastScaleUp = m.now
	}
	return len(best.nodes) > 0
}

// A bin is a node into which pods are packed to see whether they would fit.
type bin struct {
	node int
	free Size
}

// pack puts pods into bins, each into the first one with room, and returns how many had
// room.
func (m *Manager) pack(bins []bin, d demand) int {
	packed := 0
	for i := range bins {
		b := &bins[i]
		for packed < d.pods && m.suitable(b.node, d.example) && d.example.request.fitsIn(b.free) {
			b.free = b.free.minus(d.example.request)
			packed++
		}
	}
	return packed
}

// An expansion is a possible growth of a pool.
type expansion struct {
	nodes []int
	pods  int  // that would get room
	waste Size // of the new nodes, that would stay free
	total Size // of the new nodes
}

// expansionOf packs pods into new nodes of a pool, as long as each new node takes some.
func (m *Manager) expansionOf(p *pool, demands []demand) expansion {
	var x expansion
	var bins []bin
	spare := slices.DeleteFunc(slices.Clone(p.nodes), func(i int) bool { return m.nodes[i].state != absent })
	spare = spare[:max(0, min(len(spare), p.max-p.size))]
	for _, d := range demands {
		packed := m.pack(bins, d)
		for packed < d.pods && len(bins) < len(spare) {
			node := spare[len(bins)]
			fresh := []bin{{node, m.nodes[node].size}}
			more := m.pack(fresh, demand{d.example, d.pods - packed})
			if more == 0 {
				break
			}
			bins = append(bins, fresh...)
			packed += more
		}
		x.pods += packed
	}
	for _, b := range bins {
		x.nodes = append(x.nodes, b.node)
		x.waste = x.waste.plus(b.free)
		x.total = x.total.plus(m.nodes[b.node].size)
	}
	return x
}

// better is the choice of the expander: the pool with room for most pods, or the one of
// which the smallest part stays free. Among equals the pool that is listed first wins.
func (m *Manager) better(x, y *expansion) bool {
	if m.options.Autoscaler.Expander == mostPods {
		return x.pods > y.pods
	}
	return cmp.Or(
		cmp.Compare(int64(x.waste.CPU)*int64(y.total.CPU), int64(y.waste.CPU)*int64(x.total.CPU)),
		cmp.Compare(int64(x.waste.Memory)*int64(y.total.Memory), int64(y.waste.Memory)*int64(x.total.Memory)),
	) < 0
}

// removableAt is the scan at which a node is removed if it stays empty; Never if it
// cannot be removed. A node with a driver or an executor stays, because no controller
// would create its pods again elsewhere.
func (m *Manager) removableAt(n *node) time.Duration {
	if n.pool < 0 || n.state != up || len(n.pods) > 0 || m.pools[n.pool].size <= m.pools[n.pool].Min {
		return manager.Never
	}
	at := m.scanAt(n.emptySince) + or(m.options.Autoscaler.UnneededTime, defaultUnneeded)
	if m.lastScaleUp >= 0 {
		at = max(at, m.lastScaleUp+or(m.options.Autoscaler.DelayAfterAdd, defaultAfterAdd))
	}
	return m.scanAt(at)
}

// scaleDown removes nodes that have been empty for long.
func (m *Manager) scaleDown() {
	left := or(m.options.Autoscaler.MaxParallelism, defaultParallelism)
	for i := range m.nodes {
		n := &m.nodes[i]
		if left == 0 || m.removableAt(n) > m.now {
			continue
		}
		m.setState(i, absent)
		n.reclaimAt, n.cordoned = manager.Never, false
		m.actions = append(m.actions, manager.Action{Kind: manager.NodeDown, Node: i})
		m.scanAgain = true
		left--
	}
}

// nextScan is the next scan that may do something.
func (m *Manager) nextScan() time.Duration {
	if m.options.Autoscaler == nil {
		return manager.Never
	}
	next, soon := manager.Never, m.scanAt(m.now+1)
	if m.plain || m.scanAgain && len(m.unschedulable()) > 0 {
		next = soon
	}
	for i := range m.nodes {
		if at := m.removableAt(&m.nodes[i]); at < next {
			next = max(at, soon)
		}
	}
	return next
}
