package fair

import (
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairNode is a node as the fair scheduler sees it.
//
// Source: SchedulerNode and fair.FSSchedulerNode in org.apache.hadoop...scheduler.
type schedulerNode struct {
	id          int
	total, free scheduler.Resource
	containers  java.HashMap[*container]
	reserved    *container

	preempting []*container     // to be taken soon
	owed       []preemptedSpace // what is taken, and for whom, by time
	owedSum    scheduler.Resource
}

// A fairOwed is what is preempted on a node for an application and not yet given to it.
type preemptedSpace struct {
	app  *appAttempt
	size scheduler.Resource
}

func (n *schedulerNode) isPreemptedFor(a *appAttempt) bool {
	return slices.ContainsFunc(n.owed, func(o preemptedSpace) bool { return o.app == a })
}

func (n *schedulerNode) allocate(c *container) {
	n.free = n.free.Minus(c.size)
	n.containers.Add(java.ContainerHash(c.app.id, c.seq), c)
	i := slices.IndexFunc(n.owed, func(o preemptedSpace) bool { return o.app == c.app })
	if i < 0 {
		return
	}
	paid := n.owed[i].size.Min(c.size)
	n.owed[i].size = n.owed[i].size.Minus(paid)
	n.owedSum = n.owedSum.Minus(paid)
	if n.owed[i].size == (scheduler.Resource{}) {
		n.owed = slices.Delete(n.owed, i, i+1)
	}
}

func (n *schedulerNode) release(c *container) {
	n.free = n.free.Plus(c.size)
	n.containers.Remove(c)
	if i := slices.Index(n.preempting, c); i >= 0 {
		n.preempting = slices.Delete(n.preempting, i, i+1)
	}
}

// reservedOnly is what an assignment reports that only reserved the node.
var reservedOnly = scheduler.Resource{MemoryMB: -1}
