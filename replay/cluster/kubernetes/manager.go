package kubernetes

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// A Manager is a Kubernetes cluster on which Spark applications run.
type Manager struct {
	options Options
	seed    uint64

	now        time.Duration
	nodes      []node
	pools      []pool
	apps       []*app       // that have come and not ended, in order of arrival
	byIndex    map[int]*app // only looked up
	containers map[int]*pod // executors by name; only looked up
	namespaces map[string]*namespace
	queues     []*clusterQueue
	queueOf    map[string]*clusterQueue // by namespace; only looked up

	seq         int  // pods created
	named       int  // executors named
	turns       int  // pods that have joined a line
	retry       bool // a pod that had no room may have some now
	lines       []*line
	nominations []*pod
	terminating []termination
	freed       bool // quota of a namespace or a queue was
	admitStale  bool
	scanStale   bool
	scanDue     time.Duration
	lastAdd     time.Duration // the autoscaler's last request; -1: none
	actions     []manager.Action

	everyRound bool // play all rounds and scans, for the test that eliding is sound
}

var _ manager.Manager = (*Manager)(nil)

// New prepares a cluster of the given nodes, of which those of a node pool are
// there as the pool says ([Manager.Absent]). The seed decides which spot nodes
// are reclaimed when.
func New(o Options, nodes []manager.Node, seed uint64) (*Manager, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	m := &Manager{
		options: o, seed: seed, byIndex: map[int]*app{}, containers: map[int]*pod{},
		namespaces: map[string]*namespace{}, queueOf: map[string]*clusterQueue{}, lastAdd: -1, scanDue: manager.Never,
	}
	for i := range o.Namespaces {
		m.namespaces[o.Namespaces[i].Name] = &namespace{quota: o.Namespaces[i].ResourceQuota}
	}
	m.openQueues()
	if err := m.openNodes(nodes); err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	return m, nil
}

// Absent are the nodes that are not there at the start; a NodeUp announces each
// of them when it comes.
func (m *Manager) Absent() []int {
	var absent []int
	for i := range m.nodes {
		if m.nodes[i].state != up {
			absent = append(absent, i)
		}
	}
	return absent
}

// RunsDriver tells whether drivers are pods of the cluster.
func (m *Manager) RunsDriver(manager.App) bool { return m.options.Drivers != driversOutside }

// Observe takes in an event. An executor that the manager took itself is gone
// already when its exit is observed.
func (m *Manager) Observe(e manager.Event) {
	m.now = e.At
	a := m.byIndex[e.App]
	switch e.Kind {
	case manager.AppSubmitted:
		m.submit(*e.Submitted)
	case manager.AppRegistered: // the driver's allocator starts
		if a != nil {
			a.registered, a.start, a.extra, a.stale = true, e.At, -1, true
		}
	case manager.TotalAsked:
		if a != nil && a.totals[e.Profile] != e.Total {
			a.totals[e.Profile] = e.Total
			a.asked, a.refused, a.stale = true, false, true
		}
	case manager.ExecutorExited:
		if p := m.containers[e.Container]; p != nil {
			m.discard(p, false)
		}
	case manager.AppFinished:
		if a != nil {
			m.finish(a)
		}
	case manager.NodeLost:
		n := &m.nodes[e.Node]
		if n.state == up {
			m.clear(e.Node)
		}
		n.state = lost
		m.scanStale = true
	case manager.NodeRestored:
		if m.nodes[e.Node].state == lost {
			m.arrive(e.Node)
		}
	}
}

// submit takes in an application: its driver's pod is created and waits for
// admission and room, unless drivers are outside.
func (m *Manager) submit(spec manager.App) {
	a := m.open(spec)
	a.submitted, a.due, a.expires = m.now, manager.Never, manager.Never
	m.apps = append(m.apps, a)
	m.byIndex[spec.Index] = a
	if a.queue != nil && a.queue.Admission == admitApplication {
		a.suspended = true
		a.whole = m.queueUp(a.queue, a, nil)
	}
}

// open looks up what concerns an application.
func (m *Manager) open(a manager.App) *app {
	p := m.placement(&a)
	n := m.namespaces[p.Namespace]
	if n == nil {
		n = &namespace{}
		m.namespaces[p.Namespace] = n
	}
	x := &app{App: a, namespace: n, queue: m.queueOf[p.Namespace], placement: p, alloc: allocationOf(&a), totals: make([]int, len(a.Profiles)), counts: make([]int, len(a.Profiles)), unplaced: make([]int, len(a.Profiles))}
	for i := range a.Profiles {
		x.sizes = append(x.sizes, executorSize(&a, &a.Profiles[i]))
	}
	x.priority[0] = m.priority(p.PriorityClassName)
	x.priority[1] = x.priority[0]
	if p.DriverPriorityClassName != "" {
		x.priority[1] = m.priority(p.DriverPriorityClassName)
	}
	x.least = leastExecutors(&a)
	return x
}

