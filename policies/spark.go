package policies

import (
	"math"
	"time"
)

// allocationManager is Spark's ExecutorAllocationManager with the same effect: the same
// targets at the same ticks and the same executors given back. docs/MODEL.md describes
// it. As in Spark, three parts are separate: what the application seems to need
// (demand), which executors seem idle (monitor), and what to request (here). All three
// know only events, so they can be wrong in the same ways as Spark's.
type allocationManager struct {
	accounting
	set Allocation

	// addTime is the next time at which targets may grow, for all profiles; Never while no
	// task waits.
	addTime time.Duration
	// waited is the reason for executors that are added at addTime: how long tasks
	// will have waited by then.
	waited Reason
	// initializing keeps the initial target until the first stage is submitted or the idle
	// timeout of an executor passes.
	initializing bool

	steps  []int    // executors that the next round adds, by profile
	before []Target // the targets before this tick's update
	calm   int      // so many starts and ends of tasks need no tick
}

func newAllocationManager(s Spec, env Env) *allocationManager {
	m, again := env.Before.(*allocationManager)
	if !again {
		m = new(allocationManager)
	}
	*m = allocationManager{
		accounting: m.accounting, set: s.Allocation, addTime: Never, initializing: true, steps: zeros(m.steps, len(env.Profiles)), before: m.before[:0],
	}
	m.accounting.begin(s, env)
	m.onSchedulerQueueEmpty()
	for i := range m.wanted {
		m.wanted[i].N = s.Allocation.Min // the minimum holds executors even of a profile without a stage
	}
	m.initial(0)
	return m
}

// initial gives a profile its initial target.
func (s *allocationManager) initial(profile int) {
	t := &s.wanted[profile]
	t.N, t.Why = s.set.initial(), Reason{Cause: InitialTarget}
}

// Start sends the initial target, even if it is zero: a standalone master starts
// nothing for an application before its first request.
func (s *allocationManager) Start(time.Duration) { s.send() }

// Observe counts an event, and starts or stops the add timer.
func (s *allocationManager) Observe(e *Event) {
	if e.Kind == TaskStart { // most events are starts and ends of tasks
		s.calm--
		s.demand.taskStart(e)
		s.monitor.taskStart(e)
		if !s.demand.anyPending() {
			s.onSchedulerQueueEmpty()
		}
		return
	}
	if e.Kind == TaskEnd {
		s.calm--
		s.demand.taskEnd(e)
		s.monitor.taskEnd(e)
		if e.failed() { // the task is pending again
			s.calm = 0
			s.onSchedulerBacklogged(e.At)
		}
		return
	}
	s.calm = 0
	s.accounting.Observe(e)
	switch e.Kind {
	case StageSubmitted:
		s.initializing = false
		s.onSchedulerBacklogged(e.At)
		if s.firstStage {
			s.initial(e.Profile)
			if s.wanted[e.Profile].N > 0 {
				s.send() // at once, unlike other changes of a target
			}
		}
	case StageCompleted:
		if s.demand.open == 0 {
			s.onSchedulerQueueEmpty()
		}
	case SpeculativeTaskSubmitted, UnschedulableTaskSetAdded:
		s.onSchedulerBacklogged(e.At)
	}
}

// onSchedulerBacklogged arms the add timer unless it is armed. A timer that has
// expired stays expired, so that a later stage may not wait at all (Q1).
func (s *allocationManager) onSchedulerBacklogged(now time.Duration) {
	if s.addTime == Never {
		s.addTime = now + s.set.Backlog
		s.waited = Reason{Cause: Backlog, For: s.set.Backlog}
	}
}

// onSchedulerQueueEmpty ends the backlog for all profiles.
func (s *allocationManager) onSchedulerQueueEmpty() {
	s.addTime = Never
	for i := range s.steps {
		s.steps[i] = 1
	}
}

// Tick first moves the targets and then gives back idle executors above them
// (schedule). It asks for another call at the next tick if a request was refused, or if
// executors are being removed, because then the list of idle executors is out of date.
func (s *allocationManager) Tick(now time.Duration) time.Duration {
	s.calm = 0
	idle := s.monitor.timedOut(now)
	if len(idle) > 0 {
		s.initializing = false
	}
	settled := s.updateTargets(now)
	if len(idle) > 0 && s.remove(idle, s.monitor.why) {
		settled = false
	}
	if !settled {
		return now + Interval
	}
	wake := s.monitor.next
	if !s.initializing && s.addTime > now {
		wake = min(wake, s.addTime)
	}
	return wake
}

