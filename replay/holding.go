package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
)

// An executorTrack is the account of one executor, and what ran in its slots.
type executorTrack struct {
	asked   time.Duration // when it was asked for
	slots   []slotTrack
	tasks   int32         // that it runs
	since   time.Duration // up to when the account is kept
	closed  bool
	started int           // tasks that its profile had started when it came
	hold    policies.Hold // what keeps it while it is idle; the zero Hold while it is not
	idle    time.Duration // that it spent waiting for its timeout
}

// A slotTrack is one slot of an executor.
type slotTrack struct {
	busy      bool
	set, task int32
	path      breakdown     // to the start of the task; if it has none, to the end of the last one
	recompute time.Duration // what the task computes again
	rerun     bool          // the task runs again
	succeeds  bool          // it will, unless it is stopped
	freed     time.Duration
	ended     []endedSet
}

// An endedSet is the way to the end of the last task of a set in a slot.
type endedSet struct {
	set  int32
	path breakdown
}

// before returns the way to the end of the last task of a set in the slot, or nil.
func (s *slotTrack) before(set int32) *breakdown {
	for i := range s.ended {
		if s.ended[i].set == set {
			return &s.ended[i].path
		}
	}
	return nil
}

// running is the slot of a task that runs on the executor.
func (y *executorTrack) running(set, task int32) *slotTrack {
	i := slices.IndexFunc(y.slots, func(s slotTrack) bool { return s.busy && s.set == set && s.task == task })
	return &y.slots[i]
}

// take is the free slot that became free last.
func (y *executorTrack) take() *slotTrack {
	var last *slotTrack
	for i := range y.slots {
		if s := &y.slots[i]; !s.busy && (last == nil || s.freed > last.freed) {
			last = s
		}
	}
	return last
}

// A request is the latest rise of a target above a number of executors.
type request struct {
	at  time.Duration
	why policies.Reason
}

// targetChanged takes in a target that moves.
func (b *pathTracker) targetChanged(t *policies.Target, before int) {
	if b == nil {
		return
	}
	b.recheckAll()
	p := &b.profiles[t.Profile]
	for n := before; n < t.N; n++ {
		r := request{b.app.engine.now, t.Why}
		if n < len(p.requests) {
			p.requests[n] = r
		} else {
			p.requests = append(p.requests, r)
		}
	}
}

// executorGranted opens the account of an executor, and has the event of its grant say
// which request it answers: the one that rose above what is held without it.
func (b *pathTracker) executorGranted(e *Event, profile int) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	r := request{at: now}
	if held := b.app.profiles[profile].granted - 1; held < len(b.profiles[profile].requests) {
		r = b.profiles[profile].requests[held]
	}
	e.Why, e.When = r.why, r.at
	b.executors = append(b.executors, executorTrack{asked: r.at, since: now})
}

// executorUsable is an executor that takes tasks from now on.
func (b *pathTracker) executorUsable(x *executor) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.book(x, HoldStarting, now-y.since, 0)
	y.since = now
	y.slots = slices.Repeat([]slotTrack{{freed: now}}, int(x.slots))
	y.started = b.profiles[x.profile].started
	b.recheckExecutor(x.id)
	b.rampUp.slots += int(x.slots)
}

// executorLeaving is an executor that is about to be decommissioned.
func (b *pathTracker) executorLeaving(x *executor) {
	if b == nil {
		return
	}
	b.accrue(x)
	b.recheckAll()
}

// executorReleased closes the account of an executor.
func (b *pathTracker) executorReleased(x *executor) {
	if b == nil {
		return
	}
	y := &b.executors[x.id]
	b.accrue(x)
	y.closed = true
	if x.usable >= 0 && b.profiles[x.profile].started == y.started { // it never had a task
		b.book(x, HoldIdle, -y.idle, 0)
		b.book(x, HoldSurplus, y.idle, 0)
	}
	if x.usable >= 0 {
		b.rampUp.slots -= int(x.slots)
	}
	b.recheckAll()
}

