package capacity

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var absoluteCapacity = regexp.MustCompile(`^\[[\w.,\-_=\ /]+\]$`)

// sums are exact to this share of 1.
const capacityPrecision = 0.0005

func (p *parser) labelsOf(q *queueConfig, at string) {
	list, there := p.Text(at + "accessible-node-labels")
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
					p.Wrong(at+"accessible-node-labels", "only labels that the queue above may use")
				}
			}
		}
	}
	if label, there := p.Text(at + "default-node-label-expression"); there {
		q.defaultLabel = label
		if label != "" && !q.mayUse(label) {
			p.Wrong(at+"default-node-label-expression", "a label that the queue may use")
		}
	} else if q.parent != nil && !slices.ContainsFunc(q.parent.accessible, func(l string) bool { return !slices.Contains(q.accessible, l) }) {
		q.defaultLabel = q.parent.defaultLabel
	}

	// A queue has capacities on the labels it names in properties; the root on all.
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

func (q *queueConfig) mayUse(label string) bool {
	return label == "" || slices.Contains(q.accessible, anyLabel) || slices.Contains(q.accessible, label)
}

func (p *parser) capacities(q *queueConfig, at string) {
	q.capacity, q.maximum, q.weight = map[string]float32{}, map[string]float32{}, map[string]float32{}
	q.amShare = map[string]float32{}
	q.least, q.most = map[string]scheduler.Resource{}, map[string]scheduler.Resource{}
	q.queueAMShare = p.Float(at+"maximum-am-resource-percent", p.Float(prefix+"maximum-am-resource-percent", 0.1))
	for i, label := range q.labels {
		of := at
		if label != "" {
			of += "accessible-node-labels." + label + "."
		}
		q.weight[label] = -1
		share := float32(0)
		value, there := p.Text(of + "capacity")
		absolute := absoluteCapacity.MatchString(value)
		switch {
		case q.parent == nil:
			if there && label == "" && value != "100" && value != "100.0" {
				p.Wrong(of+"capacity", "100, the root has all")
			}
			share = 100
		case !there || value == "":
		case absolute:
			q.least[label] = p.absolute(of + "capacity")
		case strings.HasSuffix(value, "w"):
			w, err := strconv.ParseFloat(strings.TrimSuffix(value, "w"), 32)
			if err != nil || w != w || w > 10000 || w < 0 {
				p.Wrong(of+"capacity", "a weight from 0w to 10000w")
			}
			q.weight[label] = float32(w)
		default:
			if _, err := strconv.ParseFloat(value, 32); err != nil {
				p.Wrong(of+"capacity", "percent, a weight such as 3w, or [memory=<MiB>,vcores=<n>]")
			}
			share = p.within(of+"capacity", 0, 0, 100)
		}
		q.capacity[label] = share / 100
		if i == 0 {
			q.absolute = absolute
		} else if q.parent != nil && absolute != q.absolute {
			name := of + "capacity"
			if !p.Has(name) {
				name = at + "capacity"
			}
			p.Wrong(name, "percent or absolute resources on all labels of the queue alike")
		}

		share = 100
		if value, there := p.Text(of + "maximum-capacity"); there && value != "" && value != "-1" && q.parent != nil {
			if absoluteCapacity.MatchString(value) {
				q.most[label] = p.absolute(of + "maximum-capacity")
			} else {
				share = p.within(of+"maximum-capacity", 100, 0, 100)
			}
		}
		q.maximum[label] = share / 100
		q.amShare[label] = p.Float(of+"maximum-am-resource-percent", q.queueAMShare)
		p.absoluteLimits(q, at, of, label)
	}
}

// absoluteLimits checks absolute capacities against each other and the queue above.
func (p *parser) absoluteLimits(q *queueConfig, at, of, label string) {
	if q.parent == nil {
		return
	}
	above := q.parent.most[label]
	name := of + "maximum-capacity"
	if !p.Has(name) {
		name = of + "capacity"
	}
	if above != (scheduler.Resource{}) && p.config.calculator.Compare(scheduler.Resource{}, q.most[label], above) > 0 {
		p.Wrong(name, "no more than the maximum of the queue above")
	}
	if q.most[label] == (scheduler.Resource{}) && q.least[label] != (scheduler.Resource{}) {
		q.most[label] = above
	}
	if q.most[label] != (scheduler.Resource{}) && p.config.calculator.Compare(scheduler.Resource{}, q.least[label], q.most[label]) > 0 {
		p.Wrong(of+"capacity", "no more than the queue's maximum")
	}
}

// absolute is a capacity like [memory=10240,vcores=10].
func (p *parser) absolute(name string) scheduler.Resource {
	value, _ := p.Text(name)
	var r scheduler.Resource
	for pair := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
		what, amount, _ := strings.Cut(pair, "=")
		what, amount = strings.TrimSpace(what), strings.TrimSpace(amount)
		n, err := hadoop.ParseMiB(amount)
		if err != nil || strings.Contains(amount, " ") {
			p.Wrong(name, "[memory=<MiB>,vcores=<n>]; memory may have a unit such as Gi")
		}
		switch what {
		case "memory", "memory-mb":
			r.MemoryMB = n
		case "vcores":
			fmt.Sscanf(amount, "%d", &r.Cores) // a unit of vcores means nothing
			r.Cores = min(r.Cores, math.MaxInt32)
		default:
			p.NoteOf(name, hadoop.NotModeled, what+" of "+name)
		}
	}
	if r.MemoryMB == 0 {
		return scheduler.Resource{}
	}
	return r
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
			if q.least[label] != (scheduler.Resource{}) {
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

func (p *parser) checkChildren(q *queueConfig, at string) {
	kind, mixed := kindOf(q.labels, q.children...)
	own, _ := kindOf(q.labels, q)
	if mixed {
		p.Wrong(at+"queues", "queues with capacities all in percent, all as weights, or all as absolute resources")
	}
	if (kind == byResource || own == byResource) && kind != own && q.parent != nil {
		p.Wrong(at+"queues", "absolute resources for the queue and all queues below it, or for none")
	}
	zeroSum := p.Bool(at+"allow-zero-capacity-sum", false)
	for _, label := range q.labels {
		var sum float32
		var least scheduler.Resource
		for _, child := range q.children {
			sum += child.capacity[label]
			least = least.Plus(child.least[label])
		}
		of := q.least[label]
		if kind == byResource && of != (scheduler.Resource{}) && p.config.calculator.Compare(scheduler.Resource{}, of, least) < 0 {
			p.Wrong(at+"queues", "queues whose capacities are together no more than %d MiB and %d vcores", of.MemoryMB, of.Cores)
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
			p.Wrong(at+"queues", "%s", expected)
		case hundred && own == byPercent && q.capacity[label] <= 0 && !zeroSum:
			p.Wrong(at+"queues", "queues without capacity%s, as %s has none", where, q.path)
		}
	}
}
