package capacity

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A tempApp is what an application has and should have of a partition of its
// queue; TempAppPerPartition.
type tempApp struct {
	app                     *appAttempt
	user                    *tempUser
	used, master, pending   scheduler.Resource
	selected                scheduler.Resource // to go already
	ideal, preempt          scheduler.Resource
	fromOthers, reallyTaken scheduler.Resource
}

// A tempUser is the same for a user; TempUserPerPartition.
type tempUser struct {
	used, masters, limit, selected, ideal scheduler.Resource
	quotaUsed                             bool
}

func (a *tempApp) usedByTasks() scheduler.Resource  { return a.used.Minus(a.master) }
func (u *tempUser) usedByTasks() scheduler.Resource { return u.used.Minus(u.masters) }

// chooseInside is IntraQueueCandidatesSelector: in queues that want more than they
// can get, applications of low priority, or of users above their limit, give
// containers to others of the same queue.
func (r *preemptionRound) chooseInside(c *insideConfig) []*container {
	byLabel := func(do func(t *tempQueue)) {
		for _, label := range java.HashOrder(r.s.labels(), java.StringHash) {
			for _, t := range r.needy {
				if t.label == label && t.queue.leaf != nil {
					do(t)
				}
			}
		}
	}
	byLabel(func(t *tempQueue) {
		if t.queue.share(t.label).used >= c.least {
			r.idealInside(t, c)
		}
	})
	r.deductSelected()

	var chosen []*container
	byLabel(func(t *tempQueue) {
		if t.queue.config.insideDisabled || t.queue.config.preemptionDisabled {
			return
		}
		var demand scheduler.Resource
		for _, a := range t.apps {
			demand = demand.Plus(a.reallyTaken)
		}
		toObtain := map[string]*scheduler.Resource{t.label: &demand}
		rolling := map[string]scheduler.Resource{}
		for _, a := range t.apps {
			if a.reallyTaken != (scheduler.Resource{}) {
				r.takeInside(a, c, toObtain, rolling, &chosen)
			}
		}
	})
	return chosen
}

// takeInside takes an application's newest containers, but no master, and with
// user limits first nothing that its user may have.
func (r *preemptionRound) takeInside(a *tempApp, c *insideConfig, toObtain map[string]*scheduler.Resource, rolling map[string]scheduler.Resource, chosen *[]*container) {
	name := a.app.User
	if _, known := rolling[name]; !known {
		rolling[name] = a.user.used
	}
	for _, of := range newestFirst(a.app) {
		if len(toObtain) == 0 {
			return
		}
		if r.selected[of] || of.isMaster {
			continue
		}
		user := r.temps[a.app.queue.config.path][of.node.Label].users[name]
		if c.userLimitFirst && user != nil &&
			r.s.calculator.Compare(r.s.cluster, rolling[name].Minus(of.size), user.limit.Plus(user.masters)) <= 0 {
			return
		}
		if r.take(of, toObtain, chosen, c.conservative) && c.userLimitFirst {
			rolling[name] = rolling[name].Minus(of.size)
		}
	}
}

