package capacity

import (
	"cmp"
	"math"
	"slices"

	"dynalloc/replay/cluster/fit"
)

// A node that is reserved and has no room for its reservation is reserved again in each of
// its heartbeats. That is only counted: after many times its application may reserve more
// nodes. So these heartbeats need not be played. They are counted when their number matters.

// Passed says which heartbeats are over.
func (s *Scheduler) Passed(beat, n int) { s.passed, s.ring = beat, n }

// Silence has a node that is not removed yet count for nothing.
func (s *Scheduler) Silence(node int) {
	if n := s.nodes[node]; n != nil {
		n.silent = true
		s.updateNode(n)
	}
}

// updateIdle must be called when something has changed that decides whether a reservation is
// only made again.
func (s *Scheduler) updateIdle(c *container) {
	r := c.app.requests.At(c.priority)
	idle := !c.node.silent && r.Count > 0 && s.calculator.Fits(r.Size, c.node.Total) && s.calculator.Containers(c.node.free, r.Size) <= 0
	if idle == c.idle {
		return
	}
	c.count()
	c.idle = idle
	c.app.queue.updateHunger(c.app)
}

// uncounted is how often the reservation was made again since the last count.
func (c *container) uncounted() int {
	s := c.app.queue.s
	if !c.idle || s.passed <= c.since {
		return 0
	}
	before := func(beat int) int { return (beat + s.ring - 1 - c.node.ID) / s.ring } // heartbeats of the node
	return before(s.passed) - before(c.since)
}

// count counts up to now.
func (c *container) count() {
	c.app.reReservations[c.priority] += c.uncounted()
	c.since = max(c.since, c.app.queue.s.passed)
}

// makeAgain is for a heartbeat that is played.
func (c *container) makeAgain() {
	c.count()
	c.since = c.app.queue.s.passed + 1
	c.app.reReservations[c.priority]++
	if a := c.app; a.line != nil && a.line == a.wants.lines[held] && a.wantsMore(a.requests[0]) {
		a.takeTurn()
	}
}

// takeTurn moves an application into the right line that comes to want more reservations.
func (a *appAttempt) takeTurn() {
	a.queue.stand(a, eager)
	a.queue.s.turned = a.queue.s.passed
}

// made is how often the application's reservations of a priority were made again since one
// was added or removed.
func (a *appAttempt) made(priority int) int {
	n := a.reReservations[priority]
	for _, c := range a.reservations[priority] {
		n += c.uncounted()
	}
	return n
}

// forgetMade counts from 0 on.
func (a *appAttempt) forgetMade(priority int) {
	a.reReservations[priority] = 0
	for _, c := range a.reservations[priority] {
		c.since = max(c.since, a.queue.s.passed)
	}
}

// nextTurn is the heartbeat after which the application wants more reservations for its
// first request, if its reservations stay and are made again, or an earlier one;
// math.MaxInt if there is none.
func (a *appAttempt) nextTurn() int {
	s, r := a.queue.s, a.requests[0]
	beats := s.beats[:0] // the next heartbeat of each node
	for _, c := range a.reservations[r.Priority] {
		if c.idle && s.ring > 0 {
			from := max(c.since, s.passed)
			beats = append(beats, from+(c.node.ID-from%s.ring+s.ring)%s.ring)
		}
	}
	s.beats = beats
	if len(beats) == 0 {
		return math.MaxInt
	}
	made := a.made(r.Priority)
	more := 1 // so often its reservations are made again until it wants more
	for ; !a.wantsMoreAfter(r, made+more); more *= 2 {
		if more > math.MaxInt32 {
			return math.MaxInt
		}
	}
	low := more / 2 // not enough
	for low+1 < more {
		if middle := (low + more) / 2; a.wantsMoreAfter(r, made+middle) {
			more = middle
		} else {
			low = middle
		}
	}
	slices.Sort(beats)
	rounds := (more - 1) / len(beats)
	return beats[(more-1)%len(beats)] + rounds*s.ring
}

// byTurn is the order in which applications come to want more reservations.
func byTurn(a, b *appAttempt) int {
	return cmp.Or(cmp.Compare(a.turn, b.turn), cmp.Compare(a.ID, b.ID))
}

// takeTurns moves the user's applications into the right lines that want more reservations
// since the last heartbeats, and finds out when the others will.
func (u *hungryUser) takeTurns() {
	for _, app := range u.unknown {
		app.unknown = false
		switch {
		case app.line != u.lines[held] || app.turn != 0:
		case app.wantsMore(app.requests[0]):
			app.takeTurn()
		default:
			u.setTurn(app, app.nextTurn())
		}
	}
	u.unknown = u.unknown[:0]
	for app, ok := u.turns.First(keepAll); ok && app.turn < app.queue.s.passed; app, ok = u.turns.First(keepAll) {
		app.takeTurn()
	}
}

// nextTurn is the next heartbeat after which one of the user's applications wants more
// reservations; math.MaxInt if there is none.
func (u *hungryUser) nextTurn() int {
	u.takeTurns()
	if app, ok := u.turns.First(keepAll); ok {
		return app.turn
	}
	return math.MaxInt
}

// setTurn sets when an application comes to want more reservations, 0 for not at all or
// that it has to be found out.
func (u *hungryUser) setTurn(app *appAttempt, turn int) {
	if app.turn != 0 {
		u.turns.Remove(app)
	}
	if app.turn = turn; turn != 0 {
		u.turns.Insert(app, fit.Need{})
	}
}
