package yarn

import (
	"cmp"
	"container/heap"
	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
	"time"
)

// A master is Spark's application master between a driver and the resource
// manager. It asks for what is missing, and learns what it got, only when it
// calls the resource manager: after 200 ms, 400 ms, ..., at last each 3 s while
// it waits for containers, each 3 s if it does not. Another total wakes it, but
// not sooner than 200 ms after its last call.
//
// What it is granted comes back with the call after the one that asked, at the
// earliest. Its requests say how many it wants in all, those not counted that it
// knows it was granted; so what was assigned since the last call is asked for
// twice if it asks for anything else in this one, and what comes of it that it has
// no request for is given back at the next.
//
// Source: org.apache.spark.deploy.yarn.ApplicationMaster.allocationThreadImpl,
// YarnAllocator; org.apache.hadoop.yarn.client.api.impl.AMRMClientImpl; MAPREDUCE-5844, YARN-1902.
type master struct {
	app     manager.App
	request scheduler.App // to the scheduler
	sizes   []scheduler.Resource
	id      int // the scheduler's
	node    int // where it runs; -1: nowhere yet

	registered, finished bool
	initial, steady      time.Duration // between two calls: at first, and at last
	interval             time.Duration // to the next call if it waits for containers
	last                 time.Duration // its last call
	place                int           // in the heap of calls; -1: not in it

	target, running []int                  // executors, by profile
	pending         []int                  // requests that it knows to be open
	changed         []bool                 // requests that the resource manager has to hear of
	asked           []int                  // what the scheduler still has to assign
	gone            []int                  // executors that ended, of which it hears at its next call
	held            []int                  // all executors that it ever had, by name
	grants          []scheduler.Allocation // assigned since its last call
	surplus         []int                  // containers that it gives back at its next call
}

// newMaster is an application's master before it runs. In cluster mode its
// container holds the driver; else it is a small one that only asks for others.
func newMaster(a manager.App) *master {
	p, size := a.Properties, a.Driver
	if !a.ClusterMode {
		size = spark.MasterSize(p)
	}
	x := &master{app: a, node: -1, place: -1, request: scheduler.App{
		Queue: cmp.Or(a.Queue, p["spark.yarn.queue"], "default"), User: cmp.Or(a.User, "spark"),
		Label: p["spark.yarn.executor.nodeLabelExpression"], Master: scheduler.NewResource(size.MemoryMB(), size.Cores),
	}}
	x.request.Priority, _ = spark.ParseInt(p["spark.yarn.priority"])
	x.steady = positive(p, "spark.yarn.scheduler.heartbeat.interval-ms", 3*time.Second)
	x.initial = min(x.steady, positive(p, "spark.yarn.scheduler.initial-allocation.interval", 200*time.Millisecond))
	x.interval = x.initial
	n := len(a.Profiles)
	x.target, x.running, x.pending, x.asked, x.gone = make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	x.changed = make([]bool, n)
	for _, p := range a.Profiles {
		x.sizes = append(x.sizes, scheduler.NewResource(p.HeapMB+p.OverheadMB, max(p.Cores, 1)))
	}
	return x
}

// positive reads a property of time; a number alone is milliseconds.
func positive(p spark.Properties, key string, otherwise time.Duration) time.Duration {
	if d := p.Duration(key, time.Millisecond, otherwise); d > 0 {
		return d
	}
	return otherwise
}

func (x *master) cores(profile int) int { return x.sizes[profile].Cores }

// left is what the scheduler still has to assign for the application, its master
// not counted.
func (x *master) left() int {
	n := 0
	for _, k := range x.asked {
		n += k
	}
	return n
}

// ask tells the scheduler how many containers of a profile are wanted.
func (m *Manager) ask(now time.Duration, x *master, profile, count int) {
	if x.finished {
		return
	}
	m.outstanding += count - x.asked[profile]
	x.asked[profile] = count
	m.scheduler.Ask(now, x.id, scheduler.Request{Priority: profile, Size: x.sizes[profile], Count: count})
	m.wakeUp()
}

// call is one call of a master to the resource manager.
func (m *Manager) call(now time.Duration, x *master) {
	heap.Remove(&m.calls, x.place)
	x.last = now
	for p := range x.sizes {
		missing := x.target[p] - x.pending[p] - x.running[p]
		if missing < 0 {
			missing = max(missing, -x.pending[p])
		}
		if missing != 0 {
			x.pending[p] += missing
			x.changed[p] = true
		}
		if x.changed[p] {
			m.ask(now, x, p, x.pending[p])
			x.changed[p] = false
		}
	}
	for _, id := range x.surplus {
		m.complete(now, id)
	}
	x.surplus = x.surplus[:0]
	for _, g := range x.grants {
		p := g.Priority
		if x.pending[p] == 0 {
			x.surplus = append(x.surplus, g.Container)
			continue
		}
		x.pending[p]--
		x.changed[p] = true
		x.running[p]++
		name := len(m.containers)
		m.names[g.Container] = name
		x.held = append(x.held, name)
		m.containers = append(m.containers, container{app: x, profile: p, node: g.Node, id: g.Container})
		m.act(manager.Action{Kind: manager.PlaceExecutor, App: x.app.Index, Profile: p, Node: g.Node, Container: name, Cores: x.cores(p)})
	}
	x.grants = x.grants[:0]
	waits, busy := false, len(x.surplus) > 0 || x.left() > 0
	for p := range x.sizes {
		x.running[p] -= x.gone[p]
		x.gone[p] = 0
		waits = waits || x.pending[p] > 0
		busy = busy || x.changed[p] || x.target[p] != x.pending[p]+x.running[p]
	}
	sleep := x.steady
	if waits {
		sleep = min(x.interval, x.steady)
		x.interval = 2 * sleep
	} else {
		x.interval = x.initial
	}
	if waits || busy || m.everyBeat {
		m.callAt(x, now+sleep)
	}
}
