package settings

import (
	"cmp"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
	"dynalloc/traces"
)

// An App is what a fleet, a cluster and its own properties set for an application that has
// not arrived.
type App struct {
	Of           *traces.Application
	Spec         policies.Spec
	Version      spark.Version // whose rules apply
	Rules        policies.Rules
	Properties   spark.Properties // as the manager reads them
	Profiles     []Profile
	Local        bool             // the driver runs the tasks itself
	CoresMax     int              // spark.cores.max; 0: no limit
	MinExecutors int              // lower bound of the policy's targets
	Driver       spark.DriverSize // what the driver takes beside the executors
	ClusterMode  bool             // the manager finds room for the driver

	Dynamic        bool // dynamic allocation is on
	Service        bool // the shuffle service keeps shuffle files
	Remote         bool // a remote service does, away from all nodes
	Decommissions  bool // executors are decommissioned, not killed
	Migrates       bool // and move their blocks first
	TracksShuffle  bool // executors with shuffle files are kept
	RemovalDelayed bool // the driver sees a kill late
}

// A Profile is how large an executor of a resource profile is, and how many tasks it runs.
type Profile struct {
	Cores    int32 // of one executor; 0: all that a worker can give
	MemoryMB int64 // of one executor, overhead included
	HeapMB   int64 // of that, its heap
	TaskCPUs int32
	Limit    int32 // most tasks that custom resources allow; 0: no limit
}

// Describe sets what an application has on a cluster under a fleet. It uses the memory of
// what was there before.
func (x *App) Describe(c *cluster.Cluster, f policies.Fleet, app *traces.Application) error {
	spec, err := On(c, f, app)
	if err != nil {
		return err
	}
	*x = App{
		Of: app, Spec: spec, Version: spark.ParseVersion(cmp.Or(spec.Version, app.SparkVersion)), Properties: PropertiesOn(c, app, spec),
		Local: runsLocally(f, app), CoresMax: spec.CoresMax, MinExecutors: spec.Limits().Min, Profiles: x.Profiles[:0],
	}
	keeps := &x.Spec.Protection
	x.Rules = policies.RulesOf(cmp.Or(spec.Version, app.SparkVersion))
	x.Dynamic, x.Service, x.Decommissions, x.Migrates = spec.Dynamic(), keeps.Service, keeps.Decommission, keeps.Decommission && keeps.Migration
	x.Remote = keeps.Remote || RemoteShuffle(app) && !keeps.Unprotected
	x.TracksShuffle = x.Dynamic && keeps.Tracking && !keeps.Service
	x.RemovalDelayed = x.Rules.RemovalDelay && c.Traits().DelaysRemoval
	for _, p := range app.Profiles {
		x.Profiles = append(x.Profiles, x.profile(p))
	}
	if x.Local {
		x.runInDriver()
		return nil
	}
	x.Driver = c.DriverSize(x.Properties, x.Version)
	x.ClusterMode = x.Properties.ClusterMode() && !c.Assumed
	return nil
}

// profile is a resource profile under the spec, which may set the size of an executor of
// the default profile.
func (x *App) profile(p traces.Profile) Profile {
	cores, heap, overhead := p.Cores, p.MemoryMB, p.OverheadMB
	if p.ID == 0 && x.Spec.Cores > 0 {
		cores = x.Spec.Cores
	}
	if p.ID == 0 && x.Spec.MemoryMB > 0 && x.Spec.MemoryMB != heap { // else the log's own overhead stands
		heap, overhead = x.Spec.MemoryMB, x.Of.Properties.RuledOverheadMB(x.Version, x.Spec.MemoryMB)
	}
	return Profile{Cores: int32(cores), MemoryMB: heap + overhead, HeapMB: heap, TaskCPUs: int32(max(p.TaskCPUs, 1)), Limit: int32(p.Limit)}
}

// runsLocally reports whether an application is replayed in local mode under a fleet: its
// driver runs the tasks. Under policies other than "recorded" it is replayed as if it had
// run on the cluster.
func runsLocally(f policies.Fleet, app *traces.Application) bool {
	spec, _ := f.For(app.Name, app.Class)
	return app.LocalCores > 0 && spec.Recorded()
}

// runInDriver makes the application's only executor: its driver.
func (x *App) runInDriver() {
	p := &x.Profiles[0]
	driver := spark.OverheadRule{}.DriverSize(x.Properties, x.Version)
	p.Cores, p.Limit, p.HeapMB, p.MemoryMB = int32(x.Of.LocalCores), 0, driver.HeapMB, driver.HeapMB
	x.CoresMax = 0
}

// Slots is how many tasks an executor with so many cores runs at one time.
func (p *Profile) Slots(cores int32) int32 {
	n := cores / p.TaskCPUs
	if p.Limit > 0 {
		n = min(n, p.Limit)
	}
	return max(n, 1)
}

// AssumedSlots is how many tasks the driver counts on for each executor. Where executor
// cores are unset that is one, although a standalone worker may give it more (SPARK-30299).
func (p *Profile) AssumedSlots() int {
	if p.Cores == 0 {
		return 1
	}
	return int(p.Slots(p.Cores))
}

// ForManager is the application as its manager sees it; index is that in the workload.
func (x *App) ForManager(index int) *manager.App {
	m := &manager.App{
		Index: index, ID: x.Of.ID, Name: x.Of.Name, Class: x.Of.Class, User: x.Of.User, Queue: x.Of.Queue,
		Version: x.Version, Properties: x.Properties, ClusterMode: x.ClusterMode, Driver: x.Driver,
		CoresMax: x.CoresMax, Least: x.MinExecutors, Profiles: make([]manager.Profile, len(x.Profiles)),
	}
	for i, p := range x.Profiles {
		m.Profiles[i] = manager.Profile{Cores: int(p.Cores), TaskCPUs: int(p.TaskCPUs), HeapMB: p.HeapMB, OverheadMB: p.MemoryMB - p.HeapMB}
	}
	return m
}

// Fits returns why the application could not run even on the empty cluster.
func (x *App) Fits(m manager.Manager, seen *manager.App) error {
	if x.Local {
		return nil
	}
	return manager.Fits(m, *seen)
}

// MostSlots is how many slots of the default profile the policy, the application's limits
// and a cluster of so many cores allow.
func (x *App) MostSlots(capacity int) int {
	p := &x.Profiles[0]
	most := capacity / int(p.TaskCPUs)
	if x.CoresMax > 0 {
		most = min(most, x.CoresMax/int(p.TaskCPUs))
	}
	if p.Cores > 0 {
		most = min(most, x.Spec.Limits().Max*int(p.Slots(p.Cores)))
	}
	return most
}
