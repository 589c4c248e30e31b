package yarn

import (
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A CapacityConfig is how the capacity scheduler is set up: what its
// capacity-scheduler.xml says, and the few properties of yarn-site.xml that matter
// to it. ReadCapacity makes one.
type CapacityConfig struct {
	source *properties

	minimum, maximum Resource // of a container
	calculator       calculator

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
	least, most               map[string]Resource // absolute capacities
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
	maxAllocation      Resource
	preemptionDisabled bool
	insideDisabled     bool // preemption inside the queue
}

const (
	capacityPrefix   = "yarn.scheduler.capacity."
	preemptionPrefix = "yarn.resourcemanager.monitor.capacity.preemption."
	anyLabel         = "*"
)

// ReadCapacity reads a capacity-scheduler.xml, in which properties of
// yarn-site.xml may stand too. Each warning names a property that is not modeled.
// An error is one line that names the file, the line and what is expected there.
func ReadCapacity(r io.Reader, file string) (*CapacityConfig, []string, error) {
	p, err := readProperties(r, file)
	if err != nil {
		return nil, nil, err
	}
	return parseCapacity(p, file)
}

// ReadSite reads a yarn-site.xml in addition. Only what concerns the scheduler is
// looked at; warnings name what of it is not modeled.
func (c *CapacityConfig) ReadSite(r io.Reader, file string) (*CapacityConfig, []string, error) {
	site, err := readProperties(r, file)
	if err != nil {
		return nil, nil, err
	}
	all := &properties{byName: map[string]*property{}}
	for _, name := range slices.Sorted(maps.Keys(c.source.byName)) {
		of := *c.source.byName[name]
		all.byName[name] = &of
	}
	for _, name := range slices.Sorted(maps.Keys(site.byName)) {
		if concernsScheduler(name) {
			all.byName[name] = site.byName[name]
		}
	}
	return parseCapacity(all, file)
}

func concernsScheduler(name string) bool {
	for _, prefix := range []string{
		"yarn.scheduler.", "yarn.resourcemanager.scheduler.", "yarn.resourcemanager.monitor.", "yarn.cluster.", "yarn.node-labels.",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// A capacityParser reads properties until one is wrong.
type capacityParser struct {
	*properties
	config   *CapacityConfig
	warnings []string
	err      error
}

func (p *capacityParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *capacityParser) int(name string, otherwise int) int {
	n, err := p.number(name, int64(otherwise))
	if err != nil {
		p.fail(err)
	}
	return int(n)
}

func (p *capacityParser) float(name string, otherwise float32) float32 {
	f, err := p.decimal(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return f
}

func (p *capacityParser) float64(name string, otherwise float64) float64 {
	f, err := p.double(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return f
}

func (p *capacityParser) bool(name string, otherwise bool) bool {
	b, err := p.truth(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return b
}

// within is a number from low to high.
func (p *capacityParser) within(name string, otherwise, low, high float32) float32 {
	f := p.float(name, otherwise)
	if _, there := p.byName[name]; there && p.err == nil && (f < low || f > high) {
		p.fail(p.wrong(name, fmt.Sprintf("a number from %v to %v", low, high)))
	}
	return f
}

func parseCapacity(source *properties, file string) (*CapacityConfig, []string, error) {
	c := &CapacityConfig{source: source}
	p := &capacityParser{properties: source, config: c}

	c.minimum = Resource{int64(p.int("yarn.scheduler.minimum-allocation-mb", 1024)), p.int("yarn.scheduler.minimum-allocation-vcores", 1)}
	c.maximum = Resource{int64(p.int("yarn.scheduler.maximum-allocation-mb", 8192)), p.int("yarn.scheduler.maximum-allocation-vcores", 4)}
	if p.err == nil && (c.minimum.MemoryMB <= 0 || c.minimum.MemoryMB > c.maximum.MemoryMB) {
		p.fail(p.wrongPair("yarn.scheduler.minimum-allocation-mb", "yarn.scheduler.maximum-allocation-mb", file))
	}
	if p.err == nil && (c.minimum.Cores <= 0 || c.minimum.Cores > c.maximum.Cores) {
		p.fail(p.wrongPair("yarn.scheduler.minimum-allocation-vcores", "yarn.scheduler.maximum-allocation-vcores", file))
	}
	const name = capacityPrefix + "resource-calculator"
	if of, there := p.text(name); there {
		switch of[strings.LastIndexByte(of, '.')+1:] {
		case "DefaultResourceCalculator", "":
		case "DominantResourceCalculator":
			c.calculator.dominant = true
		default:
			p.fail(p.wrong(name, "the class DefaultResourceCalculator or DominantResourceCalculator"))
		}
	}
	c.maxApplications = p.int(capacityPrefix+"maximum-applications", 10000)
	c.maxApplicationsOfQueue = p.int(capacityPrefix+"global-queue-max-application", -1)
	c.maxPriority = p.int("yarn.cluster.max-application-priority", 0)
	c.assignMultiple = p.bool(capacityPrefix+"per-node-heartbeat.multiple-assignments-enabled", true)
	c.maxAssignments = p.int(capacityPrefix+"per-node-heartbeat.maximum-container-assignments", 100)
	c.maxOffSwitch = max(1, p.int(capacityPrefix+"per-node-heartbeat.maximum-offswitch-assignments", 1))
	c.continueLooking = p.bool(capacityPrefix+"reservations-continue-look-all-nodes", true)
	p.placement()
	p.monitor()

	c.root = p.queue(nil, "root")
	if p.err != nil {
		return nil, nil, p.err
	}
	if len(c.root.children) == 0 {
		return nil, nil, fmt.Errorf("%s:1: expected yarn.scheduler.capacity.root.queues with the names of the first queues", file)
	}
	p.harmless()
	for _, of := range p.unused() {
		if of.value != "" {
			p.warnings = append(p.warnings, fmt.Sprintf("%s:%d: %s is not modeled", of.file, of.line, of.name))
		}
	}
	return c, p.warnings, nil
}

// wrongPair is the error about two properties of which the first may not be
// larger.
func (p *capacityParser) wrongPair(low, high, file string) error {
	for _, name := range []string{low, high} {
		if p.byName[name] != nil {
			return p.wrong(name, fmt.Sprintf("%s above 0 and not above %s", low, high))
		}
	}
	return fmt.Errorf("%s:1: expected %s above 0 and not above %s", file, low, high)
}

// Harmless marks what changes no decision of the scheduler that is modeled:
// requests name no node or rack, all may submit, and nobody looks at metrics.
func (p *capacityParser) harmless() {
	for name, of := range p.byName {
		switch {
		case name == capacityPrefix+"node-locality-delay",
			name == capacityPrefix+"rack-locality-additional-delay",
			name == capacityPrefix+"rack-locality-full-reset",
			name == capacityPrefix+"user-metrics.enable",
			name == capacityPrefix+"application.fail-fast",
			name == "yarn.resourcemanager.scheduler.class",
			strings.Contains(name, ".acl_") && of.value == "*",
			strings.HasSuffix(name, "-application-lifetime") && of.value == "-1",
			strings.HasSuffix(name, ".enable") && of.value == "false",
			strings.HasSuffix(name, ".enabled") && of.value == "false" && !strings.Contains(name, "legacy-queue-mode"),
			strings.HasSuffix(name, "lazy-preemption-enabled") && of.value == "false",
			strings.HasSuffix(name, "legacy-queue-mode.enabled") && of.value == "true":
			of.used = true
		}
	}
}

func (p *capacityParser) placement() {
	const name = capacityPrefix + "queue-mappings"
	p.config.overrideQueue = p.bool(name+"-override.enable", false)
	list, there := p.text(name)
	if !there || list == "" {
		return
	}
	for of := range strings.SplitSeq(list, ",") {
		parts := strings.Split(strings.TrimSpace(of), ":")
		if len(parts) != 3 || parts[1] == "" || parts[2] == "" || parts[0] != "u" && parts[0] != "g" {
			p.fail(p.wrong(name, "u:<user>:<queue> or g:<group>:<queue>, separated by commas"))
			return
		}
		_, primary, _ := strings.Cut(parts[2], "%")
		if parts[0] == "g" || primary != "" && primary != "user" {
			at := p.byName[name]
			p.warnings = append(p.warnings, fmt.Sprintf("%s:%d: the mapping %s is not modeled: groups of users are not known", at.file, at.line, strings.TrimSpace(of)))
			continue
		}
		p.config.mappings = append(p.config.mappings, queueMapping{user: parts[1], queue: parts[2]})
	}
}

func (p *capacityParser) monitor() {
	// The monitor is asked for by yarn-site.xml; without it nothing is preempted.
	on := p.bool("yarn.resourcemanager.scheduler.monitor.enable", false)
	const policies = "yarn.resourcemanager.scheduler.monitor.policies"
	if of, there := p.text(policies); there && !strings.HasSuffix(of, ".ProportionalCapacityPreemptionPolicy") {
		at := p.byName[policies]
		p.warnings = append(p.warnings, fmt.Sprintf("%s:%d: of %s only ProportionalCapacityPreemptionPolicy is modeled", at.file, at.line, policies))
		on = on && strings.Contains(of, ".ProportionalCapacityPreemptionPolicy")
	}
	m := &preemptionConfig{
		maxIgnored:   p.float64(preemptionPrefix+"max_ignored_over_capacity", 0.1),
		natural:      p.float64(preemptionPrefix+"natural_termination_factor", 0.2),
		perRound:     p.float(preemptionPrefix+"total_preemption_per_round", 0.1),
		wait:         int64(p.int(preemptionPrefix+"max_wait_before_kill", 15000)),
		interval:     int64(p.int(preemptionPrefix+"monitoring_interval", 3000)),
		observeOnly:  p.bool(preemptionPrefix+"observe_only", false),
		withReserved: p.bool(preemptionPrefix+"additional_res_balance_based_on_reserved_containers", false),
		conservative: p.bool(preemptionPrefix+"conservative-drf", false),
		balance:      p.bool(preemptionPrefix+"preemption-to-balance-queue-after-satisfied.enabled", false),
		balanceWait:  int64(p.int(preemptionPrefix+"preemption-to-balance-queue-after-satisfied.max-wait-before-kill", 300000)),
	}
	const inside = preemptionPrefix + "intra-queue-preemption."
	in := &insideConfig{
		least:          p.float(inside+"minimum-threshold", 0.5),
		most:           p.float(inside+"max-allowable-limit", 0.2),
		userLimitFirst: true,
		conservative:   p.bool(inside+"conservative-drf", true),
	}
	if order, there := p.text(inside + "preemption-order-policy"); there {
		switch strings.ToLower(order) {
		case "userlimit_first":
		case "priority_first":
			in.userLimitFirst = false
		default:
			p.fail(p.wrong(inside+"preemption-order-policy", "userlimit_first or priority_first"))
		}
	}
	if p.bool(inside+"enabled", false) {
		m.inside = in
	}
	if on {
		p.config.preemption = m
	}
}

func (p *capacityParser) queue(parent *queueConfig, name string) *queueConfig {
	q := &queueConfig{path: name, name: name, parent: parent}
	if parent != nil {
		q.path = parent.path + "." + name
	}
	at := capacityPrefix + q.path + "."
	p.labelsOf(q, at)
	p.capacities(q, at)
	p.limits(q, at)
	if p.err != nil {
		return q
	}
	list, there := p.text(at + "queues")
	if there {
		seen := map[string]bool{}
		for child := range strings.SplitSeq(list, ",") {
			child = strings.TrimSpace(child)
			if child == "" && strings.TrimSpace(list) == "" {
				continue
			}
			if child == "" || strings.ContainsAny(child, ". \t\n") || seen[child] {
				p.fail(p.wrong(at+"queues", "the names of the queues below, each once, separated by commas"))
				return q
			}
			seen[child] = true
			q.children = append(q.children, p.queue(q, child))
			if p.err != nil {
				return q
			}
		}
	}
	p.ordering(q, at)
	if len(q.children) > 0 {
		p.checkChildren(q, at)
	}
	return q
}

func (p *capacityParser) labelsOf(q *queueConfig, at string) {
	list, there := p.text(at + "accessible-node-labels")
	switch {
	case q.parent == nil:
		q.accessible = []string{anyLabel}
	case !there:
		q.accessible = q.parent.accessible
	default:
		for label := range strings.SplitSeq(list, ",") {
			if label = strings.TrimSpace(label); label != "" && !slices.Contains(q.accessible, label) {
				q.accessible = append(q.accessible, label)
			}
		}
		if slices.Contains(q.accessible, anyLabel) {
			q.accessible = []string{anyLabel}
		}
		if above := q.parent.accessible; !slices.Contains(above, anyLabel) {
			for _, label := range q.accessible {
				if !slices.Contains(above, label) {
					p.fail(p.wrong(at+"accessible-node-labels", "only labels that the queue above may use"))
				}
			}
		}
	}
	if label, there := p.text(at + "default-node-label-expression"); there {
		q.defaultLabel = label
		if label != "" && !q.mayUse(label) {
			p.fail(p.wrong(at+"default-node-label-expression", "a label that the queue may use"))
		}
	} else if q.parent != nil && !slices.ContainsFunc(q.parent.accessible, func(l string) bool { return !slices.Contains(q.accessible, l) }) {
		q.defaultLabel = q.parent.defaultLabel
	}

	// A queue has capacities on the labels it names in properties; the root on all.
	q.labels = []string{""}
	for _, name := range slices.Sorted(maps.Keys(p.byName)) {
		rest, ok := strings.CutPrefix(name, capacityPrefix)
		if !ok {
			continue
		}
		path, rest, ok := strings.Cut(rest, ".accessible-node-labels.")
		if !ok || q.parent != nil && path != q.path {
			continue
		}
		if label, _, ok := strings.Cut(rest, "."); ok && !slices.Contains(q.labels, label) {
			q.labels = append(q.labels, label)
		}
	}
}

func (q *queueConfig) mayUse(label string) bool {
	return label == "" || slices.Contains(q.accessible, anyLabel) || slices.Contains(q.accessible, label)
}

var absoluteCapacity = regexp.MustCompile(`^\[[\w.,\-_=\ /]+\]$`)

func (p *capacityParser) capacities(q *queueConfig, at string) {
	q.capacity, q.maximum, q.weight = map[string]float32{}, map[string]float32{}, map[string]float32{}
	q.amShare = map[string]float32{}
	q.least, q.most = map[string]Resource{}, map[string]Resource{}
	q.queueAMShare = p.float(at+"maximum-am-resource-percent", p.float(capacityPrefix+"maximum-am-resource-percent", 0.1))
	for i, label := range q.labels {
		of := at
		if label != "" {
			of += "accessible-node-labels." + label + "."
		}
		q.weight[label] = -1
		share := float32(0)
		value, there := p.text(of + "capacity")
		absolute := absoluteCapacity.MatchString(value)
		switch {
		case q.parent == nil:
			if there && label == "" && value != "100" && value != "100.0" {
				p.fail(p.wrong(of+"capacity", "100, the root has all"))
			}
			share = 100
		case !there || value == "":
		case absolute:
			q.least[label] = p.absolute(of + "capacity")
		case strings.HasSuffix(value, "w"):
			w, err := strconv.ParseFloat(strings.TrimSuffix(value, "w"), 32)
			if err != nil || w != w || w > 10000 || w < 0 {
				p.fail(p.wrong(of+"capacity", "a weight from 0w to 10000w"))
			}
			q.weight[label] = float32(w)
		default:
			if _, err := strconv.ParseFloat(value, 32); err != nil {
				p.fail(p.wrong(of+"capacity", "percent, a weight such as 3w, or [memory=<MiB>,vcores=<n>]"))
			}
			share = p.within(of+"capacity", 0, 0, 100)
		}
		q.capacity[label] = share / 100
		if i == 0 {
			q.absolute = absolute
		} else if q.parent != nil && absolute != q.absolute && p.err == nil {
			name := of + "capacity"
			if p.byName[name] == nil {
				name = at + "capacity"
			}
			p.fail(p.wrong(name, "percent or absolute resources on all labels of the queue alike"))
		}

		share = 100
		if value, there := p.text(of + "maximum-capacity"); there && value != "" && value != "-1" && q.parent != nil {
			if absoluteCapacity.MatchString(value) {
				q.most[label] = p.absolute(of + "maximum-capacity")
			} else {
				share = p.within(of+"maximum-capacity", 100, 0, 100)
			}
		}
		q.maximum[label] = share / 100
		q.amShare[label] = p.float(of+"maximum-am-resource-percent", q.queueAMShare)
		p.absoluteLimits(q, at, of, label)
	}
}

// absoluteLimits checks absolute capacities against each other and the queue above.
func (p *capacityParser) absoluteLimits(q *queueConfig, at, of, label string) {
	if q.parent == nil || p.err != nil {
		return
	}
	above := q.parent.most[label]
	name := of + "maximum-capacity"
	if p.byName[name] == nil {
		name = of + "capacity"
	}
	if above != (Resource{}) && p.config.calculator.compare(Resource{}, q.most[label], above) > 0 {
		p.fail(p.wrong(name, "no more than the maximum of the queue above"))
		return
	}
	if q.most[label] == (Resource{}) && q.least[label] != (Resource{}) {
		q.most[label] = above
	}
	if q.most[label] != (Resource{}) && p.config.calculator.compare(Resource{}, q.least[label], q.most[label]) > 0 {
		p.fail(p.wrong(of+"capacity", "no more than the queue's maximum"))
	}
}

// absolute is a capacity like [memory=10240,vcores=10].
func (p *capacityParser) absolute(name string) Resource {
	value, _ := p.text(name)
	var r Resource
	for pair := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
		what, n, ok := strings.Cut(pair, "=")
		what, n = strings.TrimSpace(what), strings.TrimSpace(n)
		digits := strings.TrimRight(n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		count, err := strconv.ParseInt(digits, 10, 64)
		mib, known := inMiB(count, n[len(digits):])
		if !ok || err != nil || !known || count < 0 {
			p.fail(p.wrong(name, "[memory=<MiB>,vcores=<n>]; memory may have a unit such as Gi"))
			return Resource{}
		}
		switch what {
		case "memory", "memory-mb":
			r.MemoryMB = mib
		case "vcores":
			r.Cores = int(min(count, math.MaxInt32))
		default:
			at := p.byName[name]
			p.warnings = append(p.warnings, fmt.Sprintf("%s:%d: the resource %s of %s is not modeled", at.file, at.line, what, name))
		}
	}
	if r.MemoryMB == 0 {
		return Resource{}
	}
	return r
}

// inMiB is an amount with one of YARN's units.
func inMiB(n int64, unit string) (int64, bool) {
	const mib = 1 << 20
	switch unit {
	case "", "Mi":
		return n, true
	case "Ki":
		return n >> 10, true
	case "Gi":
		return n << 10, true
	case "Ti":
		return n << 20, true
	case "k":
		return n * 1000 / mib, true
	case "M":
		return n * 1000_000 / mib, true
	case "G":
		return n * 1000_000_000 / mib, true
	case "T":
		return n * 1000_000 * (1000_000_000_000 / 1000_000) / mib, true
	}
	return 0, false
}

func (p *capacityParser) limits(q *queueConfig, at string) {
	q.userLimit = p.within(at+"minimum-user-limit-percent", p.within(capacityPrefix+"minimum-user-limit-percent", 100, 0, 100), 0, 100)
	q.userLimitFactor = p.float(at+"user-limit-factor", p.float(capacityPrefix+"user-limit-factor", 1))
	q.maxApplications = p.int(at+"maximum-applications", -1)
	q.priority = p.int(at+"priority", 0)
	q.defaultPriority = p.int(at+"default-application-priority", 0)

	if q.parent != nil {
		q.stopped = q.parent.stopped
	}
	if state, there := p.text(at + "state"); there {
		switch strings.ToUpper(state) {
		case "RUNNING":
			if q.stopped {
				p.fail(p.wrong(at+"state", "STOPPED, as is the queue above"))
			}
		case "STOPPED":
			q.stopped = true
		default:
			p.fail(p.wrong(at+"state", "RUNNING or STOPPED"))
		}
	}

	q.maxAllocation = p.config.maximum
	above := p.config.preemption == nil
	if q.parent != nil {
		q.maxAllocation = q.parent.maxAllocation
		above = q.parent.preemptionDisabled
	}
	q.maxAllocation.MemoryMB = int64(p.int(at+"maximum-allocation-mb", int(q.maxAllocation.MemoryMB)))
	q.maxAllocation.Cores = p.int(at+"maximum-allocation-vcores", q.maxAllocation.Cores)
	if p.err == nil && !(calculator{dominant: true}).fits(q.maxAllocation, p.config.maximum) {
		name := at + "maximum-allocation-mb"
		if q.maxAllocation.MemoryMB <= p.config.maximum.MemoryMB {
			name = at + "maximum-allocation-vcores"
		}
		p.fail(p.wrong(name, "no more than the cluster's maximum allocation"))
	}
	q.preemptionDisabled = p.bool(at+"disable_preemption", above) || p.config.preemption == nil

	inside := false
	if q.parent != nil {
		inside = q.parent.insideDisabled
	}
	q.insideDisabled = p.bool(at+"intra-queue-preemption.disable_preemption", inside)

	q.weights = map[string]float32{}
	if q.parent != nil {
		maps.Copy(q.weights, q.parent.weights)
	}
	for _, name := range slices.Sorted(maps.Keys(p.byName)) {
		rest, ok := strings.CutPrefix(name, at+"user-settings.")
		if user, isWeight := strings.CutSuffix(rest, ".weight"); ok && isWeight && user != "" {
			q.weights[user] = p.float(name, 1)
			if w := q.weights[user]; p.err == nil && (w < 0 || w > 100/min(100, q.userLimit)) {
				p.fail(p.wrong(name, "a weight from 0 to 100 / minimum-user-limit-percent"))
			}
		}
	}
}

func (p *capacityParser) ordering(q *queueConfig, at string) {
	policy, there := p.text(at + "ordering-policy")
	if len(q.children) == 0 {
		switch {
		case !there || policy == "" || policy == "fifo":
		case policy == "fair":
			q.fair = true
			q.sizeBased = p.bool(at+"ordering-policy.fair.enable-size-based-weight", false)
		default:
			p.fail(p.wrong(at+"ordering-policy", "fifo or fair; other orders of applications are not modeled"))
		}
		return
	}
	switch {
	case !there || policy == "":
		for above := q.parent; above != nil; above = above.parent {
			if of, there := p.text(capacityPrefix + above.path + ".ordering-policy"); there && of != "" {
				q.byPriority = of == "priority-utilization"
				break
			}
		}
	case policy == "utilization":
	case policy == "priority-utilization":
		q.byPriority = true
	default:
		p.fail(p.wrong(at+"ordering-policy", "utilization or priority-utilization; other orders of queues are not modeled"))
	}
}

type capacityKind int

const (
	byPercent capacityKind = iota
	byWeight
	byResource
)

// kindOf says in which way queues have their capacities; mixed: in more than one.
func kindOf(labels []string, queues ...*queueConfig) (kind capacityKind, mixed bool) {
	var percent, weight, resource bool
	for _, q := range queues {
		for _, label := range labels {
			if q.capacity[label] > 0 {
				percent = true
			}
			if w, ok := q.weight[label]; ok && w >= 0 {
				weight = true
			}
			if q.least[label] != (Resource{}) {
				resource = true
				percent = false
			}
		}
	}
	mixed = percent && weight || percent && resource || weight && resource
	switch {
	case weight || len(queues) == 0:
		return byWeight, mixed
	case resource:
		return byResource, mixed
	}
	return byPercent, mixed
}

// sums are exact to this share of 1.
const capacityPrecision = 0.0005

func (p *capacityParser) checkChildren(q *queueConfig, at string) {
	kind, mixed := kindOf(q.labels, q.children...)
	own, _ := kindOf(q.labels, q)
	if mixed {
		p.fail(p.wrong(at+"queues", "queues with capacities all in percent, all as weights, or all as absolute resources"))
		return
	}
	if (kind == byResource || own == byResource) && kind != own && q.parent != nil {
		p.fail(p.wrong(at+"queues", "absolute resources for the queue and all queues below it, or for none"))
		return
	}
	zeroSum := p.bool(at+"allow-zero-capacity-sum", false)
	for _, label := range q.labels {
		var sum float32
		var least Resource
		for _, child := range q.children {
			sum += child.capacity[label]
			least = least.plus(child.least[label])
		}
		of := q.least[label]
		if kind == byResource && of != (Resource{}) && p.config.calculator.compare(Resource{}, of, least) < 0 {
			p.fail(p.wrong(at+"queues", fmt.Sprintf("queues whose capacities are together no more than %d MiB and %d vcores", of.MemoryMB, of.Cores)))
			return
		}
		if kind != byPercent {
			continue
		}
		where := ""
		if label != "" {
			where = " for the label " + label
		}
		expected := fmt.Sprintf("queues whose capacities%s add up to 100, not %v", where, sum*100)
		hundred := math.Abs(float64(1-sum)) <= capacityPrecision
		zero := math.Abs(float64(sum)) <= capacityPrecision
		switch {
		case !hundred && !zero,
			!hundred && own == byPercent && math.Abs(float64(q.capacity[label])) > capacityPrecision && !zeroSum:
			p.fail(p.wrong(at+"queues", expected))
			return
		case hundred && own == byPercent && q.capacity[label] <= 0 && !zeroSum:
			p.fail(p.wrong(at+"queues", fmt.Sprintf("queues without capacity%s, as %s has none", where, q.path)))
			return
		}
	}
}
