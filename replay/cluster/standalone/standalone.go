// Package standalone models Spark's standalone Master. It serves applications in the
// order of their registration: each takes all that it may before the next one gets
// anything. There is no fairness and no preemption.
package standalone

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// Example has a documented cluster, and the help of its settings.
//
//go:embed example
var Example embed.FS

// Options are the Master's own settings.
type Options struct {
	// Spread takes workers in turn; else one is filled before the next is taken
	// (spark.deploy.spreadOutApps).
	Spread bool `yaml:"spread"`
	// Selection is the order in which workers are tried
	// (spark.deploy.workerSelectionPolicy, since Spark 4.0).
	Selection Selection `yaml:"workers"`
	// DefaultCores is spark.cores.max of applications that set none
	// (spark.deploy.defaultCores); 0: no limit.
	DefaultCores manager.Count `yaml:"default-cores"`
	// Overhead counts the memory of executors beside their heap. The Master does not
	// count it; see docs/decisions/0005-overhead-counts.md.
	Overhead bool `yaml:"overhead"`
}

// Defaults are the options of a Master that sets none.
func Defaults() *Options { return &Options{Spread: true, Selection: MostCores} }

// Parse reads spread=, workers=, defaultcores= and overhead=.
func (o *Options) Parse(d *spec.Decoder) {
	o.Overhead = d.Bool("overhead", o.Overhead)
	o.Spread = d.Bool("spread", o.Spread)
	o.DefaultCores = manager.Count(d.Int("defaultcores", int(o.DefaultCores)))
	o.Selection = Selection(d.Choice("workers", string(o.Selection), Selections...))
}

// Load checks the options; there are no files.
func (o *Options) Load([]manager.Node, func(string) (io.ReadCloser, error)) ([]note.Note, error) {
	if !slices.Contains(Selections, string(o.Selection)) {
		return nil, fmt.Errorf("standalone: workers: expected one of %s, found %q", strings.Join(Selections, ", "), o.Selection)
	}
	return nil, nil
}

// New makes a Master with these workers; it has no random numbers.
func (o *Options) New(nodes []manager.Node, _ uint64) (manager.Manager, error) {
	return New(nodes, *o), nil
}

func (o *Options) String() string {
	var s spec.Spec
	set := func(is bool, key, value string) {
		if is {
			s.Args = append(s.Args, spec.Arg{Key: key, Value: value})
		}
	}
	set(o.Overhead, "overhead", "true")
	set(!o.Spread, "spread", "false")
	set(o.Selection != MostCores, "workers", string(o.Selection))
	set(o.DefaultCores > 0, "defaultcores", strconv.Itoa(int(o.DefaultCores)))
	return strings.TrimPrefix(s.String(), ",")
}

// Short is empty: the text form is short enough.
func (o *Options) Short() string { return "" }

// A Selection is an order of workers (WorkerSelectionPolicy). Ties go to the
// lower worker where the order ascends, and to the higher where it descends.
type Selection string

// The orders of workers, by what is free on them.
const (
	MostCores   Selection = "cores-free-desc" // the default
	FewestCores Selection = "cores-free-asc"
	MostMemory  Selection = "memory-free-desc"
	LeastMemory Selection = "memory-free-asc"
	ByWorkerID  Selection = "worker-id"
)

// Selections are all of them.
var Selections = []string{string(MostCores), string(FewestCores), string(MostMemory), string(LeastMemory), string(ByWorkerID)}

// A Master grants executors as org.apache.spark.deploy.master.Master does.
type Master struct {
	options    Options
	nodes      []node
	apps       []*app      // by index; nil before they come and after they end
	waiting    []*app      // their drivers wait for a worker, in order of arrival
	registered []*app      // in order of registration
	containers []container // by name
	next       int         // the worker that is tried first for the next driver
	order      []int       // scratch
	actions    []manager.Action
}

// A node is a worker.
type node struct {
	total    manager.Resources
	cores    int // free
	memoryMB int64
	assigned int // cores assigned to the application at hand in this pass
	count    int // executors assigned to it
	lost     bool
}

// An app is what the Master knows of an application.
type app struct {
	manager.App
	asked     []int // executors wanted, by profile
	granted   []int // executors held, by profile
	coresHeld int
	started   []int // its containers
	driver    int   // the worker that runs its driver; -1: none does
}

// A container is an executor that was started.
type container struct {
	app, profile, node, cores int
	ended                     bool
}

