package capacity

import (
	"cmp"
	"math"
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A leafQueue is a queue of applications; AbstractLeafQueue.
type leafQueue struct {
	*queue
	users *usersManager

	pending []*appAttempt // wait for the share of masters to allow them, in order
	active  []*appAttempt // in order, but for those in reorder
	reorder []*appAttempt // of the fair order, have got or lost containers

	maxApplications, maxApplicationsOfUser int

	cluster      scheduler.Resource // when shares were last worked out
	limit        scheduler.Resource // at the last heartbeat, or when shares were worked out
	currentLimit scheduler.Resource // that masters' share goes by

	// May users have more? By label and mode, until the limits' version changes.
	assignable        map[limitKey]map[string]*userLimit
	assignableVersion int

	// Containers on nodes of a shared label for requests without, oldest first.
	guests map[string][]*container
}

type userLimit struct {
	limit    scheduler.Resource
	full     bool
	reserved scheduler.Resource // of the application that found it full
}

func newLeaf(q *queue) *leafQueue {
	l := &leafQueue{queue: q, guests: map[string][]*container{}}
	l.users = newUsers(l)
	return l
}

func (l *leafQueue) updateShares(limits *resourceLimits) {
	l.cluster = l.s.cluster
	l.updateAbsolute()
	l.updateGuaranteed()
	l.updateMaxApplications()
	l.setLimit(limits)
	l.currentLimit = l.limit
	for _, label := range l.labels {
		l.users.updateRatio(label)
	}
	l.updateUsed()
	l.activate()
	l.users.version++
	for _, app := range l.active {
		l.userLimit(app, "", respectExclusivity)
	}
}

// setLimit keeps the limit for the share of masters. It goes by nodes without
// label, whatever the node of the heartbeat.
func (l *leafQueue) setLimit(limits *resourceLimits) {
	most := l.s.calculator.RoundDown(l.share("").most, l.s.config.minimum)
	l.limit = l.s.calculator.Min(l.s.cluster, most, limits.limit)
}

func (l *leafQueue) updateMaxApplications() {
	c := l.s.config
	base := c.maxApplications
	if c.maxApplicationsOfQueue > 0 {
		base = min(base, c.maxApplicationsOfQueue)
	}
	most := l.config.maxApplications
	if most < 0 {
		if c.maxApplicationsOfQueue > 0 && !l.config.absolute {
			most = base
		} else {
			for _, label := range l.config.labels {
				most = max(most, int(float32(base)*l.share(label).absolute))
			}
		}
	}
	l.maxApplications, l.maxApplicationsOfUser = most, most
	if l.config.userLimitFactor != -1 {
		l.maxApplicationsOfUser = min(most, int(float32(most)*(l.config.userLimit/100)*l.config.userLimitFactor))
	}
}

// userLimit is computeUserLimitAndSetHeadroom.
func (l *leafQueue) userLimit(app *appAttempt, label string, m mode) scheduler.Resource {
	if l.users.users[app.User] == nil {
		return scheduler.Resource{}
	}
	limit := l.users.limit(app.User, label, m)
	l.looked(app)
	return limit
}

// looked notes that an application was looked at: from now on it can be told its
// headroom.
func (l *leafQueue) looked(app *appAttempt) {
	l.currentLimit = l.limit
	app.hasHeadroom = true
}

// tell answers an application's call with its headroom, for which YARN works out
// user limits, if they have changed: CapacityHeadroomProvider.
func (l *leafQueue) tell(app *appAttempt) {
	if app.hasHeadroom {
		l.users.limit(app.User, app.label, respectExclusivity)
	}
}

// updateMastersLimit is how much masters may use of a partition.
func (l *leafQueue) updateMastersLimit(label string) {
	rc, of := l.s.calculator, l.share(label)
	usable := of.guaranteed
	var limit scheduler.Resource
	if label == "" {
		limit = l.currentLimit
	}
	if rc.Fits(usable, limit) {
		usable = limit
	}
	of.mastersLimit = rc.MultiplyUp(usable, float64(l.config.amShare[label]), l.s.config.minimum)
}

// userMastersLimit is how much the masters of one user may use of a partition.
func (l *leafQueue) userMastersLimit(label, user string) scheduler.Resource {
	rc, of, least := l.s.calculator, l.share(label), l.s.config.minimum
	weight := float32(1)
	if u := l.users.users[user]; u != nil {
		weight = u.weight
	}
	part := max(l.config.userLimit/100, 1/float32(max(l.users.numActive(), 1)))
	part = min(part*weight, 1)
	by := l.config.amShare[label] * part * l.config.userLimitFactor
	if l.config.userLimitFactor == -1 {
		by = l.config.amShare[label]
	}
	return rc.Min(l.cluster, rc.MultiplyUp(of.guaranteed, float64(by), least), of.mastersLimit)
}

// activate lets applications start while their masters fit into the queue's share
// for masters and their user's part of it. One may always run.
func (l *leafQueue) activate() {
	rc := l.s.calculator
	for _, label := range l.accessibleLabels() {
		l.updateMastersLimit(label)
	}
	ofUser := map[string]scheduler.Resource{} // by label only, as in YARN: the first user's
	var left []*appAttempt
	for _, app := range l.pending {
		label := app.label
		of := l.share(label)
		alone := func() bool {
			return len(l.active) < 1 || rc.Compare(l.cluster, of.masters, scheduler.Resource{}) <= 0
		}
		if !rc.Fits(app.master.Plus(of.masters), of.mastersLimit) && !alone() {
			left = append(left, app)
			continue
		}
		user := l.users.user(app.User)
		limit, known := ofUser[label]
		if !known {
			limit = l.userMastersLimit(label, app.User)
			ofUser[label] = limit
		}
		if !rc.Fits(app.master.Plus(user.masters[label]), limit) && !alone() {
			left = append(left, app)
			continue
		}
		user.waiting--
		user.active++
		l.insert(app)
		of.masters = of.masters.Plus(app.master)
		user.masters[label] = user.masters[label].Plus(app.master)
	}
	l.pending = left
}

func (l *leafQueue) accessibleLabels() []string {
	if slices.Contains(l.config.accessible, anyLabel) {
		return slices.Clone(l.labels)
	}
	if slices.Contains(l.config.accessible, "") {
		return l.config.accessible
	}
	return append([]string{""}, l.config.accessible...)
}

// inFifoOrder is the order of priority, then of submission.
func inFifoOrder(a, b *appAttempt) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
}

