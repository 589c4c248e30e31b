package fair

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
)

// Notes about settings that YARN ignores, or that are not modeled.
var (
	reservationsNotModeled = note.Declare("yarn-reservations-not-modeled", "file", "line", "setting")
	accessNotModeled       = note.Declare("yarn-access-not-modeled", "file", "line", "setting", "queue")
	elementIgnored         = note.Declare("yarn-element-ignored", "file", "line", "element", "parent")
	percentageIgnored      = note.Declare("yarn-percentage-ignored", "file", "line", "element", "queue")
	minimumAboveMaximum    = note.Declare("yarn-minimum-above-maximum", "file", "line", "queue")
	coresNotGiven          = note.Declare("yarn-cores-not-given", "file", "line", "element")
	queueNotCreated        = note.Declare("yarn-queue-not-created", "file", "line", "queue", "policy")
	queueDeclaredTwice     = note.Declare("yarn-queue-declared-twice", "file", "line", "queue")
	queueNameInvalid       = note.Declare("yarn-queue-name-invalid", "file", "line", "queue")
	nestedRuleIgnored      = note.Declare("yarn-nested-rule-ignored", "file", "line")
	parentRuleIgnored      = note.Declare("yarn-parent-rule-ignored", "file", "line", "rule")
)

// Read reads a queue file, fair-scheduler.xml, and a yarn-site.xml. A note names what
// is not modeled, or what YARN itself ignores. A file with which YARN would not start
// is an error, which names the file, the line and what was expected.
//
// Source: AllocationFileParser and AllocationFileQueueParser;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func Read(queues, site hadoop.File) (c *Config, notes []note.Note, err error) {
	defer hadoop.Catch(&err)
	p := &parser{Reader: hadoop.Reader{Name: queues.Name}, c: newConfig()}
	p.read(p.Parse(queues.Text, "allocations"))
	p.check()
	p.c.siteConfig, notes = readSite(site)
	return p.c, append(p.Notes, notes...), nil
}

// A parser takes the elements of a queue file into a configuration.
type parser struct {
	hadoop.Reader
	c *Config
}

// value is the text of an element, which must have one.
func (p *parser) value(e *hadoop.Element) string {
	p.FailIf(e.Text == "", e.Line, "expected a value in <%s>, found none", e.Name)
	return strings.TrimSpace(e.Text)
}

func (p *parser) whole(e *hadoop.Element) int {
	n, err := strconv.ParseInt(p.value(e), 10, 32)
	p.FailIf(err != nil, e.Line, "expected a whole number in <%s>, found %q", e.Name, p.value(e))
	return int(n)
}

func (p *parser) number(e *hadoop.Element) float32 {
	x, err := strconv.ParseFloat(p.value(e), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		p.Fail(e.Line, "expected a number in <%s>, found %q", e.Name, p.value(e))
	}
	return float32(x)
}

// part is a number that is cut to the range from 0 to 1.
func (p *parser) part(e *hadoop.Element) float32 { return max(min(p.number(e), 1), 0) }

// seconds is a timeout in whole seconds.
func (p *parser) seconds(e *hadoop.Element) time.Duration {
	n, err := strconv.ParseInt(p.value(e), 10, 64)
	p.FailIf(err != nil, e.Line, "expected whole seconds in <%s>, found %q", e.Name, p.value(e))
	if n >= int64(never/time.Second) || n <= -int64(never/time.Second) {
		return never
	}
	return time.Duration(n) * time.Second
}

func (p *parser) policy(e *hadoop.Element) policy {
	i := slices.Index(policyNames, strings.ToLower(p.value(e)))
	p.FailIf(i < 0, e.Line, "expected fair, drf or fifo in <%s>, found %q", e.Name, p.value(e))
	return policy(i)
}

// read takes in the whole file.
func (p *parser) read(root *hadoop.Element) {
	c := p.c
	var queues []*hadoop.Element
	var oldTimeout, timeout *time.Duration
	for _, e := range root.Children {
		switch e.Name {
		case "queue", "pool":
			queues = append(queues, e)
		case "user":
			p.user(e)
		case "queuePlacementPolicy":
			p.placement(e)
		case "defaultQueueSchedulingPolicy", "defaultQueueSchedulingMode":
			if c.policy = p.policy(e); c.policy == fifo {
				p.Fail(e.Line, "expected fair or drf in <%s>, found fifo, which is only for leaf queues", e.Name)
			}
		case "queueMaxResourcesDefault":
			c.queueMaxResources = p.limit(e, true)
		case "userMaxAppsDefault":
			c.userMaxApps = p.whole(e)
		case "queueMaxAppsDefault":
			c.queueMaxApps = p.whole(e)
		case "queueMaxAMShareDefault":
			c.maxAMShare = min(p.number(e), 1)
		case "fairSharePreemptionTimeout":
			oldTimeout = new(p.seconds(e))
		case "defaultFairSharePreemptionTimeout":
			timeout = new(p.seconds(e))
		case "defaultMinSharePreemptionTimeout":
			c.minShareTimeout = p.seconds(e)
		case "defaultFairSharePreemptionThreshold":
			c.fairShareThreshold = p.part(e)
		case "reservation-planner", "reservation-agent", "reservation-policy":
			p.Note(e.Line, reservationsNotModeled, e.Name)
		default:
			p.Note(e.Line, elementIgnored, e.Name, root.Name)
		}
	}
	c.fairShareTimeout = orElse(timeout, orElse(oldTimeout, never))
	for _, e := range queues {
		above := "root"
		if strings.EqualFold(e.Attrs["name"], "root") {
			p.FailIf(len(queues) > 1, e.Line, "expected no other queue beside root, found %d", len(queues)-1)
			above = ""
		}
		p.queue(above, e)
	}
}