// Wake implements Sleeper. A tick is needed to move a target, to look at executors whose
// timeouts end, or to set a step back to 1.
func (s *allocationManager) Wake(now time.Duration) time.Duration {
	wake := s.monitor.next
	switch {
	case len(s.monitor.expired) > 0:
		return now
	case s.initializing:
		return wake
	case s.addTime > now:
		wake = min(wake, s.addTime)
	}
	if s.calm > 0 {
		return wake
	}
	s.calm = math.MaxInt
	for i := range s.wanted {
		moves, calm := s.moves(i, now)
		if moves {
			s.calm = 0
			return now
		}
		s.calm = min(s.calm, calm)
	}
	return wake
}

// moves reports whether a tick would change the target or the step of a profile. If not, calm
// is how many starts and ends of tasks leave it so: each takes at most two from the tasks and
// copies that need executors.
func (s *allocationManager) moves(profile int, now time.Duration) (moves bool, calm int) {
	n, need := s.wanted[profile].N, s.need(profile)
	rises := s.addTime <= now && n < s.set.Max
	switch {
	case need < n && n > s.set.Min || need > n && rises:
		return true, 0
	case s.steps[profile] > 1 && (need < n || s.addTime <= now):
		return true, 0
	case need < n || rises:
		return false, 0
	}
	d := &s.demand.profiles[profile]
	least := float64(n) * float64(s.slots[profile]) / s.set.Ratio
	return false, (d.pending + d.speculative + d.running - int(least) - 1) / 2
}

// updateTargets is Spark's updateAndSyncNumExecutorsTarget. It returns false if the
// manager refused the request: then the targets are as before, and it must be
// called again.
func (s *allocationManager) updateTargets(now time.Duration) bool {
	if s.initializing {
		return true
	}
	s.before = append(s.before[:0], s.wanted...)
	moved := false
	for i := range s.wanted { // a profile without a stage needs nothing
		if need := s.need(i); need < s.wanted[i].N {
			s.lower(i, need)
		} else if now >= s.addTime {
			s.raise(i, need)
		}
		moved = moved || s.wanted[i].N != s.before[i].N
	}
	if !moved {
		return true
	}
	if !s.send() {
		copy(s.wanted, s.before)
		return false
	}
	for i := range s.wanted {
		delta := s.wanted[i].N - s.before[i].N
		if delta <= 0 {
			continue
		}
		if delta == s.steps[i] {
			s.steps[i] *= 2
		} else {
			s.steps[i] = 1 // the step was limited, or was added to the registered executors instead of the target (Q2)
		}
		s.addTime = now + s.set.Sustained
		s.waited = Reason{Cause: SustainedBacklog, For: s.set.Sustained}
	}
	return true
}

// lower sets the target to what is needed, without a timer.
func (s *allocationManager) lower(profile, need int) {
	s.steps[profile] = 1
	n, cause := need, FewerTasks
	if n < s.set.Min {
		n, cause = s.set.Min, AtMinimum
	}
	if t := &s.wanted[profile]; n != t.N {
		t.N, t.Why = n, Reason{Cause: cause, Need: need}
	}
}

// raise adds a step to the target, or to the number of registered executors if
// that is more (Q3: executors that are being removed count). The minimum needs no
// check: no target is below it, and none falls here.
func (s *allocationManager) raise(profile, need int) {
	t, step := &s.wanted[profile], &s.steps[profile]
	if t.N >= s.set.Max {
		*step = 1
		return
	}
	n, why := max(t.N, s.monitor.profiles[profile+1].registered)+*step, s.waited
	if n > need {
		n, why = need, Reason{Cause: AllNeeded}
	}
	if n > s.set.Max {
		n, why = s.set.Max, Reason{Cause: AtMaximum}
	}
	if n == t.N {
		*step = 1
		return
	}
	why.Step, why.Need = *step, need
	t.N, t.Why = n, why
}

// need is the number of executors that all pending and running tasks of a profile
// could use, times the ratio and without the bounds
// (maxNumExecutorsNeededPerResourceProfile).
func (s *allocationManager) need(profile int) int {
	d := &s.demand.profiles[profile]
	slots := s.slots[profile]
	n := s.executors(d.pending+d.speculative+d.running, slots)
	if slots > 1 && n == 1 && d.speculative > 0 {
		n = 2 // a copy runs on another host than its original
	}
	if d.unschedulable > 0 {
		n = max(n, s.monitor.profiles[profile+1].registered+s.executors(d.unschedulable, slots))
	}
	return n
}

// executors is ceil(tasks * ratio / slots), in double precision as in Spark, so that
// rounding is equal.
func (s *allocationManager) executors(tasks, slots int) int {
	return int(math.Ceil(float64(tasks) * s.set.Ratio / float64(slots)))
}
