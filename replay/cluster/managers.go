package cluster

import (
	"embed"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/standalone"
	"dynalloc/replay/cluster/yarn"
)

// table has a row for each cluster manager that is modeled. A new manager is a
// package below this one and a row here; nothing else compares names of managers.
var table = []row{
	{
		name:     "standalone",
		settings: func() manager.Settings { return standalone.Defaults() }, example: standalone.Example,
		Traits: Traits{
			Title: "A standalone cluster", RemovalLag: promptLag, DelaysRemoval: true,
			// A standalone cluster may stand in for one that the log does not name.
			Manages: func(spark.Master) bool { return true },
		},
	},
	{
		name:     "yarn",
		settings: func() manager.Settings { return new(yarn.Config) }, example: yarn.Example,
		Traits: Traits{
			Title: "YARN", Master: "yarn", Manages: spark.Master.YARN, ReadsPolicy: true,
			// The application master reports a release with its next heartbeat (every 3 s if
			// it requests nothing); the heartbeat of the node (1 s) and a query of the exit
			// reason follow.
			RemovalLag:  2500 * time.Millisecond,
			Overcommits: true, // DefaultResourceCalculator, the default of the capacity scheduler
		},
	},
	{
		name:     "kubernetes",
		settings: func() manager.Settings { return new(kubernetes.Options) }, example: kubernetes.Example,
		Traits: Traits{
			Title: "Kubernetes", Master: "k8s:", Manages: spark.Master.Kubernetes, ReadsPolicy: true,
			RemovalLag: promptLag, Overhead: spark.Kubernetes, NoShuffleService: kubernetes.ErrShuffleService,
			Caveat: kubernetes.Note, Page: "docs/KUBERNETES.md",
		},
	},
}

// promptLag is how long a driver takes to see that an executor which it killed is
// gone where nothing delays it: tens of milliseconds.
const promptLag = 50 * time.Millisecond

type row struct {
	name     string
	settings func() manager.Settings // with their defaults
	// example is a folder of that name with a documented cluster (cluster.yaml), the
	// files that it names, and the help of the manager's settings (help.txt).
	example embed.FS
	Traits
}

// Traits are the properties of a cluster manager that the rest of the program needs.
type Traits struct {
	Title string // as people write the manager's name, at the start of a sentence
	// Caveat limits every result on this manager; empty: there is none. Page is
	// where the documentation says what is modeled.
	Caveat, Page string
	// Manages reports whether a log with this master URL was written on the manager,
	// or may be taken for one. Master is the URL to assume for other logs.
	Manages func(spark.Master) bool
	Master  spark.Master
	// ReadsPolicy: the manager reads properties that a policy sets.
	ReadsPolicy bool
	// NoShuffleService is the error for policies that need the external shuffle service;
	// nil: the manager has one.
	NoShuffleService error
	// RemovalLag is the time from a kill until the driver sees that the executor is
	// gone. DelaysRemoval: where Spark's version has a delay of its own
	// (spark.standalone.executorRemoveDelayOnDisconnection), the lag is one of the
	// times of a replay instead.
	RemovalLag    time.Duration
	DelaysRemoval bool
	// Overcommits: the manager may place executors by memory alone, so that they hold more
	// cores than a node has.
	Overcommits bool
	// Overhead is the memory that the manager adds to that of Spark's rule for a driver.
	Overhead spark.OverheadRule
}

// Managers are the names of the cluster managers that are modeled.
func Managers() []string {
	var names []string
	for i := range table {
		names = append(names, table[i].name)
	}
	return names
}

// find returns the row of a manager; nil if there is none.
func find(name string) *row {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// row is that of the cluster's manager; a cluster without one is standalone.
func (c *Cluster) row() *row {
	if r := find(c.Manager); r != nil {
		return r
	}
	return &table[0]
}

// Traits are those of the cluster's manager.
func (c *Cluster) Traits() *Traits { return &c.row().Traits }

// MasterOf is the master URL under which an application runs on the cluster: that
// of its log, unless the log was written on another manager.
func (t *Traits) MasterOf(logged spark.Master) spark.Master {
	if t.Manages(logged) {
		return logged
	}
	return t.Master
}

// settings are those of the cluster's manager, by default the manager's defaults.
func (c *Cluster) settings() manager.Settings {
	if c.Settings != nil {
		return c.Settings
	}
	return c.row().settings()
}

// NewManager makes the cluster's manager, with nothing running on it.
func (c *Cluster) NewManager(seed uint64) (manager.Manager, error) {
	if err := c.checkPools(); err != nil {
		return nil, err
	}
	return c.settings().New(c.Nodes(), seed)
}

// DriverSize returns the cores and memory of a driver on the cluster. Managers add
// different overheads to its heap.
func (c *Cluster) DriverSize(p spark.Properties, v spark.Version) spark.DriverSize {
	return c.Traits().Overhead.DriverSize(p, v)
}

// Refuses returns the reason why a fleet cannot run on the cluster at all; nil if it
// can.
func (c *Cluster) Refuses(f policies.Fleet) error {
	for _, r := range f.Rules {
		if p := &r.Spec.Protection; p.Service && !p.Unprotected && !r.Spec.Recorded() {
			return c.Traits().NoShuffleService
		}
	}
	return nil
}
