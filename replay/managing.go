package replay

import (
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
)

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
		if until := cluster.AwayUntil(e.config.Faults, e.now, e.lastServed); until > e.now {
			e.serveAt(until)
			return
		}
		e.managerDirty, e.lastServed = false, e.now
		for _, act := range e.manager.Serve(e.now) {
			if e.apply(act); e.err != nil {
				return
			}
		}
		if next := e.manager.Next(); next != manager.Never {
			e.serveAt(max(next, e.now))
		}
	}
}

// ended asks the caller whether the replay ends early, in a manager that takes long.
func (e *Engine) ended() bool {
	e.watch()
	return e.err != nil
}

// apply carries out the manager's decisions.
func (e *Engine) apply(act manager.Action) {
	switch act.Kind {
	case manager.NodeUp:
		e.hosts[act.Node].Join(e.now)
	case manager.NodeDown:
		e.hosts[act.Node].Leave(e.now)
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
