package standalone

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Serve is one pass (Master.schedule): drivers first, then executors
// (startExecutorsOnWorkers), for the applications in order of registration, and the
// resource profiles of each in order of id.
func (m *Master) Serve(time.Duration) []manager.Action {
	m.actions = m.actions[:0]
	for n := m.drivers.next(m.workers, -1); n >= 0; n = m.drivers.next(m.workers, n) {
		m.placeDriver(n)
	}
	for n := m.executors.next(m.workers, -1); n >= 0; n = m.executors.next(m.workers, n) {
		m.startExecutors(m.registered[n].app, m.registered[n].profile)
	}
	return m.actions
}

// placeDriver starts a driver on the first worker with room for it. The Master begins
// its search at a random worker; here each search begins after the worker that took the
// last driver, which needs no random number and spreads drivers, too.
func (m *Master) placeDriver(number int) {
	a := m.submitted[number]
	d := driverOf(&a.App)
	i := m.workers.from(m.next, d)
	m.workers.take(i, d)
	m.drivers.want(d, number, false)
	a.driver = i
	m.next = (i + 1) % len(m.workers.total)
	m.actions = append(m.actions, manager.Action{Kind: manager.PlaceDriver, App: a.Index, Node: i, Cores: d.Cores})
}

// startExecutors starts executors of one profile of an application
// (Master.scheduleExecutorsOnWorkers): the workers with room, in order of selection, get
// one executor in turn until the application has what it asked for or no worker has
// room; a packed Master fills each before the next. Where executor cores are unset, one
// core in turn goes to a single executor on each worker.
func (m *Master) startExecutors(a *app, profile int) {
	d, whole := &a.demands[profile], a.Profiles[profile].Cores > 0
	missing, turns := d.asked-d.granted, a.turnsLeft(d)
	if whole {
		turns = min(turns, missing)
	}
	order := m.workers.first(d.need, min(missing, turns))
	m.most = m.most[:0]
	for _, i := range order {
		free := m.workers.free[i]
		most := free.Cores / d.need.Cores
		if whole && d.need.MemoryMB > 0 {
			most = int(min(int64(most), free.MemoryMB/d.need.MemoryMB))
		}
		m.most = append(m.most, most)
	}
	if m.options.Spread {
		level(m.most, turns)
	} else {
		fill(m.most, turns)
	}
	for k, i := range order {
		n, cores := m.most[k], d.need.Cores
		if !whole {
			n, cores = min(n, 1), n*cores
		}
		m.workers.take(i, manager.Resources{Cores: n * cores, MemoryMB: int64(n) * d.need.MemoryMB})
		for range n {
			m.start(a, profile, i, cores)
		}
	}
	m.update(a)
}

// turnsLeft is how often spark.cores.max lets the application have one more executor,
// or the cores of one more task where the executor's cores are unset.
func (a *app) turnsLeft(d *demand) int {
	if a.CoresMax == 0 {
		return math.MaxInt
	}
	return max(a.CoresMax-a.coresHeld, 0) / d.need.Cores
}

// level reduces what each could take to what it gets if all take one in turn, in the
// order of the list, until the turns are used up.
func level(most []int, turns int) {
	sorted := slices.Clone(most)
	slices.Sort(sorted)
	// Every worker gets up to height; those that could take more follow in order.
	height := 0
	for k, n := range sorted {
		each := turns / (len(sorted) - k)
		if n-height > each {
			height += each
			turns -= each * (len(sorted) - k)
			break
		}
		turns -= (n - height) * (len(sorted) - k)
		height = n
	}
	for k, n := range most {
		most[k] = min(n, height)
		if n > height && turns > 0 {
			most[k]++
			turns--
		}
	}
}

// fill reduces what each could take to what it gets if each takes all it can before the
// next one.
func fill(most []int, turns int) {
	for k := range most {
		most[k] = min(most[k], turns)
		turns -= most[k]
	}
}

// start starts an executor on a worker from which its resources have been taken.
func (m *Master) start(a *app, profile, worker, cores int) {
	name := len(m.containers)
	m.containers = append(m.containers, container{app: a.Index, profile: profile, node: worker, cores: cores})
	a.started = append(a.started, name)
	a.demands[profile].granted++
	a.coresHeld += cores
	m.actions = append(m.actions, manager.Action{Kind: manager.PlaceExecutor, App: a.Index, Profile: profile, Node: worker, Container: name, Cores: cores})
}
