package replay

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/attribution"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/host"
	"dynalloc/replay/lists"
	"dynalloc/replay/outcome"
	"dynalloc/replay/plan"
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

	now time.Duration
	memory
	scheduled  uint64                   // events so far
	instants   int                      // so far
	tasks      int                      // of the workload
	started    int                      // tasks that have started, those that run again included
	plans      *plan.Plans              // of applications that Config.Plans lacks
	localPlans *plan.Plans              // of applications that run in their drivers
	specs      map[policies.Spec]string // in words; only looked up
	remaining  int                      // applications that have not ended
	result     Result
	err        error

	manager      manager.Manager
	managerDirty bool          // it observed something since it was last served
	lastServed   time.Duration // when it last acted
	nextService  time.Duration // when it is next served even if it observes nothing; -1: never

	everyTick bool // tick policies at each point of their grids, for the test that leaving ticks out is sound
	everyWalk bool // walk over the graphs of jobs at each end of a stage, for the test that leaving walks out is sound
}

// ErrHorizon is the error of a run that takes longer than Config.Horizon, because its
// applications make little or no progress.
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
	return newEngine(memory{}, w, f, c, observers)
}

// newEngine prepares a replay in the memory of an earlier one.
func newEngine(m memory, w *traces.Workload, f policies.Fleet, c Config, observers []Observer) (*Engine, error) {
	e := &Engine{
		workload: w, fleet: f, config: c, observers: observers, memory: m,
		localPlans: plan.NewPlans(nil), specs: make(map[policies.Spec]string), remaining: len(w.Apps), nextService: -1,
	}
	e.plans = plan.NewPlans(&e.config.Times)
	if !c.Plans.For(&c.Times) {
		e.config.Plans = nil
	}
	e.apps, e.hosts = lists.Resized(e.apps, len(w.Apps)), e.hosts[:0]
	e.agenda.Clear()
	for _, rule := range f.Rules {
		if rule.Spec.Unread() {
			return nil, fmt.Errorf("policy %s: %s: its script is not loaded; load it with package policies/script", f.Name, rule.Spec)
		}
	}
	var err error
	if e.manager, err = c.Cluster.NewManager(c.Seed); err != nil {
		return nil, err
	}
	e.manager.Join(manager.Replay{Ended: e.ended, LateUntil: cluster.LateUntil(c.Faults)})
	first := time.Duration(0)
	if len(w.Apps) > 0 {
		first = w.Apps[0].Submit
	}
	for _, n := range c.Cluster.Nodes() {
		e.addHost(n.Cores, slices.IndexFunc(c.Cluster.Pools, func(p cluster.Pool) bool { return p.Name == n.Type }), first)
	}
	for _, i := range e.manager.Absent() {
		e.hosts[i].Absent = true
	}
	e.result = Result{Policy: f.Name, Cluster: c.Cluster, Apps: make([]AppResult, len(w.Apps)), Digest: outcome.DigestStart}
	jobs := 0
	for _, a := range w.Apps {
		jobs += len(a.Jobs)
	}
	results := make([]JobResult, jobs) // of all applications
	var attributions []attribution.Attribution
	if c.Attribute {
		attributions = make([]attribution.Attribution, len(w.Apps))
	}
	for i, a := range w.Apps {
		if i > 0 && a.Submit < w.Apps[i-1].Submit {
			return nil, fmt.Errorf("workload %s: application %s arrives before the one listed ahead of it", w.Name, a.ID)
		}
		e.tasks += tasksOf(a)
		e.result.Apps[i] = AppResult{App: i, Submit: a.Submit, Began: -1, Wanted: -1, Asked: -1, Granted: -1, Registered: -1, FirstTask: -1, End: -1}
		if c.Attribute {
			e.result.Apps[i].Attribution = &attributions[i]
		}
		e.result.Apps[i].Jobs, results = results[:len(a.Jobs):len(a.Jobs)], results[len(a.Jobs):]
	}
	if err := e.scheduleFaults(); err != nil {
		return nil, err
	}
	e.scheduleArrival(0)
	return e, nil
}

// addHost adds a host that is present from a time on.
func (e *Engine) addHost(cores, pool int, since time.Duration) {
	var h *host.Host
	e.hosts, h = lists.Extended(e.hosts)
	h.Begin(cores, pool, since)
}

// scheduleArrival schedules the arrival of one application. Each arrival schedules the
// next, so that the queue holds only events of running applications and one arrival.
func (e *Engine) scheduleArrival(index int32) {
	if int(index) < len(e.workload.Apps) {
		e.schedule(e.workload.Apps[index].Submit, applicationArrives, index)
	}
}

// Now is the time of the last instant.
func (e *Engine) Now() time.Duration { return e.now }

