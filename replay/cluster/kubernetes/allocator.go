package kubernetes

import (
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
)

// An allocator creates the executor pods of an application, in rounds at fixed
// intervals from the driver's registration on.
//
// Source: org.apache.spark.scheduler.cluster.k8s.ExecutorPodsAllocator.
type allocator struct {
	delay      time.Duration // between rounds
	batch      int           // pods of one profile created in one round
	maxPending int           // pods that do not run, of all profiles
	idle       time.Duration // after which a pending pod may be deleted
	serial     bool          // no pods are created while others are pending, as before Spark 3.2

	start   time.Duration // of the first round
	targets []int         // executors that the driver wants, by profile
	counts  []int         // pods, by profile
	pending []int         // of these, pods without a node

	// young are the pods that the driver may not have seen run at the round before the last
	// one, in order of creation: the others make no difference.
	young       []*pod
	createdLast int // pods that the last round created and that are still there

	targetChanged bool          // since the last step
	lastRound     time.Duration // any
	lastExtra     time.Duration // a round between two intervals; -1: none
	refused       bool          // the namespace's quota refused a pod, and nothing of it was freed since
	next          time.Duration // the next round that may do something; Never
	changed       bool          // next must be computed again
}

// unlimited is the default of spark.kubernetes.allocation.maxPendingPods.
const unlimited = 1<<31 - 1

// newAllocator makes the allocator of an application with the settings of its version
// of Spark.
func newAllocator(a *manager.App) allocator {
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
	n := len(a.Profiles)
	return allocator{
		delay:      delay,
		batch:      p.Count("spark.kubernetes.allocation.batch.size", batch),
		maxPending: p.Count("spark.kubernetes.allocation.maxPendingPods", unlimited),
		idle:       p.Duration("spark.dynamicAllocation.executorIdleTimeout", time.Second, time.Minute),
		serial:     v.Before(3, 2),
		targets:    make([]int, n), counts: make([]int, n), pending: make([]int, n),
		next: manager.Never,
	}
}

// begin starts the rounds: the driver has registered.
func (x *allocator) begin(now time.Duration) { x.start, x.lastExtra, x.changed = now, -1, true }

// setTarget sets how many executors of a profile the driver wants, and reports whether
// that is another number.
func (x *allocator) setTarget(profile, total int) bool {
	if x.targets[profile] == total {
		return false
	}
	x.targets[profile] = total
	x.targetChanged, x.refused, x.changed = true, false, true
	return true
}

// roundAt is the first regular round at or after a time.
func (x *allocator) roundAt(t time.Duration) time.Duration {
	if t <= x.start {
		return x.start
	}
	return x.start + (t-x.start+x.delay-1)/x.delay*x.delay
}

// offTarget reports whether a profile has fewer pods than wanted, or more of which some
// have no node.
func (x *allocator) offTarget() bool {
	for i, target := range x.targets {
		if x.counts[i] < target || x.counts[i] > target && x.pending[i] > 0 {
			return true
		}
	}
	return false
}

// acknowledgedAt is when the driver sees a pod that it created.
func (m *Manager) acknowledgedAt(p *pod) time.Duration {
	return p.created + max(m.options.WatchDelay, time.Millisecond)
}

// runningAt is when the driver sees a pod run; Never for a pending one.
func (m *Manager) runningAt(p *pod) time.Duration {
	if p.pending() {
		return manager.Never
	}
	return p.bound + max(m.options.PodStartup+m.options.WatchDelay, time.Millisecond)
}

// allocate simulates a round of an application's allocator if one is due: at its
// interval, or at once on a new target if the last round left no pod outstanding. A
// round that was missed because the manager was down runs now.
func (m *Manager) allocate(a *app) {
	if !a.registered {
		return
	}
	x := &a.allocator
	regular := x.roundAt(m.now) == m.now
	missed := x.next < m.now
	if regular && !x.changed && x.next > m.now {
		return // no round can have an effect
	}
	if regular || missed || x.targetChanged && !m.outstanding(a) {
		m.allocationRound(a)
		if !regular {
			x.lastExtra = m.now
		}
		x.changed = true
	}
	x.targetChanged = false
}

// young are an application's young pods.
func (m *Manager) young(a *app) []*pod {
	x := &a.allocator
	x.young = slices.DeleteFunc(x.young, func(p *pod) bool {
		return max(m.acknowledgedAt(p), m.runningAt(p)) <= m.now-x.delay
	})
	return x.young
}

// outstanding reports whether a pod did not run at the last round, or was created in it.
func (m *Manager) outstanding(a *app) bool {
	last := a.allocator.roundAt(m.now)
	if last > m.now {
		last -= a.allocator.delay
	}
	last = max(last, a.allocator.lastExtra)
	for _, p := range m.young(a) {
		if m.acknowledgedAt(p) > last || m.runningAt(p) > last {
			return true
		}
	}
	return false
}

