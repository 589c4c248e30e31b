package yarn

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ReadSite is the configuration with what a yarn-site.xml says: the properties of
// the fair scheduler and of the sizes of containers. File is its name, for
// messages. A warning names each property of scheduling that is not modeled.
//
// Source: FairSchedulerConfiguration, YarnConfiguration;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func (c *FairConfig) ReadSite(r io.Reader, file string) (*FairConfig, []string, error) {
	p, err := readProperties(r, file)
	if err != nil {
		return nil, nil, err
	}
	c = new(*c)
	c.mastersOf = map[string]bool{}
	site := siteReader{p: p, file: file}
	site.sizes(&c.minimum, &c.maximum)
	site.memory("yarn.scheduler.increment-allocation-mb", &c.increment.MemoryMB)
	site.cores("yarn.scheduler.increment-allocation-vcores", &c.increment.Cores)
	site.increment("yarn.resource-types.memory-mb.increment-allocation", func(n int64) { c.increment.MemoryMB = n })
	site.increment("yarn.resource-types.vcores.increment-allocation", func(n int64) { c.increment.Cores = int(n) })
	site.decimal("yarn.scheduler.reservation-threshold.increment-multiple", &c.reserveFrom)
	const fair = "yarn.scheduler.fair."
	site.truth(fair+"preemption", &c.preemption)
	site.decimal(fair+"preemption.cluster-utilization-threshold", &c.utilization)
	site.milliseconds(fair+"waitTimeBeforeKill", &c.waitBeforeKill)
	site.milliseconds(fair+"waitTimeBeforeNextStarvationCheck", &c.waitBeforeCheck)
	site.milliseconds(fair+"update-interval-ms", &c.update)
	site.truth(fair+"am.preemption", &c.masters)
	site.truth(fair+"assignmultiple", &c.assignMultiple)
	site.truth(fair+"dynamic.max.assign", &c.dynamicAssign)
	site.whole(fair+"max.assign", &c.maxAssign)
	site.truth(fair+"sizebasedweight", &c.sizeBasedWeight)
	site.decimal(fair+"reservable-nodes", &c.reservableNodes)
	site.truth(fair+"user-as-default-queue", &c.userAsDefault)
	site.truth(fair+"allow-undeclared-pools", &c.undeclared)
	site.class("FairScheduler")
	p.text(fair + "allocation.file") // the caller's concern
	for _, left := range p.unused() {
		if queue, ok := strings.CutPrefix(left.name, fair+"am.preemption."); ok {
			on := c.masters
			site.truth(left.name, &on)
			c.mastersOf[queue] = on
		}
	}
	switch {
	case site.err != nil:
		return nil, nil, site.err
	case c.increment.MemoryMB <= 0 || c.increment.Cores <= 0:
		return nil, nil, fmt.Errorf("%s: expected an increment-allocation above 0, found %d MiB and %d cores", file, c.increment.MemoryMB, c.increment.Cores)
	}
	if c.update < 0 {
		c.update = newFairConfig().update
		site.warnings = append(site.warnings, fmt.Sprintf("%s: %supdate-interval-ms is below 0: YARN takes %d", file, fair, c.update.Milliseconds()))
	}
	return c, append(site.warnings, site.notModeled()...), nil
}

// notModeled names the properties of scheduling that nothing has asked for.
func (r *siteReader) notModeled() (warnings []string) {
	for _, left := range r.p.unused() {
		if strings.Contains(left.name, ".scheduler.") || strings.HasPrefix(left.name, "yarn.resource-types.") || strings.HasPrefix(left.name, "yarn.node-labels.") {
			warnings = append(warnings, fmt.Sprintf("%s:%d: %s is not modeled", r.file, left.line, left.name))
		}
	}
	return warnings
}

// A siteReader takes properties into variables, until the first error.
type siteReader struct {
	p        *properties
	file     string
	err      error
	warnings []string
}

// sizes are the least and the largest size of a container.
func (r *siteReader) sizes(least, most *Resource) {
	r.memory("yarn.scheduler.minimum-allocation-mb", &least.MemoryMB)
	r.cores("yarn.scheduler.minimum-allocation-vcores", &least.Cores)
	r.memory("yarn.scheduler.maximum-allocation-mb", &most.MemoryMB)
	r.cores("yarn.scheduler.maximum-allocation-vcores", &most.Cores)
	r.memory("yarn.resource-types.memory-mb.minimum-allocation", &least.MemoryMB)
	r.cores("yarn.resource-types.vcores.minimum-allocation", &least.Cores)
	r.memory("yarn.resource-types.memory-mb.maximum-allocation", &most.MemoryMB)
	r.cores("yarn.resource-types.vcores.maximum-allocation", &most.Cores)
	if r.err == nil && (least.MemoryMB < 0 || least.Cores < 0 || !least.within(*most)) {
		r.err = fmt.Errorf("%s: expected the minimum-allocation between 0 and the maximum-allocation, found %d MiB and %d cores of %d MiB and %d cores",
			r.file, least.MemoryMB, least.Cores, most.MemoryMB, most.Cores)
	}
}

// class warns if the file is for another scheduler.
func (r *siteReader) class(of string) {
	if name, ok := r.p.text("yarn.resourcemanager.scheduler.class"); ok && !strings.HasSuffix(name, "."+of) {
		r.warnings = append(r.warnings, fmt.Sprintf("%s: yarn.resourcemanager.scheduler.class is %s, read for the %s", r.file, name, of))
	}
}

var amountWithUnit = regexp.MustCompile(`^([0-9]+) ?([a-zA-Z]*)$`)

// increment is an amount with or without a unit, of memory in MiB.
func (r *siteReader) increment(name string, to func(int64)) {
	text, ok := r.p.text(name)
	if !ok {
		return
	}
	if m := amountWithUnit.FindStringSubmatch(text); m != nil {
		if n, err := strconv.ParseInt(m[1], 10, 32); err == nil {
			if mib, ok := inMiB(n, m[2]); ok && (m[2] == "" || strings.Contains(name, "memory")) {
				to(mib)
				return
			}
		}
	}
	r.keep(r.p.wrong(name, "an amount like 512 or, of memory, 1 Gi"))
}

func (r *siteReader) memory(name string, to *int64) {
	if n, err := r.p.number(name, *to); err != nil {
		r.keep(err)
	} else {
		*to = n
	}
}

func (r *siteReader) cores(name string, to *int) { r.whole(name, to) }

func (r *siteReader) whole(name string, to *int) {
	if n, err := r.p.number(name, int64(*to)); err != nil {
		r.keep(err)
	} else {
		*to = int(n)
	}
}

func (r *siteReader) milliseconds(name string, to *time.Duration) {
	if n, err := r.p.number(name, to.Milliseconds()); err != nil {
		r.keep(err)
	} else {
		*to = time.Duration(n) * time.Millisecond
	}
}

func (r *siteReader) decimal(name string, to *float32) {
	if x, err := r.p.decimal(name, *to); err != nil {
		r.keep(err)
	} else {
		*to = x
	}
}

func (r *siteReader) truth(name string, to *bool) {
	if x, err := r.p.truth(name, *to); err != nil {
		r.keep(err)
	} else {
		*to = x
	}
}

// keep keeps the first error.
func (r *siteReader) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}
