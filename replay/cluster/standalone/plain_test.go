package standalone

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
)

// Random applications come, ask, are served, lose workers and end, under each order of
// selection. The Master does exactly what the plain one does.
func TestTheMasterDoesWhatThePlainOneDoes(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		o := Options{Spread: r.IntN(2) == 0, Selection: Selection(Selections[r.IntN(len(Selections))]), Overhead: r.IntN(3) == 0}
		nodes := make([]manager.Node, 1+r.IntN(8))
		for i := range nodes {
			nodes[i].Resources = manager.Resources{Cores: 1 + r.IntN(12), MemoryMB: int64(1+r.IntN(12)) << 10}
		}
		both := []interface {
			Observe(manager.Event)
			Serve(time.Duration) []manager.Action
		}{New(nodes, o), newPlainMaster(nodes, o)}
		observe := func(e manager.Event) {
			for _, m := range both {
				m.Observe(e)
			}
		}
		var (
			apps       []manager.App
			registered = map[int]bool{}
			ended      = map[int]bool{}
			containers int
		)
		pick := func() int { return r.IntN(len(apps)) }
		for step := range 120 {
			switch k := r.IntN(10); {
			case k < 2 || len(apps) == 0:
				a := manager.App{Index: len(apps), CoresMax: r.IntN(2) * r.IntN(20), ClusterMode: r.IntN(3) == 0, Driver: spark.DriverSize{Cores: 1, HeapMB: 1 << 10}}
				for range 1 + r.IntN(2) {
					a.Profiles = append(a.Profiles, manager.Profile{Cores: r.IntN(5), TaskCPUs: 1 + r.IntN(2), HeapMB: int64(r.IntN(4)) << 9, OverheadMB: 384})
				}
				apps = append(apps, a)
				observe(manager.Event{Kind: manager.AppSubmitted, App: a.Index, Submitted: &a})
				if !a.ClusterMode {
					registered[a.Index] = true
					observe(manager.Event{Kind: manager.AppRegistered, App: a.Index})
				}
			case k < 6:
				if a := pick(); !ended[a] {
					observe(manager.Event{Kind: manager.TotalAsked, App: a, Profile: r.IntN(len(apps[a].Profiles)), Total: r.IntN(9)})
				}
			case k < 8 && containers > 0:
				if name := r.IntN(containers); !ended[both[0].(*Master).containers[name].app] {
					observe(manager.Event{Kind: manager.ExecutorExited, App: both[0].(*Master).containers[name].app, Container: name})
				}
			case k == 8:
				if a := pick(); registered[a] && !ended[a] {
					ended[a] = true
					observe(manager.Event{Kind: manager.AppFinished, App: a})
				}
			default:
				observe(manager.Event{Kind: []manager.EventKind{manager.NodeLost, manager.NodeRestored}[r.IntN(2)], Node: r.IntN(len(nodes))})
			}
			if r.IntN(2) == 0 {
				continue
			}
			fast, plain := slices.Clone(both[0].Serve(0)), both[1].Serve(0)
			if got, want := fmt.Sprint(fast), fmt.Sprint(plain); got != want {
				t.Fatalf("seed %d, step %d, %+v:\ngot  %s\nwant %s", seed, step, o, got, want)
			}
			for _, act := range fast {
				if act.Kind == manager.PlaceDriver {
					registered[act.App] = true
					observe(manager.Event{Kind: manager.AppRegistered, App: act.App})
				} else {
					containers++
				}
			}
		}
	}
}

// A plainMaster is a Master that tries all workers for all applications in each pass.
// It is slow and simple: the Master must do the same.
type plainMaster struct {
	options    Options
	nodes      []plainNode
	apps       []*plainApp // by index; nil before they come and after they end
	waiting    []*plainApp // their drivers wait for a worker, in order of arrival
	registered []*plainApp // in order of registration
	containers []container // by name
	next       int         // the worker that is tried first for the next driver
	order      []int       // scratch
	actions    []manager.Action
}

// A plainNode is a worker.
type plainNode struct {
	total    manager.Resources
	cores    int // free
	memoryMB int64
	assigned int // cores assigned to the application at hand in this pass
	count    int // executors assigned to it
	lost     bool
}

// A plainApp is what the Master knows of an application.
type plainApp struct {
	manager.App
	asked     []int // executors wanted, by profile
	granted   []int // executors held, by profile
	coresHeld int
	started   []int // its containers
	driver    int   // the worker that runs its driver; -1: none does
}

func newPlainMaster(nodes []manager.Node, o Options) *plainMaster {
	m := &plainMaster{options: o}
	for _, n := range nodes {
		m.nodes = append(m.nodes, plainNode{total: n.Resources, cores: n.Cores, memoryMB: n.MemoryMB})
	}
	return m
}

// memory is what an executor of a profile takes of a worker.
func (m *plainMaster) memory(p *manager.Profile) int64 {
	if m.options.Overhead {
		return p.HeapMB + p.OverheadMB
	}
	return p.HeapMB
}

// Observe takes in an event; the next pass acts on it.
func (m *plainMaster) Observe(e manager.Event) {
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
func (m *plainMaster) submit(a manager.App) {
	for len(m.apps) <= a.Index {
		m.apps = append(m.apps, nil)
	}
	if a.CoresMax == 0 {
		a.CoresMax = int(m.options.DefaultCores)
	}
	x := &plainApp{App: a, asked: make([]int, len(a.Profiles)), granted: make([]int, len(a.Profiles)), driver: -1}
	m.apps[a.Index] = x
	if a.ClusterMode {
		m.waiting = append(m.waiting, x)
	}
}

// exit frees what an executor took.
func (m *plainMaster) exit(a *plainApp, name int) {
	c := &m.containers[name]
	if c.ended {
		return
	}
	c.ended = true
	a.granted[c.profile]--
	a.coresHeld -= c.cores
	m.free(c.node, manager.Resources{Cores: c.cores, MemoryMB: m.memory(&a.Profiles[c.profile])})
}

func (m *plainMaster) free(node int, r manager.Resources) {
	if n := &m.nodes[node]; !n.lost {
		n.cores += r.Cores
		n.memoryMB += r.MemoryMB
	}
}

// finish ends an application with all its executors and its driver.
func (m *plainMaster) finish(a *plainApp) {
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
func (m *plainMaster) lose(node int) {
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

// Serve is one pass (Master.schedule): drivers first, then executors
// (startExecutorsOnWorkers): it walks the applications in order of
// registration, and the resource profiles of each in order of id.
func (m *plainMaster) Serve(time.Duration) []manager.Action {
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
func (m *plainMaster) placeDriver(a *plainApp) bool {
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
func (m *plainMaster) assign(a *plainApp, profile int) {
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
func (m *plainMaster) before(x, y int) int {
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
func (m *plainMaster) give(a *plainApp, profile, i int) {
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
