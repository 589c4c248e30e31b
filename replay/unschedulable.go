package replay

import (
	"cmp"
	"fmt"

	"dynalloc/replay/settings"
)

// An AppError says why one application cannot be replayed, and Unschedulable finds the
// applications that cannot even start.
type AppError = settings.AppError

var Unschedulable = settings.Unschedulable

// explainStuck says why an application never ended.
func (e *Engine) explainStuck(index int) *AppError {
	err := &AppError{App: index, Policy: e.fleet.Name, Of: e.workload.Apps[index], Reason: "it never ends: it wants no executor although tasks wait"}
	a := e.apps[index]
	if a == nil {
		return err
	}
	for i := range a.profiles {
		p := &a.profiles[i]
		switch {
		case p.asked <= p.granted:
		case a.settings.CoresMax > 0 && a.coresHeld+int(p.Cores) > a.settings.CoresMax:
			err.Reason = fmt.Sprintf("it never gets an executor of %d cores: it holds %d, and spark.cores.max is %d", p.Cores, a.coresHeld, a.settings.CoresMax)
		default:
			err.Reason = fmt.Sprintf("it never gets an executor of %d cores and %d MiB: the resources that it needs are never released%s", p.Cores, p.MemoryMB, e.heldByDrivers())
		}
	}
	return err
}

// heldByDrivers says, where the manager runs drivers, that they may be what holds a
// cluster on which nothing moves.
func (e *Engine) heldByDrivers() string {
	drivers := 0
	for _, a := range e.apps {
		if a != nil && a.driverPlaced {
			drivers++
		}
	}
	if drivers == 0 {
		return ""
	}
	return fmt.Sprintf("; %d drivers hold some of them: give the cluster more nodes, or let fewer drivers run at a time", drivers)
}

// reproducer says how to see what happens to an application, which is an error of this
// program.
func (e *Engine) reproducer(index int) string {
	app := e.workload.Apps[index]
	return fmt.Sprintf("; this is an error of dynalloc: report it with the log and this command: dynalloc replay %s --policy '%s'%s --seed %d --app '%s'",
		cmp.Or(app.Path, e.workload.Name), e.result.Apps[index].Policy, e.config.Cluster.Flag(), e.config.Seed, app.ID)
}
