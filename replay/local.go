package replay

import (
	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/host"
	"dynalloc/traces"
)

// An application in local mode runs its tasks in its driver, on a machine outside the
// cluster. No manager grants anything, no executor starts, and nothing that depends on
// the allocation differs from the recorded run, so that its tasks take their recorded
// times. Under policies other than "recorded" it is replayed as if it had run on
// the cluster.

// runsLocally reports whether an application is replayed in local mode under a fleet.
func runsLocally(f policies.Fleet, app *traces.Application) bool {
	spec, _ := f.For(app.Name, app.Class)
	return app.LocalCores > 0 && spec.Recorded()
}

// runInDriver makes the application's only executor: its driver.
func (a *application) runInDriver() {
	p := &a.profiles[0]
	driver := spark.OverheadRule{}.DriverSize(a.properties, a.version)
	p.cores, p.limit, p.heapMB, p.memoryMB = int32(a.app.LocalCores), 0, driver.HeapMB, driver.HeapMB
	a.coresMax = 0
}

// driverSize is what the driver takes beside the executors.
func (a *application) driverSize(on *cluster.Cluster) spark.DriverSize {
	if a.local {
		return spark.DriverSize{}
	}
	return on.DriverSize(a.properties, a.version)
}

// toManager passes an event of the application to its manager. In local mode there is
// none, and the driver itself is the executor that the policy requests.
func (a *application) toManager(ev manager.Event) {
	ev.App = int(a.index)
	switch {
	case !a.local:
		a.engine.toManager(ev)
	case ev.Kind == manager.AppRegistered:
		outside := host.New(a.app.LocalCores, "", a.engine.now)
		outside.Outside = true
		a.engine.hosts = append(a.engine.hosts, outside)
		a.machine = len(a.engine.hosts) - 1
	case ev.Kind == manager.TotalAsked:
		a.grant(manager.Action{Node: a.machine, Cores: a.app.LocalCores})
	case ev.Kind == manager.AppFinished:
		a.engine.hosts[a.machine].Leave(a.engine.now)
	}
}

// fits returns why the application could not run even on the empty cluster.
func (a *application) fits(on *cluster.Cluster, m manager.Manager) error {
	if a.local {
		return nil
	}
	return manager.Fits(m, a.managerApp(on))
}
