package capacity

import (
	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Most active applications want nothing, or nothing that a node could give. Those that
// want containers stand in lines, in which the first one that can use a node is found
// without a look at the others. YARN looks at all.

// A hunger is what an application that wants containers could do with a node.
type hunger int

const (
	fresh   hunger = iota // it has reserved nothing, and would reserve any node
	eager                 // it has reservations as large as its request, and would reserve more
	held                  // the same, but it has reserved as many nodes as it wants, and only takes what is free; or it is not known yet
	odd                   // it has other reservations
	hungers               // how many there are
)

// A hungryUser is a user's active applications that want containers, each with the size
// of its first request.
type hungryUser struct {
	name    string
	lines   [hungers]*fit.Line[*appAttempt] // each in the queue's order
	next    [hungers]*appAttempt            // to offer a node to, in one pass; nil: there is none
	turns   *fit.Line[*appAttempt]          // of those that are held, by turn
	unknown []*appAttempt                   // those of which the turn is not known
	listed  bool                            // in the queue's wanting
	over    bool                            // beyond the limit, when last looked at
}

// need is a resource as the calculator counts it.
func (s *Scheduler) need(r scheduler.Resource) fit.Need {
	if s.calculator.Dominant {
		return fit.Need{r.MemoryMB, int64(r.Cores)}
	}
	return fit.Need{r.MemoryMB, 0}
}

// keepAll skips nothing.
func keepAll(fit.Need, fit.Need) bool { return false }

// updateHunger puts an application into the line where it belongs. It must be called when
// its requests or its reservations have changed, or how often these were made again. Before
// its place in the order changes it must leave its line.
func (l *leafQueue) updateHunger(app *appAttempt) {
	if !app.active || app.pending == (scheduler.Resource{}) || len(app.requests) == 0 {
		l.leaveLine(app)
		return
	}
	if app.wants == nil {
		app.wants = l.hungryUser(app.User)
	}
	u, r := app.wants, app.requests[0]
	switch {
	case len(app.reservations) == 0:
		l.stand(app, fresh)
	case !l.s.need(r.Size).In(l.s.need(app.reserved.on(""))):
		l.stand(app, odd)
	default:
		l.stand(app, held)
		if !app.unknown {
			app.unknown = true
			u.unknown = append(u.unknown, app)
		}
	}
	if !u.listed {
		u.listed = true
		l.wanting = append(l.wanting, u)
	}
}

// stand puts an application into a line, and its turn is not known any more.
func (l *leafQueue) stand(app *appAttempt, h hunger) {
	l.s.changed = true
	u := app.wants
	u.setTurn(app, 0)
	if line, need := u.lines[h], l.s.need(app.requests[0].Size); line != app.line || need != app.need {
		if app.line != nil {
			app.line.Remove(app)
		}
		app.line, app.need = line, need
		line.Insert(app, need)
	}
}

// hungryUser finds a user, or adds one.
func (l *leafQueue) hungryUser(name string) *hungryUser {
	u := l.hungry[name]
	if u == nil {
		u = &hungryUser{name: name, turns: fit.NewLine(byTurn)}
		for i := range u.lines {
			u.lines[i] = fit.NewLine(l.compareApps)
		}
		l.hungry[name] = u
	}
	return u
}

// leaveLine takes an application out of its line.
func (l *leafQueue) leaveLine(app *appAttempt) {
	l.s.changed = true
	if app.line == nil {
		return
	}
	u := app.wants
	u.setTurn(app, 0)
	app.line.Remove(app)
	app.line = nil
	if u.empty() {
		u.listed = false
		l.wanting = without(l.wanting, u)
	}
}

func (u *hungryUser) empty() bool {
	for _, line := range u.lines {
		if line.Len() > 0 {
			return false
		}
	}
	return true
}

// A use is what a user's applications could do with a node, or with any node.
type use struct {
	over     bool     // the user is beyond the limit, and only gets something in place of reservations
	headroom fit.Need // what the queue may use in addition
	total    fit.Need // the node's size
	free     fit.Need // what is free on it
}

// none reports whether none of the applications in one line with needs between least and
// most has a use for the node.
//
// A fresh one reserves the node or takes what is free there; but if the headroom is too
// small for its request, it ends the pass. One with reservations gives one up if the user is
// beyond the limit, or if the headroom is too small: only for what is free.
func (u *use) none(h hunger, least, most fit.Need) bool {
	switch {
	case h == odd || h != fresh && !(fit.Need{}).In(u.headroom):
		return false
	case h == fresh:
		return u.over || most.In(u.headroom) && !least.In(u.total)
	case h == eager && !u.over:
		return !least.In(u.total) || !least.In(u.headroom) && !least.In(u.free)
	}
	return !least.In(u.free)
}

// turnsMatter reports whether it matters which of the user's applications want more
// reservations: with too little headroom all with reservations only take what is free.
func (u *hungryUser) turnsMatter(headroom fit.Need) bool {
	return !u.over && u.lines[held].Least().In(headroom)
}

// assignHungry offers a node to the applications that may do something with it. First is
// the first of all active ones. The queue is below its limit.
func (l *leafQueue) assignHungry(node *schedulerNode, limits *resourceLimits, mode schedulingMode, first *appAttempt) assignment {
	l.userLimit(first, node.Label, mode) // YARN looks at it in any case
	use := use{headroom: l.s.need(limits.headroom), total: l.s.need(node.Total), free: l.s.need(node.free)}
	for _, u := range l.wanting {
		u.over = l.s.more(l.users.users[u.name].used.on(node.Label), l.users.limit(u.name, node.Label, mode))
		if use.over = u.over; u.turnsMatter(use.headroom) {
			u.takeTurns()
		}
		for h, line := range u.lines {
			u.next[h], _ = line.First(func(least, most fit.Need) bool { return use.none(hunger(h), least, most) })
		}
	}
	for {
		var from *hungryUser
		of := fresh
		for _, u := range l.wanting {
			for h, app := range u.next {
				if app != nil && (from == nil || l.compareApps(app, from.next[of]) < 0) {
					from, of = u, hunger(h)
				}
			}
		}
		if from == nil {
			return assignment{}
		}
		app := from.next[of]
		if a, done := l.offer(app, node, limits, mode); done {
			return a
		}
		use.over = from.over
		from.next[of], _ = from.lines[of].After(app, func(least, most fit.Need) bool { return use.none(of, least, most) })
	}
}
