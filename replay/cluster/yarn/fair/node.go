package fair

import (
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A schedulerNode is a node as the scheduler sees it.
//
// Source: SchedulerNode and FSSchedulerNode.
type schedulerNode struct {
	id          int
	total, free scheduler.Resource
	containers  java.HashMap[*container]
	reserved    *container // a reservation; nil: none

	toPreempt []*container // marked, and not ended yet
	owed      []owedSpace  // oldest first
	owedSum   scheduler.Resource
}

// An owedSpace is space that preemption frees on a node for an application and that the
// application has not received yet.
type owedSpace struct {
	app  *appAttempt
	size scheduler.Resource
}

// owedTo is the index of what the node owes an application, -1 if it owes nothing.
func (n *schedulerNode) owedTo(a *appAttempt) int {
	return slices.IndexFunc(n.owed, func(o owedSpace) bool { return o.app == a })
}

// allocate puts a container on the node. It settles what the node owes its application.
func (n *schedulerNode) allocate(c *container) {
	n.free = n.free.Minus(c.size)
	n.containers.Add(java.ContainerHash(c.app.id, c.sequence), c)
	i := n.owedTo(c.app)
	if i < 0 {
		return
	}
	settled := n.owed[i].size.Min(c.size)
	n.owed[i].size = n.owed[i].size.Minus(settled)
	n.owedSum = n.owedSum.Minus(settled)
	if n.owed[i].size == (scheduler.Resource{}) {
		n.owed = slices.Delete(n.owed, i, i+1)
	}
}

// release takes a container off the node.
func (n *schedulerNode) release(c *container) {
	n.free = n.free.Plus(c.size)
	n.containers.Remove(c)
	n.toPreempt = slices.DeleteFunc(n.toPreempt, func(o *container) bool { return o == c })
}

// owe notes that marked containers are ended for an application.
func (n *schedulerNode) owe(marked []*container, a *appAttempt) {
	var sum scheduler.Resource
	for _, c := range marked {
		if !slices.Contains(n.toPreempt, c) {
			n.toPreempt = append(n.toPreempt, c)
			sum = sum.Plus(c.size)
		}
	}
	if sum == (scheduler.Resource{}) {
		return
	}
	n.owedSum = n.owedSum.Plus(sum)
	i := n.owedTo(a)
	if i < 0 {
		i = len(n.owed)
		n.owed = append(n.owed, owedSpace{app: a})
	}
	n.owed[i].size = n.owed[i].size.Plus(sum)
}

// kept is what is kept on a node for a reservation and for what the node owes.
func (n *schedulerNode) kept() scheduler.Resource {
	if n.reserved == nil {
		return n.owedSum
	}
	return n.owedSum.Plus(n.reserved.size)
}
