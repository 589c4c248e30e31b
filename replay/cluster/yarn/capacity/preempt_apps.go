package capacity

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A tempApp is the current and the ideal allocation of an application in a partition of
// its queue.
//
// Source: TempAppPerPartition.
type tempApp struct {
	app                   *appAttempt
	user                  *tempUser
	used, amUsed, pending scheduler.Resource
	selected              scheduler.Resource // already, in this round
	ideal                 scheduler.Resource
	toBePreempted         scheduler.Resource // what others may take of it
	fromOthers            scheduler.Resource // what it should get of others
	actuallyToBePreempted scheduler.Resource
}

// A tempUser is the same for a user.
//
// Source: TempUserPerPartition.
type tempUser struct {
	used, amUsed, limit, selected, ideal scheduler.Resource
	overLimitTaken                       bool // what the user had above the limit has been taken
}

// usedByTasks is what the application uses without its master.
func (a *tempApp) usedByTasks() scheduler.Resource { return a.used.Minus(a.amUsed) }

// usedByTasks is what the user's applications use without their masters.
func (u *tempUser) usedByTasks() scheduler.Resource { return u.used.Minus(u.amUsed) }

// selectFromApps chooses containers in queues that want more than they can get: those
// of applications of low priority, or of users above their limit, for other
// applications of the same queue.
//
// Source: IntraQueueCandidatesSelector.
func (r *preemptionRound) selectFromApps(c *intraQueueConfig) []*container {
	eachLeaf := func(do func(t *tempQueue)) {
		for _, label := range java.HashOrder(r.labels, java.StringHash) {
			for _, t := range r.underserved {
				if t.label == label && t.queue.leaf != nil {
					do(t)
				}
			}
		}
	}
	eachLeaf(func(t *tempQueue) {
		if t.queue.share(t.label).usedCapacity >= c.minUsedCapacity {
			r.computeAppIdeals(t, c)
		}
	})
	r.deductSelected()

	var chosen []*container
	eachLeaf(func(t *tempQueue) {
		if t.queue.config.intraQueueDisabled || t.queue.config.preemptionDisabled {
			return
		}
		var total scheduler.Resource
		for _, a := range t.apps {
			total = total.Plus(a.actuallyToBePreempted)
		}
		left, used := demand{t.label: &total}, map[string]scheduler.Resource{}
		for _, a := range t.apps {
			if a.actuallyToBePreempted != (scheduler.Resource{}) {
				r.takeFromApp(a, c, left, used, &chosen)
			}
		}
	})
	return chosen
}

// takeFromApp chooses an application's newest containers, but not its master, and if
// users' limits come first, nothing that its user may have. Used is what users keep.
func (r *preemptionRound) takeFromApp(a *tempApp, c *intraQueueConfig, left demand, used map[string]scheduler.Resource, chosen *[]*container) {
	name := a.app.User
	if _, known := used[name]; !known {
		used[name] = a.user.used
	}
	for _, o := range newestFirst(a.app) {
		if len(left) == 0 {
			return
		}
		if r.selected[o] || o.master {
			continue
		}
		user := r.queues[a.app.queue.config.path][o.node.Label].users[name]
		if c.userLimitFirst && user != nil && !r.s.more(used[name].Minus(o.size), user.limit.Plus(user.amUsed)) {
			return
		}
		if r.take(o, left, chosen, c.conservativeDRF) && c.userLimitFirst {
			used[name] = used[name].Minus(o.size)
		}
	}
}

// computeAppIdeals divides what the queue uses, without application masters, among
// its applications in the order in which they are served, up to what they want and
// their user may have (FifoIntraQueuePreemptionPlugin.computeAppsIdealAllocation).
func (r *preemptionRound) computeAppIdeals(t *tempQueue, c *intraQueueConfig) {
	s, calculator, leaf := r.s, r.s.calculator, t.queue.leaf
	if leaf.applications() == 1 {
		return
	}
	apps, left := r.tempApps(t)
	byUse := leaf.config.fairOrder && c.userLimitFirst
	slices.SortStableFunc(apps, func(a, b *tempApp) int { return r.compareApps(a, b, byUse) })
	for _, a := range apps {
		if !s.positive(left) || calculator.AnyUsedUp(left) && c.conservativeDRF {
			continue
		}
		for _, o := range r.order {
			if o.app == a.app && o.app.label == t.label {
				a.selected = a.selected.Plus(o.size)
				a.user.selected = a.user.selected.Plus(o.size)
			}
		}
		if !s.more(a.user.limit, a.user.ideal) {
			continue
		}
		has := a.usedByTasks().Minus(a.selected)
		wants := calculator.Min(s.cluster, has.Plus(a.pending), a.user.limit.Minus(a.user.ideal))
		a.ideal = calculator.Min(s.cluster, left, wants)
		a.user.ideal = a.user.ideal.Plus(a.ideal)
		if s.more(a.ideal, has) {
			a.fromOthers = a.ideal.Minus(has)
		}
		left = left.Minus(a.ideal).NonNegative()
	}
	slices.Reverse(apps)
	t.apps = apps

	most := t.guaranteed.Times(float64(c.maxPerRound))
	if s.more(most, t.actuallyToBePreempted) {
		most = most.Minus(t.actuallyToBePreempted)
	} else {
		most = scheduler.Resource{}
	}
	most = calculator.Min(s.cluster, most, r.budget)
	for _, a := range apps {
		if !s.positive(most) || !s.positive(a.used) {
			continue
		}
		has := a.used.Minus(a.ideal).Minus(a.selected).NonNegative().Minus(a.amUsed).NonNegative()
		if c.userLimitFirst {
			has = has.Minus(s.config.smallest).NonNegative()
		}
		a.toBePreempted = calculator.Min(s.cluster, calculator.Max(s.cluster, has, scheduler.Resource{}), most)
		most = most.Minus(a.toBePreempted).NonNegative()
	}
	r.matchDemand(t, c)
}

