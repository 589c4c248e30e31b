package yarn

import (
	"math"
	"slices"
	"time"
)

// FairConfig is the configuration of the fair scheduler: a queue file, read by
// [ReadFair], and the properties of yarn-site.xml, read by [FairConfig.ReadSite].
type FairConfig struct {
	queues map[string]*fairQueueConf // by full name
	order  []*fairQueueConf          // as the file declares them, children before their parents
	rules  []*fairRule               // nil: by userAsDefault and undeclared

	maxResources  limit
	userApps      map[string]int
	userDefault   int
	queueMaxApps  int
	mastersPart   float32
	minTimeout    time.Duration
	fairTimeout   time.Duration
	threshold     float32
	defaultPolicy fairPolicy

	fairSite
}

// A fairSite is what yarn-site.xml says.
type fairSite struct {
	minimum, maximum, increment Resource

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
type fairQueueConf struct {
	path           string
	line           int // where the file declares it first
	leaf           bool
	declared       bool
	least          Resource
	most           *limit
	mostOfChild    *limit
	largest        *Resource
	maxApps        *int
	mastersPart    *float32
	weight         *float32
	policy         *fairPolicy
	minTimeout     *time.Duration
	fairTimeout    *time.Duration
	threshold      *float32
	notPreemptable bool
}

// never is a timeout that does not come.
const never = time.Duration(math.MaxInt64)

// newFairConfig is the configuration without any file.
func newFairConfig() *FairConfig {
	return &FairConfig{
		queues:       map[string]*fairQueueConf{},
		maxResources: limit{fixed: unbounded},
		userApps:     map[string]int{},
		userDefault:  math.MaxInt32,
		queueMaxApps: math.MaxInt32,
		mastersPart:  0.5,
		minTimeout:   never,
		fairTimeout:  never,
		threshold:    0.5,
		fairSite: fairSite{
			minimum:         Resource{1024, 1},
			maximum:         Resource{8192, 4},
			increment:       Resource{1024, 1},
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
func (c *FairConfig) UpdateInterval() time.Duration { return c.update }

// queue is what the file says of a queue, which may be nothing.
func (c *FairConfig) queue(path string) *fairQueueConf {
	if q := c.queues[path]; q != nil {
		return q
	}
	return &fairQueueConf{path: path}
}

func (c *FairConfig) policy(path string) fairPolicy {
	return orElse(c.queue(path).policy, c.defaultPolicy)
}

// leaves are the leaf queues of the file, in the order of YARN's hash set.
func (c *FairConfig) leaves() []string { return c.declared(true) }

// parents are the parent queues of the file, in the order of YARN's hash set.
func (c *FairConfig) parents() []string { return c.declared(false) }

func (c *FairConfig) declared(leaf bool) []string {
	var paths hashOrder[string]
	for _, q := range c.order {
		if q.leaf == leaf {
			paths.add(stringHash(q.path), q.path)
		}
	}
	return slices.Clone(paths.values())
}

func (c *FairConfig) userMaxApps(user string) int {
	if n, ok := c.userApps[user]; ok {
		return n
	}
	return c.userDefault
}

// masterPreemption says whether masters of a queue may be preempted.
func (c *FairConfig) masterPreemption(queue string) bool {
	if ok, set := c.mastersOf[queue]; set {
		return ok
	}
	return c.masters
}

// reservationThreshold is the least size of a container for which a node is reserved.
func (c *FairConfig) reservationThreshold() Resource {
	return c.increment.times(float64(c.reserveFrom))
}

// assignMore says whether a heartbeat goes on after count containers of size
// sum, on a node of which half was free.
func (c *FairConfig) assignMore(count int, sum, half Resource) bool {
	switch {
	case !c.assignMultiple:
		return false
	case c.dynamicAssign:
		return sum.within(half)
	}
	return c.maxAssign <= 0 || count < c.maxAssign
}
