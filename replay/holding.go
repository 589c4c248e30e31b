package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/attribution"
	"dynalloc/replay/lists"
)

// An executorTrack is the account of one executor's time, with the state of its slots.
type executorTrack struct {
	asked   time.Duration // when it was requested
	slots   attribution.Slots
	tasks   int32         // that it runs
	since   time.Duration // up to when the account is kept
	closed  bool
	started int           // tasks that its profile had started when it became usable
	hold    policies.Hold // what keeps it while it is idle; the zero Hold while it is not
	idle    time.Duration // that it spent waiting for its timeout
}

// targetChanged takes in a new target of a profile.
func (p *pathTracker) targetChanged(t *policies.Target, before int) {
	if p == nil {
		return
	}
	p.recheckAll()
	p.profiles[t.Profile].requests.Rise(before, t.N, attribution.Request{At: p.app.engine.now, Why: t.Why})
}

// executorGranted opens the account of an executor, and has the event of its grant
// say which request it answers: the one that rose above what is held without it.
func (p *pathTracker) executorGranted(e *Event, profile int) {
	if p == nil {
		return
	}
	now := p.app.engine.now
	r := p.profiles[profile].requests.Answered(p.app.profiles[profile].granted-1, attribution.Request{At: now})
	e.Why, e.When = r.Why, r.At
	var y *executorTrack
	p.executors, y = lists.Extended(p.executors)
	*y = executorTrack{asked: r.At, since: now, slots: y.slots}
}

// executorUsable is an executor that takes tasks from now on.
func (p *pathTracker) executorUsable(x *executor) {
	if p == nil {
		return
	}
	now := p.app.engine.now
	y := &p.executors[x.id]
	p.book(x, attribution.HoldStarting, now-y.since, 0)
	y.since = now
	y.slots.Begin(int(x.slots), now)
	y.started = p.profiles[x.profile].started
	p.recheckExecutor(x.id)
	p.rampUp.AddSlots(int(x.slots))
}

// executorLeaving is an executor that is about to be decommissioned.
func (p *pathTracker) executorLeaving(x *executor) {
	if p != nil {
		p.accrue(x)
		p.recheckAll()
	}
}

// executorReleased closes the account of an executor.
func (p *pathTracker) executorReleased(x *executor) {
	if p == nil {
		return
	}
	y := &p.executors[x.id]
	p.accrue(x)
	y.closed = true
	if x.usable >= 0 && p.profiles[x.profile].started == y.started { // it never had a task
		p.book(x, attribution.HoldIdle, -y.idle, 0)
		p.book(x, attribution.HoldSurplus, y.idle, 0)
	}
	if x.usable >= 0 {
		p.rampUp.AddSlots(-int(x.slots))
	}
	p.recheckAll()
}

// accrue brings the account of an executor up to now. It must be called before
// anything changes.
func (p *pathTracker) accrue(x *executor) {
	now, y := p.app.engine.now, &p.executors[x.id]
	d := now - y.since
	if d == 0 || y.closed {
		return
	}
	y.since = now
	rest := attribution.HoldBeside
	switch {
	case x.usable < 0 && x.leaves < 0:
		rest = attribution.HoldStarting
	case x.leaves >= 0:
		rest = attribution.HoldLeaving
	case y.tasks == 0:
		rest = attribution.IdleCause(y.hold.Cause)
	}
	if rest == attribution.HoldIdle {
		y.idle += d
	}
	p.book(x, rest, d, y.tasks)
}

// book adds a time of an executor to the accounts of its application; tasks is the
// number of tasks that ran, and cause that of the cores without a task.
func (p *pathTracker) book(x *executor, rest attribution.HoldCause, d time.Duration, tasks int32) {
	a := p.app.result.Attribution
	busy := int64(tasks) * int64(p.app.profiles[x.profile].TaskCPUs)
	a.Cores[attribution.HoldBusy].Add(d, busy)
	a.Cores[rest].Add(d, int64(x.cores)-busy)
	if tasks > 0 {
		rest = attribution.HoldBusy
	}
	a.Executors[rest].Add(d, 1)
}

// recheckExecutor schedules a check, at the end of the instant, of the reason why the
// policy keeps an executor.
func (p *pathTracker) recheckExecutor(id policies.ExecutorID) {
	p.recheckList = append(p.recheckList, id)
	p.scheduleRecheck()
}

// recheckAll schedules the check for all executors.
func (p *pathTracker) recheckAll() {
	p.recheckEvery = true
	p.scheduleRecheck()
}

func (p *pathTracker) scheduleRecheck() {
	if !p.listed {
		p.listed = true
		p.app.engine.rechecks = append(p.app.engine.rechecks, p)
	}
}

// policyObserved handles an event that the policy observed. It may change why other
// executors are kept.
func (p *pathTracker) policyObserved(e *policies.Event) {
	if p == nil {
		return
	}
	switch e.Kind {
	case policies.BlockUpdated:
		p.recheckExecutor(e.Executor)
	case policies.JobStart, policies.JobEnd, policies.ExecutorAdded, policies.ExecutorRemoved, policies.UnpersistRDD, policies.ShuffleCleaned:
		p.recheckAll()
	}
}

// recheckHolds updates, at the end of an instant, the reasons why idle executors are
// kept.
func (e *Engine) recheckHolds() {
	for _, p := range e.rechecks {
		p.recheck()
	}
	e.rechecks = e.rechecks[:0]
}

func (p *pathTracker) recheck() {
	ids := p.recheckList
	if p.recheckEvery {
		ids = p.app.schedulable
	}
	for _, id := range ids {
		if id == nowhere {
			continue
		}
		x, y := &p.app.executors[id], &p.executors[id]
		if y.tasks > 0 || y.closed || x.state != live {
			continue
		}
		hold := policies.Hold{Cause: policies.HeldIdle, Job: -1, Until: policies.Never}
		if p.holder != nil {
			hold = p.holder.HeldBy(id)
		}
		if hold == y.hold {
			continue
		}
		p.accrue(x)
		y.hold = hold
		p.app.engine.notify(Event{
			Kind: ExecutorKept, App: p.app.index, Executor: id, Job: int32(hold.Job), When: hold.Until, Why: policies.Reason{Cause: hold.Cause},
		})
	}
	p.recheckList, p.recheckEvery, p.listed = p.recheckList[:0], false, false
	p.rampUp.Check(p.app.engine.now)
}

// newRampUp waits for at most as many slots of the default profile as the policy,
// the application's limits and the cluster allow.
func (a *application) newRampUp() attribution.RampUp {
	most := a.settings.MostSlots(a.engine.config.Cluster.Capacity())
	return attribution.RampUp{Most: most, Ratio: a.settings.Spec.Limits().Ratio, Took: &a.result.Attribution.RampUp}
}