// compareApps is FifoOrderingPolicy or FairOrderingPolicy.
func (l *leafQueue) compareApps(a, b *appAttempt) int {
	if !l.config.fair {
		return inFifoOrder(a, b)
	}
	if c := cmp.Compare(l.magnitude(a), l.magnitude(b)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.submitted, b.submitted); c != 0 {
		return c
	}
	aDemand, bDemand := a.sortedUsed+a.sortedPending, b.sortedUsed+b.sortedPending
	switch {
	case aDemand == 0 && bDemand > 0:
		return 1
	case bDemand == 0 && aDemand > 0:
		return -1
	}
	return cmp.Compare(a.ID, b.ID)
}

func (l *leafQueue) magnitude(a *appAttempt) float64 {
	of := float64(a.sortedUsed)
	if l.config.sizeBased && of != 0 {
		if w := math.Log1p(float64(a.sortedUsed+a.sortedPending)) / math.Log(2); w != 0 {
			of /= w
		}
	}
	return of
}

func (l *leafQueue) insert(app *appAttempt) {
	i, _ := slices.BinarySearchFunc(l.active, app, l.compareApps)
	l.active = slices.Insert(l.active, i, app)
}

// needsReorder tells that an application's use, or demand, has changed.
func (l *leafQueue) needsReorder(app *appAttempt) {
	if l.config.fair && slices.Contains(l.active, app) && !slices.Contains(l.reorder, app) {
		l.reorder = append(l.reorder, app)
	}
}

// inOrder are the active applications, the one that is served first first.
func (l *leafQueue) inOrder() []*appAttempt {
	for _, app := range l.reorder {
		i := slices.Index(l.active, app)
		l.active = slices.Delete(l.active, i, i+1)
		app.sortedUsed, app.sortedPending = app.memoryOf()
		l.insert(app)
	}
	l.reorder = l.reorder[:0]
	return l.active
}

