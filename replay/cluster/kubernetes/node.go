package kubernetes

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/replay/cluster/manager"
)

// A state is the state of a node.
type state uint8

const (
	absent state = iota
	coming       // requested, not there yet
	up
	lost
)

// A node is a machine that may come and go.
type node struct {
	label     string
	pool      int // index; -1: none
	poolIndex int // number among the pool's nodes
	size      Size
	state     state
	free      Size
	pods      []*pod // also those that terminate
	joinsAt   time.Duration
	happensAt time.Duration // when the next of what is known happens to it; Never
	joinCount int           // how often it has joined
	reclaimAt time.Duration // Never
	cordoned  bool          // its reclaim is announced

	emptySince time.Duration // scans of the autoscaler have found it empty since then
	busySince  time.Duration // pods run on it since then
}

// A pool is a node pool with its nodes.
type pool struct {
	*NodePool
	max   int
	nodes []int
	size  int // nodes that it has or has requested
}

// initNodes makes the nodes and pools, and lets those join that are there at the start.
func (m *Manager) initNodes(nodes []manager.Node) error {
	for i := range m.options.NodePools {
		m.pools = append(m.pools, pool{NodePool: &m.options.NodePools[i]})
	}
	allSpot, known := true, map[nodeKey]bool{}
	for i, n := range nodes {
		if n.Cores < 1 || n.MemoryMB < 1 {
			return fmt.Errorf("node %s has %d cores and %d MiB; expected at least 1 of each", n.Name, n.Cores, n.MemoryMB)
		}
		x := node{label: n.Label, pool: -1, size: Size{CPU(1000 * n.Cores), Memory(n.MemoryMB)}, reclaimAt: manager.Never, happensAt: manager.Never}
		if j := slices.IndexFunc(m.pools, func(p pool) bool { return p.Name == n.Label }); j >= 0 {
			x.pool, x.poolIndex = j, len(m.pools[j].nodes)
			m.pools[j].nodes = append(m.pools[j].nodes, i)
		}
		m.nodes = append(m.nodes, x)
		if !known[x.key()] { // nothing is free on any yet
			known[x.key()] = true
			m.kinds = append(m.kinds, i)
		}
		allSpot = allSpot && m.isSpot(i)
	}
	if allSpot && m.options.Drivers != driversOutside {
		return fmt.Errorf("all nodes are spot, and drivers are not placed on those; expected a node pool without spot, or drivers: outside")
	}
	autoscaled := m.options.Autoscaler != nil
	for i := range m.pools {
		p := &m.pools[i]
		if err := p.init(autoscaled); err != nil {
			return fmt.Errorf("nodePools: %s: %w", p.Name, err)
		}
		for _, j := range p.nodes[:min(len(p.nodes), p.initial(autoscaled))] {
			m.joinNode(j)
		}
	}
	for i := range m.nodes {
		if m.nodes[i].pool < 0 {
			m.joinNode(i)
		}
	}
	for i, p := range m.options.Applications {
		for _, name := range slices.Concat(p.NodePools, p.DriverNodePools) {
			if !slices.ContainsFunc(m.nodes, func(n node) bool { return n.label == name }) {
				return fmt.Errorf("applications: number %d: no node belongs to pool %s", i+1, name)
			}
		}
	}
	return nil
}

// init checks the pool against the nodes that it has.
func (p *pool) init(autoscaled bool) error {
	n := len(p.nodes)
	p.max = or(p.Max, n)
	initial := p.initial(autoscaled)
	for _, r := range or(p.Spot, Spot{}).Reclaims {
		if err := refuse(r.Node >= n, "spot: reclaims: node: %d; expected 0 to %d", r.Node, n-1); err != nil {
			return err
		}
	}
	return cmp.Or(
		refuse(n == 0, "the cluster has no node with this label"),
		refuse(p.max > n, "max: %d, but the cluster lists %d of its nodes; expected all that there may ever be", p.max, n),
		refuse(initial > p.max, "%d nodes at the start, but max: %d", initial, p.max))
}

// initial is how many nodes are there at the start.
func (p *pool) initial(autoscaled bool) int {
	if autoscaled {
		return or(p.Initial, p.Min)
	}
	return or(p.Initial, p.max)
}

// isSpot reports whether a node may be reclaimed by its provider.
func (m *Manager) isSpot(i int) bool {
	pool := m.nodes[i].pool
	return pool >= 0 && m.pools[pool].Spot != nil
}

// joinNode makes a node ready, without pods.
func (m *Manager) joinNode(i int) {
	m.setState(i, up)
	n := &m.nodes[i]
	n.free, n.cordoned = n.size, false
	n.joinCount++
	n.emptySince, n.reclaimAt = m.now, manager.Never
	if m.isSpot(i) {
		n.reclaimAt = m.reclaimTime(i)
	}
	m.joinClass(i)
	m.updateTimed(i)
	m.reschedule, m.scanAgain = true, true
}

