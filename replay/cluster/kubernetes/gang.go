package kubernetes

import (
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// replacePlaceholders has executors that wait for a node take the places of their
// application's placeholders.
func (m *Manager) replacePlaceholders() {
	if m.options.GangScheduling == nil {
		return
	}
	for _, a := range m.apps {
		if len(a.placeholders) == 0 {
			continue
		}
		for _, p := range a.pods {
			if p == nil || p.waiting == nil || p.profile != 0 {
				continue
			}
			i := slices.IndexFunc(a.placeholders, func(s *pod) bool { return !s.pending() })
			if i < 0 {
				break
			}
			node := a.placeholders[i].node
			m.remove(a.placeholders[i], false)
			m.bind(p, node)
		}
	}
}

// startGangs starts the drivers of which all placeholders have room.
func (m *Manager) startGangs() {
	if m.options.GangScheduling == nil {
		return
	}
	for _, a := range m.apps {
		if a.heldForGang && a.driver != nil && !a.driver.pending() && !slices.ContainsFunc(a.placeholders, (*pod).pending) {
			m.startDriver(a)
		}
	}
}

// dropPlaceholders removes placeholders that have waited too long for each other. A
// driver that waited for them is then placed as any other (YuniKorn's style "Soft").
func (m *Manager) dropPlaceholders() {
	if m.options.GangScheduling == nil {
		return
	}
	for _, a := range m.apps {
		if a.placeholdersExpire > m.now {
			continue
		}
		a.placeholdersExpire = manager.Never
		for _, s := range slices.Clone(a.placeholders) {
			m.remove(s, false)
		}
		if a.heldForGang {
			a.heldForGang = false
			if a.driver != nil && !a.driver.pending() {
				m.startDriver(a)
			}
		}
	}
}

// nextExpiry is when placeholders have next waited too long.
func (m *Manager) nextExpiry() time.Duration {
	next := manager.Never
	if m.options.GangScheduling != nil {
		for _, a := range m.apps {
			next = min(next, a.placeholdersExpire)
		}
	}
	return next
}
