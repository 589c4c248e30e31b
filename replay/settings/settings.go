package settings

import (
	"fmt"
	"maps"
	"strings"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// SpecFor returns the spec that a fleet gives an application; for the spec
// "recorded" that is what the log's own settings mean.
func SpecFor(f policies.Fleet, app *traces.Application) (policies.Spec, error) {
	spec, ok := f.For(app.Name, app.Class)
	if !ok {
		return spec, fmt.Errorf("no rule of the fleet %q matches it; add *=SPEC as the last rule", f.Name)
	}
	if !spec.Recorded() {
		return spec, nil
	}
	master := app.Master
	if app.LocalCores > 0 {
		master = spark.LocalMaster
	}
	return policies.FromProperties(app.Properties, policies.AppInfo{
		SparkVersion: app.SparkVersion, Master: master, PeakExecutors: app.PeakExecutors(),
	})
}

// RemoteShuffle reports whether no shuffle file of an application is lost with an executor,
// as far as its settings tell.
func RemoteShuffle(app *traces.Application) bool {
	remote, _ := policies.RemoteShuffle(app.Properties, policies.AppInfo{SparkVersion: app.SparkVersion, Master: app.Master})
	return remote
}

// On is SpecFor on a cluster. Where that has no external shuffle service, a
// spec that asks for one is refused, unless it comes from the log: the application
// ran on a cluster that had one, and is taken to be set up for this one with
// shuffle tracking, unless a remote service keeps its shuffle files.
func On(c *cluster.Cluster, f policies.Fleet, app *traces.Application) (policies.Spec, error) {
	spec, err := SpecFor(f, app)
	refused := c.Traits().NoShuffleService
	if err != nil || refused == nil || !spec.Protection.Service {
		return spec, err
	}
	if rule, _ := f.For(app.Name, app.Class); rule.Recorded() {
		spec.Protection.Service, spec.Protection.Tracking = false, !spec.Protection.Remote
	} else if !spec.Protection.Unprotected {
		return spec, refused
	}
	return spec, nil
}

// PropertiesOn returns an application's properties under a spec, as its manager
// reads them: of dynamic allocation only what the spec sets is left.
func PropertiesOn(c *cluster.Cluster, app *traces.Application, spec policies.Spec) spark.Properties {
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
