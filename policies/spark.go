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
	client  Client
	set     Allocation
	kill    bool // removal kills; otherwise it decommissions
	demand  demand
	hints   hints
	monitor monitor

	// addTime is when targets may next grow. It is shared by all profiles, and
	// it is Never while no task waits.
	addTime time.Duration
	// waited is how long a backlog will have lasted at addTime: the reason for
	// what is then added.
	waited Reason
	// initializing holds the initial target until the first stage comes or the
	// first executor is idle for too long.
	initializing bool

	profiles []profileTarget // by index into Env.Profiles
	slots    []int           // of one executor, by profile
	changes  []change        // of this tick; kept to save the allocation
	targets  []Target        // of the last request
	removals []Removal
	left     []int // executors that would remain, by profile; -1: not counted yet
}

// profileTarget is what is asked for one resource profile.
type profileTarget struct {
	known bool // a target exists: always for the default profile, else since its first stage
	n     int  // executors wanted
	step  int  // executors that the next round adds
	why   Reason
}

// change is a target that moved in this tick and may have to move back.
type change struct {
	profile int
	delta   int
	old     profileTarget
}

func newAllocationManager(set Allocation, protection Protection, env Env) *allocationManager {
	n := len(env.Profiles)
	s := &allocationManager{
		client:       env.Client,
		set:          set,
		kill:         !protection.Decommission,
		addTime:      Never,
		initializing: true,
		profiles:     make([]profileTarget, n),
		slots:        make([]int, n),
		left:         make([]int, n),
		demand:       newDemand(n),
		hints:        hints{profiles: make([]Hints, n)},
		monitor:      newMonitor(set, protection, env.Rules, n),
	}
	for i, p := range env.Profiles {
		s.slots[i] = p.Slots
		s.profiles[i].step = 1
	}
	s.profiles[0] = profileTarget{known: true, n: set.initial(), step: 1, why: Reason{Cause: InitialTarget}}
	return s
}

// Start sends the initial target, be it zero: standalone starts nothing before.
func (s *allocationManager) Start(time.Duration) { s.request() }

// Reset forgets the executors and asks afresh, as Spark does when YARN starts
// the application master again: targets are initial, the add timer has expired.
// Nothing is sent before the next tick that moves a target.
func (s *allocationManager) Reset() {
	s.addTime = 0
	for i := range s.profiles {
		p := &s.profiles[i]
		p.step = 1
		p.n, p.why = s.set.initial(), Reason{Cause: InitialTarget}
	}
	s.monitor.reset()
}

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
	for i := range s.profiles {
		s.profiles[i].step = 1
	}
}

// meet gives a profile seen for the first time its initial target, which is
// asked for at once.
func (s *allocationManager) meet(profile int) {
	p := &s.profiles[profile]
	if p.known {
		return
	}
	p.known, p.n, p.why = true, s.set.initial(), Reason{Cause: InitialTarget}
	if p.n > 0 {
		s.request()
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
	if len(idle) > 0 && !s.remove(idle) {
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
	s.changes = s.changes[:0]
	for i := range s.profiles {
		p := &s.profiles[i]
		if !p.known {
			continue
		}
		old := *p
		if need := s.need(i); need < p.n {
			s.lower(p, need)
		} else if now >= s.addTime {
			s.raise(p, need, s.monitor.profiles[i+1].registered)
		}
		if p.n != old.n {
			s.changes = append(s.changes, change{profile: i, delta: p.n - old.n, old: old})
		}
	}
	if len(s.changes) == 0 {
		return true
	}
	if !s.request() {
		for _, c := range s.changes {
			p := &s.profiles[c.profile]
			p.n, p.why = c.old.n, c.old.why
		}
		return false
	}
	for _, c := range s.changes {
		if c.delta < 0 {
			continue
		}
		if p := &s.profiles[c.profile]; c.delta == p.step {
			p.step *= 2
		} else {
			p.step = 1 // clipped, or lifted above what is registered (Q2)
		}
		s.addTime = now + s.set.Sustained
		s.waited = Reason{Cause: StillBacklog, For: s.set.Sustained}
	}
	return true
}

// lower drops the target to what is needed, at once.
func (s *allocationManager) lower(p *profileTarget, need int) {
	p.step = 1
	n, cause := need, FewerTasks
	if n < s.set.Min {
		n, cause = s.set.Min, AtMinimum
	}
	if n != p.n {
		p.n, p.why = n, Reason{Cause: cause, Need: need}
	}
}

// raise adds a step to the target, or to what is registered if that is more
// (Q3: executors that are leaving count). It never meets the minimum: no target
// is below it, and none falls here.
func (s *allocationManager) raise(p *profileTarget, need, registered int) {
	if p.n >= s.set.Max {
		p.step = 1
		return
	}
	n, why := max(p.n, registered)+p.step, s.waited
	if n > need {
		n, why = need, Reason{Cause: AllNeeded}
	}
	if n > s.set.Max {
		n, why = s.set.Max, Reason{Cause: AtMaximum}
	}
	if n == p.n {
		p.step = 1
		return
	}
	why.Step, why.Need = p.step, need
	p.n, p.why = n, why
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

// remove gives back those of the idle executors that the target does not hold
// (nor the minimum, for no target is below it), in order of their ids as text
// (Q4). It is false if it must be tried again at the next tick.
func (s *allocationManager) remove(idle []idleExecutor) bool {
	for i := range s.left {
		s.left[i] = -1
	}
	s.removals = s.removals[:0]
	for _, e := range idle {
		if e.profile < 0 {
			continue
		}
		left := &s.left[e.profile]
		if *left < 0 {
			*left = s.monitor.profiles[e.profile+1].staying()
		}
		if *left-1 < s.profiles[e.profile].n {
			continue
		}
		*left--
		s.removals = append(s.removals, Removal{Executor: e.id, Why: s.monitor.why(e.id)})
	}
	if len(s.removals) == 0 {
		return true
	}
	gone := s.client.Remove(s.removals)
	s.request() // Spark asserts its totals again after each removal
	s.monitor.leaving(gone, s.kill)
	return false
}

// request sends all targets.
func (s *allocationManager) request() bool {
	s.targets = s.targets[:0]
	for i := range s.profiles {
		if p := &s.profiles[i]; p.known {
			s.targets = append(s.targets, Target{Profile: i, N: p.n, Why: p.why, Hints: &s.hints.profiles[i]})
		}
	}
	return s.client.RequestTotal(s.targets)
}
