package yarn

import (
	"cmp"
	"slices"
)

// A tempApp is what an application has and should have of a partition of its
// queue; TempAppPerPartition.
type tempApp struct {
	app                     *capacityApp
	user                    *tempUser
	used, master, pending   Resource
	selected                Resource // to go already
	ideal, preempt          Resource
	fromOthers, reallyTaken Resource
}

// A tempUser is the same for a user; TempUserPerPartition.
type tempUser struct {
	used, masters, limit, selected, ideal Resource
	quotaUsed                             bool
}

func (a *tempApp) usedByTasks() Resource  { return a.used.minus(a.master) }
func (u *tempUser) usedByTasks() Resource { return u.used.minus(u.masters) }

// chooseInside is IntraQueueCandidatesSelector: in queues that want more than they
// can get, applications of low priority, or of users above their limit, give
// containers to others of the same queue.
func (r *preemptionRound) chooseInside(c *insideConfig) []*capacityContainer {
	byLabel := func(do func(t *tempQueue)) {
		for _, label := range inHashOrder(r.s.labels(), stringHash) {
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

	var chosen []*capacityContainer
	byLabel(func(t *tempQueue) {
		if t.queue.config.insideDisabled || t.queue.config.preemptionDisabled {
			return
		}
		var demand Resource
		for _, a := range t.apps {
			demand = demand.plus(a.reallyTaken)
		}
		toObtain := map[string]*Resource{t.label: &demand}
		rolling := map[string]Resource{}
		for _, a := range t.apps {
			if a.reallyTaken != (Resource{}) {
				r.takeInside(a, c, toObtain, rolling, &chosen)
			}
		}
	})
	return chosen
}

// takeInside takes an application's newest containers, but no master, and with
// user limits first nothing that its user may have.
func (r *preemptionRound) takeInside(a *tempApp, c *insideConfig, toObtain map[string]*Resource, rolling map[string]Resource, chosen *[]*capacityContainer) {
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
			r.s.calculator.compare(r.s.cluster, rolling[name].minus(of.size), user.limit.plus(user.masters)) <= 0 {
			return
		}
		if r.take(of, toObtain, chosen, c.conservative) && c.userLimitFirst {
			rolling[name] = rolling[name].minus(of.size)
		}
	}
}

// idealInside is FifoIntraQueuePreemptionPlugin.computeAppsIdealAllocation.
func (r *preemptionRound) idealInside(t *tempQueue, c *insideConfig) {
	rc, cluster, leaf := r.s.calculator, r.s.cluster, t.queue.leaf
	masters := map[string]Resource{}
	left := t.used.minus(t.reallyTaken)
	for _, app := range leaf.active {
		if app.label == t.label {
			masters[app.User] = masters[app.User].plus(app.master)
			left = left.minus(app.master)
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
				a.pending = a.pending.plus(multiple(of.size, of.count))
			}
		}
		a.user = t.users[app.User]
		if a.user == nil {
			a.user = &tempUser{used: leaf.users.user(app.User).used[t.label], masters: masters[app.User]}
			a.user.limit = leaf.users.limitOfAll(app.User, t.label).minus(a.user.masters)
			t.users[app.User] = a.user
		}
		apps = append(apps, a)
	}
	byUse := leaf.config.fair && c.userLimitFirst
	slices.SortStableFunc(apps, func(a, b *tempApp) int { return r.compareInside(a, b, byUse) })
	for _, a := range apps {
		if rc.compare(cluster, left, Resource{}) <= 0 || rc.anyZeroOrBelow(left) && c.conservative {
			continue
		}
		for _, of := range r.order {
			if of.app == a.app && of.app.label == t.label {
				a.selected = a.selected.plus(of.size)
				a.user.selected = a.user.selected.plus(of.size)
			}
		}
		if rc.compare(cluster, a.user.ideal, a.user.limit) >= 0 {
			continue
		}
		wants := a.usedByTasks().plus(a.pending).minus(a.selected)
		wants = rc.lesser(cluster, wants, a.user.limit.minus(a.user.ideal))
		a.ideal = rc.lesser(cluster, left, wants)
		a.user.ideal = a.user.ideal.plus(a.ideal)
		if has := a.usedByTasks().minus(a.selected); rc.compare(cluster, a.ideal, has) > 0 {
			a.fromOthers = a.ideal.minus(has)
		}
		left = left.minus(a.ideal).orNothing()
	}
	slices.Reverse(apps)

	most := t.guaranteed.times(float64(c.most))
	if rc.compare(cluster, most, t.reallyTaken) > 0 {
		most = most.minus(t.reallyTaken)
	} else {
		most = Resource{}
	}
	most = rc.lesser(cluster, most, r.allowed)
	for _, a := range apps {
		if rc.compare(cluster, most, Resource{}) <= 0 || rc.compare(cluster, a.used, Resource{}) <= 0 {
			continue
		}
		has := a.used.minus(a.ideal).minus(a.selected).orNothing().minus(a.master).orNothing()
		if c.userLimitFirst {
			has = has.minus(r.s.config.minimum).orNothing()
		}
		a.preempt = rc.lesser(cluster, rc.greater(cluster, has, Resource{}), most)
		most = most.minus(a.preempt).orNothing()
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
	case r.s.calculator.compare(r.s.cluster, aUsed, bUsed) < 0:
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
	more := func(a, b Resource) bool { return rc.compare(cluster, a, b) > 0 }
	for _, high := range slices.Backward(t.apps) {
		if !more(high.fromOthers, Resource{}) {
			continue
		}
		for _, low := range t.apps {
			same := high.app.User == low.app.User
			if !more(low.preempt, Resource{}) || same && low.app.Priority >= high.app.Priority ||
				!more(low.preempt, low.reallyTaken) || high.fromOthers == (Resource{}) {
				continue
			}
			over := more(low.user.usedByTasks(), low.user.limit)
			if !same && !over && c.userLimitFirst {
				continue
			}
			has := low.preempt.minus(low.reallyTaken)
			if !same && low.app.Priority == high.app.Priority && over {
				above := low.user.usedByTasks().minus(low.user.selected).minus(low.user.limit)
				if low.user.quotaUsed {
					above = Resource{}
				}
				if more(has, above) {
					low.user.quotaUsed = true
					has = above
				}
			}
			if more(has, Resource{}) {
				taken := rc.lesser(cluster, high.fromOthers, has)
				high.fromOthers = high.fromOthers.minus(taken)
				low.reallyTaken = low.reallyTaken.plus(taken)
			}
		}
	}
}
