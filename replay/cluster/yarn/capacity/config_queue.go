package capacity

import (
	"maps"
	"slices"
	"strings"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A queueConfig is the configuration of one queue.
type queueConfig struct {
	path, name string // root.a.b, b
	parent     *queueConfig
	children   []*queueConfig

	accessible   []string // node labels that it may use; anyLabel: all
	labels       []string // of which it has a capacity, "" first
	defaultLabel string   // of requests that name none

	capacities        map[string]*capacityConfig // by label
	absoluteResources bool                       // capacities are absolute

	maxAMShare         float32 // part of the guarantee that application masters may use
	userLimit          float32 // percent of the queue that a user gets at least
	userLimitFactor    float32 // multiple of the queue's capacity that a user gets at most; -1: no limit
	userWeights        map[string]float32
	maxApplications    int // -1: by its share
	stopped            bool
	priority           int  // among its siblings
	byPriority         bool // children are served by priority first
	fairOrder          bool // applications are served by what they use
	sizeBasedWeight    bool
	defaultPriority    int // of applications
	maxContainer       scheduler.Resource
	preemptionDisabled bool
	intraQueueDisabled bool // preemption between its applications
}

// mayUse reports whether the queue may use nodes with a label.
func (q *queueConfig) mayUse(label string) bool {
	return label == "" || slices.Contains(q.accessible, anyLabel) || slices.Contains(q.accessible, label)
}

// queue reads a queue and those below it.
func (p *parser) queue(parent *queueConfig, name string) *queueConfig {
	q := &queueConfig{path: name, name: name, parent: parent}
	if parent != nil {
		q.path = parent.path + "." + name
	}
	at := prefix + q.path + "."
	p.readLabels(q, at)
	p.readCapacities(q, at)
	p.readLimits(q, at)
	if list, _ := p.Text(at + "queues"); strings.TrimSpace(list) != "" {
		seen := map[string]bool{}
		for child := range strings.SplitSeq(list, ",") {
			child = strings.TrimSpace(child)
			if child == "" || strings.ContainsAny(child, ". \t\n") || seen[child] {
				p.Wrong(at+"queues", "the names of the queues below, each once, separated by commas")
			}
			seen[child] = true
			q.children = append(q.children, p.queue(q, child))
		}
	}
	if len(q.children) == 0 {
		p.readAppOrder(q, at)
	} else {
		p.readQueueOrder(q, at)
		p.checkChildren(q, at)
	}
	return q
}

// readLabels reads which node labels a queue may use, and on which it has a capacity.
func (p *parser) readLabels(q *queueConfig, at string) {
	list, ok := p.Text(at + "accessible-node-labels")
	switch {
	case q.parent == nil:
		q.accessible = []string{anyLabel}
	case !ok:
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
		if above := q.parent.accessible; !slices.Contains(above, anyLabel) && !containsAll(above, q.accessible) {
			p.Wrong(at+"accessible-node-labels", "only labels that the queue above may use")
		}
	}
	if label, ok := p.Text(at + "default-node-label-expression"); ok {
		q.defaultLabel = label
		p.WrongIf(!q.mayUse(label), at+"default-node-label-expression", "a label that the queue may use")
	} else if q.parent != nil && containsAll(q.accessible, q.parent.accessible) {
		q.defaultLabel = q.parent.defaultLabel
	}

	// A queue has capacities on the labels that its properties name; the root on those
	// that the properties of any queue name.
	q.labels = []string{""}
	for _, name := range p.Names() {
		rest, ok := strings.CutPrefix(name, prefix)
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

// containsAll reports whether all of some labels are in a set.
func containsAll(set, some []string) bool {
	return !slices.ContainsFunc(some, func(label string) bool { return !slices.Contains(set, label) })
}

// readLimits reads the limits of a queue, many of which it takes over from its parent.
func (p *parser) readLimits(q *queueConfig, at string) {
	above := &queueConfig{maxContainer: p.config.largest, preemptionDisabled: p.config.preemption == nil}
	if q.parent != nil {
		above = q.parent
	}
	q.userLimit = p.within(at+"minimum-user-limit-percent", p.within(prefix+"minimum-user-limit-percent", 100, 0, 100), 0, 100)
	q.userLimitFactor = p.Float(at+"user-limit-factor", p.Float(prefix+"user-limit-factor", 1))
	q.maxApplications = p.Int(at+"maximum-applications", -1)
	q.priority = p.Int(at+"priority", 0)
	q.defaultPriority = p.Int(at+"default-application-priority", 0)
	q.preemptionDisabled = p.Bool(at+"disable_preemption", above.preemptionDisabled) || p.config.preemption == nil
	q.intraQueueDisabled = p.Bool(at+"intra-queue-preemption.disable_preemption", above.intraQueueDisabled)

	q.stopped = above.stopped
	if state, ok := p.Text(at + "state"); ok {
		q.stopped = p.choice(at+"state", strings.ToUpper(state), "RUNNING", "STOPPED") == 1
		p.WrongIf(above.stopped && !q.stopped, at+"state", "STOPPED, as is the queue above")
	}

	q.maxContainer.MemoryMB = p.MiB(at+"maximum-allocation-mb", above.maxContainer.MemoryMB)
	q.maxContainer.Cores = p.Int(at+"maximum-allocation-vcores", above.maxContainer.Cores)
	if !q.maxContainer.FitsIn(p.config.largest) {
		name := at + "maximum-allocation-mb"
		if q.maxContainer.MemoryMB <= p.config.largest.MemoryMB {
			name = at + "maximum-allocation-vcores"
		}
		p.Wrong(name, "no more than the cluster's maximum allocation")
	}

	q.userWeights = map[string]float32{}
	maps.Copy(q.userWeights, above.userWeights)
	for _, name := range p.Names() {
		rest, ok := strings.CutPrefix(name, at+"user-settings.")
		if user, isWeight := strings.CutSuffix(rest, ".weight"); ok && isWeight && user != "" {
			weight := p.Float(name, 1)
			if weight < 0 || weight > 100/min(100, q.userLimit) {
				p.Wrong(name, "a weight from 0 to 100 / minimum-user-limit-percent")
			}
			q.userWeights[user] = weight
		}
	}
}

// readAppOrder reads in which order a leaf queue serves its applications.
func (p *parser) readAppOrder(q *queueConfig, at string) {
	switch order, _ := p.Text(at + "ordering-policy"); order {
	case "", "fifo":
	case "fair":
		q.fairOrder = true
		q.sizeBasedWeight = p.Bool(at+"ordering-policy.fair.enable-size-based-weight", false)
	default:
		p.Wrong(at+"ordering-policy", "fifo or fair; other orders of applications are not modeled")
	}
}

// readQueueOrder reads in which order a queue serves those below it. A queue without an
// order inherits that of its nearest ancestor with one.
func (p *parser) readQueueOrder(q *queueConfig, at string) {
	order, _ := p.Text(at + "ordering-policy")
	if order != "" && order != "utilization" && order != "priority-utilization" {
		p.Wrong(at+"ordering-policy", "utilization or priority-utilization; other orders of queues are not modeled")
	}
	for above := q.parent; order == "" && above != nil; above = above.parent {
		order, _ = p.Text(prefix + above.path + ".ordering-policy")
	}
	q.byPriority = order == "priority-utilization"
}
