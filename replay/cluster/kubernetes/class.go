package kubernetes

import "github.com/tidwall/btree"

// A nodeKey is what a pod's chances and score on a node depend on.
type nodeKey struct {
	label      string
	size, free Size
}

// A nodeClass is the nodes that are alike and take pods: a pod that fits on one of them
// fits on all, with the same score.
type nodeClass struct {
	nodeKey
	nodes btree.Set[int]
	at    int // in Manager.classes
}

func (n *node) key() nodeKey { return nodeKey{n.label, n.size, n.free} }

// joinClass puts a node in its class, if it takes pods.
func (m *Manager) joinClass(i int) {
	n := &m.nodes[i]
	if n.state != up || n.cordoned {
		return
	}
	c := m.classOf[n.key()]
	if c == nil {
		c = &nodeClass{nodeKey: n.key(), at: len(m.classes)}
		m.classes = append(m.classes, c)
		m.classOf[c.nodeKey] = c
	}
	c.nodes.Insert(i)
}

// leaveClass takes a node out of its class. It must be called before the node changes.
func (m *Manager) leaveClass(i int) {
	n := &m.nodes[i]
	if n.state != up || n.cordoned {
		return
	}
	c := m.classOf[n.key()]
	if c.nodes.Delete(i); c.nodes.Len() > 0 {
		return
	}
	last := m.classes[len(m.classes)-1]
	m.classes[c.at], last.at = last, c.at
	m.classes = m.classes[:len(m.classes)-1]
	delete(m.classOf, c.nodeKey)
}

// setState sets the state of a node. The rest of what is true of the new state must be set
// after it.
func (m *Manager) setState(i int, s state) {
	m.leaveClass(i)
	n := &m.nodes[i]
	if n.pool >= 0 {
		p := &m.pools[n.pool]
		if n.state == up || n.state == coming {
			p.size--
		}
		if s == up || s == coming {
			p.size++
		}
	}
	n.state = s
	m.updateTimed(i)
}

// bestClass is the class with the highest score of those on which a pod fits, of several
// the one with the first node; nil if there is none.
func (m *Manager) bestClass(p *pod) *nodeClass {
	var best *nodeClass
	highest, first := int64(-1), 0
	for _, c := range m.classes {
		m.looks++
		if !p.request.fitsIn(c.free) {
			continue
		}
		i, _ := c.nodes.Min()
		if !m.suitable(i, p) {
			continue
		}
		if score := m.score(&m.nodes[i], p.request); score > highest || score == highest && i < first {
			best, highest, first = c, score, i
		}
	}
	return best
}
