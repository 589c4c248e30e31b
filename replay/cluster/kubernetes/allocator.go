package kubernetes

import (
	"time"

	"dynalloc/replay/cluster/manager"
)

// An allocation is how an application's driver creates executor pods: the
// settings of Spark's ExecutorPodsAllocator.
type allocation struct {
	delay      time.Duration // between rounds
	batch      int           // pods of one profile in one round
	maxPending int           // pods that do not run, of all profiles
	idle       time.Duration // for which a pending pod is not taken back
	serial     bool          // no new pods while others are pending
}

const unlimited = 1<<31 - 1

// allocationOf reads an application's settings. A value that cannot be read
// counts as not set.
func allocationOf(a *manager.App) allocation {
	p, v, batch := a.Properties, a.Version, 10
	switch {
	case v.Before(4, 0):
		batch = 5
	case v.Known() && !v.Before(4, 2):
		batch = 20
	}
	delay := p.Duration("spark.kubernetes.allocation.batch.delay", time.Millisecond, time.Second)
	if delay <= 100*time.Millisecond { // Spark refuses it
		delay = time.Second
	}
	return allocation{
		delay:      delay,
		batch:      p.Count("spark.kubernetes.allocation.batch.size", batch),
		maxPending: p.Count("spark.kubernetes.allocation.maxPendingPods", unlimited),
		idle:       p.Duration("spark.dynamicAllocation.executorIdleTimeout", time.Second, time.Minute),
		serial:     v.Before(3, 2),
	}
}

// acknowledged tells whether the driver has seen a pod that it created.
func (m *Manager) acknowledged(p *pod, at time.Duration) bool {
	return p.created < at && p.created+m.options.WatchDelay <= at
}

// runs tells whether the driver has seen a pod run.
func (m *Manager) runs(p *pod, at time.Duration) bool {
	return !p.pending() && p.bound < at && p.bound+m.options.PodStartup+m.options.WatchDelay <= at
}

// grid is the first round at or after a time.
func (a *app) grid(t time.Duration) time.Duration {
	if t <= a.start {
		return a.start
	}
	return a.start + (t-a.start+a.alloc.delay-1)/a.alloc.delay*a.alloc.delay
}

// allocate plays a round if one is due: on the grid, or at once on a new total
// if the last round left nothing outstanding.
func (m *Manager) allocate(a *app) {
	if !a.registered {
		return
	}
	onGrid := a.grid(m.now) == m.now
	late := a.due < m.now // the manager was away
	if onGrid && !a.stale && a.due > m.now {
		return // nothing can happen in it
	}
	if onGrid || late || a.asked && m.outstanding(a) == 0 {
		m.round(a)
		if !onGrid {
			a.extra = m.now
		}
		a.stale = true
	}
	a.asked = false
}

// outstanding is the number of pods that did not run at the last round, those
// which it created included.
func (m *Manager) outstanding(a *app) int {
	last := a.grid(m.now)
	if last > m.now {
		last -= a.alloc.delay
	}
	last = max(last, a.extra)
	n := 0
	for _, p := range a.pods {
		if !m.acknowledged(p, last) || !m.runs(p, last) {
			n++
		}
	}
	return n
}

// round is ExecutorPodsAllocator.onNewSnapshots: excess pods that are pending
// for longer than the idle timeout are deleted, missing ones are created, one
// batch of each profile, within the limit of pending pods. The first pod that
// the namespace's quota refuses ends the round.
func (m *Manager) round(a *app) {
	a.rounded = m.now
	var missing []int // profiles
	idle := 0         // pods that do not run
	for i, total := range a.totals {
		count, fresh, waiting := 0, 0, 0
		for _, p := range a.pods {
			if p.profile != i {
				continue
			}
			count++
			switch {
			case !m.acknowledged(p, m.now):
				fresh++
			case !m.runs(p, m.now):
				waiting++
			}
		}
		idle += fresh + waiting
		if excess := count - total; excess > 0 {
			idle -= m.deleteExcess(a, i, excess)
		}
		if count < total && fresh == 0 && (waiting == 0 || !a.alloc.serial) {
			missing = append(missing, i)
		}
	}
	slots := a.alloc.maxPending - idle
	if slots <= 0 || len(missing) == 0 {
		return
	}
	for j, i := range missing {
		share := slots / len(missing)
		if j < slots%len(missing) {
			share++
		}
		for range min(a.totals[i]-a.counts[i], a.alloc.batch, share) {
			p := m.newExecutor(a, i, false)
			if !m.create(p) {
				a.refused = true
				return
			}
			m.named++
			p.container = m.named
			m.containers[p.container] = p
			if p.covered = a.covers(i); a.queue != nil && !p.covered {
				p.gate = m.queueUp(a.queue, a, p)
			} else {
				m.join(p)
			}
			a.pods = append(a.pods, p)
			a.counts[i]++
			a.unplaced[i]++
		}
	}
}

