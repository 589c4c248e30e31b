package yarn

import (
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Most heartbeats, calls and rounds have no effect, so they are elided: the manager
// asks to be served only when one may have an effect, and updates its counters for the
// others at its next call. A test checks that eliding does not change results.

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

// computeNext returns the next time at which the manager must be served: at the next
// call of an application master, at a round that matters, when a silent node counts as
// lost, or at a heartbeat if an application waits for its master or for the end of
// another application. Other heartbeats have no effect until a master calls.
func (m *Manager) computeNext() time.Duration {
	t := min(m.calls.next(), m.nextExpiry)
	if m.mastersUnassigned > 0 || m.completing > 0 && len(m.refused) > 0 {
		t = min(t, m.heartbeatTime())
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
// assigned in the same instant.
func (m *Manager) advance(until time.Duration) {
	for {
		round, beat := manager.Never, manager.Never
		if m.roundsMatter() {
			round = m.nextRound
		}
		if m.heartbeatsMatter() {
			beat = m.heartbeatTime()
		}
		call := m.calls.next()
		t := min(m.nextExpiry, round, call, beat)
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
			m.heartbeat(t)
		}
	}
}

// makeUp simulates the last elided round up to a time; the rounds before it would have
// had the same result. Elided heartbeats before now are skipped.
func (m *Manager) makeUp(until, now time.Duration) {
	if m.nextRound <= until {
		m.round(m.nextRound + (until-m.nextRound)/m.roundInterval*m.roundInterval)
	}
	if !m.heartbeatsMatter() {
		m.nextBeat = max(m.nextBeat, m.firstBeat(now))
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
