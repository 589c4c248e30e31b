package capacity

import "dynalloc/replay/cluster/yarn/scheduler"

// An assignment is the result of one pass over the queues for a node.
type assignment struct {
	size      scheduler.Resource // nothing: nothing was found
	skipped   skipReason
	app       *appAttempt
	request   scheduler.Request
	node      *schedulerNode
	reserve   bool       // only reserve the node
	from      *container // the reservation that is fulfilled, or made again
	unreserve *container // a reservation that is given up for it
	mode      schedulingMode
}

// A skipReason is the reason why a pass found nothing.
type skipReason int

const (
	notSkipped     skipReason = iota
	skippedAtLimit            // a queue has no headroom for the container
	skippedOther              // the application has no use for the node
)

// assign offers a node to the application: it finds a container for its first request,
// or a reservation of the node if there is no room. From is the application's
// reservation of the node, if it has one.
//
// Source: RegularContainerAllocator.
func (a *appAttempt) assign(node *schedulerNode, limits *resourceLimits, mode schedulingMode, from *container) assignment {
	if from != nil {
		r := a.requests.At(from.priority)
		if r.Count == 0 {
			return assignment{app: a, node: node, unreserve: from}
		}
		return a.assignOnNode(node, r, limits, mode, from)
	}
	label, s := node.Label, a.queue.s
	if mode == ignoreExclusivity {
		label = ""
	}
	// A shared node serves requests without a label, except those for application masters.
	if a.pendingOn(label) == (scheduler.Resource{}) || mode == ignoreExclusivity && !a.hasMaster {
		return assignment{skipped: skippedOther}
	}
	for _, r := range a.requests {
		if !s.config.lookAtAllNodes && !a.wantsMore(r) {
			continue
		}
		headroom := limits.headroom
		if s.config.lookAtAllNodes {
			headroom = headroom.Plus(a.reserved.on(node.Label))
		}
		if !s.calculator.Fits(r.Size, headroom) {
			return assignment{skipped: skippedAtLimit}
		}
		missed := 0
		if a.label == "" {
			a.missedOpportunities[r.Priority]++
			missed = a.missedOpportunities[r.Priority]
		}
		// A node with a label serves such a request only after the request has missed as many
		// nodes as the cluster has.
		if mode == ignoreExclusivity && missed < len(s.nodes) {
			return assignment{skipped: skippedOther}
		}
		return a.assignOnNode(node, r, limits, mode, nil)
	}
	return assignment{skipped: skippedOther}
}

// assignOnNode finds a container for a request on a node, or a reservation of it. To
// stay within the limits it may have to give up a reservation of another node
// (RegularContainerAllocator.assignContainer).
func (a *appAttempt) assignOnNode(node *schedulerNode, r scheduler.Request, limits *resourceLimits, mode schedulingMode, from *container) assignment {
	s := a.queue.s
	if !s.calculator.Fits(r.Size, node.Total) {
		return assignment{skipped: skippedOther}
	}
	found := assignment{size: r.Size, app: a, request: r, node: node, from: from, mode: mode}
	wantsMore := a.wantsMore(r)
	mayUnreserve := s.config.lookAtAllNodes && from == nil
	need := s.calculator.Max(s.cluster, r.Size.Minus(limits.headroom), limits.unreserve)
	mustUnreserve := s.calculator.AnyPositive(need)
	if s.calculator.Containers(node.free, r.Size) > 0 {
		if mayUnreserve && (!wantsMore || mustUnreserve) {
			if !mustUnreserve {
				need = r.Size
			}
			if found.unreserve = a.toUnreserve(r, need); found.unreserve == nil {
				return assignment{skipped: skippedOther}
			}
		}
	} else {
		if !wantsMore && from == nil || mayUnreserve && mustUnreserve {
			return assignment{skipped: skippedOther}
		}
		found.reserve = true
	}
	if from == nil && node.Label == "" {
		a.missedOpportunities[r.Priority] = 0
	}
	return found
}

// wantsMore reports whether the application has reserved fewer nodes than it wants
// containers. After many heartbeats without an assignment it may reserve more; the
// larger the container, the fewer (shouldAllocOrReserveNewContainer).
func (a *appAttempt) wantsMore(r scheduler.Request) bool {
	return a.wantsMoreAfter(r, a.made(r.Priority))
}

// wantsMoreAfter is wantsMore if its reservations had been made again so often.
func (a *appAttempt) wantsMoreAfter(r scheduler.Request, made int) bool {
	reserved := len(a.reservations[r.Priority])
	starved := 0
	if reserved > 0 {
		s, largest := a.queue.s, a.queue.config.maxContainer
		size := s.calculator.Ratio(r.Size, largest)
		most := s.calculator.Ratio(largest.Minus(s.config.smallest), largest)
		starved = int(float32(made) / float32(reserved) * (1 - min(size, most)))
	}
	return starved+r.Count-reserved > 0
}

// toUnreserve is a reservation of the same priority that is large enough, nil if there
// is none.
func (a *appAttempt) toUnreserve(r scheduler.Request, need scheduler.Resource) *container {
	order := &a.queue.s.nodeOrder
	order.Clear()
	for _, c := range a.reservations[r.Priority] {
		order.Add(c.node.hash, c)
	}
	return order.First(func(c *container) bool { return a.queue.s.calculator.Fits(need, c.size) })
}
