package capacity

import (
	"cmp"
	"fmt"
	"math"

	"dynalloc/internal/exact"
	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A leafQueue is a queue of applications.
//
// Source: AbstractLeafQueue.
type leafQueue struct {
	*queue
	users *usersManager

	waiting []*waitingUser         // with applications that wait for room for their masters
	active  *fit.Line[*appAttempt] // in the queue's order, except those in reorder
	reorder []*appAttempt          // whose use or demand has changed, in a fair order
	waits   int                    // applications in waiting
	offered int                    // how often a node was offered to an application, for tests
	hungry  map[string]*hungryUser // users with active applications that want containers; only looked up
	wanting []*hungryUser          // the same, in no order

	maxApplications, maxApplicationsPerUser int

	cluster       scheduler.Resource // when shares were last worked out
	amBase        scheduler.Resource // what the share of masters is a part of, at the last heartbeat
	currentAMBase scheduler.Resource // the same when an application was last looked at

	guests map[string][]*container // by label of their nodes, oldest first
}

func newLeaf(q *queue) *leafQueue {
	l := &leafQueue{queue: q, guests: map[string][]*container{}, hungry: map[string]*hungryUser{}}
	l.active = fit.NewLine(l.compareApps)
	l.users = newUsers(l)
	return l
}

// updateShares computes the guarantee of the queue and the limits derived from it.
func (l *leafQueue) updateShares(limits *resourceLimits) {
	l.cluster = l.s.cluster
	l.updateAbsolute()
	l.updateGuaranteed()
	l.updateMaxApplications()
	l.setAMBase(limits)
	l.currentAMBase = l.amBase
	for _, label := range l.labels {
		l.users.updateRatio(label)
	}
	l.updateUsedCapacities()
	l.activate()
	l.users.version++
	for _, app := range l.active.All() {
		l.userLimit(app, "", respectExclusivity)
	}
}

// setAMBase sets what the share of application masters is a part of. It goes by nodes
// without label, whatever node sends the heartbeat.
func (l *leafQueue) setAMBase(limits *resourceLimits) {
	maximum := l.s.calculator.RoundDown(l.share("").maximum, l.s.config.smallest)
	l.amBase = l.s.calculator.Min(l.s.cluster, maximum, limits.limit)
}

func (l *leafQueue) updateMaxApplications() {
	c := l.s.config
	most, base := l.config.maxApplications, c.maxApplications
	if c.maxApplicationsPerQueue > 0 {
		base = min(base, c.maxApplicationsPerQueue)
	}
	switch {
	case most >= 0:
	case c.maxApplicationsPerQueue > 0 && !l.config.absoluteResources:
		most = base
	default:
		for _, label := range l.config.labels {
			most = max(most, int(float32(base)*l.share(label).absolute))
		}
	}
	l.maxApplications, l.maxApplicationsPerUser = most, most
	if l.config.userLimitFactor != -1 {
		l.maxApplicationsPerUser = min(most, int(float32(most)*(l.config.userLimit/100)*l.config.userLimitFactor))
	}
}

// admit returns an error if the queue may have no more applications.
func (l *leafQueue) admit(name string) error {
	path := l.config.path
	if l.config.stopped {
		return fmt.Errorf("the queue %s is stopped", path)
	}
	if n := l.applications(); n >= l.maxApplications {
		return fmt.Errorf("the queue %s already has %d applications, no more than %d are allowed", path, n, l.maxApplications)
	}
	if n := l.users.user(name).applications(); n >= l.maxApplicationsPerUser {
		return fmt.Errorf("the queue %s already has %d applications of the user %s, no more than %d are allowed", path, n, name, l.maxApplicationsPerUser)
	}
	return nil
}

// userLimit is the amount that the user of an application may use
// (computeUserLimitAndSetHeadroom).
func (l *leafQueue) userLimit(app *appAttempt, label string, mode schedulingMode) scheduler.Resource {
	limit := l.users.limit(app.User, label, mode)
	l.noteLookedAt(app)
	return limit
}

// noteLookedAt notes that an application was looked at, after which it has a headroom.
func (l *leafQueue) noteLookedAt(app *appAttempt) {
	l.currentAMBase = l.amBase
	app.hasHeadroom = true
}

// updateHeadroom is for a call of an application: YARN answers it with the headroom,
// for which it works out the limits of users if they have changed (CapacityHeadroomProvider).
func (l *leafQueue) updateHeadroom(app *appAttempt) {
	if app.hasHeadroom {
		l.users.limit(app.User, app.label, respectExclusivity)
	}
}

// inFIFOOrder is the order of priority, then of submission.
func inFIFOOrder(a, b *appAttempt) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
}

