package replay

import (
	"cmp"
	"slices"
	"time"
)

// A master is Spark's standalone Master: applications in order of
// registration, each taking all that it may before the next one gets anything.
// There is no fairness and no preemption.
type master struct {
	nodes []node
	apps  []*application // registered and not ended, in order of registration
	dirty bool           // something changed since the last pass
	boots []boots        // by node, the executors that start on it
	order []int32        // scratch
}

// A node is a worker's free resources.
type node struct {
	cores    int32
	memoryMB int64
	assigned int32           // cores assigned to the application at hand in this pass
	count    int32           // executors assigned to it
	rising   int             // executors on it that are granted and not yet usable
	risen    []time.Duration // when those became usable that were not long ago
	firsts   int             // first tasks that start on it in this instant
}

// settling is how long an executor goes on starting after its first task
// started: that task loads classes.
const settling = 300 * time.Millisecond

// starting is how many executors are starting on a node.
func (n *node) starting(now time.Duration) int {
	for len(n.risen) > 0 && n.risen[0] <= now-settling {
		n.risen = n.risen[1:]
	}
	return n.rising + len(n.risen)
}

func (m *master) init(c *Cluster) {
	m.nodes = slices.Repeat([]node{{cores: int32(c.Cores), memoryMB: c.MemoryMB}}, c.Nodes)
	m.boots = make([]boots, c.Nodes)
}

func (m *master) register(a *application) {
	m.apps = append(m.apps, a)
	m.dirty = true
}

func (m *master) unregister(a *application) {
	if i := slices.Index(m.apps, a); i >= 0 {
		m.apps = slices.Delete(m.apps, i, i+1)
	}
	m.dirty = true
}

func (m *master) release(n, cores int32, memoryMB int64) {
	m.nodes[n].cores += cores
	m.nodes[n].memoryMB += memoryMB
	m.dirty = true
}

// schedule is one pass of Master.startExecutorsOnWorkers: it walks the
// applications in order of registration, and the resource profiles of each in
// order of id.
func (m *master) schedule(grant func(a *application, profile, node, cores int32)) {
	for _, a := range m.apps {
		for i := range a.profiles {
			p := &a.profiles[i]
			if p.asked > p.granted {
				m.assign(a, p)
				for _, n := range m.order {
					m.give(a, int32(i), n, grant)
				}
			}
		}
	}
}

// assign decides how many cores of which nodes an application gets for one
// profile (Master.scheduleExecutorsOnWorkers with spread-out placement): the
// usable nodes, those with most free cores first, get one executor in turn
// until the application has what it asked for or no node has room. Where
// executor cores are unset, one core in turn goes to a single executor on each
// node. It leaves the nodes to be served in m.order.
func (m *master) assign(a *application, p *profile) {
	each := p.cores
	if each == 0 {
		each = p.taskCPUs
	}
	m.order = m.order[:0]
	free := int32(0)
	for i := range m.nodes {
		n := &m.nodes[i]
		n.assigned, n.count = 0, 0
		if n.cores >= each && n.memoryMB >= p.reserved {
			m.order = append(m.order, int32(i))
			free += n.cores
		}
	}
	slices.SortFunc(m.order, func(x, y int32) int {
		return cmp.Or(cmp.Compare(m.nodes[y].cores, m.nodes[x].cores), cmp.Compare(y, x))
	})
	if a.coresMax > 0 {
		free = min(free, int32(a.coresMax-a.coresHeld))
	}
	missing := p.asked - p.granted
	for moved := true; moved; {
		moved = false
		for _, i := range m.order {
			n := &m.nodes[i]
			isNew := p.cores > 0 || n.count == 0
			if free < each || n.cores-n.assigned < each || isNew && (missing == 0 || n.memoryMB < p.reserved*int64(n.count+1)) {
				continue
			}
			n.assigned += each
			free -= each
			if isNew {
				n.count++
				missing--
			}
			moved = true
		}
	}
}

// give grants what assign decided for one node.
func (m *master) give(a *application, profile, i int32, grant func(a *application, profile, node, cores int32)) {
	n := &m.nodes[i]
	p := &a.profiles[profile]
	for ; n.count > 0; n.count-- {
		cores := p.cores
		if cores == 0 {
			cores = n.assigned
		}
		n.cores -= cores
		n.memoryMB -= p.reserved
		grant(a, profile, i, cores)
	}
}
