package kubernetes

import (
	"slices"

	"dynalloc/replay/manager"
)

// shadow is the placeholder that an executor takes the place of, if any.
func (a *app) shadow(p *pod) *pod {
	if p.driver || p.placeholder {
		return nil
	}
	for _, s := range a.shadows {
		if !s.pending() && s.profile == p.profile {
			return s
		}
	}
	return nil
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