// placement is where an application goes.
func (m *Manager) placement(a *manager.App) Placement {
	var p Placement
	for i := range m.options.Applications {
		if spec.Match(m.options.Applications[i].Class, a.Class) {
			p = m.options.Applications[i]
			break
		}
	}
	for _, name := range []string{a.Queue, a.Properties["spark.kubernetes.namespace"], "default"} {
		if p.Namespace == "" {
			p.Namespace = name
		}
	}
	return p
}

// priority is that of a class, or of pods without one.
func (m *Manager) priority(class string) priority {
	for i := range m.options.PriorityClasses {
		if c := &m.options.PriorityClasses[i]; class == c.Name || class == "" && c.GlobalDefault {
			return priority{c.Value, c.PreemptionPolicy != never}
		}
	}
	return priority{0, true}
}

// finish ends an application: all its pods go.
func (m *Manager) finish(a *app) {
	for _, list := range [][]*pod{a.pods, a.shadows} {
		for _, p := range slices.Clone(list) {
			m.discard(p, false)
		}
	}
	if a.driver != nil {
		m.discard(a.driver, false)
	}
	if a.whole != nil {
		m.withdraw(a.whole)
	}
	delete(m.byIndex, a.Index)
	m.apps = slices.Delete(m.apps, slices.Index(m.apps, a), slices.Index(m.apps, a)+1)
}

// clear takes all pods off a node without telling anyone.
func (m *Manager) clear(i int) {
	n := &m.nodes[i]
	for _, p := range slices.Clone(n.pods) {
		if j := slices.IndexFunc(m.terminating, func(t termination) bool { return t.pod == p }); j >= 0 {
			m.terminating = slices.Delete(m.terminating, j, j+1)
			m.vacate(p)
			continue
		}
		if p.driver {
			p.app.driver = nil
		}
		m.discard(p, false)
	}
	for _, p := range slices.Clone(m.nominations) {
		if p.nominated == i {
			m.denominate(p)
		}
	}
}

// Serve plays what is due: nodes, Spark's allocators, admission, kube-scheduler,
// the autoscaler, in this order.
func (m *Manager) Serve(now time.Duration) []manager.Action {
	m.now = now
	m.actions = m.actions[:0]
	m.nodesComeAndGo()
	m.endTerminations()
	m.dropPlaceholders()
	m.createDrivers()
	for _, a := range m.apps {
		m.allocate(a)
	}
	for again := true; again; again = m.freed || m.admitStale {
		m.freed = false
		m.admit()
		m.createDrivers()
		m.schedule()
		m.startGangs()
	}
	m.scan()
	return m.actions
}

// Next is when something is due although nothing happens.
func (m *Manager) Next() time.Duration {
	m.scanDue = m.nextScan()
	next := min(m.nextNode(), m.scanDue)
	if len(m.terminating) > 0 {
		next = min(next, m.terminating[0].at)
	}
	for _, a := range m.apps {
		if a.stale || m.everyRound || a.due <= m.now {
			a.due, a.stale = m.nextRound(a), false
		}
		next = min(next, a.due, a.expires)
	}
	return next
}

// createDrivers creates the pods of drivers that nothing holds back. One that
// the namespace's quota refuses is tried again when something has changed.
func (m *Manager) createDrivers() {
	if m.options.Drivers == driversOutside {
		return
	}
	for _, a := range m.apps {
		if a.driver != nil || a.registered || a.suspended || a.started {
			continue
		}
		p := &pod{
			app: a, driver: true, request: driverSize(&a.App),
			priority: a.priority[1].value, preempts: a.priority[1].preempts, pools: a.placement.DriverNodePools,
		}
		if !m.create(p) {
			continue
		}
		a.driver = p
		if a.queue != nil && a.whole == nil {
			p.gate = m.queueUp(a.queue, a, p)
		} else {
			m.join(p)
		}
		if m.options.GangScheduling != nil && a.least > 0 {
			a.held = true
			for range a.least {
				s := m.newExecutor(a, 0, true)
				m.create(s)
				m.join(s)
				a.shadows = append(a.shadows, s)
			}
		}
	}
}
