package fair

import (
	"strings"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var (
	intervalNegative = note.Declare("yarn-interval-negative", "file", "line", "setting", "default")
)

// readSite reads the properties of the fair scheduler and the sizes of containers. A
// note names each property of scheduling that is not modeled.
func (c *Config) readSite(site hadoop.File) []note.Note {
	p := hadoop.ReadProperties(site)
	c.smallest, c.largest = p.ContainerSizes(scheduler.Resource{})
	c.readIncrement(p)
	const fair = "yarn.scheduler.fair."
	c.reserveFrom = p.Float("yarn.scheduler.reservation-threshold.increment-multiple", c.reserveFrom)
	c.preemption = p.Bool(fair+"preemption", c.preemption)
	c.utilizationThreshold = p.Float(fair+"preemption.cluster-utilization-threshold", c.utilizationThreshold)
	c.waitBeforeKill = p.Milliseconds(fair+"waitTimeBeforeKill", c.waitBeforeKill)
	c.waitBeforeCheck = p.Milliseconds(fair+"waitTimeBeforeNextStarvationCheck", c.waitBeforeCheck)
	const update = fair + "update-interval-ms"
	if interval := p.Milliseconds(update, c.updateInterval); interval >= 0 {
		c.updateInterval = interval
	} else {
		p.NoteOf(update, intervalNegative, update, c.updateInterval)
	}
	c.amPreemption = p.Bool(fair+"am.preemption", c.amPreemption)
	c.assignMultiple = p.Bool(fair+"assignmultiple", c.assignMultiple)
	c.dynamicMaxAssign = p.Bool(fair+"dynamic.max.assign", c.dynamicMaxAssign)
	c.maxAssign = p.Int(fair+"max.assign", c.maxAssign)
	c.sizeBasedWeight = p.Bool(fair+"sizebasedweight", c.sizeBasedWeight)
	c.reservableNodes = p.Float(fair+"reservable-nodes", c.reservableNodes)
	c.userAsDefaultQueue = p.Bool(fair+"user-as-default-queue", c.userAsDefaultQueue)
	c.undeclaredQueues = p.Bool(fair+"allow-undeclared-pools", c.undeclaredQueues)
	p.CheckClass("FairScheduler")
	p.Text(fair + "allocation.file") // known to the caller, who has read that file
	for _, left := range p.Unused() {
		if queue, ok := strings.CutPrefix(left.Name, fair+"am.preemption."); ok {
			c.amPreemptionOf[queue] = p.Bool(left.Name, c.amPreemption)
		}
	}
	p.NoteUnused()
	return p.Notes
}

// readIncrement reads what the sizes of containers are multiples of. The names with
// resource-types are the newer ones and win.
func (c *Config) readIncrement(p *hadoop.Properties) {
	const memory, cores = "yarn.resource-types.memory-mb.increment-allocation", "yarn.resource-types.vcores.increment-allocation"
	c.increment.MemoryMB = p.MiB("yarn.scheduler.increment-allocation-mb", c.increment.MemoryMB)
	c.increment.MemoryMB = hadoop.Value(p, memory, c.increment.MemoryMB, "an amount of memory like 512 or 1 Gi", hadoop.ParseMiB)
	c.increment.Cores = p.Int(cores, p.Int("yarn.scheduler.increment-allocation-vcores", c.increment.Cores))
	if c.increment.MemoryMB <= 0 || c.increment.Cores <= 0 {
		p.Fail(1, "expected an increment-allocation above 0, found %s", c.increment)
	}
}
