package kubernetes

import (
	"cmp"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Few allocators have something to do in a step: those of which something has changed,
// and those of which a round is due.

// soonerRound is the order of next rounds.
func soonerRound(a, b *app) bool {
	return cmp.Or(cmp.Compare(a.allocator.next, b.allocator.next), cmp.Compare(a.order, b.order)) < 0
}

// touch notes that something about an application's allocator has changed.
func (m *Manager) touch(a *app) {
	a.allocator.changed = true
	m.acting.Set(a.order, a)
	m.touched.Set(a.order, a)
}

// setNextRound sets when an application's allocator has its next round.
func (m *Manager) setNextRound(a *app, at time.Duration) {
	x := &a.allocator
	if x.next != manager.Never {
		m.rounds.Delete(a)
	}
	if x.next = at; at != manager.Never {
		m.rounds.Set(a)
	}
}

// allocateAll simulates the rounds that are due, in the order of arrival. A round may
// free quota, because of which another application acts in the same step if it came later.
func (m *Manager) allocateAll() {
	if m.plain {
		for _, a := range m.apps {
			m.allocate(a)
		}
		return
	}
	m.rounds.Scan(func(a *app) bool {
		if a.allocator.next > m.now {
			return false
		}
		m.acting.Set(a.order, a)
		m.touched.Set(a.order, a)
		return true
	})
	for next := 0; ; {
		var a *app
		m.acting.Ascend(next, func(_ int, x *app) bool {
			a = x
			return false
		})
		if a == nil {
			return
		}
		m.allocate(a)
		next = a.order + 1
	}
}

// nextRoundOfAll is the next round of any application.
func (m *Manager) nextRoundOfAll() time.Duration {
	again := m.touched.Values()
	if m.plain {
		again = m.apps
	}
	for _, a := range again {
		if x := &a.allocator; x.changed || m.plain || x.next <= m.now {
			m.setNextRound(a, m.nextRound(a))
			x.changed = false
		}
	}
	m.touched.Clear()
	if first, ok := m.rounds.Min(); ok {
		return first.allocator.next
	}
	return manager.Never
}
