package replay

import (
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
)

// managerApp is the application as its manager sees it.
func (a *application) managerApp(on *cluster.Cluster) manager.App {
	m := manager.App{
		Index: int(a.index), ID: a.app.ID, Name: a.app.Name, Class: a.app.Class, User: a.app.User, Queue: a.app.Queue,
		Version: a.version, Properties: a.properties, ClusterMode: a.properties.ClusterMode() && !on.Assumed, Driver: a.driverSize(on),
		CoresMax: a.coresMax, Least: a.minExecutors,
	}
	for i := range a.profiles {
		p := &a.profiles[i]
		m.Profiles = append(m.Profiles, manager.Profile{Cores: int(p.cores), TaskCPUs: int(p.taskCPUs), HeapMB: p.heapMB, OverheadMB: p.memoryMB - p.heapMB})
	}
	return m
}

// toManager passes an event to the manager, which is served at the end of the instant.
func (e *Engine) toManager(ev manager.Event) {
	ev.At = e.now
	e.managerDirty = true
	e.manager.Observe(ev)
}

// serve calls the manager if it observed an event or asked to be called now, and
// repeats this until its actions cause no further event.
func (e *Engine) serve() {
	for e.managerDirty && e.err == nil {
		if until := e.managerAwayUntil(); until > e.now {
			e.serveAt(until)
			return
		}
		e.managerDirty, e.lastServed = false, e.now
		for _, act := range e.manager.Serve(e.now) {
			e.apply(act)
		}
		if next := e.manager.Next(); next != manager.Never {
			e.serveAt(max(next, e.now))
		}
	}
}

// apply carries out the manager's decisions.
func (e *Engine) apply(act manager.Action) {
	switch act.Kind {
	case manager.NodeUp:
		e.hosts[act.Node].join(e.now)
	case manager.NodeDown:
		e.hosts[act.Node].leave(e.now)
	case manager.Announce:
		for a, x := range e.executorsOn(act.Node) {
			a.reclaimNotice(x)
		}
	case manager.PlaceDriver:
		e.apps[act.App].driverPlaced = true
		e.apps[act.App].begin()
	case manager.PlaceExecutor:
		e.apps[act.App].grant(act)
	case manager.Preempt:
		e.apps[act.App].preempted(act.Container)
	}
}

// serveAt schedules a call of the manager at a later time.
func (e *Engine) serveAt(at time.Duration) {
	if at != e.nextService {
		e.nextService = at
		e.schedule(at, managerActs, 0)
	}
}

// managerIsDue marks the manager to be served in this instant, if it still wants to be
// called at this time.
func (e *Engine) managerIsDue(int32) {
	e.managerDirty = e.managerDirty || e.manager.Next() <= e.now
}

// A requestQueue remembers when the executors of a profile were requested, as Spark's
// driver does for the Request Time in its log (CoarseGrainedSchedulerBackend.
// updateExecRequestTimes): a rising target adds requests, a falling one cancels the
// latest, and each granted executor answers the oldest.
type requestQueue struct {
	batches []requestBatch
	last    time.Duration // the latest request
}

// A requestBatch is a number of executors that were requested at one time.
type requestBatch struct {
	n  int
	at time.Duration
}

// change updates the requests after the target has changed by delta.
func (q *requestQueue) change(delta int, now time.Duration) {
	if delta > 0 {
		q.batches = append(q.batches, requestBatch{delta, now})
		q.last = now
	}
	for delta < 0 && len(q.batches) > 0 {
		b := &q.batches[len(q.batches)-1]
		back := min(-delta, b.n)
		b.n -= back
		delta += back
		if b.n == 0 {
			q.batches = q.batches[:len(q.batches)-1]
		}
	}
}

// answer returns when the executor that is granted now was requested. An executor
// without an open request answers the latest one.
func (q *requestQueue) answer() time.Duration {
	if len(q.batches) == 0 {
		return q.last
	}
	at := q.batches[0].at
	if q.batches[0].n--; q.batches[0].n == 0 {
		q.batches = q.batches[1:]
	}
	return at
}
