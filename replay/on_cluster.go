package replay

import (
	"maps"
	"strings"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// specOn is SpecFor on a cluster: what the manager does not have is refused. An
// application whose own log asks for it, written on a cluster that has it, is
// taken to be set up for this one, with shuffle tracking.
func specOn(c *cluster.Cluster, f policies.Fleet, app *traces.Application) (policies.Spec, error) {
	spec, err := SpecFor(f, app)
	refused := c.Traits().NoShuffleService
	if err != nil || refused == nil || !spec.Protection.Service {
		return spec, err
	}
	if rule, _ := f.For(app.Name, app.Class); !rule.Recorded() {
		if spec.Protection.Unprotected {
			refused = nil
		}
		return spec, refused
	}
	spec.Protection.Service, spec.Protection.Tracking = false, true
	return spec, nil
}

// propertiesOn are an application's under a spec, as its manager reads them.
func propertiesOn(c *cluster.Cluster, app *traces.Application, spec policies.Spec) spark.Properties {
	if !c.Traits().ReadsPolicy {
		return app.Properties
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
