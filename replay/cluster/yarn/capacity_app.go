package yarn

import (
	"maps"
	"slices"
	"time"
)

// A capacityApp is an application attempt; FiCaSchedulerApp.
type capacityApp struct {
	App
	queue     *leafQueue
	label     string   // of its requests
	master    Resource // the master's container, rounded
	submitted time.Duration

	hasMaster   bool
	hasHeadroom bool                 // is known
	requests    []*capacityRequest   // by priority
	live        []*capacityContainer // in the order they came to be
	sequence    int                  // of containers and reservations
	used        map[string]Resource  // by label
	pending     map[string]Resource
	reservedOn  map[string]Resource

	reservations map[int][]*capacityContainer // by priority of the request
	reReserved   map[int]int                  // times nodes were reserved again
	missed       map[int]int                  // nodes without label that it let pass

	sortedUsed, sortedPending int64 // MiB, when the fair order last looked
}

type capacityRequest struct {
	priority int
	size     Resource
	count    int
}

// A capacityContainer is a container, or a reservation of a node for one.
type capacityContainer struct {
	id       int // 0 while reserved
	sequence int
	app      *capacityApp
	node     *capacityNode
	priority int
	size     Resource
	isMaster bool
	guest    bool // for a request without label, on a node with one
}

// A capacityNode is a node manager; FiCaSchedulerNode.
type capacityNode struct {
	Node
	free       Resource
	reserved   *capacityContainer
	containers []*capacityContainer
}

func (a *capacityApp) request(priority int) *capacityRequest {
	for _, r := range a.requests {
		if r.priority == priority {
			return r
		}
	}
	return nil
}

// memoryOf is how much memory the application has and waits for, on all nodes.
func (a *capacityApp) memoryOf() (used, pending int64) {
	for _, r := range a.used {
		used += r.MemoryMB
	}
	for _, r := range a.pending {
		pending += r.MemoryMB
	}
	return used, pending
}

// ask replaces a request; AppSchedulingInfo.updatePendingResources.
func (a *capacityApp) ask(priority int, size Resource, count int) {
	last := a.request(priority)
	switch {
	case count <= 0:
		a.requests = slices.DeleteFunc(a.requests, func(r *capacityRequest) bool { return r.priority == priority })
		if len(a.requests) == 0 {
			a.queue.users.deactivate(a.User, a.ID)
		}
	case last == nil:
		i, _ := slices.BinarySearchFunc(a.requests, priority, func(r *capacityRequest, p int) int { return r.priority - p })
		a.requests = slices.Insert(a.requests, i, &capacityRequest{priority, size, count})
		a.queue.users.activate(a.User, a.ID)
	default:
		a.pend(Resource{}.minus(multiple(last.size, last.count)))
		last.size, last.count = size, count
		a.pend(multiple(size, count))
		return
	}
	if last != nil {
		a.pend(Resource{}.minus(multiple(last.size, last.count)))
	}
	if count > 0 {
		a.pend(multiple(size, count))
	}
}

func multiple(r Resource, n int) Resource {
	return Resource{r.MemoryMB * int64(n), r.Cores * n}
}

func (a *capacityApp) pend(r Resource) {
	a.pending[a.label] = a.pending[a.label].plus(r)
	a.queue.pend(a.label, r)
}

// served counts one container of a request as allocated.
func (a *capacityApp) served(r *capacityRequest) {
	r.count--
	if r.count == 0 {
		a.requests = slices.DeleteFunc(a.requests, func(o *capacityRequest) bool { return o == r })
		if len(a.requests) == 0 {
			a.queue.users.deactivate(a.User, a.ID)
		}
	}
	a.pend(Resource{}.minus(r.size))
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
	size      Resource // nothing: nothing found
	skipped   skip
	app       *capacityApp
	request   *capacityRequest
	node      *capacityNode
	reserve   bool               // only reserve the node
	from      *capacityContainer // the reservation that is fulfilled or renewed
	unreserve *capacityContainer // a reservation to give up for it
	mode      mode
}

// assign is RegularContainerAllocator: a container on the node for the first
// request that fits, or a reservation of the node.
func (a *capacityApp) assign(node *capacityNode, limits *resourceLimits, m mode, from *capacityContainer) assignment {
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
	if a.pending[label] == (Resource{}) {
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

func (a *capacityApp) s() *Capacity { return a.queue.s }

func (a *capacityApp) hasRoom(limits *resourceLimits, size Resource, label string) bool {
	headroom := limits.headroom
	if a.s().config.continueLooking {
		headroom = headroom.plus(a.reservedOn[label])
	}
	return a.s().calculator.fits(size, headroom)
}

// assignOnNode is RegularContainerAllocator.assignContainer.
func (a *capacityApp) assignOnNode(node *capacityNode, r *capacityRequest, limits *resourceLimits, m mode, from *capacityContainer) assignment {
	rc := a.s().calculator
	if !rc.fits(r.size, node.Total) {
		return assignment{skipped: skippedOther}
	}
	found := assignment{size: r.size, app: a, request: r, node: node, from: from, mode: m}
	wantsMore := a.wantsMore(r)
	looks := a.s().config.continueLooking && from == nil
	need := rc.greater(a.s().cluster, r.size.minus(limits.headroom), limits.unreserve)
	mustUnreserve := rc.anyAboveZero(need)
	if rc.times(node.free, r.size) > 0 {
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
func (a *capacityApp) seen(r *capacityRequest, node *capacityNode, from *capacityContainer) {
	if from == nil && node.Label == "" {
		a.missed[r.priority] = 0
	}
}

// wantsMore is shouldAllocOrReserveNewContainer: whether fewer nodes are reserved
// than containers wanted. After many heartbeats in vain more may be reserved, the
// fewer the larger the container.
func (a *capacityApp) wantsMore(r *capacityRequest) bool {
	reserved := len(a.reservations[r.priority])
	starved := 0
	if reserved > 0 {
		c := a.s().calculator
		most := a.queue.config.maxAllocation
		ofNode := c.ratio(r.size, most)
		factor := c.ratio(most.minus(a.s().config.minimum), most)
		starved = int(float32(a.reReserved[r.priority]) / float32(reserved) * (1 - min(ofNode, factor)))
	}
	return starved+r.count-reserved > 0
}

// toUnreserve is a reservation of the same request that is large enough.
func (a *capacityApp) toUnreserve(r *capacityRequest, need Resource) *capacityContainer {
	for _, c := range inNodeOrder(a.reservations[r.priority]) {
		if a.s().calculator.fits(need, c.size) {
			return c
		}
	}
	return nil
}

func inNodeOrder(reservations []*capacityContainer) []*capacityContainer {
	return inHashOrder(reservations, func(c *capacityContainer) int32 { return nodeHash(c.node.ID) })
}

// reserved are an application's reservations.
func (a *capacityApp) reserved() []*capacityContainer {
	var all []*capacityContainer
	for _, priority := range inHashOrder(slices.Sorted(maps.Keys(a.reservations)), requestHash) {
		all = append(all, inNodeOrder(a.reservations[priority])...)
	}
	return all
}
