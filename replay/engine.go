package replay

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
	"dynalloc/traces"
)

// An Engine replays one workload under one fleet of policies. It is a pure
// function of its inputs: it does no I/O, reads no clock and starts no
// goroutine.
type Engine struct {
	workload  *traces.Workload
	fleet     policies.Fleet
	config    Config
	observers []Observer

	now          time.Duration
	queue        queue
	plans        map[*traces.Job]*plan // only looked up, never ranged over
	apps         []*application        // by index; nil before arrival and after the end
	placements   []*application        // have slots to give out at the end of this instant
	rechecks     []*pathTracker        // of applications in which something changed that may keep idle executors
	remaining    int                   // applications that have not ended
	manager      manager.Manager
	managerDirty bool          // something was told to the manager since it was last served
	lastServed   time.Duration // when the manager last acted
	nextService  time.Duration // when the manager is next served although nothing is told to it; -1: never
	hosts        []host
	result       Result
	err          error

	everyTick bool // tick policies at each point of the grid, for the test that eliding is sound
}

// ErrHorizon is a run that went on past Config.Horizon: its applications make
// no headway, or nearly none.
var ErrHorizon = errors.New("the replay passed its horizon")

// Run replays a workload to its end. It fails with an [AppError] if one of the
// applications cannot be replayed, and with [ErrHorizon].
func Run(w *traces.Workload, f policies.Fleet, c Config, observers ...Observer) (*Result, error) {
	e, err := New(w, f, c, observers...)
	if err != nil {
		return nil, err
	}
	for e.Step() {
	}
	return e.Result()
}

// New prepares a replay; nothing has happened yet.
func New(w *traces.Workload, f policies.Fleet, c Config, observers ...Observer) (*Engine, error) {
	if err := c.Cluster.Check(); err != nil {
		return nil, err
	}
	e := &Engine{
		workload: w, fleet: f, config: c, observers: observers,
		plans: make(map[*traces.Job]*plan), apps: make([]*application, len(w.Apps)), remaining: len(w.Apps),
	}
	for _, rule := range f.Rules {
		if rule.Spec.Unread() {
			return nil, fmt.Errorf("policy %s: %s has not been read; package policies/script reads it", f.Name, rule.Spec)
		}
	}
	var err error
	if e.manager, err = c.Cluster.NewManager(c.Seed); err != nil {
		return nil, err
	}
	e.nextService = -1
	first := time.Duration(0)
	if len(w.Apps) > 0 {
		first = w.Apps[0].Submit
	}
	for _, n := range c.Cluster.Nodes() {
		e.hosts = append(e.hosts, host{cores: n.Cores, pool: n.Type, since: first})
	}
	for _, i := range e.manager.Absent() {
		e.hosts[i].absent = true
	}
	e.result = Result{Policy: f.Name, Cluster: c.Cluster, Apps: make([]AppResult, len(w.Apps)), Digest: digestStart}
	for i, a := range w.Apps {
		if i > 0 && a.Submit < w.Apps[i-1].Submit {
			return nil, fmt.Errorf("workload %s: application %s arrives before the one listed ahead of it", w.Name, a.ID)
		}
		e.result.Apps[i] = AppResult{App: i, Submit: a.Submit, Began: -1, Asked: -1, Granted: -1, Registered: -1, FirstTask: -1, End: -1}
	}
	if err := e.scheduleFaults(); err != nil {
		return nil, err
	}
	e.scheduleArrival(0)
	return e, nil
}

// scheduleArrival puts the arrival of one application into the queue; each arrival puts
// the next, so that the queue holds only what is under way.
func (e *Engine) scheduleArrival(index int) {
	if index < len(e.workload.Apps) {
		e.queue.push(scheduled{at: e.workload.Apps[index].Submit, app: int32(index)}, becomesReady, applicationArrives)
	}
}

// Now is the time of the last instant.
func (e *Engine) Now() time.Duration { return e.now }

// Step plays one instant and reports whether there was one:
//
//  1. tasks end
//  2. executors leave
//  3. executors register
//  4. applications, jobs and stages become ready
//  5. waiting tasks take slots, once, after all facts
//  6. policies tick
//  7. the manager serves what was asked
//
// What follows from 7 without delay is an instant of its own at the same time.
func (e *Engine) Step() bool {
	if len(e.queue.events) == 0 || e.remaining == 0 || e.err != nil {
		return false
	}
	e.now = e.queue.events[0].at
	if e.config.Horizon > 0 && e.now > e.config.Horizon {
		e.err = fmt.Errorf("policy %s: %w of %s, and %d of %d applications have not ended", e.fleet.Name, ErrHorizon, e.config.Horizon, e.remaining, len(e.workload.Apps))
		return false
	}
	for e.hasDue() && e.queue.events[0].phase() < policyTicks {
		e.dispatch(e.queue.pop())
	}
	for _, a := range e.placements {
		a.place()
	}
	e.placements = e.placements[:0]
	for e.hasDue() && e.queue.events[0].phase() == policyTicks {
		s := e.queue.pop()
		if a := e.apps[s.app]; a != nil {
			a.tick()
		}
	}
	e.serve()
	e.recheckHolds()
	return e.err == nil
}

func (e *Engine) hasDue() bool { return len(e.queue.events) > 0 && e.queue.events[0].at == e.now }

