package capacity

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A leafQueue is a queue of applications.
//
// Source: AbstractLeafQueue.
type leafQueue struct {
	*queue
	users *usersManager

	waiting []*appAttempt // for room for their masters, in the order of priority
	active  []*appAttempt // in the queue's order, except those in reorder
	reorder []*appAttempt // whose use or demand has changed, in a fair order

	maxApplications, maxApplicationsPerUser int

	cluster       scheduler.Resource // when shares were last worked out
	amBase        scheduler.Resource // what the share of masters is a part of, at the last heartbeat
	currentAMBase scheduler.Resource // the same when an application was last looked at

	// userLimits has the users that were looked at, by label and mode, until the limits
	// of users change.
	userLimits        map[limitKey]map[string]*userLimit
	userLimitsVersion int

	guests map[string][]*container // by label of their nodes, oldest first
}

// A userLimit is how much a user may use.
type userLimit struct {
	limit    scheduler.Resource
	reached  bool
	reserved scheduler.Resource // of the application that found it reached
}

func newLeaf(q *queue) *leafQueue {
	l := &leafQueue{queue: q, guests: map[string][]*container{}}
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
	for _, app := range l.active {
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
	if n := len(l.active) + len(l.waiting); n >= l.maxApplications {
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
	if l.users.users[app.User] == nil {
		return scheduler.Resource{}
	}
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

// updateAMLimit works out how much application masters may use of a partition.
func (l *leafQueue) updateAMLimit(label string) {
	share, base := l.share(label), scheduler.Resource{}
	if label == "" {
		base = l.currentAMBase
	}
	if !l.s.calculator.Fits(share.guaranteed, base) {
		base = share.guaranteed
	}
	share.amLimit = l.s.calculator.MultiplyUp(base, float64(l.config.on(label).amShare), l.s.config.smallest)
}

// userAMLimit is how much the application masters of one user may use of a partition.
func (l *leafQueue) userAMLimit(label, name string) scheduler.Resource {
	calculator, share := l.s.calculator, l.share(label)
	by := l.config.on(label).amShare
	if l.config.userLimitFactor != -1 {
		part := max(l.config.userLimit/100, 1/float32(max(l.users.numActive(), 1)))
		by = by * min(part*l.users.weightOf(name), 1) * l.config.userLimitFactor
	}
	return calculator.Min(l.cluster, calculator.MultiplyUp(share.guaranteed, float64(by), l.s.config.smallest), share.amLimit)
}

// activate lets waiting applications start whose masters fit into the queue's share for
// application masters and into their user's part of it. One master may always run.
func (l *leafQueue) activate() {
	calculator := l.s.calculator
	for _, label := range l.accessibleLabels() {
		l.updateAMLimit(label)
	}
	ofUser := byLabel{} // YARN keeps the limit by label only, so that of the first user counts for all
	l.waiting = slices.DeleteFunc(l.waiting, func(app *appAttempt) bool {
		label := app.label
		share := l.share(label)
		alone := func() bool {
			return len(l.active) < 1 || calculator.Compare(l.cluster, share.amUsed, scheduler.Resource{}) <= 0
		}
		if !calculator.Fits(app.master.Plus(share.amUsed), share.amLimit) && !alone() {
			return false
		}
		user := l.users.user(app.User)
		limit, known := ofUser[label]
		if !known {
			limit = l.userAMLimit(label, app.User)
			ofUser[label] = limit
		}
		if !calculator.Fits(app.master.Plus(user.amUsed[label]), limit) && !alone() {
			return false
		}
		user.waiting--
		user.active++
		l.insert(app)
		share.amUsed = share.amUsed.Plus(app.master)
		user.amUsed.add(label, app.master)
		return true
	})
}

// accessibleLabels are the labels on which applications of the queue may have masters.
func (l *leafQueue) accessibleLabels() []string {
	if slices.Contains(l.config.accessible, anyLabel) {
		return slices.Clone(l.labels)
	}
	if slices.Contains(l.config.accessible, "") {
		return l.config.accessible
	}
	return append([]string{""}, l.config.accessible...)
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
		if weight := math.Log1p(float64(a.orderedUsed+a.orderedPending)) / math.Log(2); weight != 0 {
			used /= weight
		}
	}
	return used
}

func (l *leafQueue) insert(app *appAttempt) {
	i, _ := slices.BinarySearchFunc(l.active, app, l.compareApps)
	l.active = slices.Insert(l.active, i, app)
}

// noteReorder notes that what an application uses or asks for has changed.
func (l *leafQueue) noteReorder(app *appAttempt) {
	if l.config.fairOrder && slices.Contains(l.active, app) && !slices.Contains(l.reorder, app) {
		l.reorder = append(l.reorder, app)
	}
}

// inOrder returns the active applications in the order in which they are served.
func (l *leafQueue) inOrder() []*appAttempt {
	for _, app := range l.reorder {
		i := slices.Index(l.active, app)
		l.active = slices.Delete(l.active, i, i+1)
		app.orderedUsed, app.orderedPending = app.usedMemory, app.pending.MemoryMB
		l.insert(app)
	}
	l.reorder = l.reorder[:0]
	return l.active
}

// submit takes in an application. In an empty cluster it cannot start yet.
func (l *leafQueue) submit(app *appAttempt) {
	l.users.user(app.User).waiting++
	i, _ := slices.BinarySearchFunc(l.waiting, app, inFIFOOrder)
	l.waiting = slices.Insert(l.waiting, i, app)
	if l.s.calculator.Compare(l.cluster, l.cluster, scheduler.Resource{}) > 0 {
		l.activate()
	}
}

// remove takes an application out whose containers have ended.
func (l *leafQueue) remove(app *appAttempt) {
	user := l.users.user(app.User)
	if slices.Contains(l.active, app) {
		l.active, l.reorder = without(l.active, app), without(l.reorder, app)
		share := l.share(app.label)
		share.amUsed = share.amUsed.Minus(app.master)
		user.amUsed.add(app.label, app.master.Negative())
		user.active--
	} else {
		l.waiting = without(l.waiting, app)
		user.waiting--
	}
	if user.applications() == 0 {
		l.users.remove(app.User)
	}
	l.activate()
	l.users.deactivate(app.User, app.ID)
	for q := l.parent; q != nil; q = q.parent {
		q.applications--
	}
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
	lookedAt := l.currentUserLimits(limitKey{label: label, mode: mode})
	checkQueue := true
	for _, app := range l.inOrder() {
		reserved := app.reserved[""]
		if checkQueue {
			if !l.canAssign(label, limits, reserved, mode) {
				return assignment{}
			}
			checkQueue = l.s.config.lookAtAllNodes && reserved != (scheduler.Resource{})
		}
		user := lookedAt[app.User]
		if user == nil {
			user = &userLimit{limit: l.userLimit(app, label, mode)}
			lookedAt[app.User] = user
		} else {
			l.noteLookedAt(app)
		}
		if user.reached && reserved.FitsIn(user.reserved) {
			continue
		}
		if !l.canAssignToUser(app, user.limit, label, limits) {
			if user.reserved.FitsIn(reserved) {
				user.reached, user.reserved = true, reserved
			}
			continue
		}
		a := app.assign(node, limits, mode, nil)
		if l.s.positive(a.size) || a.skipped == skippedAtLimit {
			return a
		}
		if a.skipped != skippedOther {
			return assignment{}
		}
	}
	return assignment{}
}

// currentUserLimits has the users that were looked at since their limits changed.
func (l *leafQueue) currentUserLimits(key limitKey) map[string]*userLimit {
	if l.userLimits == nil || l.userLimitsVersion != l.users.version {
		l.userLimits, l.userLimitsVersion = map[limitKey]map[string]*userLimit{}, l.users.version
	}
	if l.userLimits[key] == nil {
		l.userLimits[key] = map[string]*userLimit{}
	}
	return l.userLimits[key]
}

// canAssignToUser reports whether the user of an application is within the limit, or
// would be without reservations. Such a user may get one more container of any size
// (AbstractLeafQueue.canAssignToUser).
func (l *leafQueue) canAssignToUser(app *appAttempt, limit scheduler.Resource, label string, limits *resourceLimits) bool {
	user := l.users.users[app.User]
	if user == nil {
		return false
	}
	limits.unreserve = scheduler.Resource{}
	if !l.s.more(user.used[label], limit) {
		return true
	}
	if l.s.config.lookAtAllNodes && !l.s.more(user.used[""].Minus(app.reserved[""]), limit) {
		limits.unreserve = user.used[label].Minus(limit)
		return true
	}
	return false
}
