package replay

import (
	"maps"
	"strings"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/traces"
)

// specOn is SpecFor on a cluster: what the manager does not have is refused. An
// application whose own log asks for it, written on a cluster that has it, is
// taken to be set up for this one, with shuffle tracking.
func specOn(c *cluster.Cluster, f policies.Fleet, app *traces.Application) (policies.Spec, error) {
	spec, err := SpecFor(f, app)
	if err != nil || c.Manager != "kubernetes" || !spec.Protection.Service {
		return spec, err
	}
	if rule, _ := f.For(app.Name, app.Class); !rule.Recorded() {
		return spec, kubernetes.CheckShuffle(!spec.Protection.Unprotected)
	}
	spec.Protection.Service, spec.Protection.Tracking = false, true
	return spec, nil
}

// propertiesOn are an application's under a spec, as its manager reads them.
func propertiesOn(c *cluster.Cluster, app *traces.Application, spec policies.Spec) spark.Properties {
	if c.Manager == "standalone" {
		return app.Properties // the Master looks at nothing that a spec sets
	}
	properties := spark.Properties{}
	maps.Copy(properties, app.Properties)
	maps.DeleteFunc(properties, func(key, _ string) bool { return strings.HasPrefix(key, "spark.dynamicAllocation.") })
	for line := range strings.Lines(spec.Conf()) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		properties[key] = value
	}
	return properties
}

// yarnLag is how long a driver on YARN takes to see that an executor is gone
// which it gave back: the release rides on the next heartbeat of the application
// master (every 3 s if nothing is asked for), the node manager's heartbeat (1 s)
// and a query of the reason follow.
const yarnLag = 2500 * time.Millisecond
