package kubernetes

import (
	"slices"

	"dynalloc/replay/cluster/manager"
)

// fillShadows has executors take the places of their application's
// placeholders.
func (m *Manager) fillShadows() {
	for _, a := range m.apps {
		if len(a.shadows) == 0 {
			continue
		}
		for _, p := range a.pods {
			if p.line == nil || p.profile != 0 {
				continue
			}
			i := slices.IndexFunc(a.shadows, func(s *pod) bool { return !s.pending() })
			if i < 0 {
				break
			}
			node := a.shadows[i].node
			m.discard(a.shadows[i], false)
			m.bind(p, node)
		}
	}
}

// startGangs starts the drivers whose gang has room.
func (m *Manager) startGangs() {
	for _, a := range m.apps {
		if a.held && a.driver != nil && !a.driver.pending() && !slices.ContainsFunc(a.shadows, (*pod).pending) {
			m.startDriver(a)
		}
	}
}

// dropPlaceholders gives up gangs whose time is over: what placeholders hold is
// free, and a driver that waited for them is placed as any other (YuniKorn's
// soft style).
func (m *Manager) dropPlaceholders() {
	for _, a := range m.apps {
		if a.expires > m.now {
			continue
		}
		a.expires = manager.Never
		for _, s := range slices.Clone(a.shadows) {
			m.discard(s, false)
		}
		if a.held {
			a.held = false
			if a.driver != nil && !a.driver.pending() {
				m.startDriver(a)
			}
		}
	}
}