// New makes a Master with these workers.
func New(nodes []manager.Node, o Options) *Master {
	m := &Master{options: o}
	for _, n := range nodes {
		m.nodes = append(m.nodes, node{total: n.Resources, cores: n.Cores, memoryMB: n.MemoryMB})
	}
	return m
}

// Absent is no node: workers are there from the start.
func (m *Master) Absent() []int { return nil }

// memory is what an executor of a profile takes of a worker.
func (m *Master) memory(p *manager.Profile) int64 {
	if m.options.Overhead {
		return p.HeapMB + p.OverheadMB
	}
	return p.HeapMB
}

// least is the fewest cores that an executor of a profile takes of a worker.
func least(p *manager.Profile) int { return max(p.Cores, p.TaskCPUs) }

// Fits reports whether an empty worker has room for one executor of each profile,
// and for the driver.
func (m *Master) Fits(a manager.App) error {
	for i := range a.Profiles {
		p := &a.Profiles[i]
		if !m.room(manager.Resources{Cores: least(p), MemoryMB: m.memory(p)}) {
			return fmt.Errorf("an executor of %d cores and %d MiB fits on no node of the cluster (%s); give the nodes more or the executors less",
				least(p), m.memory(p), m.largest())
		}
	}
	if d := driverOf(&a); a.ClusterMode && !m.room(d) {
		return fmt.Errorf("its driver of %d cores and %d MiB fits on no node of the cluster (%s); give the nodes more or the driver less", d.Cores, d.MemoryMB, m.largest())
	}
	return nil
}

func (m *Master) room(r manager.Resources) bool {
	return slices.ContainsFunc(m.nodes, func(n node) bool { return n.total.Cores >= r.Cores && n.total.MemoryMB >= r.MemoryMB })
}

func (m *Master) largest() string {
	n := slices.MaxFunc(m.nodes, func(x, y node) int {
		return cmp.Or(cmp.Compare(x.total.Cores, y.total.Cores), cmp.Compare(x.total.MemoryMB, y.total.MemoryMB))
	})
	return fmt.Sprintf("%d cores, %d MiB", n.total.Cores, n.total.MemoryMB)
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
		m.registered = append(m.registered, m.apps[e.App])
	case manager.TotalAsked:
		m.apps[e.App].asked[e.Profile] = e.Total // lowering it takes nothing away
	case manager.ExecutorExited:
		m.exit(m.apps[e.App], e.Container)
	case manager.AppFinished:
		m.finish(m.apps[e.App])
	case manager.NodeLost:
		m.lose(e.Node)
	case manager.NodeRestored:
		if n := &m.nodes[e.Node]; n.lost {
			n.lost, n.cores, n.memoryMB = false, n.total.Cores, n.total.MemoryMB
		}
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
	x := &app{App: a, asked: make([]int, len(a.Profiles)), granted: make([]int, len(a.Profiles)), driver: -1}
	m.apps[a.Index] = x
	if a.ClusterMode {
		m.waiting = append(m.waiting, x)
	}
}

// exit frees what an executor took.
func (m *Master) exit(a *app, name int) {
	c := &m.containers[name]
	if c.ended {
		return
	}
	c.ended = true
	a.granted[c.profile]--
	a.coresHeld -= c.cores
	m.free(c.node, manager.Resources{Cores: c.cores, MemoryMB: m.memory(&a.Profiles[c.profile])})
}

func (m *Master) free(node int, r manager.Resources) {
	if n := &m.nodes[node]; !n.lost {
		n.cores += r.Cores
		n.memoryMB += r.MemoryMB
	}
}

// finish ends an application with all its executors and its driver.
func (m *Master) finish(a *app) {
	for _, name := range a.started {
		m.exit(a, name)
	}
	if a.driver >= 0 {
		m.free(a.driver, driverOf(&a.App))
	}
	if i := slices.Index(m.registered, a); i >= 0 {
		m.registered = slices.Delete(m.registered, i, i+1)
	}
	m.apps[a.Index] = nil
}

