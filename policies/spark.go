package policies

import (
	"math"
	"time"
)

// allocationManager is Spark's ExecutorAllocationManager, exact in effect: the same targets
// at the same ticks and the same executors given back; docs/MODEL.md describes
// it. It keeps three things apart that Spark keeps apart: what the application
// seems to need (demand), which executors seem idle (monitor), and what to ask
// for (here). None of them sees the truth, only events.
type allocationManager struct {
	accounting
	set Allocation

	// addTime is when targets may next grow. It is shared by all profiles, and
	// it is Never while no task waits.
	addTime time.Duration
	// waited is how long a backlog will have lasted at addTime: the reason for
	// what is then added.
	waited Reason
	// initializing holds the initial target until the first stage comes or the
	// first executor is idle for too long.
	initializing bool

	steps  []int    // executors that the next round adds, by profile
	before []Target // the targets before this tick's update
}

func newAllocationManager(s Spec, env Env) *allocationManager {
	m := &allocationManager{accounting: newAccounting(s, env), set: s.Allocation, addTime: Never, initializing: true, steps: make([]int, len(env.Profiles))}
	m.queueEmpty()
	m.initial(0)
	return m
}

// initial gives a profile its initial target.
func (s *allocationManager) initial(profile int) {
	s.known[profile] = true
	t := &s.wanted[profile]
	t.N, t.Why = s.set.initial(), Reason{Cause: InitialTarget}
}

// Start sends the initial target, be it zero: standalone starts nothing before.
func (s *allocationManager) Start(time.Duration) { s.send() }

// Observe takes an event in the order in which Spark's two listeners get it:
// the manager's before the monitor's.
func (s *allocationManager) Observe(e *Event) {
	switch e.Kind {
	case StageSubmitted:
		s.initializing = false
		s.demand.stageSubmitted(e)
		s.backlogged(e.At)
		s.hints.submitted(e)
		s.meet(e.Profile)
	case StageCompleted:
		s.hints.completed(e.Stage)
		if s.demand.stageCompleted(e) {
			s.queueEmpty()
		}
	case TaskStart:
		s.demand.taskStart(e)
		if !s.demand.anyPending() {
			s.queueEmpty()
		}
	case TaskEnd:
		if s.demand.taskEnd(e) {
			s.backlogged(e.At)
		}
	case SpeculativeTaskSubmitted:
		s.demand.speculativeTaskSubmitted(e)
		s.backlogged(e.At)
	case UnschedulableTaskSetAdded:
		s.demand.unschedulable(e.Stage, true)
		s.backlogged(e.At)
	case UnschedulableTaskSetRemoved:
		s.demand.unschedulable(e.Stage, false)
	}
	s.monitor.observe(e)
}

// backlogged arms the add timer unless it is armed: an expired timer stays
// expired, so that a later stage may not wait at all (Q1).
func (s *allocationManager) backlogged(now time.Duration) {
	if s.addTime == Never {
		s.addTime = now + s.set.Backlog
		s.waited = Reason{Cause: Backlog, For: s.set.Backlog}
	}
}

// queueEmpty ends the backlog for all profiles.
func (s *allocationManager) queueEmpty() {
	s.addTime = Never
	for i := range s.steps {
		s.steps[i] = 1
	}
}

// meet gives a profile seen for the first time its initial target, which is
// asked for at once.
func (s *allocationManager) meet(profile int) {
	if s.known[profile] {
		return
	}
	s.initial(profile)
	if s.wanted[profile].N > 0 {
		s.send()
	}
}

// Tick first moves the targets, then gives back executors above them. It must
// be asked again at the next tick if a request was refused, or if executors
// leave and the list of idle ones is out of date.
func (s *allocationManager) Tick(now time.Duration) time.Duration {
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

// updateTargets is Spark's updateAndSyncNumExecutorsTarget. It is false if the
// manager refused the request: then all stays as it was, to be tried again.
func (s *allocationManager) updateTargets(now time.Duration) bool {
	if s.initializing {
		return true
	}
	s.before = append(s.before[:0], s.wanted...)
	moved := false
	for i := range s.wanted {
		if !s.known[i] {
			continue
		}
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
			s.steps[i] = 1 // clipped, or lifted above what is registered (Q2)
		}
		s.addTime = now + s.set.Sustained
		s.waited = Reason{Cause: StillBacklog, For: s.set.Sustained}
	}
	return true
}

// lower drops the target to what is needed, at once.
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

// raise adds a step to the target, or to what is registered if that is more
// (Q3: executors that are leaving count). It never meets the minimum: no target
// is below it, and none falls here.
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

// need is the number of executors that all pending and running tasks of a
// profile could use, ratio included, bounds not
// (maxNumExecutorsNeededPerResourceProfile).
func (s *allocationManager) need(profile int) int {
	d := &s.demand.profiles[profile]
	slots := s.slots[profile]
	n := s.executors(d.pending+d.speculative+d.running, slots)
	if slots > 1 && n == 1 && d.speculative > 0 {
		n = 2 // a copy must run on another host than its original
	}
	if d.unschedulable > 0 {
		n = max(n, s.monitor.profiles[profile+1].registered+s.executors(d.unschedulable, slots))
	}
	return n
}

// executors is ceil(tasks * ratio / slots), in the arithmetic of Spark.
func (s *allocationManager) executors(tasks, slots int) int {
	return int(math.Ceil(float64(tasks) * s.set.Ratio / float64(slots)))
}
