package yarn

import (
	"cmp"
	"container/heap"
	"fmt"
	"strconv"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
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
	request App // to the scheduler
	sizes   []Resource
	id      int // the scheduler's
	node    int // where it runs; -1: nowhere yet

	registered, finished bool
	initial, steady      time.Duration // between two calls: at first, and at last
	interval             time.Duration // to the next call if it waits for containers
	last                 time.Duration // its last call
	place                int           // in the heap of calls; -1: not in it

	target, running []int        // executors, by profile
	pending         []int        // requests that it knows to be open
	changed         []bool       // requests that the resource manager has to hear of
	asked           []int        // what the scheduler still has to assign
	gone            []int        // executors that ended, of which it hears at its next call
	held            []int        // all executors that it ever had, by name
	grants          []Allocation // assigned since its last call
	surplus         []int        // containers that it gives back at its next call
}

// newMaster is an application's master before it runs.
func newMaster(a manager.App) *master {
	x := &master{app: a, node: -1, place: -1, request: App{
		Queue: cmp.Or(a.Queue, a.Properties["spark.yarn.queue"], "default"), User: cmp.Or(a.User, "spark"),
		Label: a.Properties["spark.yarn.executor.nodeLabelExpression"], Master: masterSize(a),
	}}
	x.request.Priority, _ = strconv.Atoi(a.Properties["spark.yarn.priority"])
	x.steady = duration(a.Properties, "spark.yarn.scheduler.heartbeat.interval-ms", 3*time.Second)
	x.initial = min(x.steady, duration(a.Properties, "spark.yarn.scheduler.initial-allocation.interval", 200*time.Millisecond))
	x.interval = x.initial
	n := len(a.Profiles)
	x.target, x.running, x.pending, x.asked, x.gone = make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	x.changed = make([]bool, n)
	for _, p := range a.Profiles {
		x.sizes = append(x.sizes, Resource{p.HeapMB + p.OverheadMB, max(p.Cores, 1)})
	}
	return x
}

// masterSize is the size of the container that an application starts with: its
// driver's in cluster mode, else a small one that only asks for others.
//
// Source: org.apache.spark.deploy.yarn.Client; https://spark.apache.org/docs/latest/running-on-yarn.html.
func masterSize(a manager.App) Resource {
	if a.Properties["spark.submit.deployMode"] != "cluster" {
		heap := memoryOf(a.Properties, "spark.yarn.am.memory", 512)
		more := memoryOf(a.Properties, "spark.yarn.am.memoryOverhead", max(heap/10, 384))
		return Resource{heap + more, number(a.Properties, "spark.yarn.am.cores", 1)}
	}
	heap, least, factor := memoryOf(a.Properties, "spark.driver.memory", 1024), int64(384), 0.1
	if newer(a.Version, 4, 0) {
		least = memoryOf(a.Properties, "spark.driver.minMemoryOverhead", least)
	}
	if f, err := strconv.ParseFloat(a.Properties["spark.driver.memoryOverheadFactor"], 64); err == nil && newer(a.Version, 3, 3) {
		factor = f
	}
	more := max(int64(factor*float64(heap)), least)
	more = memoryOf(a.Properties, "spark.yarn.driver.memoryOverhead", more) // its name before 2.3
	more = memoryOf(a.Properties, "spark.driver.memoryOverhead", more)
	return Resource{heap + more, number(a.Properties, "spark.driver.cores", 1)}
}

// newer says whether a version of Spark is at least the given one; an unknown one is.
func newer(version string, major, minor int) bool {
	var a, b int
	if n, _ := fmt.Sscanf(version, "%d.%d", &a, &b); n < 2 {
		return true
	}
	return a > major || a == major && b >= minor
}

// memoryOf reads a property of memory; a number alone is MiB.
func memoryOf(properties map[string]string, key string, otherwise int64) int64 {
	if n, err := spec.ParseMiB(properties[key]); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func number(properties map[string]string, key string, otherwise int) int {
	if n, err := strconv.Atoi(properties[key]); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// duration reads a property of time; a number alone is milliseconds.
func duration(properties map[string]string, key string, otherwise time.Duration) time.Duration {
	if d, err := spec.ParseDuration(properties[key], time.Millisecond); err == nil && d > 0 {
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
	m.scheduler.Ask(now, x.id, Request{Priority: profile, Size: x.sizes[profile], Count: count})
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