// lose takes a worker away, with the executors on it.
func (m *Master) lose(node int) {
	n := &m.nodes[node]
	n.lost, n.cores, n.memoryMB = true, 0, 0
	for i := range m.containers {
		c := &m.containers[i]
		if c.node != node || c.ended {
			continue
		}
		c.ended = true
		if a := m.apps[c.app]; a != nil {
			a.granted[c.profile]--
			a.coresHeld -= c.cores
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

// Serve is one pass (Master.schedule): drivers first, then executors
// (startExecutorsOnWorkers): it walks the applications in order of
// registration, and the resource profiles of each in order of id.
func (m *Master) Serve(time.Duration) []manager.Action {
	m.actions = m.actions[:0]
	m.waiting = slices.DeleteFunc(m.waiting, m.placeDriver)
	for _, a := range m.registered {
		for i := range a.Profiles {
			if a.asked[i] > a.granted[i] {
				m.assign(a, i)
				for _, n := range m.order {
					m.give(a, i, n)
				}
			}
		}
	}
	return m.actions
}

// placeDriver starts a driver on the first worker with room for it. The Master
// begins its search at a random worker; here each search begins after the worker
// that took the last driver, which needs no random number and spreads drivers, too.
func (m *Master) placeDriver(a *app) bool {
	d := driverOf(&a.App)
	for k := range m.nodes {
		i := (m.next + k) % len(m.nodes)
		if n := &m.nodes[i]; !n.lost && n.cores >= d.Cores && n.memoryMB >= d.MemoryMB {
			n.cores -= d.Cores
			n.memoryMB -= d.MemoryMB
			a.driver = i
			m.next = (i + 1) % len(m.nodes)
			m.actions = append(m.actions, manager.Action{Kind: manager.PlaceDriver, App: a.Index, Node: i, Cores: d.Cores})
			return true
		}
	}
	return false
}

// assign decides how many cores of which workers an application gets for one
// profile (Master.scheduleExecutorsOnWorkers): the usable workers, in order of
// selection, get one executor in turn until the application has what it asked
// for or no worker has room; a packed Master fills each before the next. Where
// executor cores are unset, one core in turn goes to a single executor on each
// worker. It leaves the workers to be served in m.order.
func (m *Master) assign(a *app, profile int) {
	p := &a.Profiles[profile]
	each, memory := p.Cores, m.memory(p)
	if each == 0 {
		each = p.TaskCPUs
	}
	m.order = m.order[:0]
	free := 0
	for i := range m.nodes {
		n := &m.nodes[i]
		n.assigned, n.count = 0, 0
		if !n.lost && n.cores >= each && n.memoryMB >= memory {
			m.order = append(m.order, i)
			free += n.cores
		}
	}
	slices.SortFunc(m.order, m.before)
	if a.CoresMax > 0 {
		free = min(free, a.CoresMax-a.coresHeld)
	}
	missing := a.asked[profile] - a.granted[profile]
	for moved := true; moved; {
		moved = false
		for _, i := range m.order {
			n := &m.nodes[i]
			for {
				isNew := p.Cores > 0 || n.count == 0
				if free < each || n.cores-n.assigned < each || isNew && (missing == 0 || n.memoryMB < memory*int64(n.count+1)) {
					break
				}
				n.assigned += each
				free -= each
				if isNew {
					n.count++
					missing--
				}
				moved = true
				if m.options.Spread {
					break
				}
			}
		}
	}
}

// before is the order of selection.
func (m *Master) before(x, y int) int {
	a, b := &m.nodes[x], &m.nodes[y]
	switch m.options.Selection {
	case FewestCores:
		return cmp.Or(cmp.Compare(a.cores, b.cores), cmp.Compare(x, y))
	case MostMemory:
		return cmp.Or(cmp.Compare(b.memoryMB, a.memoryMB), cmp.Compare(y, x))
	case LeastMemory:
		return cmp.Or(cmp.Compare(a.memoryMB, b.memoryMB), cmp.Compare(x, y))
	case ByWorkerID:
		return cmp.Compare(x, y)
	}
	return cmp.Or(cmp.Compare(b.cores, a.cores), cmp.Compare(y, x))
}

// give starts what assign decided for one worker.
func (m *Master) give(a *app, profile, i int) {
	n, p := &m.nodes[i], &a.Profiles[profile]
	for ; n.count > 0; n.count-- {
		cores := p.Cores
		if cores == 0 {
			cores = n.assigned
		}
		n.cores -= cores
		n.memoryMB -= m.memory(p)
		a.started = append(a.started, len(m.containers))
		a.granted[profile]++
		a.coresHeld += cores
		m.actions = append(m.actions, manager.Action{Kind: manager.PlaceExecutor, App: a.Index, Profile: profile, Node: i, Container: len(m.containers), Cores: cores})
		m.containers = append(m.containers, container{app: a.Index, profile: profile, node: i, cores: cores})
	}
}
