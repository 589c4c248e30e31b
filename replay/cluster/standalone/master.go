package standalone

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
)

// A Master grants executors as org.apache.spark.deploy.master.Master does.
type Master struct {
	options    Options
	workers    *workers
	apps       []*app      // by index; nil before they come and after they end
	submitted  []*app      // those with a driver on the cluster, by the number of its request
	drivers    requests    // for a worker that runs a driver
	registered []executors // by the number of their request
	executors  requests    // for workers that run executors
	containers []container // by name
	next       int         // the worker that is tried first for the next driver
	most       []int       // scratch: what each worker found can take
	actions    []manager.Action
}

// Executors of one profile of an application are one request.
type executors struct {
	app     *app
	profile int
}

// An app is what the Master knows of an application.
type app struct {
	manager.App
	demands   []demand // by profile
	coresHeld int
	started   []int // its containers
	driver    int   // the worker that runs its driver; -1: none does
}

// A demand is what an application wants and holds of one profile.
type demand struct {
	asked, granted int
	need           manager.Resources // of a worker, for one more executor
	number         int               // of the request; -1 before the application registers
	waits          bool
}

// A container is an executor that was started.
type container struct {
	app, profile, node, cores int
	ended                     bool
}

// New makes a Master with these workers.
func New(nodes []manager.Node, o Options) *Master {
	return &Master{options: o, workers: newWorkers(nodes, o.Selection), drivers: newRequests(), executors: newRequests()}
}

// Join has nothing to do: a pass takes a time that is limited by what it starts.
func (m *Master) Join(manager.Replay) {}

// Absent is no node: workers are there from the start.
func (m *Master) Absent() []int { return nil }

// memory is what an executor of a profile takes of a worker.
func (m *Master) memory(p *manager.Profile) int64 {
	if m.options.Overhead {
		return p.HeapMB + p.OverheadMB
	}
	return p.HeapMB
}

// need is what a worker must have for one more executor of a profile. Where executor
// cores are unset, the cores of one task are enough.
func (m *Master) need(p *manager.Profile) manager.Resources {
	return manager.Resources{Cores: cmp.Or(p.Cores, p.TaskCPUs), MemoryMB: m.memory(p)}
}

// Fits reports whether an empty worker has room for one executor of each profile,
// and for the driver.
func (m *Master) Fits(a manager.App) error {
	for i := range a.Profiles {
		need := m.need(&a.Profiles[i])
		need.Cores = max(need.Cores, a.Profiles[i].TaskCPUs) // an executor that runs no task is of no use
		if !m.couldHold(need) {
			return fmt.Errorf("an executor of %d cores and %d MiB fits on no node of the cluster (%s); give the nodes more or the executors less",
				need.Cores, need.MemoryMB, m.largest())
		}
	}
	if d := driverOf(&a); a.ClusterMode && !m.couldHold(d) {
		return fmt.Errorf("its driver of %d cores and %d MiB fits on no node of the cluster (%s); give the nodes more or the driver less", d.Cores, d.MemoryMB, m.largest())
	}
	return nil
}

// couldHold reports whether an empty worker has room.
func (m *Master) couldHold(need manager.Resources) bool {
	return m.workers.sizes.Next(0, fit.Need{int64(need.Cores), need.MemoryMB}) >= 0
}

func (m *Master) largest() string {
	n := slices.MaxFunc(m.workers.total, func(x, y manager.Resources) int {
		return cmp.Or(cmp.Compare(x.Cores, y.Cores), cmp.Compare(x.MemoryMB, y.MemoryMB))
	})
	return fmt.Sprintf("%d cores, %d MiB", n.Cores, n.MemoryMB)
}

// driverOf is what the driver takes of a worker: its cores and its heap, as the
// Master does not count the memory beside a heap; nothing in client mode.
func driverOf(a *manager.App) manager.Resources {
	if !a.ClusterMode {
		return manager.Resources{}
	}
	return manager.Resources{Cores: a.Driver.Cores, MemoryMB: a.Driver.HeapMB}
}