// allocationRound deletes excess pods that are pending for longer than the idle timeout,
// and creates missing ones, a batch of each profile, within the limit of pending pods. The
// first pod that the namespace's quota refuses ends the round
// (ExecutorPodsAllocator.onNewSnapshots).
func (m *Manager) allocationRound(a *app) {
	x := &a.allocator
	if x.lastRound != m.now {
		x.lastRound, x.createdLast = m.now, 0
	}
	m.young(a)
	var missing []int // profiles
	idle := 0         // pods that do not run
	for profile, target := range x.targets {
		unseen, waiting := 0, 0
		for _, p := range x.young {
			switch {
			case p.profile != profile:
			case m.acknowledgedAt(p) > m.now:
				unseen++
			case m.runningAt(p) > m.now:
				waiting++
			}
		}
		idle += unseen + waiting
		count := x.counts[profile]
		if excess := count - target; excess > 0 {
			idle -= m.deleteExcess(a, profile, excess)
		}
		if count < target && unseen == 0 && (waiting == 0 || !x.serial) {
			missing = append(missing, profile)
		}
	}
	slots := x.maxPending - idle
	if slots <= 0 {
		return
	}
	for i, profile := range missing {
		share := slots / len(missing)
		if i < slots%len(missing) {
			share++
		}
		for range min(x.targets[profile]-x.counts[profile], x.batch, share) {
			if !m.createExecutor(a, profile) {
				x.refused = true
				a.namespace.refused[a] = true
				return
			}
		}
	}
}

// createExecutor creates the pod of an executor, unless the namespace's quota refuses it.
func (m *Manager) createExecutor(a *app, profile int) bool {
	p := a.newExecutor(profile, false)
	if !m.create(p) {
		return false
	}
	m.executorsNamed++
	p.name = m.executorsNamed
	m.executors[p.name] = p
	if p.admittedWithDriver = a.admitsWithDriver(profile); a.queue != nil && !p.admittedWithDriver {
		p.workload = m.newWorkload(a.queue, a, p)
	} else {
		m.enqueue(p)
	}
	p.at = len(a.pods)
	a.pods = append(a.pods, p)
	x := &a.allocator
	x.young = append(x.young, p)
	x.counts[profile]++
	x.pending[profile]++
	x.createdLast++
	if p.admittedWithDriver {
		a.withDriver++
	}
	return true
}

// admitsWithDriver reports whether one more executor belongs to those that were admitted
// together with the driver.
func (a *app) admitsWithDriver(profile int) bool {
	return a.workload != nil && profile == 0 && a.withDriver < a.minExecutors
}

// deleteExcess deletes pending pods that are not wanted any more: first those that the
// driver has not seen, then others, the oldest first.
func (m *Manager) deleteExcess(a *app, profile, excess int) int {
	var deleted []*pod
	for _, seen := range []bool{false, true} {
		for _, p := range a.allocator.young {
			if len(deleted) < excess && p.profile == profile && p.pending() && m.now-p.created > a.allocator.idle && (m.acknowledgedAt(p) <= m.now) == seen {
				deleted = append(deleted, p)
			}
		}
	}
	for _, p := range deleted {
		m.remove(p, false)
	}
	return len(deleted)
}

// nextRound is the next round that may do something; Never if none can before an event.
func (m *Manager) nextRound(a *app) time.Duration {
	x := &a.allocator
	switch {
	case !a.registered:
		return manager.Never
	case m.plain:
		return x.roundAt(m.now + 1)
	case !x.offTarget():
		return manager.Never
	}
	const tick = time.Millisecond
	soon, created, deleted := m.now+tick, manager.Never, manager.Never
	idle, firstRuns := 0, manager.Never // pods that do not run, and when the first of them will
	young := m.young(a)
	for _, p := range young {
		if at := m.runningAt(p); at > soon {
			idle++
			firstRuns = min(firstRuns, at)
		}
	}
	for profile, target := range x.targets {
		count, at := x.counts[profile], soon
		for _, p := range young {
			if p.profile != profile {
				continue
			}
			at = max(at, m.acknowledgedAt(p))
			if x.serial {
				at = max(at, m.runningAt(p))
			}
			if count > target && p.pending() {
				deleted = min(deleted, max(soon, p.created+x.idle+tick))
			}
		}
		if count < target {
			created = min(created, at)
		}
	}
	if created != manager.Never && x.refused {
		created = m.nextSeen(a) // another profile may come first then
	}
	if created != manager.Never && idle >= x.maxPending {
		created = max(created, firstRuns)
	}
	if t := min(created, deleted); t != manager.Never {
		return x.roundAt(t)
	}
	return manager.Never
}

// nextSeen is when a round may differ from the last one without an event: when the driver
// sees that a pod is there, or that it runs, or at once if the last round created one.
func (m *Manager) nextSeen(a *app) time.Duration {
	next := manager.Never
	if a.allocator.createdLast > 0 {
		return m.now + 1
	}
	for _, p := range m.young(a) {
		for _, at := range []time.Duration{m.acknowledgedAt(p), m.runningAt(p)} {
			if at > m.now {
				next = min(next, at)
				break
			}
		}
	}
	return next
}