// idealInside is FifoIntraQueuePreemptionPlugin.computeAppsIdealAllocation.
func (r *preemptionRound) idealInside(t *tempQueue, c *insideConfig) {
	rc, cluster, leaf := r.s.calculator, r.s.cluster, t.queue.leaf
	masters := map[string]scheduler.Resource{}
	left := t.used.Minus(t.reallyTaken)
	for _, app := range leaf.active {
		if app.label == t.label {
			masters[app.User] = masters[app.User].Plus(app.master)
			left = left.Minus(app.master)
		}
	}
	if len(leaf.active)+len(leaf.pending) == 1 {
		return
	}
	t.users = map[string]*tempUser{}
	var apps []*tempApp
	for _, app := range slices.Concat(leaf.active, leaf.pending) {
		a := &tempApp{app: app, used: app.used[t.label]}
		if app.label == t.label {
			if app.hasMaster {
				a.master = app.master
			}
			for _, of := range app.requests {
				a.pending = a.pending.Plus(of.size.Multiply(of.count))
			}
		}
		a.user = t.users[app.User]
		if a.user == nil {
			a.user = &tempUser{used: leaf.users.user(app.User).used[t.label], masters: masters[app.User]}
			a.user.limit = leaf.users.limitOfAll(app.User, t.label).Minus(a.user.masters)
			t.users[app.User] = a.user
		}
		apps = append(apps, a)
	}
	byUse := leaf.config.fair && c.userLimitFirst
	slices.SortStableFunc(apps, func(a, b *tempApp) int { return r.compareInside(a, b, byUse) })
	for _, a := range apps {
		if rc.Compare(cluster, left, scheduler.Resource{}) <= 0 || rc.AnyUsedUp(left) && c.conservative {
			continue
		}
		for _, of := range r.order {
			if of.app == a.app && of.app.label == t.label {
				a.selected = a.selected.Plus(of.size)
				a.user.selected = a.user.selected.Plus(of.size)
			}
		}
		if rc.Compare(cluster, a.user.ideal, a.user.limit) >= 0 {
			continue
		}
		wants := a.usedByTasks().Plus(a.pending).Minus(a.selected)
		wants = rc.Min(cluster, wants, a.user.limit.Minus(a.user.ideal))
		a.ideal = rc.Min(cluster, left, wants)
		a.user.ideal = a.user.ideal.Plus(a.ideal)
		if has := a.usedByTasks().Minus(a.selected); rc.Compare(cluster, a.ideal, has) > 0 {
			a.fromOthers = a.ideal.Minus(has)
		}
		left = left.Minus(a.ideal).NonNegative()
	}
	slices.Reverse(apps)

	most := t.guaranteed.Times(float64(c.most))
	if rc.Compare(cluster, most, t.reallyTaken) > 0 {
		most = most.Minus(t.reallyTaken)
	} else {
		most = scheduler.Resource{}
	}
	most = rc.Min(cluster, most, r.allowed)
	for _, a := range apps {
		if rc.Compare(cluster, most, scheduler.Resource{}) <= 0 || rc.Compare(cluster, a.used, scheduler.Resource{}) <= 0 {
			continue
		}
		has := a.used.Minus(a.ideal).Minus(a.selected).NonNegative().Minus(a.master).NonNegative()
		if c.userLimitFirst {
			has = has.Minus(r.s.config.minimum).NonNegative()
		}
		a.preempt = rc.Min(cluster, rc.Max(cluster, has, scheduler.Resource{}), most)
		most = most.Minus(a.preempt).NonNegative()
	}
	t.apps = apps
	r.matchInside(t, c)
}

// compareInside is the order in which applications are served: by priority, or, of
// a queue in fair order, by what their users have.
func (r *preemptionRound) compareInside(a, b *tempApp, byUse bool) int {
	if !byUse {
		return inFifoOrder(a.app, b.app)
	}
	if a.app.User == b.app.User {
		return a.app.queue.compareApps(a.app, b.app)
	}
	aUsed, bUsed := a.user.usedByTasks(), b.user.usedByTasks()
	switch {
	case aUsed == bUsed:
		return cmp.Compare(a.app.ID, b.app.ID)
	case r.s.calculator.Compare(r.s.cluster, aUsed, bUsed) < 0:
		return -1
	}
	return 1
}

// matchInside gives what applications want to those served first, from those
// served last: from applications of lower priority of the same user, and of other
// users only what they have above their limit, if limits come first;
// FifoIntraQueuePreemptionPlugin.validateOutSameAppPriorityFromDemand.
func (r *preemptionRound) matchInside(t *tempQueue, c *insideConfig) {
	rc, cluster := r.s.calculator, r.s.cluster
	more := func(a, b scheduler.Resource) bool { return rc.Compare(cluster, a, b) > 0 }
	for _, high := range slices.Backward(t.apps) {
		if !more(high.fromOthers, scheduler.Resource{}) {
			continue
		}
		for _, low := range t.apps {
			same := high.app.User == low.app.User
			if !more(low.preempt, scheduler.Resource{}) || same && low.app.Priority >= high.app.Priority ||
				!more(low.preempt, low.reallyTaken) || high.fromOthers == (scheduler.Resource{}) {
				continue
			}
			over := more(low.user.usedByTasks(), low.user.limit)
			if !same && !over && c.userLimitFirst {
				continue
			}
			has := low.preempt.Minus(low.reallyTaken)
			if !same && low.app.Priority == high.app.Priority && over {
				above := low.user.usedByTasks().Minus(low.user.selected).Minus(low.user.limit)
				if low.user.quotaUsed {
					above = scheduler.Resource{}
				}
				if more(has, above) {
					low.user.quotaUsed = true
					has = above
				}
			}
			if more(has, scheduler.Resource{}) {
				taken := rc.Min(cluster, high.fromOthers, has)
				high.fromOthers = high.fromOthers.Minus(taken)
				low.reallyTaken = low.reallyTaken.Plus(taken)
			}
		}
	}
}
