package yarn

import (
	"time"

	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// round simulates a round of the preemption monitor or of the update thread.
func (m *Manager) round(now time.Duration) {
	m.nextRound = now + m.roundInterval
	if m.quietRounds++; m.quietRounds == 1 {
		m.quietBeats = 0 // what has changed before may change shares only now
	}
	for _, k := range m.scheduler.Preempt(now) {
		m.noteChange()
		if k.Now {
			m.kill(now, k.Container, m.submitted[k.App])
		} else {
			m.marked[k.Container] = k.App
		}
	}
}

// kill ends a preempted container. The application master learns of the end of an
// executor at its next call; a container that it has not received yet is requested
// again.
func (m *Manager) kill(now time.Duration, container int, am *appMaster) {
	delete(m.marked, container)
	name, started := m.executorOf[container]
	if !started {
		m.takeBack(now, am, func(a scheduler.Allocation) bool { return a.Container == container })
		return
	}
	e := &m.executors[name]
	if e.ended {
		return
	}
	e.ended = true
	m.noteEnded(now, am, e.profile)
	m.actions = append(m.actions, manager.Action{
		Kind: manager.Preempt, App: am.app.Index, Profile: e.profile, Node: e.node, Container: name, Cores: am.sizes[e.profile].Cores,
		Why: "YARN takes it for others: queue " + am.submission.Queue + " has more than its share",
	})
}
