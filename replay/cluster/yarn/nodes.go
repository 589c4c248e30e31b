package yarn

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A node sends heartbeats. All nodes have the same interval. The heartbeats of n nodes
// are spread evenly over it, because those of a real cluster are spread too.
type node struct {
	manager.Node
	silent      bool          // it sends no heartbeats
	expires     time.Duration // when the silent node counts as lost; Never
	completions []completion
}

// A completion is what a node will report: that an executor's container has
// completed, or an application master, with which the whole application ends.
type completion struct {
	at       time.Duration // not before
	executor int           // name; -1: the application master of app
	app      *appMaster
}

// completeOn has a node report a completion. A silent node reports nothing.
func (m *Manager) completeOn(node int, c completion) {
	if n := &m.nodes[node]; !n.silent {
		n.completions = append(n.completions, c)
		m.reports.Push(m.firstBeatOf(node, m.firstBeat(c.at)))
		m.completing++
	}
}

// nextReport is the next heartbeat in which a node reports a completion; there is one. A
// report that was due while the manager was down comes with the node's next heartbeat.
func (m *Manager) nextReport() int {
	for m.reports.Peek() < m.nextBeat {
		m.reports.Push(m.firstBeatOf(m.reports.Pop()%len(m.nodes), m.nextBeat))
	}
	return m.reports.Peek()
}

// firstBeatOf is a node's first heartbeat from a number on.
func (m *Manager) firstBeatOf(node, from int) int {
	n := len(m.nodes)
	return from + (node-from%n+n)%n
}

// phase is the time of a node's heartbeat inside an interval.
func (m *Manager) phase(node int) time.Duration {
	return (time.Duration(node) * heartbeatInterval / time.Duration(len(m.nodes))).Truncate(time.Millisecond)
}

// heartbeatAfter is the first heartbeat of a node that is not before t.
func (m *Manager) heartbeatAfter(node int, t time.Duration) time.Duration {
	phase := m.phase(node)
	return phase + (max(t-phase, 0)+heartbeatInterval-1)/heartbeatInterval*heartbeatInterval
}

func (m *Manager) timeOf(beat int) time.Duration {
	n := len(m.nodes)
	return time.Duration(beat/n)*heartbeatInterval + m.phase(beat%n)
}

// firstBeat is the first heartbeat of any node that is not before t, a time in whole
// milliseconds.
func (m *Manager) firstBeat(t time.Duration) int {
	n := len(m.nodes)
	return int(t/heartbeatInterval)*n + int((t%heartbeatInterval*time.Duration(n)+heartbeatInterval-1)/heartbeatInterval)
}

// heartbeat simulates a heartbeat: the node reports what has completed, and the scheduler
// assigns containers on it.
func (m *Manager) heartbeat(now time.Duration, beat int) {
	i := beat % len(m.nodes)
	m.skipTo(beat)
	m.quietBeats = min(m.quietBeats+1, math.MaxInt32)
	m.nextBeat = beat + 1
	for m.reports.Len() > 0 && m.reports.Peek() == beat {
		m.reports.Pop()
	}
	defer m.scheduler.Passed(m.nextBeat, len(m.nodes))
	m.beats++
	n := &m.nodes[i]
	if n.silent {
		return
	}
	n.completions = slices.DeleteFunc(n.completions, func(c completion) bool {
		if c.at > now {
			return false
		}
		m.completing--
		if c.app != nil {
			m.forget(now, c.app)
		} else if e := &m.executors[c.executor]; !e.app.finished {
			m.complete(now, e.container)
		}
		return true
	})
	for _, a := range m.scheduler.NodeUpdate(now, i) {
		m.noteChange()
		if !a.Reserved {
			m.assigned(now, a)
		}
	}
}

// complete ends a container for the scheduler.
func (m *Manager) complete(now time.Duration, container int) {
	delete(m.marked, container)
	m.scheduler.Complete(now, container)
	m.noteChange()
}

// assigned handles a container that the scheduler assigned. The resource manager starts
// an application master itself; executors wait for their master's call.
func (m *Manager) assigned(now time.Duration, a scheduler.Allocation) {
	am := m.submitted[a.App]
	m.unassigned--
	if a.Master {
		m.mastersUnassigned--
		am.node = a.Node
		m.actions = append(m.actions, manager.Action{Kind: manager.PlaceDriver, App: am.app.Index, Node: a.Node, Cores: am.submission.Master.Cores})
		return
	}
	am.unassigned[a.Priority]--
	am.granted = append(am.granted, a)
	m.setIdle(am, false)
	if am.callIndex < 0 {
		m.callAt(am, m.nextCallOf(am, now+time.Millisecond)) // a call at this time was before the heartbeat
	}
}

// silence stops the heartbeats of a node. The resource manager detects this only after
// the expiry time, except that applications whose end the node would have reported end
// now.
func (m *Manager) silence(now time.Duration, node int) {
	n := &m.nodes[node]
	if n.silent {
		return
	}
	n.silent, n.expires = true, now+m.nodeExpiry
	m.updateExpiry()
	for _, c := range n.completions {
		m.completing--
		if c.app != nil {
			m.forget(now, c.app)
		}
	}
	n.completions = nil
	m.scheduler.Silence(node)
}

// restore brings a silent node back, empty, whether or not it counts as lost.
func (m *Manager) restore(now time.Duration, node int) {
	n := &m.nodes[node]
	if !n.silent {
		return
	}
	if n.expires != manager.Never {
		m.expire(now, node)
	}
	n.silent = false
	m.scheduler.AddNode(now, asNode(node, n.Node))
	m.noteChange()
}

func (m *Manager) updateExpiry() {
	m.nextExpiry = manager.Never
	for i := range m.nodes {
		m.nextExpiry = min(m.nextExpiry, m.nodes[i].expires)
	}
}

// expire makes a silent node count as lost, with its containers. Its containers that no
// application master has received yet are requested again.
func (m *Manager) expire(now time.Duration, node int) {
	m.nodes[node].expires = manager.Never
	m.updateExpiry()
	m.scheduler.RemoveNode(now, node)
	for name := range m.executors {
		if e := &m.executors[name]; e.node == node && !e.ended {
			e.ended = true
			delete(m.marked, e.container)
			m.noteEnded(now, e.app, e.profile)
		}
	}
	for _, am := range m.submitted {
		m.takeBack(now, am, func(a scheduler.Allocation) bool { return a.Node == node })
	}
	m.noteChange()
}