// Step simulates one instant and reports whether there was one:
//
//  1. tasks end
//  2. executors leave
//  3. executors register
//  4. applications, jobs and stages become ready
//  5. waiting tasks take slots, once, after all facts
//  6. policies tick
//  7. the manager serves what was asked
//
// Events that follow from 7 without delay form another instant at the same time.
func (e *Engine) Step() bool {
	next := e.agenda.Next()
	if next == nil || e.remaining == 0 || e.err != nil {
		return false
	}
	e.now = next.At
	if e.instants++; e.instants%watchInterval == 0 {
		e.watch()
	}
	if e.config.Horizon > 0 && e.now > e.config.Horizon {
		e.err = fmt.Errorf("policy %s: %w of %s, and %d of %d applications have not ended", e.fleet.Name, ErrHorizon, e.config.Horizon, e.remaining, len(e.workload.Apps))
		return false
	}
	for e.err == nil && e.hasDue() && phaseOf(e.agenda.Next()) < policyTicks {
		e.dispatch(e.agenda.Pop())
	}
	for _, a := range e.placements {
		a.place()
	}
	e.placements = e.placements[:0]
	for e.err == nil && e.hasDue() && phaseOf(e.agenda.Next()) == policyTicks {
		s := e.agenda.Pop()
		if a := e.apps[s.App]; a != nil && a.counts(1) {
			a.tick()
		}
	}
	e.serve()
	e.recheckHolds()
	e.recycle()
	return e.err == nil
}

func (e *Engine) hasDue() bool {
	next := e.agenda.Next()
	return next != nil && next.At == e.now
}

// dispatch handles one scheduled event.
func (e *Engine) dispatch(s agenda.Event) {
	if s.App < 0 {
		clusterHandlers[typeOf(&s)](e, s.Arg)
	} else if a := e.apps[s.App]; a != nil && a.counts(1) {
		if t := typeOf(&s); t == taskIsDone { // nearly all events are
			a.taskEnded(policies.ExecutorID(s.Arg), s.Set, s.Task)
		} else {
			applicationHandlers[t](a, s)
		}
	}
}

// admit handles the arrival of an application. Its driver starts at once, unless the
// manager must place it first.
func (e *Engine) admit(index int32) {
	app := e.workload.Apps[index]
	a, seen, err := newApplication(e, index, app)
	if err != nil {
		e.fail(index, err.Error())
		return
	}
	e.apps[index] = a
	e.emit(Event{Kind: AppSubmitted, App: index})
	a.toManager(manager.Event{Kind: manager.AppSubmitted, Submitted: seen})
	if a.settings.Local || !e.manager.RunsDriver(*seen) {
		a.begin()
	}
	e.scheduleArrival(index + 1) // after what this arrival scheduled, so that applications of one instant keep their order
}

// fail ends the replay because of one application.
func (e *Engine) fail(index int32, reason string) {
	if e.err == nil {
		e.err = &AppError{App: int(index), Policy: e.fleet.Name, Reason: reason, Of: e.workload.Apps[index]}
	}
}

// planOf returns the plan of an application, shared by all copies of it.
func (e *Engine) planOf(a *application) *plan.Plan {
	if a.settings.Local {
		return e.localPlans.Add(a.app)
	}
	if p := e.config.Plans.Of(a.app); p != nil {
		return p
	}
	return e.plans.Add(a.app)
}

// emit adds an event to the digest and informs the observers.
func (e *Engine) emit(ev Event) {
	ev.At = e.now
	e.count(ev.Digest(e.result.Digest))
	e.notify(ev)
}

// emitTask is emit for the start or the end of a task; n is 1 for one that ends in vain.
func (e *Engine) emitTask(kind outcome.Kind, app int32, set *taskSet, partition int32, x policies.ExecutorID, n int32) {
	e.count(outcome.Digest(e.result.Digest, e.now, outcome.Pair(int32(kind), app), outcome.Pair(set.job, set.stage), outcome.Pair(partition, int32(x)), outcome.Pair(0, n)))
	if len(e.observers) > 0 {
		e.notify(Event{Kind: kind, App: app, Job: set.job, Stage: set.stage, Task: partition, Executor: x, N: n})
	}
}

// count counts an event that has led to a digest.
func (e *Engine) count(digest uint64) {
	e.result.Digest = digest
	if e.result.Events++; e.result.Events%watchInterval == 0 {
		e.watch()
	}
}

// watch informs the caller of how far the replay is, and ends the replay if the caller
// wants that. An instant can have millions of events, so loops over what happens in one
// look at e.err.
func (e *Engine) watch() {
	if e.config.Watch == nil || e.err != nil {
		return
	}
	e.err = e.config.Watch(e.started, e.tasks)
}

// notify informs the observers of a comment that is not part of the event stream.
func (e *Engine) notify(ev Event) {
	ev.At = e.now
	for _, o := range e.observers {
		o.Observe(ev)
	}
}

// Result returns the outcome of a replay that has ended.
func (e *Engine) Result() (*Result, error) {
	if e.err != nil {
		return nil, e.err
	}
	for i := range e.result.Apps {
		r := &e.result.Apps[i]
		if r.End < 0 {
			return nil, e.explainStuck(i)
		}
		if err := r.Impossible(); err != nil {
			return nil, &AppError{App: i, Policy: e.fleet.Name, Reason: err.Error() + e.reproducer(i), Of: e.workload.Apps[i]}
		}
		e.result.Ledger.Add(r.Ledger)
		e.result.End = max(e.result.End, r.End)
	}
	e.result.Provided, e.result.Nodes = host.Provided(e.hosts, len(e.config.Cluster.Pools), e.result.End)
	result := e.result // a copy: a pointer into the engine would keep all of it
	return &result, nil
}