// dispatch takes in one fact.
func (e *Engine) dispatch(s scheduled) {
	if s.eventType() == applicationArrives {
		e.admit(int(s.app))
		e.scheduleArrival(int(s.app) + 1)
		return
	}
	switch s.eventType() {
	case startupEnds:
		e.startupDone(s.a)
		return
	case faultStrikes:
		e.inject(&e.config.Faults[s.a])
		return
	case nodeIsGone:
		e.detect(&e.config.Faults[s.a])
		return
	case faultIsOver:
		e.endFault(&e.config.Faults[s.a])
		return
	case managerActs:
		e.managerDirty = e.managerDirty || e.manager.Next() <= e.now
		return
	}
	a := e.apps[s.app]
	if a == nil {
		return // it has ended; what was under way for it no longer matters
	}
	switch s.phase() {
	case taskEnds:
		a.taskEnded(policies.ExecutorID(s.a), s.b, s.c)
	case executorLeaves:
		if s.eventType() == exitIsChecked {
			a.exitIfDone(policies.ExecutorID(s.a))
			return
		}
		a.executorGone(policies.ExecutorID(s.a))
	default:
		switch s.eventType() {
		case driverRegisters:
			a.register()
		case jobIsSubmitted:
			a.submitJob(s.a)
		case rddIsUnpersisted:
			a.unpersist(int(s.a))
		case applicationEnds:
			a.end()
		case stageIsResubmitted:
			a.resubmitStage(s.a)
		case speculationIsChecked:
			a.speculate(s.a)
		case blocksArrive:
			a.migrate(policies.ExecutorID(s.a))
		case localityWaitEnds:
			a.offerAgain(s.a)
		case driverAdvances:
			a.advanceDriver(time.Duration(s.a) * time.Millisecond)
		case nodeFilesAreLost:
			a.loseNodeFiles(s.a)
		case garbageIsCollected:
			a.collectGarbage()
		case executorIsAdded:
			a.executorAdded(policies.ExecutorID(s.a))
		case executorIsUsable:
			a.executorUsable(policies.ExecutorID(s.a))
		}
	}
}

// admit takes in an application. Its driver starts, unless the cluster has to
// find room for it first.
func (e *Engine) admit(index int) {
	app := e.workload.Apps[index]
	a, err := newApplication(e, index, app)
	if err != nil {
		e.err = &AppError{App: index, Policy: e.fleet.Name, Reason: err.Error(), app: app}
		return
	}
	e.apps[index] = a
	e.emit(Event{Kind: AppSubmitted, App: int32(index)})
	m := a.managerApp()
	e.toManager(manager.Event{Kind: manager.AppSubmitted, App: index, Submitted: &m})
	if !e.manager.RunsDriver(m) {
		a.begin()
	}
}

// plan returns the plan of an application, shared by all copies of it.
func (e *Engine) plan(app *traces.Application) *plan {
	if len(app.Jobs) == 0 {
		return newPlan(app, &e.config.Times)
	}
	p := e.plans[&app.Jobs[0]]
	if p == nil {
		p = newPlan(app, &e.config.Times)
		e.plans[&app.Jobs[0]] = p
	}
	return p
}

// emit tells the digest and the observers of an event.
func (e *Engine) emit(ev Event) {
	ev.At = e.now
	e.result.Events++
	e.result.Digest = digest(e.result.Digest, &ev)
	e.notify(ev)
}

// notify tells the observers of something that is no event of the replay: only
// what one says of it.
func (e *Engine) notify(ev Event) {
	ev.At = e.now
	for _, o := range e.observers {
		o.Observe(ev)
	}
}

const digestStart = 0xcbf29ce484222325

// digest folds an event into a running hash.
func digest(d uint64, e *Event) uint64 {
	d = mix(d, uint64(e.At))
	d = mix(d, uint64(e.Kind)<<32|uint64(uint32(e.App)))
	d = mix(d, uint64(uint32(e.Job))<<32|uint64(uint32(e.Stage)))
	d = mix(d, uint64(uint32(e.Task))<<32|uint64(uint32(e.Executor)))
	return mix(d, uint64(uint32(e.Node))<<32|uint64(uint32(e.N)))
}

// accountNodes adds up how long nodes were there, from the first submission on.
func (e *Engine) accountNodes() {
	e.result.Provided, e.result.Nodes = 0, make([]time.Duration, len(e.config.Cluster.Pools))
	for i := range e.hosts {
		h := &e.hosts[i]
		there := h.present(e.result.End)
		e.result.Provided += there * time.Duration(h.cores)
		pool := slices.IndexFunc(e.config.Cluster.Pools, func(p cluster.Pool) bool { return p.Name == h.pool })
		if pool >= 0 {
			e.result.Nodes[pool] += there
		}
	}
}

// Result returns the outcome of a replay that has come to its end.
func (e *Engine) Result() (*Result, error) {
	if e.err != nil {
		return nil, e.err
	}
	for i := range e.result.Apps {
		r := &e.result.Apps[i]
		if r.End < 0 {
			return nil, e.explainStuck(i)
		}
		e.result.Ledger.add(r.Ledger)
		e.result.End = max(e.result.End, r.End)
	}
	e.accountNodes()
	return &e.result, nil
}
