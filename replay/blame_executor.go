package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
)

// An executorBlame is the account of one executor, and what ran in its slots.
type executorBlame struct {
	asked   time.Duration // when it was asked for
	slots   []slotBlame
	tasks   int32         // that it runs
	since   time.Duration // up to when the account is kept
	closed  bool
	started int           // tasks that its profile had started when it came
	hold    policies.Hold // what keeps it while it is idle; the zero Hold while it is not
	idle    time.Duration // that it spent waiting for its timeout
}

// A slotBlame is one slot of an executor.
type slotBlame struct {
	busy      bool
	set, task int32
	way       way           // to the start of the task; if it has none, to the end of the last one
	extra     time.Duration // what the task computes again
	again     bool          // the task runs again
	succeeds  bool          // it will, unless it is stopped
	freed     time.Duration
	ended     []endedSet
}

// An endedSet is the way to the end of the last task of a set in a slot.
type endedSet struct {
	set int32
	way way
}

// before returns the way to the end of the last task of a set in the slot, or nil.
func (s *slotBlame) before(set int32) *way {
	for i := range s.ended {
		if s.ended[i].set == set {
			return &s.ended[i].way
		}
	}
	return nil
}

// running is the slot of a task that runs on the executor.
func (y *executorBlame) running(set, task int32) *slotBlame {
	i := slices.IndexFunc(y.slots, func(s slotBlame) bool { return s.busy && s.set == set && s.task == task })
	return &y.slots[i]
}

// take is the free slot that became free last.
func (y *executorBlame) take() *slotBlame {
	var last *slotBlame
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

// asked takes in a target that moves.
func (b *blame) asked(t *policies.Target, before int) {
	if b == nil {
		return
	}
	b.doubtAll()
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

// granted opens the account of an executor, and has the event of its grant say
// which request it answers: the one that rose above what is held without it.
func (b *blame) granted(e *Event, profile int) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	r := request{at: now}
	if held := b.app.profiles[profile].granted - 1; held < len(b.profiles[profile].requests) {
		r = b.profiles[profile].requests[held]
	}
	e.Why, e.When = r.why, r.at
	b.executors = append(b.executors, executorBlame{asked: r.at, since: now})
}

// usable is an executor that takes tasks from now on.
func (b *blame) usable(x *executor) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.book(x, HoldStarting, now-y.since, 0)
	y.since = now
	y.slots = slices.Repeat([]slotBlame{{freed: now}}, int(x.slots))
	y.started = b.profiles[x.profile].started
	b.doubt(x.id)
	b.reach.slots += int(x.slots)
}

// leaves is an executor that is about to be decommissioned.
func (b *blame) leaves(x *executor) {
	if b == nil {
		return
	}
	b.spend(x)
	b.doubtAll()
}

// released closes the account of an executor.
func (b *blame) released(x *executor) {
	if b == nil {
		return
	}
	y := &b.executors[x.id]
	b.spend(x)
	y.closed = true
	if x.usable >= 0 && b.profiles[x.profile].started == y.started { // it never had a task
		b.book(x, HoldIdle, -y.idle, 0)
		b.book(x, HoldSurplus, y.idle, 0)
	}
	if x.usable >= 0 {
		b.reach.slots -= int(x.slots)
	}
	b.doubtAll()
}

// spend brings the account of an executor up to now; to be called before
// anything changes.
func (b *blame) spend(x *executor) {
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
func (b *blame) book(x *executor, rest HoldCause, d time.Duration, tasks int32) {
	a := b.app.result.Attribution
	busy := d * time.Duration(tasks*b.app.profiles[x.profile].taskCPUs)
	a.Cores[HoldBusy] += busy
	a.Cores[rest] += d*time.Duration(x.cores) - busy
	if tasks > 0 {
		rest = HoldBusy
	}
	a.Executors[rest] += d
}

// doubt has the hold of an executor looked up at the end of the instant.
func (b *blame) doubt(id policies.ExecutorID) {
	b.waiting = append(b.waiting, id)
	b.doubted()
}

// doubtAll has the holds of all executors looked up.
func (b *blame) doubtAll() {
	b.all = true
	b.doubted()
}

func (b *blame) doubted() {
	if !b.doubtful {
		b.doubtful = true
		b.app.engine.doubtful = append(b.app.engine.doubtful, b)
	}
}

// observed is an event that the policy was told of: it may change what keeps
// executors that had no part in it.
func (b *blame) observed(e *policies.Event) {
	if b == nil {
		return
	}
	switch e.Kind {
	case policies.BlockUpdated:
		b.doubt(e.Executor)
	case policies.JobStart, policies.JobEnd, policies.ExecutorAdded, policies.ExecutorRemoved, policies.UnpersistRDD, policies.ShuffleCleaned:
		b.doubtAll()
	}
}

// attribute looks up at the end of an instant what keeps idle executors from
// now on.
func (e *Engine) attribute() {
	for _, b := range e.doubtful {
		b.lookUp()
	}
	e.doubtful = e.doubtful[:0]
}

func (b *blame) lookUp() {
	ids := b.waiting
	if b.all {
		ids = b.app.lively
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
		b.spend(x)
		y.hold = hold
		b.app.engine.tell(Event{
			Kind: ExecutorKept, App: b.app.index, Executor: id, Job: int32(hold.Job), When: hold.Until, Why: policies.Reason{Cause: hold.Cause},
		})
	}
	b.waiting, b.all, b.doubtful = b.waiting[:0], false, false
	b.reach.look(b.app)
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
