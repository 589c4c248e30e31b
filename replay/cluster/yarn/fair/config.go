package fair

import (
	"math"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Config is what a queue file and a yarn-site.xml say. [Read] makes one.
type Config struct {
	queues map[string]*queueConfig // by full name; only looked up
	order  []*queueConfig          // as the file declares them, children before their parents
	rules  []*placementRule        // nil: by userAsDefaultQueue and undeclaredQueues

	// Defaults for queues and users of which the file says nothing.
	queueMaxResources  limit
	queueMaxApps       int
	userMaxApps        int
	maxAMShare         float32
	minShareTimeout    time.Duration
	fairShareTimeout   time.Duration
	fairShareThreshold float32
	policy             policy

	maxAppsOfUser map[string]int

	siteConfig
}

// A siteConfig is what yarn-site.xml says.
type siteConfig struct {
	smallest, largest scheduler.Resource // container
	increment         scheduler.Resource // sizes of containers are multiples of it

	preemption           bool
	utilizationThreshold float32         // part of the cluster in use from which on there is preemption
	waitBeforeKill       time.Duration   // from marking a container
	waitBeforeCheck      time.Duration   // after that, until starvation is looked for again
	amPreemption         bool            // application masters may be preempted
	amPreemptionOf       map[string]bool // the same by queue
	updateInterval       time.Duration

	assignMultiple   bool // more than one container in a heartbeat
	dynamicMaxAssign bool // up to half of the node's free resources
	maxAssign        int  // containers in a heartbeat; 0 or less: no limit

	sizeBasedWeight bool
	reservableNodes float32 // part of the nodes that an application may reserve
	reserveFrom     float32 // increments that a container has at least for which a node is reserved

	userAsDefaultQueue bool
	undeclaredQueues   bool // queues that the file does not declare may be created
}

// A queueConfig is what the file says of a queue; nil is what it does not say.
type queueConfig struct {
	path               string // root.a.b
	line               int    // where the file declares it first
	leaf               bool
	declared           bool
	minResources       scheduler.Resource
	maxResources       *limit
	maxChildResources  *limit // of children that are not declared
	maxContainer       *scheduler.Resource
	maxRunningApps     *int
	maxAMShare         *float32
	weight             *float32
	policy             *policy
	minShareTimeout    *time.Duration
	fairShareTimeout   *time.Duration
	fairShareThreshold *float32
	notPreemptable     bool
}

// never is a timeout that does not come.
const never = time.Duration(math.MaxInt64)

// newConfig is the configuration without any file.
//
// Source: FairSchedulerConfiguration and AllocationConfiguration;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func newConfig() *Config {
	return &Config{
		queues:             map[string]*queueConfig{},
		queueMaxResources:  limit{fixed: scheduler.Unbounded},
		queueMaxApps:       math.MaxInt32,
		userMaxApps:        math.MaxInt32,
		maxAppsOfUser:      map[string]int{},
		maxAMShare:         0.5,
		minShareTimeout:    never,
		fairShareTimeout:   never,
		fairShareThreshold: 0.5,
		siteConfig: siteConfig{
			increment:            scheduler.NewResource(1024, 1),
			utilizationThreshold: 0.8,
			waitBeforeKill:       15 * time.Second,
			waitBeforeCheck:      10 * time.Second,
			amPreemption:         true,
			amPreemptionOf:       map[string]bool{},
			updateInterval:       500 * time.Millisecond,
			dynamicMaxAssign:     true,
			maxAssign:            -1,
			reservableNodes:      0.05,
			reserveFrom:          2,
			userAsDefaultQueue:   true,
			undeclaredQueues:     true,
		},
	}
}

// UpdateInterval is the time between two rounds of the update thread.
func (c *Config) UpdateInterval() time.Duration { return c.updateInterval }

// queue is what the file says of a queue, which may be nothing.
func (c *Config) queue(path string) *queueConfig {
	if q := c.queues[path]; q != nil {
		return q
	}
	return &queueConfig{path: path}
}

func (c *Config) policyOf(path string) policy { return orElse(c.queue(path).policy, c.policy) }

// declared lists the leaf queues or the parent queues of the file, in the order of
// the hash set in which YARN keeps them.
func (c *Config) declared(leaf bool) []string {
	var paths []string
	for _, q := range c.order {
		if q.leaf == leaf {
			paths = append(paths, q.path)
		}
	}
	return java.HashOrder(paths, java.StringHash)
}

func (c *Config) maxApps(user string) int {
	if n, ok := c.maxAppsOfUser[user]; ok {
		return n
	}
	return c.userMaxApps
}

// mayPreemptMasters says whether the application masters of a queue may be preempted.
func (c *Config) mayPreemptMasters(queue string) bool {
	if may, ok := c.amPreemptionOf[queue]; ok {
		return may
	}
	return c.amPreemption
}

// reservationThreshold is the smallest container for which a node is reserved.
func (c *Config) reservationThreshold() scheduler.Resource {
	return c.increment.Times(float64(c.reserveFrom))
}

// assignMore says whether a heartbeat goes on after it has assigned count containers
// of size sum, on a node of which half was free.
func (c *Config) assignMore(count int, sum, half scheduler.Resource) bool {
	switch {
	case !c.assignMultiple:
		return false
	case c.dynamicMaxAssign:
		return sum.FitsIn(half)
	}
	return c.maxAssign <= 0 || count < c.maxAssign
}

// orElse is what p points to, or x if p is nil.
func orElse[T any](p *T, x T) T {
	if p != nil {
		return *p
	}
	return x
}
