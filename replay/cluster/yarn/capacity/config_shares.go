package capacity

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A capacityConfig is the capacity of a queue on the nodes of one label. It is given
// in one of three ways: as a part of the queue above, as a weight among the queues next
// to it, or as absolute resources.
type capacityConfig struct {
	capacity     float32            // part of the queue above
	weight       float32            // -1: none
	minResources scheduler.Resource // absolute capacity
	maxCapacity  float32            // part of the queue above that it may grow to
	maxResources scheduler.Resource // the same, absolute
	amShare      float32            // part of its capacity that application masters may use
}

// on is the capacity on the nodes of a label, of which the file may say nothing.
func (q *queueConfig) on(label string) capacityConfig {
	if c := q.capacities[label]; c != nil {
		return *c
	}
	return capacityConfig{weight: -1}
}

var absoluteForm = regexp.MustCompile(`^\[[\w.,\-_=\ /]+\]$`)

// sumPrecision is how far a sum of capacities may be from 1; see AbstractCSQueue.PRECISION.
const sumPrecision = 0.0005

func (p *parser) readCapacities(q *queueConfig, at string) {
	q.capacities = map[string]*capacityConfig{}
	q.maxAMShare = p.Float(at+"maximum-am-resource-percent", p.Float(prefix+"maximum-am-resource-percent", 0.1))
	for i, label := range q.labels {
		of := at
		if label != "" {
			of += "accessible-node-labels." + label + "."
		}
		c := &capacityConfig{weight: -1}
		q.capacities[label] = c
		absolute := p.readCapacity(c, of+"capacity", q.parent == nil)
		if i == 0 {
			q.absoluteResources = absolute
		} else if q.parent != nil && absolute != q.absoluteResources {
			p.Wrong(p.firstOf(of+"capacity", at+"capacity"), "percent or absolute resources on all labels of the queue alike")
		}
		c.maxCapacity = 1
		if value, _ := p.Text(of + "maximum-capacity"); value != "" && value != "-1" && q.parent != nil {
			if absoluteForm.MatchString(value) {
				c.maxResources = p.absolute(of + "maximum-capacity")
			} else {
				c.maxCapacity = p.within(of+"maximum-capacity", 100, 0, 100) / 100
			}
		}
		c.amShare = p.Float(of+"maximum-am-resource-percent", q.maxAMShare)
		if q.parent != nil {
			p.checkAbsolute(c, q.parent.on(label).maxResources, of)
		}
	}
}

// readCapacity reads a capacity in any of its forms, and says whether it is absolute.
// The root has all of every label.
func (p *parser) readCapacity(c *capacityConfig, name string, root bool) (absolute bool) {
	value, _ := p.Text(name)
	absolute = absoluteForm.MatchString(value)
	switch {
	case root:
		p.WrongIf(name == prefix+"root.capacity" && p.Has(name) && value != "100" && value != "100.0", name, "100, the root has all")
		c.capacity = 1
	case value == "":
	case absolute:
		c.minResources = p.absolute(name)
	case strings.HasSuffix(value, "w"):
		weight, err := strconv.ParseFloat(strings.TrimSuffix(value, "w"), 32)
		p.WrongIf(err != nil || !(weight >= 0 && weight <= 10000), name, "a weight from 0w to 10000w")
		c.weight = float32(weight)
	default:
		if _, err := strconv.ParseFloat(value, 32); err != nil {
			p.Wrong(name, "percent, a weight such as 3w, or [memory=<MiB>,vcores=<n>]")
		}
		c.capacity = p.within(name, 0, 0, 100) / 100
	}
	return absolute
}

// firstOf is the first of two properties that the file gives.
func (p *parser) firstOf(name, other string) string {
	if p.Has(name) {
		return name
	}
	return other
}

// checkAbsolute checks absolute capacities against each other and the maximum of the
// queue above, which a queue takes over if it gives none.
func (p *parser) checkAbsolute(c *capacityConfig, above scheduler.Resource, of string) {
	none, calculator := scheduler.Resource{}, p.config.calculator
	if above != none && calculator.Compare(none, c.maxResources, above) > 0 {
		p.Wrong(p.firstOf(of+"maximum-capacity", of+"capacity"), "no more than the maximum of the queue above")
	}
	if c.maxResources == none && c.minResources != none {
		c.maxResources = above
	}
	if c.maxResources != none && calculator.Compare(none, c.minResources, c.maxResources) > 0 {
		p.Wrong(of+"capacity", "no more than the queue's maximum")
	}
}

// absolute is a capacity such as [memory=10240,vcores=10]. Without memory it is none.
func (p *parser) absolute(name string) scheduler.Resource {
	value, _ := p.Text(name)
	var r scheduler.Resource
	for pair := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
		what, amount, _ := strings.Cut(pair, "=")
		what, amount = strings.TrimSpace(what), strings.TrimSpace(amount)
		mib, err := hadoop.ParseMiB(amount)
		if err != nil || strings.Contains(amount, " ") {
			p.Wrong(name, "[memory=<MiB>,vcores=<n>]; memory may have a unit such as Gi")
		}
		switch what {
		case "memory", "memory-mb":
			r.MemoryMB = mib
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

// A capacityKind is the way in which queues have their capacities.
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
			c := q.on(label)
			percent = percent || c.capacity > 0
			weight = weight || c.weight >= 0
			if c.minResources != (scheduler.Resource{}) {
				resource, percent = true, false
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

// checkChildren checks the capacities of the queues below a queue against its own.
func (p *parser) checkChildren(q *queueConfig, at string) {
	wrong := func(expected string, args ...any) { p.Wrong(at+"queues", expected, args...) }
	kind, mixed := kindOf(q.labels, q.children...)
	own, _ := kindOf(q.labels, q)
	if mixed {
		wrong("queues with capacities all in percent, all as weights, or all as absolute resources")
	}
	if (kind == byResource || own == byResource) && kind != own && q.parent != nil {
		wrong("absolute resources for the queue and all queues below it, or for none")
	}
	zeroSum := p.Bool(at+"allow-zero-capacity-sum", false)
	for _, label := range q.labels {
		var sum float32
		var resources scheduler.Resource
		for _, child := range q.children {
			sum += child.on(label).capacity
			resources = resources.Plus(child.on(label).minResources)
		}
		c := q.on(label)
		if has := c.minResources; kind == byResource && has != (scheduler.Resource{}) && p.config.calculator.Compare(scheduler.Resource{}, has, resources) < 0 {
			wrong("queues whose capacities are together no more than %d MiB and %d vcores", has.MemoryMB, has.Cores)
		}
		if kind != byPercent {
			continue
		}
		where := ""
		if label != "" {
			where = " for the label " + label
		}
		near := func(a, b float32) bool { return math.Abs(float64(a-b)) <= sumPrecision }
		hundred, checked := near(1, sum), own == byPercent && !zeroSum
		switch {
		case !hundred && (!near(sum, 0) || checked && !near(c.capacity, 0)):
			wrong("queues whose capacities%s add up to 100, not %v", where, sum*100)
		case hundred && checked && c.capacity <= 0:
			wrong("queues without capacity%s, as %s has none", where, q.path)
		}
	}
}
