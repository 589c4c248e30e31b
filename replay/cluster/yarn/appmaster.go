package yarn

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// An appMaster is Spark's application master, between a driver and the resource
// manager. It requests missing executors and receives assigned containers only when it
// calls the resource manager. While it waits for containers, the interval between calls
// doubles from 200 ms up to 3 s; otherwise it is 3 s. A new total triggers a call, but
// not sooner than 200 ms after the last one.
//
// The earliest answer to a request comes with the next call. A request gives the number
// of containers that are wanted, minus those that the master knows to be assigned. So
// containers that were assigned since its last call are requested twice if the request
// changes in this call. The resulting surplus is released one call later.
//
// Source: org.apache.spark.deploy.yarn.ApplicationMaster.allocationThreadImpl,
// YarnAllocator; org.apache.hadoop.yarn.client.api.impl.AMRMClientImpl; MAPREDUCE-5844, YARN-1902.
type appMaster struct {
	app        manager.App
	submission scheduler.App
	sizes      []scheduler.Resource // containers of executors, by profile
	id         int                  // the scheduler's
	node       int                  // where it runs; -1: not assigned yet

	registered, finished     bool
	minInterval, maxInterval time.Duration // between two calls
	interval                 time.Duration // after the next call, while it waits for containers
	wait                     time.Duration // from the last call to the next one, if nothing happens
	lastCall, nextCall       time.Duration
	callIndex                int  // in the queue of calls; -1: not in it
	waiting                  bool // for containers, and its calls are elided
	idle                     bool // its next call is in the queue and changes nothing

	target, running []int                  // executors, by profile
	pending         []int                  // open requests, as the master knows them
	changed         []bool                 // pending differs from what the resource manager knows
	unassigned      []int                  // containers that the scheduler must still assign
	ended           []int                  // ended executors, of which it learns at its next call
	executors       []int                  // all executors it has had, by name
	granted         []scheduler.Allocation // assigned since its last call
	surplus         []int                  // containers that it releases at its next call
}

// newAppMaster is an application master before it runs. In cluster mode its container
// holds the driver; in client mode it is small and only requests executors.
func newAppMaster(a manager.App) *appMaster {
	p, size := a.Properties, a.Driver
	if !a.ClusterMode {
		size = spark.MasterSize(p)
	}
	am := &appMaster{app: a, node: -1, callIndex: -1, submission: scheduler.App{
		Queue: cmp.Or(a.Queue, p["spark.yarn.queue"], "default"), User: cmp.Or(a.User, "spark"),
		Label: p["spark.yarn.executor.nodeLabelExpression"], Master: scheduler.NewResource(size.MemoryMB(), size.Cores),
	}}
	am.submission.Priority, _ = spark.ParseInt(p["spark.yarn.priority"])
	am.maxInterval = positive(p, "spark.yarn.scheduler.heartbeat.interval-ms", 3*time.Second)
	am.minInterval = min(am.maxInterval, positive(p, "spark.yarn.scheduler.initial-allocation.interval", 200*time.Millisecond))
	am.interval = am.minInterval
	n := len(a.Profiles)
	for _, counts := range []*[]int{&am.target, &am.running, &am.pending, &am.unassigned, &am.ended} {
		*counts = make([]int, n)
	}
	am.changed = make([]bool, n)
	for _, p := range a.Profiles {
		am.sizes = append(am.sizes, scheduler.NewResource(p.HeapMB+p.OverheadMB, max(p.Cores, 1)))
	}
	return am
}

// positive reads a time above 0 from a property whose bare numbers are milliseconds.
func positive(p spark.Properties, key string, otherwise time.Duration) time.Duration {
	if d := p.Duration(key, time.Millisecond, otherwise); d > 0 {
		return d
	}
	return otherwise
}

// unassignedTotal is the number of executors' containers that the scheduler must still
// assign.
func (am *appMaster) unassignedTotal() int {
	n := 0
	for _, k := range am.unassigned {
		n += k
	}
	return n
}

// request sets, in the scheduler, the number of containers of a profile that are
// wanted.
func (m *Manager) request(now time.Duration, am *appMaster, profile, count int) {
	if am.finished {
		return
	}
	m.unassigned += count - am.unassigned[profile]
	am.unassigned[profile] = count
	m.scheduler.Ask(now, am.id, scheduler.Request{Priority: profile, Size: am.sizes[profile], Count: count})
	m.noteChange()
}

// takeBack removes assigned containers that the application master has not received
// yet, and requests others instead.
func (m *Manager) takeBack(now time.Duration, am *appMaster, lost func(scheduler.Allocation) bool) {
	am.granted = slices.DeleteFunc(am.granted, func(a scheduler.Allocation) bool {
		if !lost(a) {
			return false
		}
		m.request(now, am, a.Priority, am.unassigned[a.Priority]+1)
		return true
	})
}

// noteEnded notes an executor whose end the application master learns at its next call.
// It can request another one only at the call after that.
func (m *Manager) noteEnded(now time.Duration, am *appMaster, profile int) {
	am.ended[profile]++
	m.callAt(am, m.nextCallOf(am, now))
}

// call simulates a call of an application master: it sends its requests, releases
// surplus containers, starts executors in the containers granted to it, and learns
// which executors have ended, in this order.
func (m *Manager) call(now time.Duration, am *appMaster) {
	am.lastCall = now
	for p := range am.sizes {
		// Open requests can be cancelled, running executors cannot.
		if missing := max(am.target[p]-am.pending[p]-am.running[p], -am.pending[p]); missing != 0 {
			am.pending[p] += missing
			am.changed[p] = true
		}
		if am.changed[p] {
			m.request(now, am, p, am.pending[p])
			am.changed[p] = false
		}
	}
	for _, container := range am.surplus {
		m.complete(now, container)
	}
	am.surplus = am.surplus[:0]
	for _, a := range am.granted {
		m.start(am, a)
	}
	am.granted = am.granted[:0]
	waits, news := false, len(am.surplus) > 0 // for containers; what it must say in its next call
	for p := range am.sizes {
		am.running[p] -= am.ended[p]
		am.ended[p] = 0
		waits = waits || am.pending[p] > 0
		news = news || am.changed[p] || am.target[p] != am.pending[p]+am.running[p]
	}
	am.wait = am.maxInterval
	if waits {
		am.lengthenWait()
	} else {
		am.interval = am.minInterval
	}
	if news || m.nothingElided || waits && now < m.lateUntil {
		m.callAt(am, now+am.wait)
		m.setIdle(am, waits && am.wait == am.maxInterval && !news)
		return
	}
	m.cancelCall(am)
	if waits {
		am.waiting = true
		m.waiting++
	}
}

// lengthenWait doubles the time between calls, up to the longest interval.
func (am *appMaster) lengthenWait() {
	am.wait = min(am.interval, am.maxInterval)
	am.interval = 2 * am.wait
}

// start starts an executor in a container. A container for which the application
// master has no open request is surplus.
func (m *Manager) start(am *appMaster, a scheduler.Allocation) {
	p := a.Priority
	if am.pending[p] == 0 {
		am.surplus = append(am.surplus, a.Container)
		return
	}
	am.pending[p]--
	am.changed[p] = true
	am.running[p]++
	name := len(m.executors)
	m.executorOf[a.Container] = name
	am.executors = append(am.executors, name)
	m.executors = append(m.executors, executor{app: am, profile: p, node: a.Node, container: a.Container})
	m.actions = append(m.actions, manager.Action{
		Kind: manager.PlaceExecutor, App: am.app.Index, Profile: p, Node: a.Node, Container: name, Cores: am.sizes[p].Cores,
	})
}
