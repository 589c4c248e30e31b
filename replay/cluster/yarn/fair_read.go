package yarn

import (
	"math"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
)

// ReadFair reads a queue file of the fair scheduler, fair-scheduler.xml, and a
// yarn-site.xml. A note names what is not modeled, or what YARN itself ignores; an
// error is what YARN would not start with: it says file, line and what was expected.
//
// Source: AllocationFileParser and AllocationFileQueueParser in
// org.apache.hadoop...scheduler.fair.allocation; FairSchedulerConfiguration;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func ReadFair(queues, site File) (c *FairConfig, notes []note.Note, err error) {
	defer catch(&err)
	p := &fairReader{configFile: configFile{name: queues.Name}, c: newFairConfig()}
	p.read(p.parse(queues.Text, "allocations"))
	p.check()
	return p.c, append(p.notes, p.c.readSite(site)...), nil
}

type fairReader struct {
	configFile
	c *FairConfig
}

// value is an element's text.
func (p *fairReader) value(e *element) string {
	if e.text == "" {
		p.fail(e.line, "expected a value in <%s>, found none", e.name)
	}
	return strings.TrimSpace(e.text)
}

func (p *fairReader) whole(e *element) int {
	n, err := strconv.ParseInt(p.value(e), 10, 32)
	if err != nil {
		p.fail(e.line, "expected a whole number in <%s>, found %q", e.name, p.value(e))
	}
	return int(n)
}

func (p *fairReader) number(e *element) float32 {
	x, err := strconv.ParseFloat(p.value(e), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		p.fail(e.line, "expected a number in <%s>, found %q", e.name, p.value(e))
	}
	return float32(x)
}

func (p *fairReader) seconds(e *element) time.Duration {
	n, err := strconv.ParseInt(p.value(e), 10, 64)
	if err != nil {
		p.fail(e.line, "expected whole seconds in <%s>, found %q", e.name, p.value(e))
	}
	if n >= int64(never/time.Second) || n <= -int64(never/time.Second) {
		return never
	}
	return time.Duration(n) * time.Second
}

func (p *fairReader) policy(e *element) fairPolicy {
	switch strings.ToLower(p.value(e)) {
	case "fair":
		return fairShare
	case "drf":
		return drf
	case "fifo":
		return fifo
	}
	p.fail(e.line, "expected fair, drf or fifo in <%s>, found %q", e.name, p.value(e))
	return 0
}

// read takes in the whole file.
func (p *fairReader) read(root *element) {
	c := p.c
	var queues []*element
	var oldTimeout, timeout *time.Duration
	for _, e := range root.children {
		switch e.name {
		case "queue", "pool":
			queues = append(queues, e)
		case "user":
			p.user(e)
		case "queuePlacementPolicy":
			p.placement(e)
		case "defaultQueueSchedulingPolicy", "defaultQueueSchedulingMode":
			if c.defaultPolicy = p.policy(e); c.defaultPolicy == fifo {
				p.fail(e.line, "expected fair or drf in <%s>, found fifo, which is only for leaf queues", e.name)
			}
		case "queueMaxResourcesDefault":
			c.maxResources = p.limit(e, true)
		case "userMaxAppsDefault":
			c.userDefault = p.whole(e)
		case "queueMaxAppsDefault":
			c.queueMaxApps = p.whole(e)
		case "queueMaxAMShareDefault":
			c.mastersPart = min(p.number(e), 1)
		case "fairSharePreemptionTimeout":
			oldTimeout = new(p.seconds(e))
		case "defaultFairSharePreemptionTimeout":
			timeout = new(p.seconds(e))
		case "defaultMinSharePreemptionTimeout":
			c.minTimeout = p.seconds(e)
		case "defaultFairSharePreemptionThreshold":
			c.threshold = max(min(p.number(e), 1), 0)
		case "reservation-planner", "reservation-agent", "reservation-policy":
			p.note(e.line, reservationsNotModeled, e.name)
		default:
			p.note(e.line, elementIgnored, e.name, root.name)
		}
	}
	c.fairTimeout = orElse(timeout, orElse(oldTimeout, never))
	for _, e := range queues {
		above := "root"
		if strings.EqualFold(e.attrs["name"], "root") {
			if len(queues) > 1 {
				p.fail(e.line, "expected no other queue beside root, found %d", len(queues)-1)
			}
			above = ""
		}
		p.queue(above, e)
	}
}

