package yarn

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ReadFair reads a queue file of the fair scheduler, fair-scheduler.xml. File is
// its name, for messages. A warning names what is not modeled, or what YARN
// itself passes over; an error is what YARN would not start with: it says file,
// line and what was expected.
//
// Source: AllocationFileParser and AllocationFileQueueParser in
// org.apache.hadoop...scheduler.fair.allocation;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func ReadFair(r io.Reader, file string) (c *FairConfig, warnings []string, err error) {
	p := &fairReader{file: file, c: newFairConfig()}
	defer func() {
		if e, ok := recover().(fairError); ok {
			c, warnings, err = nil, nil, e.error
		}
	}()
	p.read(p.parse(r))
	p.check()
	return p.c, p.warnings, nil
}

// A fairError is a panic that ends the reading.
type fairError struct{ error }

type fairReader struct {
	file     string
	c        *FairConfig
	warnings []string
}

// An element is one of the file's elements.
type element struct {
	name     string
	line     int
	attrs    map[string]string
	text     string // before the first child
	children []*element
}

func (p *fairReader) fail(line int, format string, args ...any) {
	panic(fairError{fmt.Errorf("%s:%d: %s", p.file, line, fmt.Sprintf(format, args...))})
}

func (p *fairReader) warn(line int, format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf("%s:%d: %s", p.file, line, fmt.Sprintf(format, args...)))
}

// deepest is how deep elements may be inside each other.
const deepest = 1000

// parse makes the tree of elements.
func (p *fairReader) parse(r io.Reader) *element {
	d := xml.NewDecoder(r)
	var root *element
	var open []*element
	for {
		t, err := d.Token()
		line, _ := d.InputPos()
		var syntax *xml.SyntaxError
		switch {
		case errors.As(err, &syntax):
			p.fail(syntax.Line, "expected XML: %s", syntax.Msg)
		case err == io.EOF:
			if root == nil {
				p.fail(line, "expected <allocations>, found nothing")
			}
			return root
		case err != nil:
			p.fail(line, "expected XML: %v", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			p.fail(line, "expected <allocations>, found a document type, which YARN does not take")
		case xml.StartElement:
			e := &element{name: t.Name.Local, line: line, attrs: map[string]string{}}
			for _, a := range t.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			switch {
			case len(open) > 0:
				up := open[len(open)-1]
				up.children = append(up.children, e)
			case root != nil:
				p.fail(line, "expected one <allocations>, found <%s> after it", e.name)
			default:
				root = e
			}
			if open = append(open, e); len(open) > deepest {
				p.fail(line, "expected at most %d elements inside each other", deepest)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				if e := open[len(open)-1]; len(e.children) == 0 {
					e.text += string(t)
				}
			}
		}
	}
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
	if root.name != "allocations" {
		p.fail(root.line, "expected <allocations>, found <%s>", root.name)
	}
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
			p.warn(e.line, "<%s> is not modeled: there are no reservations in advance", e.name)
		default:
			p.warn(e.line, "<%s> is not known, YARN passes over it", e.name)
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
			p.warn(f.line, "<%s> is not a property of a user, YARN passes over it", f.name)
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
		q = &fairQueueConf{path: path}
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
				p.warn(f.line, "<minResources> of queue %s is a percentage, YARN passes over it", path)
			}
			q.least = l.fixed
		case "maxResources":
			q.most = new(p.limit(f, true))
		case "maxChildResources":
			q.mostOfChild = new(p.limit(f, true))
		case "maxContainerAllocation":
			l := p.limit(f, true)
			if l.parts {
				p.warn(f.line, "<maxContainerAllocation> of queue %s is a percentage, YARN passes over it", path)
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
			p.warn(f.line, "<reservation> of queue %s is not modeled: there are no reservations in advance", path)
		case "aclSubmitApps", "aclAdministerApps", "aclAdministerReservations", "aclListReservations", "aclSubmitReservations":
			p.warn(f.line, "<%s> of queue %s is not modeled: everyone may submit everywhere", f.name, path)
		default:
			p.warn(f.line, "<%s> of queue %s is not known, YARN passes over it", f.name, path)
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
		p.warn(e.line, "queue %s has <maxResources> less than its <minResources>: the minimum counts", path)
	}
}

