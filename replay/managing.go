package replay

import (
	"time"

	"dynalloc/replay/cluster/manager"
)

// managerApp is the application as its manager sees it.
func (a *application) managerApp() manager.App {
	m := manager.App{
		Index: int(a.index), ID: a.app.ID, Name: a.app.Name, Class: a.app.Class, User: a.app.User, Queue: a.app.Queue,
		Version: a.version, Properties: a.properties, ClusterMode: a.properties.ClusterMode(),
		Driver:   a.engine.config.Cluster.DriverSize(a.properties, a.version),
		CoresMax: a.coresMax, Least: a.minExecutors,
	}
	for i := range a.profiles {
		m.Profiles = append(m.Profiles, a.profiles[i].managerProfile())
	}
	return m
}

func (p *profile) managerProfile() manager.Profile {
	return manager.Profile{Cores: int(p.cores), TaskCPUs: int(p.taskCPUs), HeapMB: p.heapMB, OverheadMB: p.memoryMB - p.heapMB}
}

// toManager hands an event to the manager, which is served at the end of the
// instant.
func (e *Engine) toManager(ev manager.Event) {
	ev.At = e.now
	e.managerDirty = true
	e.manager.Observe(ev)
}

// serve lets the manager act if anything was told to it, or if its time has
// come, until nothing more follows from what it did.
func (e *Engine) serve() {
	for e.managerDirty && e.err == nil {
		if until := e.managerAwayUntil(); until > e.now {
			e.serveAt(until)
			return
		}
		e.managerDirty, e.lastServed = false, e.now
		e.apply(e.manager.Serve(e.now))
	}
}

// apply does what the manager decided.
func (e *Engine) apply(actions []manager.Action) {
	for _, act := range actions {
		switch act.Kind {
		case manager.NodeUp:
			e.hosts[act.Node].join(e.now)
			continue
		case manager.NodeDown:
			e.hosts[act.Node].leave(e.now)
			continue
		case manager.Announce:
			e.announceNode(act.Node)
			continue
		}
		a := e.apps[act.App]
		switch act.Kind {
		case manager.PlaceDriver:
			a.driverPlaced = true
			a.begin()
		case manager.PlaceExecutor:
			a.grant(act)
		case manager.Preempt:
			a.preempted(act.Container)
		}
	}
	if next := e.manager.Next(); next != manager.Never {
		e.serveAt(max(next, e.now))
	}
}

// serveAt has the manager served at a later time.
func (e *Engine) serveAt(at time.Duration) {
	if at != e.nextService {
		e.nextService = at
		e.queue.push(scheduled{at: at, app: -1}, becomesReady, managerActs)
	}
}