func (l *leafQueue) submit(app *appAttempt) {
	l.users.user(app.User).waiting++
	i, _ := slices.BinarySearchFunc(l.pending, app, inFifoOrder)
	l.pending = slices.Insert(l.pending, i, app)
	if l.s.calculator.Compare(l.cluster, l.cluster, scheduler.Resource{}) > 0 {
		l.activate()
	}
}

// remove takes an application out whose containers are gone.
func (l *leafQueue) remove(app *appAttempt) {
	user := l.users.user(app.User)
	if i := slices.Index(l.active, app); i >= 0 {
		l.active = slices.Delete(l.active, i, i+1)
		l.reorder = slices.DeleteFunc(l.reorder, func(a *appAttempt) bool { return a == app })
		of := l.share(app.label)
		of.masters = of.masters.Minus(app.master)
		user.masters[app.label] = user.masters[app.label].Minus(app.master)
		user.active--
	} else {
		l.pending = slices.DeleteFunc(l.pending, func(a *appAttempt) bool { return a == app })
		user.waiting--
	}
	if user.active+user.waiting == 0 {
		l.users.remove(app.User)
	}
	l.activate()
	l.users.deactivate(app.User, app.ID)
	for q := l.parent; q != nil; q = q.parent {
		q.applications--
	}
}

// assign is AbstractLeafQueue.assignContainers: the first application in order
// that may have a container and has a use for the node.
func (l *leafQueue) assign(node *schedulerNode, limits *resourceLimits, m mode) assignment {
	rc, label := l.s.calculator, node.Label
	l.setLimit(limits)
	if of := node.reserved; of != nil {
		if of.app.queue != l {
			return assignment{}
		}
		return of.app.assign(node, limits, m, of)
	}
	if m == respectExclusivity && !l.mayUse(label) || !l.hasPending(label, m) {
		return assignment{}
	}
	known := l.assignableUsers(limitKey{label: label, mode: m})
	checkQueue := true
	for _, app := range l.inOrder() {
		reserved := app.reservedOn[""]
		if checkQueue {
			if !l.mayAssign(label, limits, reserved, m) {
				return assignment{}
			}
			if !l.s.config.continueLooking || reserved == (scheduler.Resource{}) {
				checkQueue = false
			}
		}
		user := known[app.User]
		if user == nil {
			user = &userLimit{limit: l.userLimit(app, label, m)}
			known[app.User] = user
		} else {
			l.looked(app)
		}
		if user.full && reserved.FitsIn(user.reserved) {
			continue
		}
		if !l.mayAssignToUser(app, user.limit, label, limits) {
			if user.reserved.FitsIn(reserved) {
				user.full, user.reserved = true, reserved
			}
			continue
		}
		a := app.assign(node, limits, m, nil)
		if rc.Compare(l.s.cluster, a.size, scheduler.Resource{}) > 0 || a.skipped == skippedAtLimit {
			return a
		}
		if a.skipped != skippedOther {
			return assignment{}
		}
	}
	return assignment{}
}

func (l *leafQueue) assignableUsers(key limitKey) map[string]*userLimit {
	if l.assignable == nil || l.assignableVersion != l.users.version {
		l.assignable, l.assignableVersion = map[limitKey]map[string]*userLimit{}, l.users.version
	}
	if l.assignable[key] == nil {
		l.assignable[key] = map[string]*userLimit{}
	}
	return l.assignable[key]
}

// mayAssignToUser is canAssignToUser: a user who is not over the limit may have
// one more container, however large.
func (l *leafQueue) mayAssignToUser(app *appAttempt, limit scheduler.Resource, label string, limits *resourceLimits) bool {
	user := l.users.users[app.User]
	if user == nil {
		return false
	}
	rc := l.s.calculator
	limits.unreserve = scheduler.Resource{}
	if rc.Compare(l.s.cluster, user.used[label], limit) <= 0 {
		return true
	}
	if l.s.config.continueLooking && rc.Compare(l.s.cluster, user.used[""].Minus(app.reservedOn[""]), limit) <= 0 {
		limits.unreserve = user.used[label].Minus(limit)
		return true
	}
	return false
}
