package fair

import (
	"math"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Config is the content of a queue file and a yarn-site.xml. [Read] makes one.
type Config struct {
	queues map[string]*queueConfig // by full name; only looked up
	order  []*queueConfig          // as the file declares them, children before their parents
	rules  []*placementRule        // nil: by userAsDefaultQueue and undeclaredQueues

	// Defaults for queues and users without an entry in the file.
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

// A queueConfig is the configuration of one queue in the file; nil fields are not set.
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

// never is a timeout that never passes.
const never = time.Duration(math.MaxInt64)

// newConfig is the configuration of an empty queue file (AllocationConfiguration).
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
	}
}

// UpdateInterval is the time between two rounds of the update thread.
func (c *Config) UpdateInterval() time.Duration { return c.updateInterval }

// queue returns the configuration of a queue; nil if the file has none.
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

// mayPreemptMasters reports whether the application masters of a queue may be preempted.
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

// assignMore reports whether a heartbeat may assign further containers after it has
// assigned count containers of total size sum; half is half of the node's free
// resources before.
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