// tempApps notes what the applications of a queue and their users have of a partition.
// Left is what the queue uses without application masters.
func (r *preemptionRound) tempApps(t *tempQueue) (apps []*tempApp, left scheduler.Resource) {
	leaf := t.queue.leaf
	amUsed := map[string]scheduler.Resource{} // by user
	left = t.used.Minus(t.actuallyToBePreempted)
	for _, app := range leaf.active.All() {
		if app.label == t.label {
			amUsed[app.User] = amUsed[app.User].Plus(app.master)
			left = left.Minus(app.master)
		}
	}
	t.users = map[string]*tempUser{}
	for _, app := range slices.Concat(leaf.active.All(), leaf.waitingApps()) {
		a := &tempApp{app: app, used: app.used.on(t.label), pending: app.pendingOn(t.label), user: t.users[app.User]}
		if app.label == t.label && app.hasMaster {
			a.amUsed = app.master
		}
		if a.user == nil {
			a.user = &tempUser{used: leaf.users.user(app.User).used.on(t.label), amUsed: amUsed[app.User]}
			a.user.limit = leaf.users.limitIfAllActive(app.User, t.label).Minus(a.user.amUsed)
			t.users[app.User] = a.user
		}
		apps = append(apps, a)
	}
	return apps, left
}

// compareApps is the order in which applications are served: by priority, or in a
// queue with a fair order by what their users use.
func (r *preemptionRound) compareApps(a, b *tempApp, byUse bool) int {
	if !byUse {
		return inFIFOOrder(a.app, b.app)
	}
	if a.app.User == b.app.User {
		return a.app.queue.compareApps(a.app, b.app)
	}
	usedA, usedB := a.user.usedByTasks(), b.user.usedByTasks()
	switch {
	case usedA == usedB:
		return cmp.Compare(a.app.ID, b.app.ID)
	case r.s.more(usedB, usedA):
		return -1
	}
	return 1
}

// matchDemand takes what applications should get from those that are served last: of
// the same user from applications of lower priority, and of other users, if their
// limits come first, only what these have above their limit
// (FifoIntraQueuePreemptionPlugin.validateOutSameAppPriorityFromDemand).
func (r *preemptionRound) matchDemand(t *tempQueue, c *intraQueueConfig) {
	s := r.s
	for _, high := range slices.Backward(t.apps) {
		if !s.positive(high.fromOthers) {
			continue
		}
		for _, low := range t.apps {
			sameUser := high.app.User == low.app.User
			if !s.positive(low.toBePreempted) || sameUser && low.app.Priority >= high.app.Priority ||
				!s.more(low.toBePreempted, low.actuallyToBePreempted) || high.fromOthers == (scheduler.Resource{}) {
				continue
			}
			overLimit := s.more(low.user.usedByTasks(), low.user.limit)
			if !sameUser && !overLimit && c.userLimitFirst {
				continue
			}
			has := low.toBePreempted.Minus(low.actuallyToBePreempted)
			if !sameUser && low.app.Priority == high.app.Priority && overLimit {
				above := low.user.usedByTasks().Minus(low.user.selected).Minus(low.user.limit)
				if low.user.overLimitTaken {
					above = scheduler.Resource{}
				}
				if s.more(has, above) {
					low.user.overLimitTaken = true
					has = above
				}
			}
			if s.positive(has) {
				taken := s.calculator.Min(s.cluster, high.fromOthers, has)
				high.fromOthers = high.fromOthers.Minus(taken)
				low.actuallyToBePreempted = low.actuallyToBePreempted.Plus(taken)
			}
		}
	}
}