func (p *fairReader) user(e *element) {
	for _, f := range e.children {
		if f.name == "maxRunningApps" {
			p.c.userApps[e.attrs["name"]] = p.whole(f)
		} else {
			p.note(f.line, elementIgnored, f.name, e.name)
		}
	}
}

// queue takes in a queue and those inside it.
func (p *fairReader) queue(above string, e *element) {
	name := trimQueue(e.attrs["name"])
	switch {
	case name == "":
		p.fail(e.line, "expected a name of the queue, found none")
	case strings.Contains(name, "."):
		p.fail(e.line, "expected a name without a period, found %q", name)
	}
	path := name
	if above != "" {
		path = above + "." + name
	}
	q := p.c.queues[path]
	if q == nil {
		q = &fairQueueConf{path: path, line: e.line}
		p.c.queues[path] = q
	}
	parent := e.attrs["type"] == "parent"
	var reservation, masters *element
	for _, f := range e.children {
		switch f.name {
		case "queue", "pool":
			parent = true
			p.queue(path, f)
		case "minResources":
			l := p.limit(f, false)
			if l.parts {
				p.note(f.line, percentageIgnored, f.name, path)
			}
			q.least = l.fixed
		case "maxResources":
			q.most = new(p.limit(f, true))
		case "maxChildResources":
			q.mostOfChild = new(p.limit(f, true))
		case "maxContainerAllocation":
			l := p.limit(f, true)
			if l.parts {
				p.note(f.line, percentageIgnored, f.name, path)
				q.largest = nil
			} else {
				q.largest = &l.fixed
			}
		case "maxRunningApps":
			q.maxApps = new(p.whole(f))
		case "maxAMShare":
			q.mastersPart = new(min(p.number(f), 1))
			masters = f
		case "weight":
			q.weight = new(p.number(f))
		case "schedulingPolicy", "schedulingMode":
			q.policy = new(p.policy(f))
		case "minSharePreemptionTimeout":
			q.minTimeout = new(p.seconds(f))
		case "fairSharePreemptionTimeout":
			q.fairTimeout = new(p.seconds(f))
		case "fairSharePreemptionThreshold":
			q.threshold = new(max(min(p.number(f), 1), 0))
		case "allowPreemptionFrom":
			q.notPreemptable = q.notPreemptable || !strings.EqualFold(p.value(f), "true")
		case "reservation":
			reservation = f
			p.note(f.line, reservationsNotModeled, f.name)
		case "aclSubmitApps", "aclAdministerApps", "aclAdministerReservations", "aclListReservations", "aclSubmitReservations":
			p.note(f.line, accessNotModeled, f.name, path)
		default:
			p.note(f.line, elementIgnored, f.name, path)
		}
	}
	if parent && reservation != nil {
		p.fail(reservation.line, "expected no <reservation> in queue %s, which is a parent", path)
	}
	if parent && masters != nil {
		p.fail(masters.line, "expected no <maxAMShare> in queue %s, which is a parent", path)
	}
	q.leaf = !parent && reservation == nil
	if !q.declared {
		q.declared = true
		p.c.order = append(p.c.order, q)
	}
	if q.most != nil && !q.most.parts && !q.least.within(q.most.fixed.orNothing()) {
		p.note(e.line, minimumAboveMaximum, path)
	}
}

// trimQueue takes white space off the ends of a queue's name.
func trimQueue(name string) string { return strings.TrimSpace(name) }

// check makes the queues once, and notes those that YARN would not make.
func (p *fairReader) check() {
	s := NewFair(p.c)
	for _, q := range p.c.order {
		switch made := s.byPath[q.path]; {
		case made == nil:
			p.note(q.line, queueNotCreated, q.path, p.c.policy(q.path))
		case made.leaf != q.leaf:
			p.note(q.line, queueDeclaredTwice, q.path)
		}
	}
}