// accrue brings the account of an executor up to now; to be called before
// anything changes.
func (b *pathTracker) accrue(x *executor) {
	now, y := b.app.engine.now, &b.executors[x.id]
	d := now - y.since
	if d == 0 || y.closed {
		return
	}
	y.since = now
	rest := HoldBeside
	switch {
	case x.usable < 0 && x.leaves < 0:
		rest = HoldStarting
	case x.leaves >= 0:
		rest = HoldLeaving
	case y.tasks == 0:
		rest = idleCause(y.hold.Cause)
	}
	if rest == HoldIdle {
		y.idle += d
	}
	b.book(x, rest, d, y.tasks)
}

// book adds a time of an executor that ran so many tasks to the accounts of its
// application. What no task had has the given cause.
func (b *pathTracker) book(x *executor, rest HoldCause, d time.Duration, tasks int32) {
	a := b.app.result.Attribution
	busy := d * time.Duration(tasks*b.app.profiles[x.profile].taskCPUs)
	a.Cores[HoldBusy] += busy
	a.Cores[rest] += d*time.Duration(x.cores) - busy
	if tasks > 0 {
		rest = HoldBusy
	}
	a.Executors[rest] += d
}

// recheckExecutor has the hold of an executor looked up at the end of the instant.
func (b *pathTracker) recheckExecutor(id policies.ExecutorID) {
	b.recheckList = append(b.recheckList, id)
	b.scheduleRecheck()
}

// recheckAll has the holds of all executors looked up.
func (b *pathTracker) recheckAll() {
	b.recheckEvery = true
	b.scheduleRecheck()
}

func (b *pathTracker) scheduleRecheck() {
	if !b.listed {
		b.listed = true
		b.app.engine.rechecks = append(b.app.engine.rechecks, b)
	}
}

// policyObserved is an event that the policy was told of: it may change what keeps
// executors that had no part in it.
func (b *pathTracker) policyObserved(e *policies.Event) {
	if b == nil {
		return
	}
	switch e.Kind {
	case policies.BlockUpdated:
		b.recheckExecutor(e.Executor)
	case policies.JobStart, policies.JobEnd, policies.ExecutorAdded, policies.ExecutorRemoved, policies.UnpersistRDD, policies.ShuffleCleaned:
		b.recheckAll()
	}
}

// recheckHolds looks up at the end of an instant what keeps idle executors from
// now on.
func (e *Engine) recheckHolds() {
	for _, b := range e.rechecks {
		b.recheck()
	}
	e.rechecks = e.rechecks[:0]
}

func (b *pathTracker) recheck() {
	ids := b.recheckList
	if b.recheckEvery {
		ids = b.app.schedulable
	}
	keeper, _ := b.app.policy.(policies.Keeper)
	for _, id := range ids {
		x, y := &b.app.executors[id], &b.executors[id]
		if y.tasks > 0 || y.closed || x.state != live {
			continue
		}
		hold := policies.Hold{Cause: policies.HeldIdle, Job: -1, Until: policies.Never}
		if keeper != nil {
			hold = keeper.Keeps(id)
		}
		if hold == y.hold {
			continue
		}
		b.accrue(x)
		y.hold = hold
		b.app.engine.notify(Event{
			Kind: ExecutorKept, App: b.app.index, Executor: id, Job: int32(hold.Job), When: hold.Until, Why: policies.Reason{Cause: hold.Cause},
		})
	}
	b.recheckList, b.recheckEvery, b.listed = b.recheckList[:0], false, false
	b.rampUp.check(b.app)
}

func idleCause(c policies.Cause) HoldCause {
	switch c {
	case policies.HeldLiveShuffle:
		return HoldLiveShuffle
	case policies.HeldShuffle:
		return HoldOldShuffle
	case policies.HeldCached:
		return HoldCache
	case policies.HeldMinimum:
		return HoldMinimum
	}
	return HoldIdle
}
