package yarn

import "slices"

// A fairNode is a node as the fair scheduler sees it.
//
// Source: SchedulerNode and fair.FSSchedulerNode in org.apache.hadoop...scheduler.
type fairNode struct {
	id          int
	total, free Resource
	containers  hashOrder[*fairContainer]
	reserved    *fairContainer

	preempting []*fairContainer // to be taken soon
	owed       []fairOwed       // what is taken, and for whom, by time
	owedSum    Resource
}

// A fairOwed is what is preempted on a node for an application and not yet given to it.
type fairOwed struct {
	app  *fairApp
	size Resource
}

func (n *fairNode) isPreemptedFor(a *fairApp) bool {
	return slices.ContainsFunc(n.owed, func(o fairOwed) bool { return o.app == a })
}

func (n *fairNode) allocate(c *fairContainer) {
	n.free = n.free.minus(c.size)
	n.containers.add(containerHash(c.app.id, c.seq), c)
	i := slices.IndexFunc(n.owed, func(o fairOwed) bool { return o.app == c.app })
	if i < 0 {
		return
	}
	paid := n.owed[i].size.least(c.size)
	n.owed[i].size = n.owed[i].size.minus(paid)
	n.owedSum = n.owedSum.minus(paid)
	if n.owed[i].size == (Resource{}) {
		n.owed = slices.Delete(n.owed, i, i+1)
	}
}

func (n *fairNode) release(c *fairContainer) {
	n.free = n.free.plus(c.size)
	n.containers.remove(c)
	if i := slices.Index(n.preempting, c); i >= 0 {
		n.preempting = slices.Delete(n.preempting, i, i+1)
	}
}
