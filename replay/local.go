package replay

import "dynalloc/replay/cluster/manager"

// An application in local mode runs its tasks in its driver, on a machine outside the
// cluster. No manager grants anything, no executor starts, and nothing that depends on
// the allocation differs from the recorded run, so that its tasks take their recorded
// times. Under policies other than "recorded" it is replayed as if it had run on
// the cluster.

// toManager passes an event of the application to its manager. In local mode there is
// none, and the driver itself is the executor that the policy requests.
func (a *application) toManager(ev manager.Event) {
	ev.App = int(a.index)
	switch {
	case !a.settings.Local:
		a.engine.toManager(ev)
	case ev.Kind == manager.AppRegistered:
		e := a.engine
		e.addHost(a.app.LocalCores, -1, e.now)
		a.machine = len(e.hosts) - 1
	case ev.Kind == manager.TotalAsked:
		a.grant(manager.Action{Node: a.machine, Cores: a.app.LocalCores})
	case ev.Kind == manager.AppFinished:
		a.engine.hosts[a.machine].Leave(a.engine.now)
	}
}
