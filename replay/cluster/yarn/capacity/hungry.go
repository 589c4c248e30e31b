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
	eager                 // it has reservations, and would reserve more
	held                  // it has reserved as many nodes as it wants, and only takes what is free
	hungers               // how many there are
)

// A hungryUser is a user's active applications that want containers, each with the size
// of its first request.
type hungryUser struct {
	name  string
	lines [hungers]*fit.Line[*appAttempt] // each in the queue's order
	next  [hungers]*appAttempt            // to offer a node to, in one pass; nil: there is none
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
// its requests, its reservations or its place in the order have changed.
func (l *leafQueue) updateHunger(app *appAttempt) {
	l.leaveLine(app)
	if !app.active || app.pending == (scheduler.Resource{}) || len(app.requests) == 0 {
		return
	}
	u := l.hungry[app.User]
	if u == nil {
		u = &hungryUser{name: app.User}
		for i := range u.lines {
			u.lines[i] = fit.NewLine(l.compareApps)
		}
		l.hungry[app.User] = u
	}
	if u.empty() {
		l.wanting = append(l.wanting, u)
	}
	r := app.requests[0]
	h := fresh
	switch {
	case len(app.reservations) == 0:
	case app.wantsMore(r):
		h = eager
	default:
		h = held
	}
	app.line = u.lines[h]
	app.line.Insert(app, l.s.need(r.Size))
}

// leaveLine takes an application out of its line.
func (l *leafQueue) leaveLine(app *appAttempt) {
	l.s.changed = true
	if app.line == nil {
		return
	}
	app.line.Remove(app)
	app.line = nil
	if u := l.hungry[app.User]; u.empty() {
		l.wanting = without(l.wanting, u)
	}
}

func (u *hungryUser) empty() bool {
	return u.lines[fresh].Len()+u.lines[eager].Len()+u.lines[held].Len() == 0
}

// assignHungry offers a node to the applications that may do something with it. First is
// the first of all active ones. The queue is below its limit.
func (l *leafQueue) assignHungry(node *schedulerNode, limits *resourceLimits, mode schedulingMode, first *appAttempt) assignment {
	l.userLimit(first, node.Label, mode) // YARN looks at it in any case
	room := [hungers]fit.Need{fresh: l.s.need(node.Total), held: l.s.need(node.free)}
	room[eager] = room[fresh]
	headroom := l.s.need(limits.headroom)
	// An application whose request is larger than the headroom ends the pass.
	var skip [hungers]func(least, most fit.Need) bool
	for h := range skip {
		skip[h] = func(least, most fit.Need) bool { return most.In(headroom) && !least.In(room[h]) }
	}
	for _, u := range l.wanting {
		for h, line := range u.lines {
			u.next[h], _ = line.First(skip[h])
		}
		// Beyond its limit a user only gets something in place of reservations.
		if l.s.more(l.users.users[u.name].used.on(node.Label), l.users.limit(u.name, node.Label, mode)) {
			u.next[fresh] = nil
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
		from.next[of], _ = from.lines[of].After(app, skip[of])
	}
}