// RunsDriver reports whether the application was submitted in cluster mode.
func (m *Master) RunsDriver(a manager.App) bool { return a.ClusterMode }

// Observe takes in an event; the next pass acts on it.
func (m *Master) Observe(e manager.Event) {
	switch e.Kind {
	case manager.AppSubmitted:
		m.submit(*e.Submitted)
	case manager.AppRegistered:
		m.register(m.apps[e.App])
	case manager.TotalAsked:
		a := m.apps[e.App]
		a.demands[e.Profile].asked = e.Total // lowering it takes nothing away
		m.update(a)
	case manager.ExecutorExited:
		m.exit(m.apps[e.App], e.Container)
	case manager.AppFinished:
		m.finish(m.apps[e.App])
	case manager.NodeLost:
		m.lose(e.Node)
	case manager.NodeRestored:
		m.workers.restore(e.Node)
	}
}

// submit takes in an application; in cluster mode its driver waits for a worker.
func (m *Master) submit(a manager.App) {
	for len(m.apps) <= a.Index {
		m.apps = append(m.apps, nil)
	}
	if a.CoresMax == 0 {
		a.CoresMax = int(m.options.DefaultCores)
	}
	x := &app{App: a, demands: make([]demand, len(a.Profiles)), driver: -1}
	for i := range x.demands {
		x.demands[i] = demand{need: m.need(&a.Profiles[i]), number: -1}
	}
	m.apps[a.Index] = x
	if a.ClusterMode {
		m.drivers.want(driverOf(&a), len(m.submitted), true)
		m.submitted = append(m.submitted, x)
	}
}

// register takes in an application whose driver runs: it may ask for executors.
func (m *Master) register(a *app) {
	for i := range a.demands {
		a.demands[i].number = len(m.registered)
		m.registered = append(m.registered, executors{a, i})
	}
	m.update(a)
}

// update enters the requests of an application that want more, and may have it, among
// those that wait.
func (m *Master) update(a *app) {
	for i := range a.demands {
		d := &a.demands[i]
		waits := d.number >= 0 && d.asked > d.granted && a.turnsLeft(d) > 0
		if waits != d.waits {
			d.waits = waits
			m.executors.want(d.need, d.number, waits)
		}
	}
}

// exit frees what an executor took.
func (m *Master) exit(a *app, name int) {
	c := &m.containers[name]
	if c.ended {
		return
	}
	c.ended = true
	a.demands[c.profile].granted--
	a.coresHeld -= c.cores
	m.workers.give(c.node, manager.Resources{Cores: c.cores, MemoryMB: m.memory(&a.Profiles[c.profile])})
	m.update(a)
}

// finish ends an application with all its executors and its driver.
func (m *Master) finish(a *app) {
	for _, name := range a.started {
		m.exit(a, name)
	}
	if a.driver >= 0 {
		m.workers.give(a.driver, driverOf(&a.App))
	}
	for i := range a.demands {
		a.demands[i].asked = 0
	}
	m.update(a)
	m.apps[a.Index] = nil
}

// lose takes a worker away, with the executors on it.
func (m *Master) lose(node int) {
	m.workers.lose(node)
	for i := range m.containers {
		c := &m.containers[i]
		if c.node != node || c.ended {
			continue
		}
		c.ended = true
		if a := m.apps[c.app]; a != nil {
			a.demands[c.profile].granted--
			a.coresHeld -= c.cores
			m.update(a)
		}
	}
	// A replay does not model that drivers die. One that ran here takes nothing of the
	// worker from now on, so that its end frees nothing of the worker that comes back.
	for _, a := range m.apps {
		if a != nil && a.driver == node {
			a.driver = -1
		}
	}
}

// Next is never: the Master acts on what happens, at once.
func (m *Master) Next() time.Duration { return manager.Never }
