package replay

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/exclusion"
	"dynalloc/replay/latency"
	"dynalloc/replay/lists"
	"dynalloc/replay/plan"
	"dynalloc/replay/pools"
	"dynalloc/replay/settings"
	"dynalloc/traces"
)

// An application is one application at run time: its driver, its executors and
// its policy.
type application struct {
	engine *Engine
	index  int32
	app    *traces.Application
	plan   *plan.Plan
	result *AppResult

	// Settings from its properties, its spec and the cluster.
	settings         settings.App
	profiles         []profile
	machine          int // where the driver runs the tasks, an index into Engine.hosts
	times            *latency.Model
	warmAlone        time.Duration // the overhead of a task that is no first one, where no executor starts beside it
	speculationRules plan.Speculation
	localityWaits    [2]time.Duration // at the levels of a node and of a rack
	exclusion        exclusion.Tracker
	failures         exclusion.Recorded

	slots      []policies.Profile // as the policy counts them, by profile
	policy     policies.Policy
	fallible   policies.Fallible // the policy, if it can fail
	sleeper    policies.Sleeper  // the policy, if it knows which ticks it needs
	event      policies.Event    // the event passed to the policy; a field, to avoid an allocation for each event
	taskEvent  policies.Event    // the same for the starts and ends of tasks
	taskBlind  bool              // the policy does not look at these
	registered time.Duration     // when the driver registered, from which on the policy ticks; -1: not yet
	lastTick   time.Duration     // -1: none
	nextTick   time.Duration

	// The driver.
	began          time.Duration // its start; -1: not yet
	start          latency.DriverStart
	driverPlaced   bool // on a node of the cluster
	jobs           []jobState
	unfinishedJobs int
	stages         []stageState
	walk           uint32       // counts walks over the graphs of jobs
	upheavals      int          // counts what may change for which stages jobs wait, besides the ends of stages
	ends           int32        // counts ends of stages whose jobs were ranked
	unused         [][]int32    // lists of users that are empty again
	due            []submission // that follow from the end of a stage

	// Spark's task scheduler.
	pools        pools.Pools
	sets         []*taskSet            // of all stage attempts, by number
	waiting      agenda.List[*taskSet] // sets with pending tasks, in FIFO order
	exhausted    []*taskSet            // of those, with none any more after an offer
	choosy       bool                  // tasks may prefer nodes or be excluded from some, so that it matters to sets that nothing is free
	schedulable  []policies.ExecutorID // those that take tasks, in order of coming, and nowhere for those that have left
	left         int                   // of these, since the list was compacted
	freed        []policies.ExecutorID // those with a slot freed in this instant
	firstTasks   []firstTask           // started in this instant; their ends are not known yet
	offerAll     bool                  // offer every free slot at the end of this instant
	placementDue bool                  // listed in Engine.placements
	offerRounds  uint64                // offers made to all executors
	draws        rand.PCG              // the order of the present one
	shuffled     []policies.ExecutorID // the executors in that order, if they are few
	revives      bool                  // an offer of all executors is scheduled, for a barrier stage

	executors  []executor            // by id
	held       int                   // how many are held
	coresHeld  int                   // and their cores
	waitedTo   time.Duration         // up to when AppResult.Wait is counted
	blocks     []policies.ExecutorID // the executor that holds each cached block, or nowhere, or blockLost
	removed    []policies.ExecutorID // the result of Remove, used again
	migrations uint64                // so far
	zombies    bool                  // an attempt of a stage failed, whose tasks may run on
	filesLost  bool                  // a node was lost with the files that its shuffle service kept

	path    *pathTracker // nil: attribution is off
	tracker pathTracker  // its memory

	events, mostEvents int // so far, and Config.MostEvents with what its size adds
}

// newApplication makes the state of an application that arrives, and what its manager sees
// of it.
func newApplication(e *Engine, index int32, app *traces.Application) (*application, *manager.App, error) {
	on := &e.config.Cluster
	a := e.newApplication()
	set := &a.settings
	if err := set.Describe(on, e.fleet, app); err != nil {
		return nil, nil, err
	}
	spec := &set.Spec
	a.index, a.app = index, app
	for i := range set.Profiles {
		var p *profile
		a.profiles, p = lists.Extended(a.profiles)
		p.requests.Clear()
		*p = profile{Profile: set.Profiles[i], requests: p.requests, free: p.free[:0], offered: p.offered[:0]}
	}
	a.waiting.Compare = bySubmission
	a.engine, a.result, a.times = e, &e.result.Apps[index], &e.config.Times
	if set.Local {
		a.times = new(latency.Model)
	}
	a.warmAlone = a.times.By[latency.Overhead].Typical(0) + a.times.By[latency.OverheadRun].Typical(0)
	a.plan = e.planOf(a)
	a.exclusion = exclusion.NewTracker(app.Properties)
	a.choosy = a.plan.Choosy || a.exclusion.On()
	a.pools.Fair = app.Properties["spark.scheduler.mode"] == "FAIR"
	a.speculationRules, a.localityWaits = plan.SpeculationOf(app, set.Rules), plan.LocalityWaits(app)
	a.began, a.registered, a.lastTick, a.nextTick, a.waitedTo = -1, -1, -1, policies.Never, e.now
	a.jobs, a.unfinishedJobs, a.stages = lists.Resized(a.jobs, len(app.Jobs)), len(app.Jobs), lists.Resized(a.stages, len(app.Stages))
	for i := range app.Jobs {
		for _, stage := range app.Jobs[i].Stages {
			a.stages[stage].listing++
		}
	}
	a.blocks = e.ids.Take(a.plan.Cached, nowhere)
	a.result.Policy, a.result.Driver = e.nameOf(spec), set.Driver
	seen := set.ForManager(int(index))
	if err := set.Fits(e.manager, seen); err != nil {
		return nil, nil, err
	}
	for i := range a.profiles {
		a.slots = append(a.slots, policies.Profile{ID: app.Profiles[i].ID, Slots: a.profiles[i].AssumedSlots()})
	}
	env := policies.Env{Client: a, Rules: set.Rules, Profiles: a.slots, Before: a.policy}
	if spec.Deployable() {
		a.policy = spec.New(env)
	} else {
		a.policy = spec.Foresee(env, plan.Forecast(app, e.config.Times.LeadTime(on.Startup)))
	}
	a.fallible, _ = a.policy.(policies.Fallible)
	a.sleeper, _ = a.policy.(policies.Sleeper)
	_, a.taskBlind = a.policy.(policies.TaskBlind)
	a.path = newPathTracker(a)
	a.mostEvents = cmp.Or(e.config.MostEvents, DefaultMostEvents) + EventsPerTask*(tasksOf(app)+len(app.Stages)+len(app.Jobs))
	return a, seen, nil
}

