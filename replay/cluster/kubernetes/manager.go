package kubernetes

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
)

// A Manager is a Kubernetes cluster on which Spark applications run.
type Manager struct {
	options Options
	seed    uint64

	now        time.Duration
	nodes      []node
	kinds      []int // one node of each label and size
	pools      []pool
	apps       []*app       // that have not ended, in order of arrival
	appOf      map[int]*app // by index in the workload; only looked up
	executors  map[int]*pod // by name; only looked up
	namespaces map[string]*namespace
	queues     []*clusterQueue
	queueOf    map[string]*clusterQueue // by namespace; only looked up

	arrivals       int // applications so far
	sequence       int // pods and workloads created
	executorsNamed int
	positions      int                  // pods that have waited for a node
	groups         []*podGroup          // in order of creation, with those that have become empty
	groupOf        map[podKey]*podGroup // only looked up
	emptied        bool                 // a group has become empty
	line           *fit.Line[*podGroup] // those that are not empty, in the order of kube-scheduler
	classes        []*nodeClass         // of nodes that take pods, in no order
	classOf        map[nodeKey]*nodeClass
	timed          *btree.BTreeG[timedNode] // nodes to which something happens at a known time
	placed         btree.Map[int, int]      // executors that have a node, by priority
	driverless     btree.Map[int, *app]     // applications of which the driver may be created, by order of arrival
	acting         btree.Map[int, *app]     // those of which an allocator may act in the next step
	touched        btree.Map[int, *app]     // those of which the next round must be computed again
	rounds         *btree.BTreeG[*app]      // those with a next round, in the order of these
	nominations    []*pod                   // pods that preempted others, and are not bound yet
	terminating    []termination
	lastScaleUp    time.Duration // -1: none
	nextScanAt     time.Duration
	actions        []manager.Action

	// Changes since a component last ran, because of which its next run may have an
	// effect.
	reschedule       bool // a pod that had no room may have some now
	quotaFreed       bool // of a namespace or a cluster queue
	admissionChanged bool // a workload came, or quota was freed
	scanAgain        bool // the next scan of the autoscaler may come to something

	plain bool // play all rounds and scans, and look at all nodes and pods, for the test that this changes nothing
	looks int  // at nodes, to place pods, for tests
}

var _ manager.Manager = (*Manager)(nil)

// New makes a cluster of nodes. Of those of a node pool as many are there at the start
// as the pool says, see [Manager.Absent]. The seed decides when spot nodes are reclaimed.
func New(o Options, nodes []manager.Node, seed uint64) (*Manager, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	m := &Manager{
		options: o, seed: seed, appOf: map[int]*app{}, executors: map[int]*pod{},
		groupOf: map[podKey]*podGroup{}, line: fit.NewLine(inSchedulingOrder), classOf: map[nodeKey]*nodeClass{},
		timed:      btree.NewBTreeGOptions(sooner, btree.Options{NoLocks: true}),
		rounds:     btree.NewBTreeGOptions(soonerRound, btree.Options{NoLocks: true}),
		namespaces: map[string]*namespace{}, queueOf: map[string]*clusterQueue{}, lastScaleUp: -1, nextScanAt: manager.Never,
	}
	for _, n := range o.Namespaces {
		m.namespaces[n.Name] = newNamespace(n.ResourceQuota)
	}
	m.initQueues()
	if err := m.initNodes(nodes); err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	return m, nil
}

// Join has nothing to do: a step takes a time that is limited by what has changed.
func (m *Manager) Join(manager.Replay) {}

// Absent lists the nodes that are not there at the start.
func (m *Manager) Absent() []int {
	var absent []int
	for i := range m.nodes {
		if m.nodes[i].state != up {
			absent = append(absent, i)
		}
	}
	return absent
}

// RunsDriver reports whether drivers are pods of the cluster.
func (m *Manager) RunsDriver(manager.App) bool { return m.options.Drivers != driversOutside }

