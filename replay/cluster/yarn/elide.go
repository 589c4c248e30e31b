package yarn

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Most heartbeats, calls and rounds have no effect, so they are elided: the manager
// asks to be served only when one may have an effect, and updates its counters for the
// others at its next call. A test checks that eliding does not change results.

// turnsUnasked is how many rounds, calls and heartbeats are played before the manager asks
// whether the replay ends early: some milliseconds.
const turnsUnasked = 4096

// noteChange notes that the scheduler's input or output has changed, so that the
// next heartbeats and rounds may do something.
func (m *Manager) noteChange() { m.quietBeats, m.quietRounds = 0, 0 }

// heartbeatsMatter reports whether heartbeats can have an effect. After the last change
// each node needs two more: the scheduler counts heartbeats, and a node may have to
// give up a reservation.
func (m *Manager) heartbeatsMatter() bool {
	return m.nothingElided || m.unassigned > 0 || m.completing > 0 || m.quietBeats <= 2*len(m.nodes)
}

// roundsMatter reports whether rounds of preemption can change anything.
func (m *Manager) roundsMatter() bool {
	return m.roundInterval > 0 && (m.nothingElided || m.unassigned > 0 || len(m.marked) > 0 || m.quietRounds <= 2)
}

// usefulBeat is the next heartbeat that may have an effect; -1 if there is none.
func (m *Manager) usefulBeat() int {
	if m.nothingElided {
		return m.nextBeat
	}
	if !m.heartbeatsMatter() {
		return -1
	}
	beat := m.scheduler.Useful(m.nextBeat, len(m.nodes))
	if m.completing == 0 {
		return beat
	}
	if reports := m.nextReport(); beat < 0 || reports < beat {
		return reports
	}
	return beat
}

// beatTime is the time of the next heartbeat that may have an effect; Never.
func (m *Manager) beatTime() (beat int, at time.Duration) {
	if beat = m.usefulBeat(); beat < 0 {
		return beat, manager.Never
	}
	return beat, m.timeOf(beat)
}

// skipTo leaves heartbeats out that have no effect.
func (m *Manager) skipTo(beat int) {
	if beat > m.nextBeat {
		m.quietBeats = min(m.quietBeats+beat-m.nextBeat, math.MaxInt32)
		m.nextBeat = beat
		m.scheduler.Passed(beat, len(m.nodes))
	}
}

// steadyUntil is the heartbeat before which nothing happens if no event comes; 0 if that is
// not known. Requests wait that no node can serve: that each node has tried it twice since
// the last change shows it.
func (m *Manager) steadyUntil() int {
	if m.nothingElided || m.unassigned == 0 || m.completing > 0 || m.quietBeats <= 2*len(m.nodes) || m.nextExpiry != manager.Never ||
		m.roundInterval > 0 && (m.quietRounds <= 2 || len(m.marked) > 0) || m.idle < len(m.calls) {
		return 0
	}
	return m.scheduler.Steady()
}

// skipSteady leaves whole rounds of heartbeats out up to a time, with the calls and the
// rounds of preemption in them, and reports whether it did.
func (m *Manager) skipSteady(until time.Duration) bool {
	left := (until - m.timeOf(m.nextBeat)) / heartbeatInterval
	if left < 1 {
		return false
	}
	rounds := min(int(left), (m.steadyUntil()-m.nextBeat)/len(m.nodes))
	if rounds < 1 {
		return false
	}
	m.skipTo(m.nextBeat + rounds*len(m.nodes))
	at := m.timeOf(m.nextBeat)
	m.skipCalls(at)
	if m.nextRound < at {
		m.round(m.nextRound + (at-time.Millisecond-m.nextRound)/m.roundInterval*m.roundInterval)
	}
	return true
}

// computeNext returns the next time at which the manager must be served: at the next
// call of an application master, at a round that matters, when a silent node counts as
// lost, or at a heartbeat if an application waits for its master or for the end of
// another application, or if a master waits for containers whose calls are elided. Other
// heartbeats have no effect until a master calls.
func (m *Manager) computeNext() time.Duration {
	switch until := m.steadyUntil(); {
	case until == math.MaxInt:
		return manager.Never
	case until > m.nextBeat+len(m.nodes):
		return m.timeOf(until)
	}
	t := min(m.calls.next(), m.nextExpiry)
	if m.mastersUnassigned > 0 || m.waiting > 0 || m.completing > 0 && len(m.refused) > 0 {
		_, at := m.beatTime()
		t = min(t, at)
	}
	if m.roundsMatter() {
		t = min(t, m.nextRound)
	}
	return t
}

// catchUp plays what happens before now. If the manager was not served at the time it
// asked for, it was down until now, and its actions since then are postponed.
func (m *Manager) catchUp(now time.Duration) {
	m.advance(min(now, m.serveAt) - time.Millisecond)
	if now > m.serveAt {
		m.postpone(now)
	}
	m.makeUp(now-time.Millisecond, now)
	m.serveAt = min(m.serveAt, now)
}

// advance plays what happens up to a time. At equal times the order is: expiry of
// nodes, a round, calls, heartbeats. Calls precede heartbeats so that a request can be
// assigned in the same instant. If the replay ends early, not all of it is played.
func (m *Manager) advance(until time.Duration) {
	for turn := 1; turn%turnsUnasked != 0 || !m.ended(); turn++ {
		if m.skipSteady(until) {
			continue
		}
		round := manager.Never
		if m.roundsMatter() {
			round = m.nextRound
		}
		beat, beatAt := m.beatTime()
		call := m.calls.next()
		t := min(m.nextExpiry, round, call, beatAt)
		if t > until || t == manager.Never {
			return
		}
		switch t {
		case m.nextExpiry:
			m.makeUp(t-time.Millisecond, t)
			m.expire(t, slices.IndexFunc(m.nodes, func(n node) bool { return n.expires == t }))
		case round:
			m.round(t)
		case call:
			m.makeUp(t, t)
			m.call(t, m.calls[0])
		default:
			m.makeUp(t, t)
			m.heartbeat(t, beat)
		}
	}
}

// makeUp simulates the last elided round up to a time; the rounds before it would have
// had the same result. Elided heartbeats before now are skipped.
func (m *Manager) makeUp(until, now time.Duration) {
	if m.nextRound <= until {
		m.round(m.nextRound + (until-m.nextRound)/m.roundInterval*m.roundInterval)
	}
	if !m.nothingElided {
		m.skipTo(m.firstBeat(now))
	}
}

// postpone moves everything that was due before now to now, and rounds and heartbeats
// to their next regular times.
func (m *Manager) postpone(now time.Duration) {
	m.nextBeat = max(m.nextBeat, m.firstBeat(now))
	if m.nextRound < now {
		m.nextRound += (now - m.nextRound + m.roundInterval - 1) / m.roundInterval * m.roundInterval
	}
	for m.calls.next() < now {
		m.callAt(m.calls[0], now)
	}
	m.serveAt = now
}
