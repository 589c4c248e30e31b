package capacity

import (
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Config is the content of a capacity-scheduler.xml, and the properties of a
// yarn-site.xml that affect the capacity scheduler. [Read] makes one.
type Config struct {
	smallest, largest scheduler.Resource // container
	calculator        scheduler.Calculator

	maxApplications         int // running and waiting, in all queues
	maxApplicationsPerQueue int // default of queues; -1: by their share of maxApplications
	maxPriority             int // of an application
	assignMultiple          bool
	maxAssignments          int  // in a heartbeat; -1: no limit
	maxOffSwitchAssignments int  // in a heartbeat, of containers that may be on any node
	lookAtAllNodes          bool // also while the application has reservations
	queueMappings           []queueMapping
	mappingsOverride        bool // mappings apply even if an application names a queue

	preemption *preemptionConfig // nil: none
	root       *queueConfig
}

// A queueMapping finds the queue of a user's applications. "%user" stands for any
// user, and for that user's name in the queue.
type queueMapping struct{ user, queue string }

// A preemptionConfig configures ProportionalCapacityPreemptionPolicy.
type preemptionConfig struct {
	interval               time.Duration // between rounds
	waitBeforeKill         time.Duration
	totalPerRound          float32 // part of the cluster that a round may take
	maxIgnoredOverCapacity float64 // part of its guarantee by which a queue may be above it
	naturalTermination     float64 // share of the resources to preempt that one round takes
	observeOnly            bool
	countReserved          bool // what queues have reserved counts as wanted
	conservativeDRF        bool
	balance                bool          // also between queues that have what they are guaranteed
	balanceWaitBeforeKill  time.Duration // for that
	intraQueue             *intraQueueConfig
}

// An intraQueueConfig configures preemption between applications of a queue.
type intraQueueConfig struct {
	minUsedCapacity float32 // used part of its guarantee from which on a queue is looked at
	maxPerRound     float32 // part of its guarantee that a round may take
	userLimitFirst  bool    // users' limits come before applications' priorities
	conservativeDRF bool
}

// PreemptionInterval is the time between two rounds of preemption, 0 if there are none.
func (c *Config) PreemptionInterval() time.Duration {
	if c.preemption == nil {
		return 0
	}
	return c.preemption.interval
}

const (
	prefix           = "yarn.scheduler.capacity."
	preemptionPrefix = "yarn.resourcemanager.monitor.capacity.preemption."
	anyLabel         = "*"
)

var monitorNotModeled = note.Declare("yarn-monitor-not-modeled", "file", "line", "setting")

// Read reads a capacity-scheduler.xml, in which properties of yarn-site.xml may stand
// too, and a yarn-site.xml. Each note names a property that is not modeled. An error
// is one line that names the file, the line and what is expected there.
//
// Source: CapacitySchedulerConfiguration;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html.
func Read(queues, site hadoop.File) (_ *Config, _ []note.Note, err error) {
	defer hadoop.Catch(&err)
	p := &parser{Properties: hadoop.ReadProperties(queues), config: &Config{}}
	p.Merge(hadoop.ReadProperties(site))
	p.read()
	return p.config, p.Notes, nil
}

// A parser makes a configuration of properties.
type parser struct {
	*hadoop.Properties
	config *Config
}

func (p *parser) read() {
	c := p.config
	c.smallest, c.largest = p.ContainerSizes(scheduler.NewResource(1, 1))
	const calculator = prefix + "resource-calculator"
	switch class, _ := p.Text(calculator); class[strings.LastIndexByte(class, '.')+1:] {
	case "", "DefaultResourceCalculator":
	case "DominantResourceCalculator":
		c.calculator.Dominant = true
	default:
		p.Wrong(calculator, "the class DefaultResourceCalculator or DominantResourceCalculator")
	}
	c.maxApplications = p.Int(prefix+"maximum-applications", 10000)
	c.maxApplicationsPerQueue = p.Int(prefix+"global-queue-max-application", -1)
	c.maxPriority = p.Int("yarn.cluster.max-application-priority", 0)
	c.assignMultiple = p.Bool(prefix+"per-node-heartbeat.multiple-assignments-enabled", true)
	c.maxAssignments = p.Int(prefix+"per-node-heartbeat.maximum-container-assignments", 100)
	c.maxOffSwitchAssignments = max(1, p.Int(prefix+"per-node-heartbeat.maximum-offswitch-assignments", 1))
	c.lookAtAllNodes = p.Bool(prefix+"reservations-continue-look-all-nodes", true)
	p.readMappings()
	p.readPreemption()
	if c.root = p.queue(nil, "root"); len(c.root.children) == 0 {
		p.Fail(1, "expected yarn.scheduler.capacity.root.queues with the names of the first queues")
	}
	p.ignoreHarmless()
	p.NoteUnused()
}

// ignoreHarmless marks properties as used that change no decision of the scheduler as
// it is modeled: requests name no node or rack, all users may submit, and nobody looks
// at metrics.
func (p *parser) ignoreHarmless() {
	for _, property := range p.Unused() {
		switch name := property.Name; {
		case name == prefix+"node-locality-delay",
			name == prefix+"rack-locality-additional-delay",
			name == prefix+"rack-locality-full-reset",
			name == prefix+"user-metrics.enable",
			name == prefix+"application.fail-fast",
			name == "yarn.resourcemanager.scheduler.class",
			strings.Contains(name, ".acl_") && property.Value == "*",
			strings.HasSuffix(name, "-application-lifetime") && property.Value == "-1",
			strings.HasSuffix(name, ".enable") && property.Value == "false",
			strings.HasSuffix(name, ".enabled") && property.Value == "false" && !strings.Contains(name, "legacy-queue-mode"),
			strings.HasSuffix(name, "lazy-preemption-enabled") && property.Value == "false",
			strings.HasSuffix(name, "legacy-queue-mode.enabled") && property.Value == "true":
			property.Used = true
		}
	}
}

func (p *parser) readMappings() {
	const name = prefix + "queue-mappings"
	p.config.mappingsOverride = p.Bool(name+"-override.enable", false)
	list, _ := p.Text(name)
	if list == "" {
		return
	}
	for mapping := range strings.SplitSeq(list, ",") {
		mapping = strings.TrimSpace(mapping)
		parts := strings.Split(mapping, ":")
		if len(parts) != 3 || parts[1] == "" || parts[2] == "" || parts[0] != "u" && parts[0] != "g" {
			p.Wrong(name, "u:<user>:<queue> or g:<group>:<queue>, separated by commas")
		}
		if _, variable, _ := strings.Cut(parts[2], "%"); parts[0] == "g" || variable != "" && variable != "user" {
			p.NoteOf(name, hadoop.GroupsNotModeled, mapping)
			continue
		}
		p.config.queueMappings = append(p.config.queueMappings, queueMapping{user: parts[1], queue: parts[2]})
	}
}

// readPreemption reads the properties of the preemption monitor. They are read even if
// the monitor is off, so that their values are checked.
func (p *parser) readPreemption() {
	on := p.Bool("yarn.resourcemanager.scheduler.monitor.enable", false)
	const policies, known = "yarn.resourcemanager.scheduler.monitor.policies", ".ProportionalCapacityPreemptionPolicy"
	if list, ok := p.Text(policies); ok && !strings.HasSuffix(list, known) {
		p.NoteOf(policies, monitorNotModeled, policies)
		on = on && strings.Contains(list, known)
	}
	const balance = preemptionPrefix + "preemption-to-balance-queue-after-satisfied."
	c := &preemptionConfig{
		interval:               p.Milliseconds(preemptionPrefix+"monitoring_interval", 3*time.Second),
		waitBeforeKill:         p.Milliseconds(preemptionPrefix+"max_wait_before_kill", 15*time.Second),
		totalPerRound:          p.Float(preemptionPrefix+"total_preemption_per_round", 0.1),
		maxIgnoredOverCapacity: p.Double(preemptionPrefix+"max_ignored_over_capacity", 0.1),
		naturalTermination:     p.Double(preemptionPrefix+"natural_termination_factor", 0.2),
		observeOnly:            p.Bool(preemptionPrefix+"observe_only", false),
		countReserved:          p.Bool(preemptionPrefix+"additional_res_balance_based_on_reserved_containers", false),
		conservativeDRF:        p.Bool(preemptionPrefix+"conservative-drf", false),
		balance:                p.Bool(balance+"enabled", false),
		balanceWaitBeforeKill:  p.Milliseconds(balance+"max-wait-before-kill", 5*time.Minute),
	}
	if c.balanceWaitBeforeKill <= 0 { // PreemptionCandidatesSelector.getMaximumKillWaitTimeMs
		c.balanceWaitBeforeKill = c.waitBeforeKill
	}
	const intra = preemptionPrefix + "intra-queue-preemption."
	intraQueue := &intraQueueConfig{
		minUsedCapacity: p.Float(intra+"minimum-threshold", 0.5),
		maxPerRound:     p.Float(intra+"max-allowable-limit", 0.2),
		userLimitFirst:  true,
		conservativeDRF: p.Bool(intra+"conservative-drf", true),
	}
	if order, ok := p.Text(intra + "preemption-order-policy"); ok {
		intraQueue.userLimitFirst = p.choice(intra+"preemption-order-policy", strings.ToLower(order), "userlimit_first", "priority_first") == 0
	}
	if p.Bool(intra+"enabled", false) {
		c.intraQueue = intraQueue
	}
	if on {
		p.config.preemption = c
	}
}

// choice is the index of a property's value among two words.
func (p *parser) choice(name, value, first, second string) int {
	switch value {
	case first:
		return 0
	case second:
		return 1
	}
	p.Wrong(name, "%s or %s", first, second)
	return -1
}

// within is a number from low to high.
func (p *parser) within(name string, otherwise, low, high float32) float32 {
	f := p.Float(name, otherwise)
	p.WrongIf(p.Has(name) && (f < low || f > high), name, "a number from %v to %v", low, high)
	return f
}
