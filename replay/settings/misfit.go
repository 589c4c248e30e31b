package settings

import (
	"fmt"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// An AppError says why one application cannot be replayed. Without it the rest
// of the workload may be.
type AppError struct {
	App    int    // index into Workload.Apps
	Policy string // the fleet's name
	Reason string // one clause, with what to do about it
	Of     *traces.Application
}

func (e *AppError) Error() string {
	return fmt.Sprintf("application %s (%s) under policy %s: %s", e.Of.ID, e.Of.Name, e.Policy, e.Reason)
}

// Unschedulable finds the applications that cannot even start under a fleet: Spark
// does not accept the settings in their logs, or an executor of theirs fits on no
// node of the cluster.
func Unschedulable(w *traces.Workload, f policies.Fleet, c cluster.Cluster) []*AppError {
	var found []*AppError
	empty, broken := c.NewManager(0)
	var a App
	for i, app := range w.Apps {
		err := a.Describe(&c, f, app)
		if err == nil {
			err = broken
		}
		if err == nil {
			err = a.Fits(empty, a.ForManager(i))
		}
		if err != nil {
			found = append(found, &AppError{App: i, Policy: f.Name, Reason: err.Error(), Of: app})
		}
	}
	return found
}
