package capacity

import (
	"maps"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A capacityApp is an application attempt; FiCaSchedulerApp.
type appAttempt struct {
	scheduler.App
	queue     *leafQueue
	label     string             // of its requests
	master    scheduler.Resource // the master's container, rounded
	submitted time.Duration

	hasMaster   bool
	hasHeadroom bool                          // is known
	requests    []*request                    // by priority
	live        []*container                  // in the order they came to be
	sequence    int                           // of containers and reservations
	used        map[string]scheduler.Resource // by label
	pending     map[string]scheduler.Resource
	reservedOn  map[string]scheduler.Resource

	reservations map[int][]*container // by priority of the request
	reReserved   map[int]int          // times nodes were reserved again
	missed       map[int]int          // nodes without label that it let pass

	sortedUsed, sortedPending int64 // MiB, when the fair order last looked
}

type request struct {
	priority int
	size     scheduler.Resource
	count    int
}

// A capacityContainer is a container, or a reservation of a node for one.
type container struct {
	id       int // 0 while reserved
	sequence int
	app      *appAttempt
	node     *schedulerNode
	priority int
	size     scheduler.Resource
	isMaster bool
	guest    bool // for a request without label, on a node with one
}

// A capacityNode is a node manager; FiCaSchedulerNode.
type schedulerNode struct {
	scheduler.Node
	free       scheduler.Resource
	reserved   *container
	containers []*container
}

func (a *appAttempt) request(priority int) *request {
	for _, r := range a.requests {
		if r.priority == priority {
			return r
		}
	}
	return nil
}

// memoryOf is how much memory the application has and waits for, on all nodes.
func (a *appAttempt) memoryOf() (used, pending int64) {
	for _, r := range a.used { // any order: a sum
		used += r.MemoryMB
	}
	for _, r := range a.pending { // any order: a sum
		pending += r.MemoryMB
	}
	return used, pending
}

// ask replaces a request; AppSchedulingInfo.updatePendingResources.
func (a *appAttempt) ask(priority int, size scheduler.Resource, count int) {
	last := a.request(priority)
	switch {
	case count <= 0:
		a.requests = slices.DeleteFunc(a.requests, func(r *request) bool { return r.priority == priority })
		if len(a.requests) == 0 {
			a.queue.users.deactivate(a.User, a.ID)
		}
	case last == nil:
		i, _ := slices.BinarySearchFunc(a.requests, priority, func(r *request, p int) int { return r.priority - p })
		a.requests = slices.Insert(a.requests, i, &request{priority, size, count})
		a.queue.users.activate(a.User, a.ID)
	default:
		a.pend(scheduler.Resource{}.Minus(last.size.Multiply(last.count)))
		last.size, last.count = size, count
		a.pend(size.Multiply(count))
		return
	}
	if last != nil {
		a.pend(scheduler.Resource{}.Minus(last.size.Multiply(last.count)))
	}
	if count > 0 {
		a.pend(size.Multiply(count))
	}
}

func (a *appAttempt) pend(r scheduler.Resource) {
	a.pending[a.label] = a.pending[a.label].Plus(r)
	a.queue.pend(a.label, r)
}

// served counts one container of a request as allocated.
func (a *appAttempt) served(r *request) {
	r.count--
	if r.count == 0 {
		a.requests = slices.DeleteFunc(a.requests, func(o *request) bool { return o == r })
		if len(a.requests) == 0 {
			a.queue.users.deactivate(a.User, a.ID)
		}
	}
	a.pend(scheduler.Resource{}.Minus(r.size))
}

// A skip is why nothing was assigned.
type skip int

const (
	skippedNone    skip = iota
	skippedAtLimit      // a queue has no headroom for the container
	skippedOther        // the application has no use for the node
)

// An assignment is what one pass over the queues has found for a node.
type assignment struct {
	size      scheduler.Resource // nothing: nothing found
	skipped   skip
	app       *appAttempt
	request   *request
	node      *schedulerNode
	reserve   bool       // only reserve the node
	from      *container // the reservation that is fulfilled or renewed
	unreserve *container // a reservation to give up for it
	mode      mode
}

// assign is RegularContainerAllocator: a container on the node for the first
// request that fits, or a reservation of the node.
func (a *appAttempt) assign(node *schedulerNode, limits *resourceLimits, m mode, from *container) assignment {
	if from != nil {
		r := a.request(from.priority)
		if r == nil || r.count == 0 {
			return assignment{app: a, node: node, unreserve: from}
		}
		return a.assignOnNode(node, r, limits, m, from)
	}
	label := node.Label
	if m == ignoreExclusivity {
		label = ""
	}
	if a.pending[label] == (scheduler.Resource{}) {
		return assignment{skipped: skippedOther}
	}
	for _, r := range a.requests {
		// A shared node serves what has no label, but no master.
		if m == ignoreExclusivity && !a.hasMaster {
			return assignment{skipped: skippedOther}
		}
		if a.label != label {
			continue
		}
		if !a.s().config.continueLooking && !a.wantsMore(r) {
			continue
		}
		if !a.hasRoom(limits, r.size, node.Label) {
			return assignment{skipped: skippedAtLimit}
		}
		missed := 0
		if a.label == "" {
			a.missed[r.priority]++
			missed = a.missed[r.priority]
		}
		if m == ignoreExclusivity && missed < len(a.s().nodes) {
			return assignment{skipped: skippedOther}
		}
		return a.assignOnNode(node, r, limits, m, nil)
	}
	return assignment{skipped: skippedOther}
}

func (a *appAttempt) s() *Scheduler { return a.queue.s }

func (a *appAttempt) hasRoom(limits *resourceLimits, size scheduler.Resource, label string) bool {
	headroom := limits.headroom
	if a.s().config.continueLooking {
		headroom = headroom.Plus(a.reservedOn[label])
	}
	return a.s().calculator.Fits(size, headroom)
}

// assignOnNode is RegularContainerAllocator.assignContainer.
func (a *appAttempt) assignOnNode(node *schedulerNode, r *request, limits *resourceLimits, m mode, from *container) assignment {
	rc := a.s().calculator
	if !rc.Fits(r.size, node.Total) {
		return assignment{skipped: skippedOther}
	}
	found := assignment{size: r.size, app: a, request: r, node: node, from: from, mode: m}
	wantsMore := a.wantsMore(r)
	looks := a.s().config.continueLooking && from == nil
	need := rc.Max(a.s().cluster, r.size.Minus(limits.headroom), limits.unreserve)
	mustUnreserve := rc.AnyPositive(need)
	if rc.Containers(node.free, r.size) > 0 {
		if looks && (!wantsMore || mustUnreserve) {
			if !mustUnreserve {
				need = r.size
			}
			found.unreserve = a.toUnreserve(r, need)
			if found.unreserve == nil {
				return assignment{skipped: skippedOther}
			}
		}
		a.seen(r, node, from)
		return found
	}
	if !wantsMore && from == nil || looks && mustUnreserve {
		return assignment{skipped: skippedOther}
	}
	found.reserve = true
	a.seen(r, node, from)
	return found
}

// seen notes that the request got a node without label.
func (a *appAttempt) seen(r *request, node *schedulerNode, from *container) {
	if from == nil && node.Label == "" {
		a.missed[r.priority] = 0
	}
}

// wantsMore is shouldAllocOrReserveNewContainer: whether fewer nodes are reserved
// than containers wanted. After many heartbeats in vain more may be reserved, the
// fewer the larger the container.
func (a *appAttempt) wantsMore(r *request) bool {
	reserved := len(a.reservations[r.priority])
	starved := 0
	if reserved > 0 {
		c := a.s().calculator
		most := a.queue.config.maxAllocation
		ofNode := c.Ratio(r.size, most)
		factor := c.Ratio(most.Minus(a.s().config.minimum), most)
		starved = int(float32(a.reReserved[r.priority]) / float32(reserved) * (1 - min(ofNode, factor)))
	}
	return starved+r.count-reserved > 0
}

// toUnreserve is a reservation of the same request that is large enough.
func (a *appAttempt) toUnreserve(r *request, need scheduler.Resource) *container {
	for _, c := range inNodeOrder(a.reservations[r.priority]) {
		if a.s().calculator.Fits(need, c.size) {
			return c
		}
	}
	return nil
}

func inNodeOrder(reservations []*container) []*container {
	return java.HashOrder(reservations, func(c *container) int32 { return java.NodeHash(c.node.ID) })
}

// reserved are an application's reservations.
func (a *appAttempt) reserved() []*container {
	var all []*container
	for _, priority := range java.HashOrder(slices.Sorted(maps.Keys(a.reservations)), java.RequestHash) {
		all = append(all, inNodeOrder(a.reservations[priority])...)
	}
	return all
}
