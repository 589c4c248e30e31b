package capacity

import (
	"maps"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A CapacityConfig is how the capacity scheduler is set up: what its
// capacity-scheduler.xml says, and the few properties of yarn-site.xml that matter
// to it. ReadCapacity makes one.
type Config struct {
	minimum, maximum scheduler.Resource // of a container
	calculator       scheduler.Calculator

	maxApplications        int // running and pending, all queues
	maxApplicationsOfQueue int // if a queue says nothing; -1: by its share
	maxPriority            int // of an application
	assignMultiple         bool
	maxAssignments         int // per heartbeat; -1: no limit
	maxOffSwitch           int // per heartbeat, on any node
	continueLooking        bool
	mappings               []queueMapping
	overrideQueue          bool // mappings count even if a queue is named

	preemption *preemptionConfig // nil: no monitor
	root       *queueConfig
}

// A preemptionConfig is how ProportionalCapacityPreemptionPolicy is set up.
type preemptionConfig struct {
	maxIgnored   float64
	natural      float64
	perRound     float32
	wait         int64 // ms before a kill
	interval     int64 // ms between rounds
	observeOnly  bool
	withReserved bool
	conservative bool
	balance      bool  // also among queues that all have what is guaranteed
	balanceWait  int64 // ms before a kill for that
	inside       *insideConfig
}

// An insideConfig is how preemption inside a queue is set up.
type insideConfig struct {
	least          float32 // use of a queue, of its capacity, that is looked at
	most           float32 // of a queue's capacity, in a round
	userLimitFirst bool    // else priority first
	conservative   bool
}

// A queueMapping places applications that name no queue.
type queueMapping struct {
	user  string // or %user
	queue string // or %user
}

// A queueConfig is one queue. Labels map to shares of 1, not percent.
type queueConfig struct {
	path, name string
	parent     *queueConfig
	children   []*queueConfig

	accessible   []string // node labels; * is any
	labels       []string // with a capacity of their own, "" first
	defaultLabel string

	capacity, maximum, weight map[string]float32
	amShare                   map[string]float32
	least, most               map[string]scheduler.Resource // absolute capacities
	absolute                  bool

	queueAMShare       float32
	userLimit          float32 // percent
	userLimitFactor    float32 // -1: none
	weights            map[string]float32
	maxApplications    int // -1: by share
	stopped            bool
	priority           int
	byPriority         bool // children are ordered by priority first
	fair               bool // applications are ordered by use
	sizeBased          bool
	defaultPriority    int
	maxAllocation      scheduler.Resource
	preemptionDisabled bool
	insideDisabled     bool // preemption inside the queue
}

// PreemptionInterval is the time between two rounds of preemption, 0 if there are none.
func (c *Config) PreemptionInterval() time.Duration {
	if c.preemption == nil {
		return 0
	}
	return time.Duration(c.preemption.interval) * time.Millisecond
}

const (
	prefix           = "yarn.scheduler.capacity."
	preemptionPrefix = "yarn.resourcemanager.monitor.capacity.preemption."
	anyLabel         = "*"
)

var (
	monitorNotModeled = note.Declare("yarn-monitor-not-modeled", "file", "line", "setting")
)

// Read reads a capacity-scheduler.xml, in which properties of
// yarn-site.xml may stand too, and a yarn-site.xml, of which only the properties
// that concern the scheduler count. Each note names a property that is not modeled.
// An error is one line that names the file, the line and what is expected there.
func Read(queues, site hadoop.File) (_ *Config, _ []note.Note, err error) {
	defer hadoop.Catch(&err)
	all := hadoop.ReadProperties(queues)
	all.Merge(hadoop.ReadProperties(site))
	return parseCapacity(all)
}

// A capacityParser makes a configuration of properties.
type parser struct {
	*hadoop.Properties
	config *Config
}

func parseCapacity(source *hadoop.Properties) (*Config, []note.Note, error) {
	c := &Config{}
	p := &parser{Properties: source, config: c}

	c.minimum, c.maximum = p.ContainerSizes(scheduler.NewResource(1, 1))
	const name = prefix + "resource-calculator"
	if of, there := p.Text(name); there {
		switch of[strings.LastIndexByte(of, '.')+1:] {
		case "DefaultResourceCalculator", "":
		case "DominantResourceCalculator":
			c.calculator.Dominant = true
		default:
			p.Wrong(name, "the class DefaultResourceCalculator or DominantResourceCalculator")
		}
	}
	c.maxApplications = p.Int(prefix+"maximum-applications", 10000)
	c.maxApplicationsOfQueue = p.Int(prefix+"global-queue-max-application", -1)
	c.maxPriority = p.Int("yarn.cluster.max-application-priority", 0)
	c.assignMultiple = p.Bool(prefix+"per-node-heartbeat.multiple-assignments-enabled", true)
	c.maxAssignments = p.Int(prefix+"per-node-heartbeat.maximum-container-assignments", 100)
	c.maxOffSwitch = max(1, p.Int(prefix+"per-node-heartbeat.maximum-offswitch-assignments", 1))
	c.continueLooking = p.Bool(prefix+"reservations-continue-look-all-nodes", true)
	p.placement()
	p.monitor()

	c.root = p.queue(nil, "root")
	if len(c.root.children) == 0 {
		p.Fail(1, "expected yarn.scheduler.capacity.root.queues with the names of the first queues")
	}
	p.ignoreHarmless()
	p.NoteUnused()
	return c, p.Notes, nil
}

// ignoreHarmless marks what changes no decision of the scheduler that is modeled:
// requests name no node or rack, all may submit, and nobody looks at metrics.
func (p *parser) ignoreHarmless() {
	for _, of := range p.Unused() {
		switch name := of.Name; {
		case name == prefix+"node-locality-delay",
			name == prefix+"rack-locality-additional-delay",
			name == prefix+"rack-locality-full-reset",
			name == prefix+"user-metrics.enable",
			name == prefix+"application.fail-fast",
			name == "yarn.resourcemanager.scheduler.class",
			strings.Contains(name, ".acl_") && of.Value == "*",
			strings.HasSuffix(name, "-application-lifetime") && of.Value == "-1",
			strings.HasSuffix(name, ".enable") && of.Value == "false",
			strings.HasSuffix(name, ".enabled") && of.Value == "false" && !strings.Contains(name, "legacy-queue-mode"),
			strings.HasSuffix(name, "lazy-preemption-enabled") && of.Value == "false",
			strings.HasSuffix(name, "legacy-queue-mode.enabled") && of.Value == "true":
			of.Used = true
		}
	}
}

func (p *parser) placement() {
	const name = prefix + "queue-mappings"
	p.config.overrideQueue = p.Bool(name+"-override.enable", false)
	list, there := p.Text(name)
	if !there || list == "" {
		return
	}
	for of := range strings.SplitSeq(list, ",") {
		parts := strings.Split(strings.TrimSpace(of), ":")
		if len(parts) != 3 || parts[1] == "" || parts[2] == "" || parts[0] != "u" && parts[0] != "g" {
			p.Wrong(name, "u:<user>:<queue> or g:<group>:<queue>, separated by commas")
		}
		_, primary, _ := strings.Cut(parts[2], "%")
		if parts[0] == "g" || primary != "" && primary != "user" {
			p.NoteOf(name, hadoop.GroupsNotModeled, strings.TrimSpace(of))
			continue
		}
		p.config.mappings = append(p.config.mappings, queueMapping{user: parts[1], queue: parts[2]})
	}
}

func (p *parser) monitor() {
	// The monitor is asked for by yarn-site.xml; without it nothing is preempted.
	on := p.Bool("yarn.resourcemanager.scheduler.monitor.enable", false)
	const policies = "yarn.resourcemanager.scheduler.monitor.policies"
	if of, there := p.Text(policies); there && !strings.HasSuffix(of, ".ProportionalCapacityPreemptionPolicy") {
		p.NoteOf(policies, monitorNotModeled, policies)
		on = on && strings.Contains(of, ".ProportionalCapacityPreemptionPolicy")
	}
	m := &preemptionConfig{
		maxIgnored:   p.Double(preemptionPrefix+"max_ignored_over_capacity", 0.1),
		natural:      p.Double(preemptionPrefix+"natural_termination_factor", 0.2),
		perRound:     p.Float(preemptionPrefix+"total_preemption_per_round", 0.1),
		wait:         int64(p.Int(preemptionPrefix+"max_wait_before_kill", 15000)),
		interval:     int64(p.Int(preemptionPrefix+"monitoring_interval", 3000)),
		observeOnly:  p.Bool(preemptionPrefix+"observe_only", false),
		withReserved: p.Bool(preemptionPrefix+"additional_res_balance_based_on_reserved_containers", false),
		conservative: p.Bool(preemptionPrefix+"conservative-drf", false),
		balance:      p.Bool(preemptionPrefix+"preemption-to-balance-queue-after-satisfied.enabled", false),
		balanceWait:  int64(p.Int(preemptionPrefix+"preemption-to-balance-queue-after-satisfied.max-wait-before-kill", 300000)),
	}
	const inside = preemptionPrefix + "intra-queue-preemption."
	in := &insideConfig{
		least:          p.Float(inside+"minimum-threshold", 0.5),
		most:           p.Float(inside+"max-allowable-limit", 0.2),
		userLimitFirst: true,
		conservative:   p.Bool(inside+"conservative-drf", true),
	}
	if order, there := p.Text(inside + "preemption-order-policy"); there {
		switch strings.ToLower(order) {
		case "userlimit_first":
		case "priority_first":
			in.userLimitFirst = false
		default:
			p.Wrong(inside+"preemption-order-policy", "userlimit_first or priority_first")
		}
	}
	if p.Bool(inside+"enabled", false) {
		m.inside = in
	}
	if on {
		p.config.preemption = m
	}
}

func (p *parser) queue(parent *queueConfig, name string) *queueConfig {
	q := &queueConfig{path: name, name: name, parent: parent}
	if parent != nil {
		q.path = parent.path + "." + name
	}
	at := prefix + q.path + "."
	p.labelsOf(q, at)
	p.capacities(q, at)
	p.limits(q, at)
	list, there := p.Text(at + "queues")
	if there {
		seen := map[string]bool{}
		for child := range strings.SplitSeq(list, ",") {
			child = strings.TrimSpace(child)
			if child == "" && strings.TrimSpace(list) == "" {
				continue
			}
			if child == "" || strings.ContainsAny(child, ". \t\n") || seen[child] {
				p.Wrong(at+"queues", "the names of the queues below, each once, separated by commas")
			}
			seen[child] = true
			q.children = append(q.children, p.queue(q, child))
		}
	}
	p.ordering(q, at)
	if len(q.children) > 0 {
		p.checkChildren(q, at)
	}
	return q
}

// within is a number from low to high.
func (p *parser) within(name string, otherwise, low, high float32) float32 {
	f := p.Float(name, otherwise)
	if p.Has(name) && (f < low || f > high) {
		p.Wrong(name, "a number from %v to %v", low, high)
	}
	return f
}

func (p *parser) limits(q *queueConfig, at string) {
	q.userLimit = p.within(at+"minimum-user-limit-percent", p.within(prefix+"minimum-user-limit-percent", 100, 0, 100), 0, 100)
	q.userLimitFactor = p.Float(at+"user-limit-factor", p.Float(prefix+"user-limit-factor", 1))
	q.maxApplications = p.Int(at+"maximum-applications", -1)
	q.priority = p.Int(at+"priority", 0)
	q.defaultPriority = p.Int(at+"default-application-priority", 0)

	if q.parent != nil {
		q.stopped = q.parent.stopped
	}
	if state, there := p.Text(at + "state"); there {
		switch strings.ToUpper(state) {
		case "RUNNING":
			if q.stopped {
				p.Wrong(at+"state", "STOPPED, as is the queue above")
			}
		case "STOPPED":
			q.stopped = true
		default:
			p.Wrong(at+"state", "RUNNING or STOPPED")
		}
	}

	q.maxAllocation = p.config.maximum
	above := p.config.preemption == nil
	if q.parent != nil {
		q.maxAllocation = q.parent.maxAllocation
		above = q.parent.preemptionDisabled
	}
	q.maxAllocation.MemoryMB = int64(p.Int(at+"maximum-allocation-mb", int(q.maxAllocation.MemoryMB)))
	q.maxAllocation.Cores = p.Int(at+"maximum-allocation-vcores", q.maxAllocation.Cores)
	if !q.maxAllocation.FitsIn(p.config.maximum) {

		name := at + "maximum-allocation-mb"
		if q.maxAllocation.MemoryMB <= p.config.maximum.MemoryMB {
			name = at + "maximum-allocation-vcores"
		}
		p.Wrong(name, "no more than the cluster's maximum allocation")
	}
	q.preemptionDisabled = p.Bool(at+"disable_preemption", above) || p.config.preemption == nil

	inside := false
	if q.parent != nil {
		inside = q.parent.insideDisabled
	}
	q.insideDisabled = p.Bool(at+"intra-queue-preemption.disable_preemption", inside)

	q.weights = map[string]float32{}
	if q.parent != nil {
		maps.Copy(q.weights, q.parent.weights)
	}
	for _, name := range p.Names() {
		rest, ok := strings.CutPrefix(name, at+"user-settings.")
		if user, isWeight := strings.CutSuffix(rest, ".weight"); ok && isWeight && user != "" {
			q.weights[user] = p.Float(name, 1)
			if w := q.weights[user]; w < 0 || w > 100/min(100, q.userLimit) {
				p.Wrong(name, "a weight from 0 to 100 / minimum-user-limit-percent")
			}
		}
	}
}

func (p *parser) ordering(q *queueConfig, at string) {
	policy, there := p.Text(at + "ordering-policy")
	if len(q.children) == 0 {
		switch {
		case !there || policy == "" || policy == "fifo":
		case policy == "fair":
			q.fair = true
			q.sizeBased = p.Bool(at+"ordering-policy.fair.enable-size-based-weight", false)
		default:
			p.Wrong(at+"ordering-policy", "fifo or fair; other orders of applications are not modeled")
		}
		return
	}
	switch {
	case !there || policy == "":
		for above := q.parent; above != nil; above = above.parent {
			if of, there := p.Text(prefix + above.path + ".ordering-policy"); there && of != "" {
				q.byPriority = of == "priority-utilization"
				break
			}
		}
	case policy == "utilization":
	case policy == "priority-utilization":
		q.byPriority = true
	default:
		p.Wrong(at+"ordering-policy", "utilization or priority-utilization; other orders of queues are not modeled")
	}
}