// Observe handles an event. When the exit of an executor is observed that the manager
// itself took away, its pod is gone already.
func (m *Manager) Observe(e manager.Event) {
	m.now = e.At
	a := m.appOf[e.App]
	switch e.Kind {
	case manager.AppSubmitted:
		m.submit(*e.Submitted)
	case manager.AppRegistered:
		if a != nil {
			a.registered = true
			a.allocator.begin(e.At)
			m.touch(a)
		}
	case manager.TotalAsked:
		if a != nil {
			if a.allocator.setTarget(e.Profile, e.Total) {
				m.touch(a)
			}
		}
	case manager.ExecutorExited:
		if p := m.executors[e.Container]; p != nil {
			m.remove(p, false)
		}
	case manager.AppFinished:
		if a != nil {
			m.finish(a)
		}
	case manager.NodeLost:
		n := &m.nodes[e.Node]
		if n.state == up {
			m.clearNode(e.Node)
		}
		m.setState(e.Node, lost)
		m.scanAgain = true
	case manager.NodeRestored:
		if m.nodes[e.Node].state == lost {
			m.joinNode(e.Node)
		}
	}
}

// submit adds an application. If it is admitted as a whole, it waits for that; else the
// next step creates its driver.
func (m *Manager) submit(spec manager.App) {
	a := m.newApp(spec)
	m.arrivals++
	a.order = m.arrivals
	m.apps = append(m.apps, a)
	m.appOf[spec.Index] = a
	if a.queue != nil && a.queue.Admission == admitApplication {
		a.suspended = true
		a.workload = m.newWorkload(a.queue, a, nil)
		return
	}
	m.driverless.Set(a.order, a)
}

// finish ends an application with all its pods.
func (m *Manager) finish(a *app) {
	for _, p := range slices.Concat(a.pods, a.placeholders) {
		if p != nil {
			m.remove(p, false)
		}
	}
	if a.driver != nil {
		m.remove(a.driver, false)
	}
	if a.workload != nil {
		m.withdraw(a.workload)
	}
	delete(m.appOf, a.Index)
	m.apps = without(m.apps, a)
	m.driverless.Delete(a.order)
	m.acting.Delete(a.order)
	m.touched.Delete(a.order)
	m.setNextRound(a, manager.Never)
	delete(a.namespace.refused, a)
}

// Serve simulates everything that is due, in this order: nodes, Spark's allocators,
// then admission and kube-scheduler until neither frees quota any more, then the
// autoscaler.
func (m *Manager) Serve(now time.Duration) []manager.Action {
	m.now = now
	m.actions = m.actions[:0]
	m.updateNodes()
	m.endTerminations()
	m.dropPlaceholders()
	m.createDrivers()
	m.allocateAll()
	for again := true; again; again = m.quotaFreed || m.admissionChanged {
		m.quotaFreed = false
		m.admit()
		m.createDrivers()
		m.schedule()
		m.startGangs()
	}
	m.autoscale()
	m.acting.Clear()
	return m.actions
}

// Next is the next time at which something is due without an event.
func (m *Manager) Next() time.Duration {
	m.nextScanAt = m.nextScan()
	next := min(m.nextNode(), m.nextScanAt)
	if len(m.terminating) > 0 {
		next = min(next, m.terminating[0].at)
	}
	return min(next, m.nextRoundOfAll(), m.nextExpiry())
}

// createDrivers creates the pods of drivers that are not suspended. A driver that the
// quota of its namespace refuses is tried again in the next step. With gang scheduling
// placeholders are created with it.
func (m *Manager) createDrivers() {
	if m.options.Drivers == driversOutside {
		return
	}
	for _, a := range m.driverless.Values() {
		if a.registered || a.started {
			m.driverless.Delete(a.order)
			continue
		}
		if !a.namespace.admits(a.driverRequest) {
			continue
		}
		m.driverless.Delete(a.order)
		p := a.newDriver()
		m.create(p)
		a.driver = p
		if a.queue != nil && a.workload == nil {
			p.workload = m.newWorkload(a.queue, a, p)
		} else {
			m.enqueue(p)
		}
		if m.options.GangScheduling != nil && a.minExecutors > 0 {
			a.heldForGang = true
			for range a.minExecutors {
				s := a.newExecutor(0, true)
				m.create(s)
				m.enqueue(s)
				a.placeholders = append(a.placeholders, s)
			}
		}
	}
}