// compareApps is the order in which the queue serves its applications.
//
// Source: FifoOrderingPolicy and FairOrderingPolicy.
func (l *leafQueue) compareApps(a, b *appAttempt) int {
	if !l.config.fairOrder {
		return inFIFOOrder(a, b)
	}
	if c := cmp.Or(cmp.Compare(l.magnitude(a), l.magnitude(b)), cmp.Compare(a.submitted, b.submitted)); c != 0 {
		return c
	}
	demandA, demandB := a.orderedUsed+a.orderedPending, b.orderedUsed+b.orderedPending
	switch {
	case demandA == 0 && demandB > 0:
		return 1
	case demandB == 0 && demandA > 0:
		return -1
	}
	return cmp.Compare(a.ID, b.ID)
}

// magnitude is the memory that an application uses. With size-based weights it is
// divided by the logarithm to base 2 of one plus its demand in MiB (FairComparator.getMagnitude).
func (l *leafQueue) magnitude(a *appAttempt) float64 {
	used := float64(a.orderedUsed)
	if l.config.sizeBasedWeight && used != 0 {
		if weight := exact.Log1p(float64(a.orderedUsed+a.orderedPending)) / math.Ln2; weight != 0 {
			used /= weight
		}
	}
	return used
}

// noteReorder notes that what an application uses or asks for has changed.
func (l *leafQueue) noteReorder(app *appAttempt) {
	if l.config.fairOrder && app.active && !app.reordered {
		app.reordered = true
		l.reorder = append(l.reorder, app)
	}
}

// updateOrder puts the active applications in the order in which they are served.
func (l *leafQueue) updateOrder() {
	for _, app := range l.reorder {
		app.reordered = false
		l.active.Remove(app)
		l.leaveLine(app)
		app.orderedUsed, app.orderedPending = app.usedMemory, app.pending.MemoryMB
		l.active.Insert(app, fit.Need{})
		l.updateHunger(app)
	}
	l.reorder = l.reorder[:0]
}

// assign finds a container for a node, or a reservation of it: for the first
// application in order that may have one and can use the node
// (AbstractLeafQueue.assignContainers).
func (l *leafQueue) assign(node *schedulerNode, limits *resourceLimits, mode schedulingMode) assignment {
	label := node.Label
	l.setAMBase(limits)
	if c := node.reserved; c != nil {
		if c.app.queue != l {
			return assignment{}
		}
		return c.app.assign(node, limits, mode, c)
	}
	if !l.mayServe(label, mode) {
		return assignment{}
	}
	l.updateOrder()
	first, ok := l.active.First(keepAll)
	if !ok {
		return assignment{}
	}
	if l.s.inTurn || !l.s.config.lookAtAllNodes || l.s.labeled || !l.canAssign(label, limits, scheduler.Resource{}, mode) {
		return l.assignInTurn(node, limits, mode, first)
	}
	return l.assignHungry(node, limits, mode, first)
}

// assignInTurn offers a node to all active applications in turn.
func (l *leafQueue) assignInTurn(node *schedulerNode, limits *resourceLimits, mode schedulingMode, first *appAttempt) assignment {
	label := node.Label
	checkQueue := true
	for app, ok := first, true; ok; app, ok = l.active.After(app, keepAll) {
		reserved := app.reserved.on("")
		if checkQueue {
			if !l.canAssign(label, limits, reserved, mode) {
				return assignment{}
			}
			checkQueue = l.s.config.lookAtAllNodes && reserved != (scheduler.Resource{})
		}
		if a, done := l.offer(app, node, limits, mode); done {
			return a
		}
	}
	return assignment{}
}

// offer offers a node to an application, and reports whether it is offered to no other
// one.
func (l *leafQueue) offer(app *appAttempt, node *schedulerNode, limits *resourceLimits, mode schedulingMode) (a assignment, done bool) {
	l.offered++
	if !l.canAssignToUser(app, l.userLimit(app, node.Label, mode), node.Label, limits) {
		return assignment{}, false
	}
	a = app.assign(node, limits, mode, nil)
	switch {
	case l.s.positive(a.size) || a.skipped == skippedAtLimit:
		return a, true
	case a.skipped != skippedOther:
		return assignment{}, true
	}
	return assignment{}, false
}

// canAssignToUser reports whether the user of an application is within the limit, or
// would be without reservations. Such a user may get one more container of any size
// (AbstractLeafQueue.canAssignToUser).
func (l *leafQueue) canAssignToUser(app *appAttempt, limit scheduler.Resource, label string, limits *resourceLimits) bool {
	user := app.user
	limits.unreserve = scheduler.Resource{}
	if !l.s.more(user.used.on(label), limit) {
		return true
	}
	if l.s.config.lookAtAllNodes && !l.s.more(user.used.on("").Minus(app.reserved.on("")), limit) {
		limits.unreserve = user.used.on(label).Minus(limit)
		return true
	}
	return false
}