var (
	percentage = regexp.MustCompile(`^(-?\d+(?:\.\d*)?)\s*%\s*(memory|cpu)?$`)
	amount     = regexp.MustCompile(`^(-?\d+)(?:\.\d*)?\s*(mb|vcores)`)
	amounts    = regexp.MustCompile(`-?\d+(?:\.\d*)?\s*[a-z]+\s*`)
)

// limit reads a resource in one of YARN's three forms: "4096 mb, 2 vcores";
// "50%" or "50% memory, 20% cpu"; "memory-mb=4096, vcores=2", or with %. Upper is
// true where what is not given is no limit, else it is zero.
func (p *fairReader) limit(e *element, upper bool) limit {
	v := p.value(e)
	fail := func() {
		p.fail(e.line, "expected in <%s> a resource like \"4096 mb, 2 vcores\", \"50%%\" or \"memory-mb=4096, vcores=2\", found %q", e.name, v)
	}
	percent := func(s, of string) float64 {
		m := percentage.FindStringSubmatch(strings.TrimSpace(s))
		if m == nil || m[2] != of {
			fail()
		}
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil || x < 0 {
			fail()
		}
		return x / 100
	}
	switch {
	case strings.Contains(v, "="):
		l := limit{parts: strings.Contains(v, "%"), memory: 1, cores: 1}
		if upper && !l.parts {
			l.fixed = Resource{math.MaxInt64, -1} // YARN cuts "no limit" of cores to -1
		}
		for _, s := range javaSplit(v, ",") {
			parts := javaSplit(s, "=")
			if len(parts) != 2 {
				fail()
			}
			name, value := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1])
			if name != "memory-mb" && name != "vcores" {
				p.fail(e.line, "expected memory-mb or vcores in <%s>, found %q, which is not modeled", e.name, name)
			}
			if l.parts {
				x := percent(value, "")
				if name == "memory-mb" {
					l.memory = x
				} else {
					l.cores = x
				}
				continue
			}
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				fail()
			}
			if name == "memory-mb" {
				l.fixed.MemoryMB = n
			} else {
				l.fixed.Cores = int(min(n, math.MaxInt32))
			}
		}
		if upper && !l.parts && l.fixed.Cores < 0 {
			p.warn(e.line, "<%s> does not give vcores: YARN 3.4 takes that for none, not for any number", e.name)
		}
		return l
	case strings.Contains(v, "%"):
		values := javaSplit(strings.ToLower(v), ",")
		if len(values) == 1 {
			x := percent(values[0], "")
			return limit{parts: true, memory: x, cores: x}
		}
		with := func(of string) float64 {
			for _, s := range values {
				if strings.Contains(s, of) {
					return percent(s, of)
				}
			}
			fail()
			return 0
		}
		return limit{parts: true, memory: with("memory"), cores: with("cpu")}
	}
	lower := strings.ToLower(v)
	values := javaSplit(lower, ",")
	if len(values) != 2 {
		if values = amounts.FindAllString(lower, -1); len(values) != 2 {
			fail()
		}
	}
	with := func(of string) int {
		for _, s := range values {
			if strings.Contains(s, of) {
				m := amount.FindStringSubmatch(strings.TrimSpace(s))
				if m == nil || m[2] != of {
					fail()
				}
				n, err := strconv.ParseInt(m[1], 10, 32)
				if err != nil || n < 0 {
					fail()
				}
				return int(n)
			}
		}
		fail()
		return 0
	}
	return limit{fixed: Resource{int64(with("mb")), with("vcores")}}
}

// javaSplit splits as Java's String.split does: without empty strings at the end.
func javaSplit(s, sep string) []string {
	parts := strings.Split(s, sep)
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// trimQueue takes white space off the ends of a queue's name.
func trimQueue(name string) string { return strings.TrimSpace(name) }

// check makes the queues once, and names those that YARN would not make.
func (p *fairReader) check() {
	s := NewFair(p.c)
	for _, q := range p.c.order {
		switch made := s.byPath[q.path]; {
		case made == nil:
			p.warnings = append(p.warnings, fmt.Sprintf(
				"%s: queue %s is not made: its parent's policy does not allow %s (drf only below drf, fifo only for leaves)",
				p.file, q.path, p.c.policy(q.path)))
		case made.leaf != q.leaf:
			p.warnings = append(p.warnings, fmt.Sprintf("%s: queue %s is declared twice, as a leaf and as a parent", p.file, q.path))
		}
	}
}
