package kubernetes

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

func (m *Manager) scanInterval() time.Duration {
	return or(m.options.Autoscaler.ScanInterval, defaultScan)
}

// scanAt is the first scan at or after a time.
func (m *Manager) scanAt(t time.Duration) time.Duration {
	every := m.scanInterval()
	return (t + every - 1) / every * every
}

// emptied is called when a pod has left a node. A scan between its coming and
// its going has seen the node in use; without one the node counts as empty
// since before.
func (n *node) emptied(m *Manager) {
	if len(n.pods) == 0 && m.options.Autoscaler != nil && m.scanAt(n.busy) < m.now {
		n.empty = m.now
	}
}

// fill is called when a pod comes to a node.
func (n *node) fill(m *Manager) {
	if len(n.pods) == 0 {
		n.busy = m.now
	}
}

// scan is one loop of the cluster autoscaler, if one is due or was missed: nodes are asked for
// if pods have no room, or else nodes that have been empty for long are given up.
func (m *Manager) scan() {
	if m.options.Autoscaler == nil || m.scanAt(m.now) != m.now && m.scanDue >= m.now {
		return
	}
	m.scanStale = m.scaleUp()
	if !m.scanStale {
		m.scaleDown()
	}
}

// size is how many nodes a pool has or has asked for.
func (m *Manager) size(p *pool) int {
	n := 0
	for _, i := range p.nodes {
		if s := m.nodes[i].state; s == up || s == coming {
			n++
		}
	}
	return n
}

// homeless are the lines of pods for which kube-scheduler found no room, and
// that count, those of the largest pods first.
func (m *Manager) homeless() []*line {
	var lines []*line
	cutoff := or(m.options.Autoscaler.ExpendableBelow, defaultCutoff)
	for _, l := range m.lines {
		if l.waiting() > 0 && l.like.priority >= cutoff {
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(x, y *line) int {
		return cmp.Or(cmp.Compare(y.like.request.CPU, x.like.request.CPU), cmp.Compare(y.like.request.Memory, x.like.request.Memory))
	})
	return lines
}

// A need is a number of pods that are alike and have no room.
type need struct {
	like *pod
	pods int
}

// scaleUp asks for as many nodes of one pool as the pods need that would still
// have no room on the nodes that are coming.
func (m *Manager) scaleUp() bool {
	var needs []need
	for _, l := range m.homeless() {
		n := need{l.like, 0}
		for _, p := range l.pods {
			if p.line == l && p.nominated < 0 {
				n.pods++
			}
		}
		needs = append(needs, n)
	}
	if len(needs) == 0 {
		return false
	}
	var bins []bin
	for i := range m.nodes {
		if m.nodes[i].state == coming {
			bins = append(bins, bin{node: i, free: m.nodes[i].size})
		}
	}
	for i := range needs {
		needs[i].pods -= m.pack(bins, needs[i])
	}
	var best expansion
	for i := range m.pools {
		if x := m.expansion(&m.pools[i], needs); len(x.nodes) > 0 && (len(best.nodes) == 0 || m.better(&x, &best)) {
			best = x
		}
	}
	for _, i := range best.nodes {
		n := &m.nodes[i]
		n.state, n.joins = coming, m.now+or(m.pools[n.pool].Provision, defaultProvision)
		m.lastAdd = m.now
	}
	return len(best.nodes) > 0
}

// A bin is a node that pods are packed into, to see whether they would fit.
type bin struct {
	node int
	free Size
}

// pack puts pods into bins, the first with room each, and returns how many had
// room.
func (m *Manager) pack(bins []bin, n need) int {
	packed := 0
	for j := range bins {
		b := &bins[j]
		for packed < n.pods && m.suits(b.node, n.like) && n.like.request.fitsIn(b.free) {
			b.free = b.free.minus(n.like.request)
			packed++
		}
	}
	return packed
}

// An expansion is what a pool would grow by, and what would be left over.
type expansion struct {
	nodes []int
	pods  int
	waste Size // unused of the new nodes
	total Size // of the new nodes
}

func (m *Manager) expansion(p *pool, needs []need) expansion {
	var x expansion
	var bins []bin
	spare := slices.DeleteFunc(slices.Clone(p.nodes), func(i int) bool { return m.nodes[i].state != absent })
	spare = spare[:max(0, min(len(spare), p.max-m.size(p)))]
	for _, n := range needs {
		packed := m.pack(bins, n)
		for packed < n.pods && len(bins) < len(spare) {
			b := []bin{{spare[len(bins)], m.nodes[spare[len(bins)]].size}}
			more := m.pack(b, need{n.like, n.pods - packed})
			if more == 0 {
				break
			}
			bins = append(bins, b...)
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

// better is the expander's choice; of equals the pool that is listed first.
func (m *Manager) better(x, y *expansion) bool {
	if m.options.Autoscaler.Expander == mostPods {
		return x.pods > y.pods
	}
	return cmp.Or(
		cmp.Compare(int64(x.waste.CPU)*int64(y.total.CPU), int64(y.waste.CPU)*int64(x.total.CPU)),
		cmp.Compare(int64(x.waste.Memory)*int64(y.total.Memory), int64(y.waste.Memory)*int64(x.total.Memory)),
	) < 0
}

// removable is the scan at which an empty node is given up if it stays empty;
// Never if it is not to be.
func (m *Manager) removable(n *node) time.Duration {
	if n.pool < 0 || n.state != up || len(n.pods) > 0 {
		return manager.Never
	}
	at := m.scanAt(n.empty) + or(m.options.Autoscaler.UnneededTime, defaultUnneeded)
	if m.lastAdd >= 0 {
		at = max(at, m.lastAdd+or(m.options.Autoscaler.DelayAfterAdd, defaultAfterAdd))
	}
	return m.scanAt(at)
}

// scaleDown gives up nodes that have been empty for long. A node with a driver
// or an executor stays: no controller would create its pods again elsewhere.
func (m *Manager) scaleDown() {
	left := or(m.options.Autoscaler.MaxParallelism, defaultParallelism)
	for i := range m.nodes {
		n := &m.nodes[i]
		if left == 0 || m.removable(n) > m.now || m.size(&m.pools[n.pool]) <= m.pools[n.pool].Min {
			continue
		}
		n.state, n.reclaim, n.cordoned = absent, manager.Never, false
		m.actions = append(m.actions, manager.Action{Kind: manager.NodeDown, Node: i})
		m.scanStale = true
		left--
	}
}

// nextScan is the next scan that may do something.
func (m *Manager) nextScan() time.Duration {
	if m.options.Autoscaler == nil {
		return manager.Never
	}
	next := manager.Never
	soon := m.scanAt(m.now + 1)
	if m.everyRound || m.scanStale && len(m.homeless()) > 0 {
		next = soon
	}
	for i := range m.nodes {
		n := &m.nodes[i]
		if at := m.removable(n); at < next && m.size(&m.pools[n.pool]) > m.pools[n.pool].Min {
			next = max(at, soon)
		}
	}
	return next
}