// covers tells whether one more executor belongs to those which were admitted
// together with the driver.
func (a *app) covers(profile int) bool {
	if a.whole == nil || profile != 0 {
		return false
	}
	n := 0
	for _, p := range a.pods {
		if p.covered {
			n++
		}
	}
	return n < a.least
}

// deleteExcess deletes pods that nobody wants any more: those which the driver
// has not seen first, then pending ones, the oldest first.
func (m *Manager) deleteExcess(a *app, profile, excess int) int {
	var doomed []*pod
	for _, acknowledged := range []bool{false, true} {
		for _, p := range a.pods {
			if len(doomed) < excess && p.profile == profile && p.pending() && m.now-p.created > a.alloc.idle && m.acknowledged(p, m.now) == acknowledged {
				doomed = append(doomed, p)
			}
		}
	}
	for _, p := range doomed {
		m.discard(p, false)
	}
	return len(doomed)
}

// nextRound is the next round that may do something; Never if none can before
// something happens.
func (m *Manager) nextRound(a *app) time.Duration {
	if !a.registered {
		return manager.Never
	}
	if m.everyRound {
		return a.grid(m.now + 1)
	}
	if !a.off() {
		return manager.Never
	}
	const tick = time.Millisecond
	soon, created, deleted := m.now+tick, manager.Never, manager.Never
	idle, thaw := 0, manager.Never // pods that do not run, and when one of them will
	for _, p := range a.pods {
		if !m.runs(p, soon) {
			idle++
			if !p.pending() {
				thaw = min(thaw, p.bound+m.options.PodStartup+m.options.WatchDelay)
			}
		}
	}
	for i, total := range a.totals {
		count := a.counts[i]
		at := soon
		for _, p := range a.pods {
			if p.profile != i {
				continue
			}
			at = max(at, p.created+max(m.options.WatchDelay, tick))
			if a.alloc.serial {
				if p.pending() {
					at = manager.Never
				} else {
					at = max(at, p.bound+m.options.PodStartup+m.options.WatchDelay)
				}
			}
			if count > total && p.pending() {
				deleted = min(deleted, max(soon, p.created+a.alloc.idle+tick))
			}
		}
		if count < total {
			created = min(created, at)
		}
	}
	if a.refused && created != manager.Never {
		created = m.nextSight(a) // another profile may have its turn then
	}
	if idle >= a.alloc.maxPending && created != manager.Never {
		if thaw == manager.Never {
			created = thaw
		} else {
			created = max(created, thaw)
		}
	}
	if t := min(created, deleted); t != manager.Never {
		return a.grid(t)
	}
	return manager.Never
}

// off tells whether a profile has fewer pods than its total, or more of which
// some have no node.
func (a *app) off() bool {
	for i, total := range a.totals {
		if a.counts[i] < total || a.counts[i] > total && a.unplaced[i] > 0 {
			return true
		}
	}
	return false
}

// nextSight is when a round may differ from the last one although nothing has
// happened: the driver sees that a pod is there, or that it runs, or the last
// round created one.
func (m *Manager) nextSight(a *app) time.Duration {
	next := manager.Never
	for _, p := range a.pods {
		if p.created == a.rounded {
			return m.now + 1
		}
		seen := p.created + max(m.options.WatchDelay, time.Millisecond)
		if seen <= m.now && !p.pending() {
			seen = max(p.bound+m.options.PodStartup+m.options.WatchDelay, p.bound+time.Millisecond)
		}
		if seen > m.now {
			next = min(next, seen)
		}
	}
	return next
}
