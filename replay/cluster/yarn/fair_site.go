package yarn

import (
	"strings"

	"dynalloc/internal/note"
)

// readSite reads the properties of the fair scheduler and the sizes of containers. A
// note names each property of scheduling that is not modeled.
func (c *FairConfig) readSite(site File) []note.Note {
	p := readProperties(site)
	c.minimum, c.maximum = p.containerSizes(Resource{})
	c.readIncrement(p)
	const fair = "yarn.scheduler.fair."
	c.reserveFrom = p.float("yarn.scheduler.reservation-threshold.increment-multiple", c.reserveFrom)
	c.preemption = p.bool(fair+"preemption", c.preemption)
	c.utilization = p.float(fair+"preemption.cluster-utilization-threshold", c.utilization)
	c.waitBeforeKill = p.milliseconds(fair+"waitTimeBeforeKill", c.waitBeforeKill)
	c.waitBeforeCheck = p.milliseconds(fair+"waitTimeBeforeNextStarvationCheck", c.waitBeforeCheck)
	const update = fair + "update-interval-ms"
	if interval := p.milliseconds(update, c.update); interval >= 0 {
		c.update = interval
	} else {
		p.noteOf(update, intervalNegative, update, c.update)
	}
	c.masters = p.bool(fair+"am.preemption", c.masters)
	c.assignMultiple = p.bool(fair+"assignmultiple", c.assignMultiple)
	c.dynamicAssign = p.bool(fair+"dynamic.max.assign", c.dynamicAssign)
	c.maxAssign = p.int(fair+"max.assign", c.maxAssign)
	c.sizeBasedWeight = p.bool(fair+"sizebasedweight", c.sizeBasedWeight)
	c.reservableNodes = p.float(fair+"reservable-nodes", c.reservableNodes)
	c.userAsDefault = p.bool(fair+"user-as-default-queue", c.userAsDefault)
	c.undeclared = p.bool(fair+"allow-undeclared-pools", c.undeclared)
	p.checkClass("FairScheduler")
	p.text(fair + "allocation.file") // its name is the caller's concern
	for _, left := range p.unused() {
		if queue, ok := strings.CutPrefix(left.name, fair+"am.preemption."); ok {
			c.mastersOf[queue] = p.bool(left.name, c.masters)
		}
	}
	p.noteUnused()
	return p.notes
}

// readIncrement reads what the sizes of containers are multiples of. The names with
// resource-types are the newer ones and win.
func (c *FairConfig) readIncrement(p *properties) {
	const memory, cores = "yarn.resource-types.memory-mb.increment-allocation", "yarn.resource-types.vcores.increment-allocation"
	c.increment.MemoryMB = p.mib("yarn.scheduler.increment-allocation-mb", c.increment.MemoryMB)
	c.increment.MemoryMB = value(p, memory, c.increment.MemoryMB, "an amount of memory like 512 or 1 Gi", parseMiB)
	c.increment.Cores = p.int(cores, p.int("yarn.scheduler.increment-allocation-vcores", c.increment.Cores))
	if c.increment.MemoryMB <= 0 || c.increment.Cores <= 0 {
		p.fail(1, "expected an increment-allocation above 0, found %s", c.increment)
	}
}