// reclaimTime is when a spot node is reclaimed: at the first of the listed times, or
// when its lifetime ends. The lifetime is drawn by the node and by how often it joined,
// so it is the same whatever happens to other nodes.
func (m *Manager) reclaimTime(i int) time.Duration {
	n := &m.nodes[i]
	s, at := m.pools[n.pool].Spot, manager.Never
	for _, r := range s.Reclaims {
		if r.Node == n.poolIndex && r.At > m.now {
			at = min(at, r.At)
		}
	}
	if s.MeanLifetime > 0 {
		random := rand.New(rand.NewPCG(m.seed, uint64(i)<<32|uint64(n.joinCount)))
		lifetime := time.Duration(-exact.Log(1-float64(random.Float64())) * float64(s.MeanLifetime)) // exponential
		at = min(at, m.now+max(time.Millisecond, lifetime.Truncate(time.Millisecond)))
	}
	return at
}

// A timedNode is a node that joins, is reclaimed, or of which the reclaim is announced.
type timedNode struct {
	at   time.Duration
	node int
}

func sooner(a, b timedNode) bool {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.node, b.node)) < 0
}

// updateTimed notes when something happens to a node. It must be called when its state has
// changed.
func (m *Manager) updateTimed(i int) {
	n := &m.nodes[i]
	if n.happensAt != manager.Never {
		m.timed.Delete(timedNode{n.happensAt, i})
	}
	n.happensAt = manager.Never
	switch {
	case n.state == coming:
		n.happensAt = n.joinsAt
	case n.state == up && n.reclaimAt != manager.Never && n.cordoned:
		n.happensAt = n.reclaimAt
	case n.state == up && n.reclaimAt != manager.Never:
		n.happensAt = n.reclaimAt - m.notice(n)
	}
	if n.happensAt != manager.Never {
		m.timed.Set(timedNode{n.happensAt, i})
	}
}

// updateNodes lets nodes join that are due, and announces and plays the reclaims of
// spot nodes.
func (m *Manager) updateNodes() {
	var due []int
	m.timed.Scan(func(t timedNode) bool {
		if t.at <= m.now {
			due = append(due, t.node)
		}
		return t.at <= m.now
	})
	slices.Sort(due)
	for _, i := range due {
		n := &m.nodes[i]
		switch {
		case n.state == coming:
			m.joinNode(i)
			m.actions = append(m.actions, manager.Action{Kind: manager.NodeUp, Node: i})
		case n.reclaimAt <= m.now:
			m.reclaimNode(i)
		default:
			m.leaveClass(i)
			n.cordoned = true
			m.updateTimed(i)
			m.actions = append(m.actions, manager.Action{Kind: manager.Announce, Node: i})
		}
	}
}

// notice is how long before a reclaim it is announced.
func (m *Manager) notice(n *node) time.Duration { return m.pools[n.pool].Spot.Notice }

// reclaimNode removes a spot node; its provider starts another one.
func (m *Manager) reclaimNode(i int) {
	n := &m.nodes[i]
	for _, p := range n.pods {
		if m.isExecutor(p) {
			m.preempted(p, "spot node reclaimed")
		}
	}
	m.clearNode(i)
	m.actions = append(m.actions, manager.Action{Kind: manager.NodeDown, Node: i})
	n.joinsAt = m.now + or(m.pools[n.pool].Provision, defaultProvision)
	m.setState(i, coming)
	n.reclaimAt, n.cordoned = manager.Never, false
	m.scanAgain = true
}

// clearNode removes all pods of a node that is gone.
func (m *Manager) clearNode(i int) {
	for _, p := range slices.Clone(m.nodes[i].pods) {
		if j := slices.IndexFunc(m.terminating, func(t termination) bool { return t.pod == p }); j >= 0 {
			m.terminating = slices.Delete(m.terminating, j, j+1)
			m.free(p)
			continue
		}
		if p.driver {
			p.app.driver = nil
			m.driverless.Set(p.app.order, p.app)
		}
		m.remove(p, false)
	}
	for _, p := range slices.Clone(m.nominations) {
		if p.nominated == i {
			m.clearNomination(p)
		}
	}
}

// nextNode is when the next node joins, or is reclaimed, or when a reclaim is announced.
func (m *Manager) nextNode() time.Duration {
	next := manager.Never
	m.timed.Scan(func(t timedNode) bool {
		at := t.at
		if n := &m.nodes[t.node]; n.state == up && !n.cordoned {
			at = min(n.reclaimAt, max(at, m.now+1))
		}
		next = min(next, at)
		return t.at <= m.now // those after it come later
	})
	return next
}
