package replay

import (
	"fmt"
	"maps"
	"strings"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
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

// specOn is SpecFor on a cluster. Where that has no external shuffle service, a
// spec that asks for one is refused, unless it comes from the log: the application
// ran on a cluster that had one, and is taken to be set up for this one with
// shuffle tracking, unless a remote service keeps its shuffle files.
func specOn(c *cluster.Cluster, f policies.Fleet, app *traces.Application) (policies.Spec, error) {
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

// propertiesOn returns an application's properties under a spec, as its manager
// reads them: of dynamic allocation only what the spec sets is left.
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

// A profile is a resource profile at run time: how large an executor is, how
// many tasks it runs, and how many are wanted and held.
type profile struct {
	cores    int32 // of one executor; 0: all that a worker can give
	memoryMB int64 // of one executor, overhead included
	heapMB   int64 // of that, its heap
	taskCPUs int32
	limit    int32            // most tasks that custom resources allow; 0: no limit
	asked    int              // executors wanted in all
	requests latency.Requests // for those that have not come
	granted  int              // executors held
}

// profileOf is a resource profile under a spec, which may set the size of an
// executor of the default profile.
func (a *application) profileOf(p traces.Profile, spec policies.Spec) profile {
	cores, heap, overhead := p.Cores, p.MemoryMB, p.OverheadMB
	if p.ID == 0 && spec.Cores > 0 {
		cores = spec.Cores
	}
	if p.ID == 0 && spec.MemoryMB > 0 && spec.MemoryMB != heap { // else the log's own overhead stands
		heap, overhead = spec.MemoryMB, a.app.Properties.RuledOverheadMB(a.version, spec.MemoryMB)
	}
	return profile{cores: int32(cores), memoryMB: heap + overhead, heapMB: heap, taskCPUs: int32(max(p.TaskCPUs, 1)), limit: int32(p.Limit)}
}

// slots is how many tasks an executor with so many cores runs at one time.
func (p *profile) slots(cores int32) int32 {
	n := cores / p.taskCPUs
	if p.limit > 0 {
		n = min(n, p.limit)
	}
	return max(n, 1)
}

// assumedSlots is how many tasks the driver counts on for each executor. Where
// executor cores are unset that is one, although a standalone worker may give it
// more (SPARK-30299).
func (p *profile) assumedSlots() int {
	if p.cores == 0 {
		return 1
	}
	return int(p.slots(p.cores))
}