func bySubmission(x, y *taskSet) int { return pools.FIFO(&x.Place, &y.Place) }

// nameOf is a spec in words. Many applications have the same.
func (e *Engine) nameOf(spec *policies.Spec) string {
	name, known := e.specs[*spec]
	if !known {
		name = spec.String()
		e.specs[*spec] = name
	}
	return name
}

func tasksOf(app *traces.Application) (n int) {
	for i := range app.Stages {
		n += app.Stages[i].Size()
	}
	return n
}

// counts counts events of the application, and reports whether it may have them. If not,
// the replay fails.
func (a *application) counts(n int) bool {
	a.events += n
	if a.events <= a.mostEvents {
		return true
	}
	a.engine.fail(a.index, fmt.Sprintf("it has more than %d events by %s of its time, and holds %d executors: its settings or its log ask for almost endless work; --limit events=N allows more", a.mostEvents, a.engine.now-max(a.began, 0), a.held))
	return false
}

// begin starts the driver.
func (a *application) begin() {
	a.began = a.engine.now
	a.path.driverStarted()
	a.scheduleLosses(-1)
	a.result.Began = a.began
	a.after(a.app.Setup, driverRegisters, 0)
	if !a.sharesProcessors() {
		a.follow(-1, a.began+a.app.EarlierAttempts)
	}
	a.endIfDone(a.began + a.app.EarlierAttempts)
}

// register handles the driver's registration with its manager: the policy sends its
// first request, and its ticks begin.
func (a *application) register() {
	a.registered = a.engine.now
	a.toManager(manager.Event{Kind: manager.AppRegistered})
	a.policy.Start(a.registered)
	a.awaitGarbageCollection()
	if a.sharesProcessors() {
		a.startDriver()
	}
	a.tickBy(a.registered)
}

// observe passes an event to the policy and schedules its tick at the next point of the
// grid, or when the policy says that it needs one.
func (a *application) observe(ev policies.Event) {
	a.event = ev
	a.event.At = a.engine.now
	a.policy.Observe(&a.event)
	a.path.policyObserved(&a.event)
	a.tickAfterEvent()
}

// observeTask is the same for the start or the end of a task.
func (a *application) observeTask(kind policies.EventKind, set *taskSet, task int32, x policies.ExecutorID, end policies.EndReason, isCopy bool) {
	if a.taskBlind {
		return
	}
	e := &a.taskEvent
	e.Kind, e.At, e.Stage, e.Task, e.Executor, e.End, e.Speculative = kind, a.engine.now, set.name(), int(task), x, end, isCopy
	a.policy.Observe(e)
	a.tickAfterEvent()
}

func (a *application) tickAfterEvent() {
	now := a.engine.now
	wake := now
	if a.sleeper != nil && !a.engine.everyTick {
		wake = max(now, a.sleeper.Wake(now))
	}
	a.tickBy(wake)
}

// tickBy schedules a tick of the policy at the first point of its grid that is not
// before t. The grid has a point each interval since the registration, and two ticks
// are at least an interval apart.
func (a *application) tickBy(t time.Duration) {
	if a.registered < 0 || t > a.nextTick-policies.Interval {
		return // not yet, or nextTick is the first point
	}
	t = a.registered + (max(t, a.registered)-a.registered+policies.Interval-1)/policies.Interval*policies.Interval
	if a.lastTick >= 0 {
		t = max(t, a.lastTick+policies.Interval)
	}
	if t < a.nextTick {
		a.nextTick = t
		a.engine.pushTick(t, a.index)
	}
}

func (a *application) tick() {
	now := a.engine.now
	if a.nextTick != now {
		return // replaced by an earlier tick
	}
	a.lastTick, a.nextTick = now, policies.Never
	wake := a.policy.Tick(now)
	if a.fallible != nil && a.fallible.Err() != nil {
		a.engine.err = fmt.Errorf("policy %s of application %s at %s: %w", a.engine.fleet.Name, a.app.ID, now, a.fallible.Err())
	}
	if a.engine.everyTick {
		wake = now
	}
	a.tickBy(wake)
}

// end stops the driver; all its executors are released at once.
func (a *application) end() {
	e := a.engine
	e.cancelStartups(a)
	for i := range a.executors {
		if x := &a.executors[i]; x.state < leaving {
			a.release(x)
			x.state = gone
		}
	}
	a.result.End = e.now
	a.path.close()
	a.updateWait()
	a.toManager(manager.Event{Kind: manager.AppFinished})
	e.emit(Event{Kind: AppEnded, App: a.index})
	e.apps[a.index] = nil
	e.gone = append(e.gone, a)
	e.remaining--
}
