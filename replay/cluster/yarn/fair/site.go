package fair

import (
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var intervalNegative = note.Declare("yarn-interval-negative", "file", "line", "setting", "default")

// A siteConfig is what yarn-site.xml says.
type siteConfig struct {
	smallest, largest scheduler.Resource // container
	increment         scheduler.Resource // sizes of containers are multiples of it

	preemption           bool
	utilizationThreshold float32         // part of the cluster in use from which on there is preemption
	waitBeforeKill       time.Duration   // from marking a container
	waitBeforeCheck      time.Duration   // after that, until starvation is looked for again
	amPreemption         bool            // application masters may be preempted
	amPreemptionOf       map[string]bool // the same by queue
	updateInterval       time.Duration

	assignMultiple   bool // more than one container in a heartbeat
	dynamicMaxAssign bool // up to half of the node's free resources
	maxAssign        int  // containers in a heartbeat; 0 or less: no limit

	sizeBasedWeight bool
	reservableNodes float32 // part of the nodes that an application may reserve
	reserveFrom     float32 // increments that a container has at least for which a node is reserved

	userAsDefaultQueue bool
	undeclaredQueues   bool // queues that the file does not declare may be created
}

// readSite reads the properties of the fair scheduler and the sizes of containers. A
// note names each property of scheduling that is not modeled.
//
// Source: FairSchedulerConfiguration;
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.
func readSite(site hadoop.File) (siteConfig, []note.Note) {
	const fair, update = "yarn.scheduler.fair.", "yarn.scheduler.fair.update-interval-ms"
	p := hadoop.ReadProperties(site)
	c := siteConfig{
		increment:            readIncrement(p),
		preemption:           p.Bool(fair+"preemption", false),
		utilizationThreshold: p.Float(fair+"preemption.cluster-utilization-threshold", 0.8),
		waitBeforeKill:       p.Milliseconds(fair+"waitTimeBeforeKill", 15*time.Second),
		waitBeforeCheck:      p.Milliseconds(fair+"waitTimeBeforeNextStarvationCheck", 10*time.Second),
		amPreemption:         p.Bool(fair+"am.preemption", true),
		amPreemptionOf:       map[string]bool{},
		updateInterval:       p.Milliseconds(update, 500*time.Millisecond),
		assignMultiple:       p.Bool(fair+"assignmultiple", false),
		dynamicMaxAssign:     p.Bool(fair+"dynamic.max.assign", true),
		maxAssign:            p.Int(fair+"max.assign", -1),
		sizeBasedWeight:      p.Bool(fair+"sizebasedweight", false),
		reservableNodes:      p.Float(fair+"reservable-nodes", 0.05),
		reserveFrom:          p.Float("yarn.scheduler.reservation-threshold.increment-multiple", 2),
		userAsDefaultQueue:   p.Bool(fair+"user-as-default-queue", true),
		undeclaredQueues:     p.Bool(fair+"allow-undeclared-pools", true),
	}
	c.smallest, c.largest = p.ContainerSizes(scheduler.Resource{})
	if c.updateInterval < 0 {
		c.updateInterval = 500 * time.Millisecond
		p.NoteOf(update, intervalNegative, update, c.updateInterval)
	}
	p.CheckClass("FairScheduler")
	p.Text(fair + "allocation.file") // known to the caller, who has read that file
	for _, left := range p.Unused() {
		if queue, ok := strings.CutPrefix(left.Name, fair+"am.preemption."); ok {
			c.amPreemptionOf[queue] = p.Bool(left.Name, c.amPreemption)
		}
	}
	p.NoteUnused()
	return c, p.Notes
}

// readIncrement reads what the sizes of containers are multiples of. The names with
// resource-types are the newer ones and win.
func readIncrement(p *hadoop.Properties) scheduler.Resource {
	const memory, cores = "yarn.resource-types.memory-mb.increment-allocation", "yarn.resource-types.vcores.increment-allocation"
	mib := p.MiB("yarn.scheduler.increment-allocation-mb", 1024)
	mib = hadoop.Value(p, memory, mib, "an amount of memory like 512 or 1 Gi", hadoop.ParseMiB)
	r := scheduler.NewResource(mib, p.Int(cores, p.Int("yarn.scheduler.increment-allocation-vcores", 1)))
	p.FailIf(r.MemoryMB <= 0 || r.Cores <= 0, 1, "expected an increment-allocation above 0, found %s", r)
	return r
}
