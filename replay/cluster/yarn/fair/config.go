package fair

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// FairConfig is the configuration of the fair scheduler: a queue file, read by
// [ReadFair], and the properties of yarn-site.xml, read by [FairConfig.ReadSite].
type Config struct {
	queues map[string]*queueConfig // by full name
	order  []*queueConfig          // as the file declares them, children before their parents
	rules  []*placementRule        // nil: by userAsDefault and undeclared

	maxResources  limit
	userApps      map[string]int
	userDefault   int
	queueMaxApps  int
	mastersPart   float32
	minTimeout    time.Duration
	fairTimeout   time.Duration
	threshold     float32
	defaultPolicy policy

	siteConfig
}

// A fairSite is what yarn-site.xml says.
type siteConfig struct {
	minimum, maximum, increment scheduler.Resource

	preemption      bool
	utilization     float32
	waitBeforeKill  time.Duration
	waitBeforeCheck time.Duration
	masters         bool            // may be preempted
	mastersOf       map[string]bool // by queue
	update          time.Duration

	assignMultiple  bool
	dynamicAssign   bool
	maxAssign       int
	sizeBasedWeight bool

	reservableNodes float32
	reserveFrom     float32 // increments

	userAsDefault bool
	undeclared    bool // queues may be made that the file does not declare
}

// A fairQueueConf is what the file says of one queue; nil is what it does not say.
type queueConfig struct {
	path           string
	line           int // where the file declares it first
	leaf           bool
	declared       bool
	least          scheduler.Resource
	most           *limit
	mostOfChild    *limit
	largest        *scheduler.Resource
	maxApps        *int
	mastersPart    *float32
	weight         *float32
	policy         *policy
	minTimeout     *time.Duration
	fairTimeout    *time.Duration
	threshold      *float32
	notPreemptable bool
}

// never is a timeout that does not come.
const never = time.Duration(math.MaxInt64)

// newConfig is the configuration without any file.
func newConfig() *Config {
	return &Config{
		queues:       map[string]*queueConfig{},
		maxResources: limit{fixed: scheduler.Unbounded},
		userApps:     map[string]int{},
		userDefault:  math.MaxInt32,
		queueMaxApps: math.MaxInt32,
		mastersPart:  0.5,
		minTimeout:   never,
		fairTimeout:  never,
		threshold:    0.5,
		siteConfig: siteConfig{
			minimum:         scheduler.NewResource(1024, 1),
			maximum:         scheduler.NewResource(8192, 4),
			increment:       scheduler.NewResource(1024, 1),
			utilization:     0.8,
			waitBeforeKill:  15 * time.Second,
			waitBeforeCheck: 10 * time.Second,
			masters:         true,
			mastersOf:       map[string]bool{},
			update:          500 * time.Millisecond,
			dynamicAssign:   true,
			maxAssign:       -1,
			reservableNodes: 0.05,
			reserveFrom:     2,
			userAsDefault:   true,
			undeclared:      true,
		},
	}
}

// UpdateInterval is the time between two rounds of the update thread: how often
// [Fair.Preempt] is to be called.
func (c *Config) UpdateInterval() time.Duration { return c.update }

// queue is what the file says of a queue, which may be nothing.
func (c *Config) queue(path string) *queueConfig {
	if q := c.queues[path]; q != nil {
		return q
	}
	return &queueConfig{path: path}
}

func (c *Config) policy(path string) policy {
	return orElse(c.queue(path).policy, c.defaultPolicy)
}

// leaves are the leaf queues of the file, in the order of YARN's hash set.
func (c *Config) leaves() []string { return c.declared(true) }

// parents are the parent queues of the file, in the order of YARN's hash set.
func (c *Config) parents() []string { return c.declared(false) }

func (c *Config) declared(leaf bool) []string {
	var paths java.HashMap[string]
	for _, q := range c.order {
		if q.leaf == leaf {
			paths.Add(java.StringHash(q.path), q.path)
		}
	}
	return slices.Clone(paths.Values())
}

func (c *Config) userMaxApps(user string) int {
	if n, ok := c.userApps[user]; ok {
		return n
	}
	return c.userDefault
}

// masterPreemption says whether masters of a queue may be preempted.
func (c *Config) masterPreemption(queue string) bool {
	if ok, set := c.mastersOf[queue]; set {
		return ok
	}
	return c.masters
}

// reservationThreshold is the least size of a container for which a node is reserved.
func (c *Config) reservationThreshold() scheduler.Resource {
	return c.increment.Times(float64(c.reserveFrom))
}

// assignMore says whether a heartbeat goes on after count containers of size
// sum, on a node of which half was free.
func (c *Config) assignMore(count int, sum, half scheduler.Resource) bool {
	switch {
	case !c.assignMultiple:
		return false
	case c.dynamicAssign:
		return sum.FitsIn(half)
	}
	return c.maxAssign <= 0 || count < c.maxAssign
}