func (p *parser) user(e *hadoop.Element) {
	for _, f := range e.Children {
		if f.Name == "maxRunningApps" {
			p.c.maxAppsOfUser[e.Attrs["name"]] = p.whole(f)
		} else {
			p.Note(f.Line, elementIgnored, f.Name, e.Name)
		}
	}
}

// queue takes in a queue and those inside it.
func (p *parser) queue(above string, e *hadoop.Element) {
	name := strings.TrimSpace(e.Attrs["name"])
	switch {
	case name == "":
		p.Fail(e.Line, "expected a name of the queue, found none")
	case strings.Contains(name, "."):
		p.Fail(e.Line, "expected a name without a period, found %q", name)
	}
	path := name
	if above != "" {
		path = above + "." + name
	}
	q := p.c.queues[path]
	if q == nil {
		q = &queueConfig{path: path, line: e.Line}
		p.c.queues[path] = q
	}
	parent := e.Attrs["type"] == "parent"
	reserved := false
	var leafOnly *hadoop.Element
	for _, f := range e.Children {
		switch f.Name {
		case "queue", "pool":
			parent = true
			p.queue(path, f)
		case "minResources":
			l := p.limit(f, false)
			if l.parts {
				p.Note(f.Line, percentageIgnored, f.Name, path)
			}
			q.minResources = l.fixed
		case "maxResources":
			q.maxResources = new(p.limit(f, true))
		case "maxChildResources":
			q.maxChildResources = new(p.limit(f, true))
		case "maxContainerAllocation":
			l := p.limit(f, true)
			if q.maxContainer = &l.fixed; l.parts {
				q.maxContainer = nil
				p.Note(f.Line, percentageIgnored, f.Name, path)
			}
		case "maxRunningApps":
			q.maxRunningApps = new(p.whole(f))
		case "maxAMShare":
			q.maxAMShare = new(min(p.number(f), 1))
			leafOnly = f
		case "weight":
			q.weight = new(p.number(f))
		case "schedulingPolicy", "schedulingMode":
			q.policy = new(p.policy(f))
		case "minSharePreemptionTimeout":
			q.minShareTimeout = new(p.seconds(f))
		case "fairSharePreemptionTimeout":
			q.fairShareTimeout = new(p.seconds(f))
		case "fairSharePreemptionThreshold":
			q.fairShareThreshold = new(p.part(f))
		case "allowPreemptionFrom":
			q.notPreemptable = q.notPreemptable || !strings.EqualFold(p.value(f), "true")
		case "reservation":
			reserved, leafOnly = true, f
			p.Note(f.Line, reservationsNotModeled, f.Name)
		case "aclSubmitApps", "aclAdministerApps", "aclAdministerReservations", "aclListReservations", "aclSubmitReservations":
			p.Note(f.Line, accessNotModeled, f.Name, path)
		default:
			p.Note(f.Line, elementIgnored, f.Name, path)
		}
	}
	if parent && leafOnly != nil {
		p.Fail(leafOnly.Line, "expected no <%s> in queue %s, which is a parent", leafOnly.Name, path)
	}
	q.leaf = !parent && !reserved
	if !q.declared {
		q.declared = true
		p.c.order = append(p.c.order, q)
	}
	if q.maxResources != nil && !q.maxResources.parts && !q.minResources.FitsIn(q.maxResources.fixed.NonNegative()) {
		p.Note(e.Line, minimumAboveMaximum, path)
	}
}

// check creates the queues once, and notes those that YARN would not create.
func (p *parser) check() {
	s := New(p.c)
	for _, q := range p.c.order {
		switch created := s.byPath[q.path]; {
		case created == nil:
			p.Note(q.line, queueNotCreated, q.path, p.c.policyOf(q.path))
		case created.leaf != q.leaf:
			p.Note(q.line, queueDeclaredTwice, q.path)
		}
	}
}
