package kubernetes

import (
	"cmp"
	"embed"
	"io"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// Example has a documented cluster, and the help of its settings.
//
//go:embed example
var Example embed.FS

// Options describe a Kubernetes cluster besides its nodes. The zero value is a
// cluster with nothing configured: no quotas, one priority, no queue, no autoscaler.
// Names in YAML are those of Kubernetes, Kueue and the cluster autoscaler.
type Options struct {
	// Drivers: "pods" (default), as in cluster mode, or "outside" the cluster, as
	// in client mode.
	Drivers string `yaml:"drivers"`
	// ScoringStrategy of kube-scheduler's NodeResourcesFit: "LeastAllocated"
	// (default), which spreads, or "MostAllocated", which packs.
	ScoringStrategy string          `yaml:"scoringStrategy"`
	Namespaces      []Namespace     `yaml:"namespaces"`
	PriorityClasses []PriorityClass `yaml:"priorityClasses"`
	// Applications says where applications go; the first that matches counts.
	Applications   []Placement     `yaml:"applications"`
	ClusterQueues  []ClusterQueue  `yaml:"clusterQueues"`
	GangScheduling *GangScheduling `yaml:"gangScheduling"` // nil: none
	NodePools      []NodePool      `yaml:"nodePools"`
	Autoscaler     *Autoscaler     `yaml:"clusterAutoscaler"` // nil: none
	// WatchDelay is how long Spark's driver takes to see changes of its pods.
	WatchDelay time.Duration `yaml:"watchDelay"`
	// PodStartup is the time from the binding of a pod until it runs: the image is
	// pulled and the container starts. It is part of the executor's start-up time and
	// not added to it; here it only decides which pods count as pending.
	PodStartup time.Duration `yaml:"podStartup"`
	// TerminationDelay is how long a preempted pod still holds the resources of its
	// node, at most its grace period.
	TerminationDelay time.Duration `yaml:"terminationDelay"`
}

// Parse reads nothing: the text form has no settings of Kubernetes.
func (o *Options) Parse(*spec.Decoder) {}

// Load has nothing to read; New checks the options.
func (o *Options) Load([]manager.Node, func(string) (io.ReadCloser, error)) ([]note.Note, error) {
	return nil, nil
}

// New makes a manager of these nodes, see [New].
func (o *Options) New(nodes []manager.Node, seed uint64) (manager.Manager, error) {
	return New(*o, nodes, seed)
}

// String is empty, as Parse reads nothing.
func (o *Options) String() string { return "" }

// Short is empty.
func (o *Options) Short() string { return "" }

// A Namespace may have a quota.
type Namespace struct {
	Name          string         `yaml:"name"`
	ResourceQuota *ResourceQuota `yaml:"resourceQuota"` // nil: none
}

// A ResourceQuota limits what the pods of a namespace request together. A pod that
// would exceed it is not created.
type ResourceQuota struct {
	CPU    *CPU    `yaml:"requests.cpu"`    // nil: no limit
	Memory *Memory `yaml:"requests.memory"` // nil: no limit
	Pods   *int    `yaml:"pods"`            // nil: no limit
}

// A PriorityClass gives pods a priority.
type PriorityClass struct {
	Name             string `yaml:"name"`
	Value            int    `yaml:"value"` // -2147483648 to 1000000000
	GlobalDefault    bool   `yaml:"globalDefault"`
	PreemptionPolicy string `yaml:"preemptionPolicy"` // "PreemptLowerPriority" (default) or "Never"
}

// A Placement says where the applications of some classes go.
type Placement struct {
	Class                   string   `yaml:"class"`                   // of the application; '*' stands for any text
	Namespace               string   `yaml:"namespace"`               // empty: the application's queue, else spark.kubernetes.namespace, else "default"
	PriorityClassName       string   `yaml:"priorityClassName"`       // of its pods; empty: the global default
	DriverPriorityClassName string   `yaml:"driverPriorityClassName"` // of its driver; empty: as the others
	NodePools               []string `yaml:"nodePools"`               // of its executors; empty: any
	DriverNodePools         []string `yaml:"driverNodePools"`         // of its driver; empty: any
}

// A ClusterQueue is one of Kueue: pods of its namespaces start when it admits them.
type ClusterQueue struct {
	Name             string   `yaml:"name"`
	Cohort           string   `yaml:"cohortName"` // empty: none to borrow from
	Namespaces       []string `yaml:"namespaces"` // that have a local queue of it
	QueueingStrategy string   `yaml:"queueingStrategy"`
	// Admission: "pods" (default) admits each pod by itself; "application" admits the
	// driver and the minimum number of executors together or not at all, and each
	// further executor by itself.
	Admission  string              `yaml:"admission"`
	CPU        *QueueQuota[CPU]    `yaml:"cpu"`    // nil: not limited
	Memory     *QueueQuota[Memory] `yaml:"memory"` // nil: not limited
	Pods       *QueueQuota[int]    `yaml:"pods"`   // nil: not limited
	Preemption QueuePreemption     `yaml:"preemption"`
}

// A QueueQuota is a cluster queue's share of the processors, of the memory, or of a
// number of pods.
type QueueQuota[T CPU | Memory | int] struct {
	Nominal   T  `yaml:"nominalQuota"`
	Borrowing *T `yaml:"borrowingLimit"` // nil: no limit
	Lending   *T `yaml:"lendingLimit"`   // nil: no limit
}

// A QueuePreemption says which pods those of a cluster queue may preempt.
type QueuePreemption struct {
	ReclaimWithinCohort string `yaml:"reclaimWithinCohort"` // "Never" (default), "LowerPriority" or "Any"
	WithinClusterQueue  string `yaml:"withinClusterQueue"`  // "Never" (default), "LowerPriority" or "LowerOrNewerEqualPriority"
}

// GangScheduling is YuniKorn's: placeholders hold room for an application's minimum
// number of executors, and its driver starts when all of them have room.
type GangScheduling struct {
	PlaceholderTimeout *time.Duration `yaml:"placeholderTimeout"` // from the binding of the first placeholder; default 15m
}

// A NodePool says how the nodes of one label are added and removed. A node whose label
// belongs to no pool is always there.
type NodePool struct {
	Name      string         `yaml:"name"`
	Min       int            `yaml:"min"`              // nodes that the autoscaler does not remove
	Max       *int           `yaml:"max"`              // nil: all nodes of the cluster with the pool's label
	Initial   *int           `yaml:"initial"`          // nodes at the start; nil: min with an autoscaler, all without
	Provision *time.Duration `yaml:"provisioningTime"` // from the request for a node until pods can be placed; default 3m30s
	Spot      *Spot          `yaml:"spot"`             // nil: nodes are not reclaimed
}

// Spot describes the nodes of a pool that the provider reclaims, and replaces after the
// pool's provisioning time. Drivers are never placed on them.
type Spot struct {
	MeanLifetime time.Duration `yaml:"meanLifetime"` // of a node, exponentially distributed; 0: only the listed reclaims
	Reclaims     []Reclaim     `yaml:"reclaims"`
	Notice       time.Duration `yaml:"notice"` // before a reclaim; from then on no pod is placed on the node
}

// A Reclaim takes away one node of a pool.
type Reclaim struct {
	Node int           `yaml:"node"` // number in the pool, from 0
	At   time.Duration `yaml:"at"`
}

// An Autoscaler is the cluster autoscaler, with its flags.
type Autoscaler struct {
	ScanInterval    *time.Duration `yaml:"scan-interval"`                   // default 10s
	UnneededTime    *time.Duration `yaml:"scale-down-unneeded-time"`        // default 10m
	DelayAfterAdd   *time.Duration `yaml:"scale-down-delay-after-add"`      // default 10m
	MaxParallelism  *int           `yaml:"max-scale-down-parallelism"`      // default 10
	Expander        string         `yaml:"expander"`                        // "least-waste" (default) or "most-pods"
	ExpendableBelow *int           `yaml:"expendable-pods-priority-cutoff"` // default -10
}

// Defaults; docs/KUBERNETES.md has their sources.
const (
	defaultScan        = 10 * time.Second
	defaultUnneeded    = 10 * time.Minute
	defaultAfterAdd    = 10 * time.Minute
	defaultParallelism = 10
	defaultCutoff      = -10
	defaultProvision   = 3*time.Minute + 30*time.Second
	defaultPlaceholder = 15 * time.Minute
)

// or is what p points to, or otherwise if p is nil.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func (o *Options) scoring() string { return cmp.Or(o.ScoringStrategy, leastAllocated) }
