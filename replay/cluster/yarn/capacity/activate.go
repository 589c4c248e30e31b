package capacity

import (
	"slices"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A waitingUser is a user with applications that wait for room for their masters on the
// nodes of a label.
type waitingUser struct {
	name, label string
	apps        *fit.Line[*appAttempt] // in the order of priority
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
// application masters and into their user's part of it. One master may always run. YARN
// looks at the waiting applications in their order. One that does not fit does not fit
// later in the same pass either, because what masters use only grows.
func (l *leafQueue) activate() {
	for _, label := range l.accessibleLabels() {
		l.updateAMLimit(label)
	}
	limits := map[string]scheduler.Resource{} // YARN keeps the limit by label only, so that of the first user counts for all
	for {
		var next *appAttempt
		for _, w := range l.waiting {
			room := l.masterRoom(w, limits)
			if app, ok := w.apps.First(fit.TooLarge(room)); ok && (next == nil || inFIFOOrder(app, next) < 0) {
				next = app
			}
		}
		if next == nil {
			return
		}
		if _, known := limits[next.label]; !known {
			limits[next.label] = l.userAMLimit(next.label, next.User)
			continue
		}
		l.leaveWaiting(next)
		l.users.count(l.users.user(next.User), -1, 1)
		next.active = true
		l.active.Insert(next, fit.Need{})
		l.updateHunger(next)
		l.share(next.label).amUsed = l.share(next.label).amUsed.Plus(next.master)
		l.users.user(next.User).amUsed.add(next.label, next.master)
	}
}

// masterRoom is the room for one more application master of a user, as far as the limits
// of users are known.
func (l *leafQueue) masterRoom(w *waitingUser, limits map[string]scheduler.Resource) fit.Need {
	share := l.share(w.label)
	if l.active.Len() < 1 || l.s.calculator.Compare(l.cluster, share.amUsed, scheduler.Resource{}) <= 0 {
		return fit.Unlimited
	}
	room := l.s.need(share.amLimit.Minus(share.amUsed))
	if limit, known := limits[w.label]; known {
		room = room.Min(l.s.need(limit.Minus(l.users.user(w.name).amUsed.on(w.label))))
	}
	return room
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

// submit takes in an application. In an empty cluster it cannot start yet.
func (l *leafQueue) submit(app *appAttempt) {
	app.user = l.users.user(app.User)
	l.users.count(app.user, 1, 0)
	i := slices.IndexFunc(l.waiting, func(w *waitingUser) bool { return w.name == app.User && w.label == app.label })
	if i < 0 {
		i = len(l.waiting)
		l.waiting = append(l.waiting, &waitingUser{app.User, app.label, fit.NewLine(inFIFOOrder)})
	}
	l.waiting[i].apps.Insert(app, l.s.need(app.master))
	l.waits++
	if l.s.calculator.Compare(l.cluster, l.cluster, scheduler.Resource{}) > 0 {
		l.activate()
	}
}

// leaveWaiting ends the waiting of an application for its master.
func (l *leafQueue) leaveWaiting(app *appAttempt) {
	i := slices.IndexFunc(l.waiting, func(w *waitingUser) bool { return w.name == app.User && w.label == app.label })
	l.waits--
	if l.waiting[i].apps.Remove(app); l.waiting[i].apps.Len() == 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
}

// waitingApps are the applications that wait for their masters, in the order of priority.
func (l *leafQueue) waitingApps() (apps []*appAttempt) {
	for _, w := range l.waiting {
		apps = append(apps, w.apps.All()...)
	}
	slices.SortFunc(apps, inFIFOOrder)
	return apps
}

// applications is how many applications run or wait in the queue.
func (l *leafQueue) applications() int { return l.active.Len() + l.waits }

// remove takes an application out whose containers have ended.
func (l *leafQueue) remove(app *appAttempt) {
	user := l.users.user(app.User)
	if app.active {
		l.active.Remove(app)
		app.active = false
		l.updateHunger(app)
		if app.reordered {
			l.reorder = without(l.reorder, app)
		}
		share := l.share(app.label)
		share.amUsed = share.amUsed.Minus(app.master)
		user.amUsed.add(app.label, app.master.Negative())
		l.users.count(user, 0, -1)
	} else {
		l.leaveWaiting(app)
		l.users.count(user, -1, 0)
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
