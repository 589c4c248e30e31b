package kubernetes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

type state uint8

const (
	absent state = iota
	coming       // asked for, not there yet
	up
	lost
)

// A node is a machine that may come and go.
type node struct {
	label    string
	pool     int // index; -1: none
	inPool   int // number among the pool's nodes
	size     Size
	state    state
	free     Size
	pods     []*pod // terminating ones included
	joins    time.Duration
	lives    int  // how often it has joined
	cordoned bool // its reclaim is announced
	reclaim  time.Duration

	empty time.Duration // since when scans of the autoscaler have found it empty
	busy  time.Duration // since when pods run on it
}

type pool struct {
	*NodePool
	max   int
	nodes []int
}

func (m *Manager) openNodes(nodes []manager.Node) error {
	m.pools = make([]pool, len(m.options.NodePools))
	for i := range m.pools {
		m.pools[i].NodePool = &m.options.NodePools[i]
	}
	steady := false // a node that is not spot
	for i, n := range nodes {
		x := node{label: n.Label, pool: -1, size: Size{CPU(1000 * n.Cores), Memory(n.MemoryMB)}, reclaim: manager.Never}
		if n.Cores < 1 || n.MemoryMB < 1 {
			return fmt.Errorf("node %s has %d cores and %d MiB; expected at least 1 of each", n.Name, n.Cores, n.MemoryMB)
		}
		if j := slices.IndexFunc(m.pools, func(p pool) bool { return p.Name == n.Label }); j >= 0 {
			x.pool, x.inPool = j, len(m.pools[j].nodes)
			m.pools[j].nodes = append(m.pools[j].nodes, i)
		}
		m.nodes = append(m.nodes, x)
		steady = steady || !m.nodes[i].spot(m)
	}
	if !steady && m.options.Drivers != driversOutside {
		return fmt.Errorf("all nodes are spot, and drivers are not placed on those; expected a node pool without spot, or drivers: outside")
	}
	for i := range m.pools {
		if err := m.pools[i].open(m.options.Autoscaler != nil); err != nil {
			return fmt.Errorf("nodePools: %s: %w", m.pools[i].Name, err)
		}
		for k, j := range m.pools[i].nodes {
			if k < m.pools[i].initial(m.options.Autoscaler != nil) {
				m.arrive(j)
			}
		}
	}
	for i := range m.nodes {
		if m.nodes[i].pool < 0 {
			m.arrive(i)
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

func (p *pool) open(scales bool) error {
	if len(p.nodes) == 0 {
		return fmt.Errorf("the cluster has no node with this label")
	}
	p.max = or(p.Max, len(p.nodes))
	if p.max > len(p.nodes) {
		return fmt.Errorf("max: %d, but the cluster lists %d of its nodes; expected all that there may ever be", p.max, len(p.nodes))
	}
	if n := p.initial(scales); n > p.max {
		return fmt.Errorf("%d nodes at the start, but max: %d", n, p.max)
	}
	if p.Spot != nil {
		for _, r := range p.Spot.Reclaims {
			if r.Node >= len(p.nodes) {
				return fmt.Errorf("spot: reclaims: node: %d; expected 0 to %d", r.Node, len(p.nodes)-1)
			}
		}
	}
	return nil
}

func (p *pool) initial(scales bool) int {
	if scales {
		return or(p.Initial, p.Min)
	}
	return or(p.Initial, p.max)
}

func (n *node) spot(m *Manager) bool { return n.pool >= 0 && m.pools[n.pool].Spot != nil }

// arrive makes a node ready.
func (m *Manager) arrive(i int) {
	n := &m.nodes[i]
	n.state, n.free, n.cordoned = up, n.size, false
	n.lives++
	n.empty, n.reclaim = m.now, manager.Never
	if n.spot(m) {
		n.reclaim = m.lifetime(n, i)
	}
	m.retry = true
	m.scanStale = true
}

// lifetime is when a spot node is reclaimed: at the first of the given times,
// or when its lifetime ends, which is drawn by node and by how often it joined.
func (m *Manager) lifetime(n *node, i int) time.Duration {
	s := m.pools[n.pool].Spot
	at := manager.Never
	for _, r := range s.Reclaims {
		if r.Node == n.inPool && r.At > m.now {
			at = min(at, r.At)
		}
	}
	if s.MeanLifetime > 0 {
		g := rand.New(rand.NewPCG(m.seed, uint64(i)<<32|uint64(n.lives)))
		d := time.Duration(-math.Log(1-g.Float64()) * float64(s.MeanLifetime))
		at = min(at, m.now+max(time.Millisecond, d.Truncate(time.Millisecond)))
	}
	return at
}

// nodesComeAndGo plays what is due of nodes that come, and of spot nodes that go.
func (m *Manager) nodesComeAndGo() {
	for i := range m.nodes {
		n := &m.nodes[i]
		switch {
		case n.state == coming && n.joins <= m.now:
			m.arrive(i)
			m.actions = append(m.actions, manager.Action{Kind: manager.NodeUp, Node: i})
		case n.state == up && n.reclaim <= m.now:
			m.reclaimNode(i)
		case n.state == up && !n.cordoned && n.reclaim != manager.Never && n.reclaim-m.notice(n) <= m.now:
			n.cordoned = true
			m.actions = append(m.actions, manager.Action{Kind: manager.Announce, Node: i})
		}
	}
}

func (m *Manager) notice(n *node) time.Duration { return m.pools[n.pool].Spot.Notice }

// reclaimNode takes a spot node away; its provider replaces it.
func (m *Manager) reclaimNode(i int) {
	n := &m.nodes[i]
	for _, p := range slices.Clone(n.pods) {
		if !p.placeholder && m.containers[p.container] == p {
			m.actions = append(m.actions, manager.Action{
				Kind: manager.Preempt, App: p.app.Index, Profile: p.profile, Node: i, Container: p.container, Why: "spot node reclaimed",
			})
		}
	}
	m.clear(i)
	m.actions = append(m.actions, manager.Action{Kind: manager.NodeDown, Node: i})
	n.state, n.reclaim, n.cordoned = coming, manager.Never, false
	n.joins = m.now + or(m.pools[n.pool].Provision, defaultProvision)
	m.scanStale = true
}

// nextNode is when the next node comes or goes.
func (m *Manager) nextNode() time.Duration {
	next := manager.Never
	for i := range m.nodes {
		switch n := &m.nodes[i]; {
		case n.state == coming:
			next = min(next, n.joins)
		case n.state == up && n.reclaim != manager.Never:
			next = min(next, n.reclaim)
			if t := n.reclaim - m.notice(n); !n.cordoned {
				next = min(next, max(t, m.now+1))
			}
		}
	}
	return next
}
