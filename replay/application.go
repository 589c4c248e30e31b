package replay

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster/manager"
	"dynalloc/traces"
)

// A profile is a resource profile at run time: how large an executor is, how
// many tasks it runs, and how many of it are wanted and held.
type profile struct {
	cores    int32 // of one executor; 0: all that a worker can give
	memoryMB int64 // that one executor really takes, overhead included
	heapMB   int64 // of that, its heap
	taskCPUs int32
	limit    int32        // most tasks that custom resources allow; 0: none
	asked    int          // executors wanted in all
	requests requestQueue // when those that have not come were asked for
	granted  int          // executors held
}

// slots is how many tasks an executor with so many cores runs at one time.
func (p *profile) slots(cores int32) int32 {
	n := cores / p.taskCPUs
	if p.limit > 0 {
		n = min(n, p.limit)
	}
	return max(n, 1)
}

// An application is one application at run time: its driver, its executors and
// its policy.
type application struct {
	engine           *Engine
	index            int32
	app              *traces.Application
	plan             *plan
	result           *AppResult
	policy           policies.Policy
	fallible         policies.Fallible // the policy, if it can fail
	event            policies.Event    // reused for each event that the policy observes
	profiles         []profile
	version          spark.Version    // whose rules hold
	properties       spark.Properties // as the manager reads them
	coresMax         int              // spark.cores.max; 0: no limit
	minExecutors     int              // executors that the policy never goes below
	fair             bool
	service          bool // the shuffle service keeps shuffle files
	decommissions    bool // executors are decommissioned, not killed
	removalDelayed   bool // the driver sees a kill late: RemovalLag
	tracksShuffle    bool // executors with shuffle files are kept
	migrates         bool // and move their blocks first
	speculationRules speculationRules
	localityWait     time.Duration
	pools            []*pool

	driver       driverStart
	began        time.Duration // the driver started; -1: not yet
	driverPlaced bool          // on a node of the cluster
	registered   time.Duration // when the driver registered: phase 0 of the policy's ticks; -1: not yet
	lastTick     time.Duration
	nextTick     time.Duration

	jobs         []jobState
	stages       []stageState
	walk         uint32                // counts walks over the graphs of jobs
	sets         []*taskSet            // of all stage attempts, by number
	waiting      []*taskSet            // sets with pending tasks, in FIFO order
	executors    []executor            // by id
	schedulable  []policies.ExecutorID // those that take tasks, in order of coming
	freed        []policies.ExecutorID // those with a slot freed in this instant
	firstTasks   []firstTask           // started in this instant; their ends are not known yet
	offerAll     bool                  // offer every free slot at the end of this instant
	placementDue bool                  // listed in Engine.unsettled
	offerRounds  uint64                // offers made to all executors
	blocks       []policies.ExecutorID // where each cached block is; -1: nowhere
	removed      []policies.ExecutorID // scratch for Remove
	migrations   uint64                // migrations so far

	filesLost bool // a node was lost with the files that its shuffle service kept

	unfinishedJobs int // jobs that have not ended

	path *pathTracker // nil: not asked for

	held        int           // executors held
	coresHeld   int           // cores held
	waitedUntil time.Duration // when the executor wait was last brought up to date
}

func newApplication(e *Engine, index int, app *traces.Application) (*application, error) {
	spec, err := specOn(&e.config.Cluster, e.fleet, app)
	if err != nil {
		return nil, err
	}
	version := cmp.Or(spec.Version, app.SparkVersion)
	rules := policies.RulesOf(version)
	a := &application{
		engine: e, index: int32(index), app: app, version: spark.ParseVersion(version), properties: propertiesOn(&e.config.Cluster, app, spec), plan: e.plan(app), result: &e.result.Apps[index],
		service: spec.Protection.Service, decommissions: spec.Protection.Decommission,
		removalDelayed: rules.RemovalDelay && e.config.Cluster.Traits().DelaysRemoval,
		tracksShuffle:  spec.Dynamic() && spec.Protection.Tracking && !spec.Protection.Service,
		migrates:       spec.Protection.Decommission && spec.Protection.Migration,
		coresMax:       spec.CoresMax, minExecutors: spec.Limits().Min, fair: app.Properties["spark.scheduler.mode"] == "FAIR",
		began: -1, registered: -1, lastTick: -1, nextTick: policies.Never, waitedUntil: e.now,
		jobs: make([]jobState, len(app.Jobs)), stages: make([]stageState, len(app.Stages)),
		unfinishedJobs: len(app.Jobs), speculationRules: speculationOf(app, rules), localityWait: localityWait(app),
	}
	believed := make([]policies.Profile, len(app.Profiles))
	for i, p := range app.Profiles {
		q := profileOf(p, spec)
		a.profiles = append(a.profiles, q)
		believed[i] = policies.Profile{ID: p.ID, Slots: q.assumedSlots()}
	}
	if a.plan.cached > 0 {
		a.blocks = slices.Repeat([]policies.ExecutorID{nowhere}, a.plan.cached)
	}
	for i := range app.Jobs {
		for _, stage := range app.Jobs[i].Stages {
			a.stages[stage].listing++
		}
	}
	a.result.Policy = spec.String()
	a.result.Jobs = make([]JobResult, len(app.Jobs))
	managed := a.managerApp()
	a.result.Driver = managed.Driver
	if err := e.manager.Fits(managed); err != nil {
		return nil, err
	}
	env := policies.Env{Client: a, Profiles: believed, Rules: rules}
	if spec.Deployable() {
		a.policy = spec.New(env)
	} else {
		a.policy = spec.Foresee(env, e.forecast(app))
	}
	a.fallible, _ = a.policy.(policies.Fallible)
	a.path = newPathTracker(a, spec)
	return a, nil
}

// assumedSlots is how many tasks the driver counts on for each executor. Where
// executor cores are unset that is one, although a standalone worker may give it
// more (SPARK-30299).
func (p *profile) assumedSlots() int {
	if p.cores == 0 {
		return 1
	}
	return int(p.slots(p.cores))
}

// profileOf is a resource profile under a spec, which may say how large an
// executor of the default one is.
func profileOf(p traces.Profile, spec policies.Spec) profile {
	cores, heap, overhead := p.Cores, p.MemoryMB, p.OverheadMB
	if p.ID == 0 && spec.Cores > 0 {
		cores = spec.Cores
	}
	if p.ID == 0 && spec.MemoryMB > 0 && spec.MemoryMB != heap { // else the log's own overhead stands
		heap, overhead = spec.MemoryMB, spark.OverheadMB(spec.MemoryMB)
	}
	return profile{cores: int32(cores), memoryMB: heap + overhead, heapMB: heap, taskCPUs: int32(max(p.TaskCPUs, 1)), limit: int32(p.Limit)}
}

// SpecFor returns the spec that a fleet gives an application; for the spec
// "recorded" that is what the log's own settings mean.
func SpecFor(f policies.Fleet, app *traces.Application) (policies.Spec, error) {
	spec, ok := f.For(app.Name, app.Class)
	if !ok {
		return spec, fmt.Errorf("no rule of the fleet %q matches it; add *=SPEC as the last rule", f.Name)
	}
	if !spec.Recorded() {
		return spec, nil
	}
	return policies.FromProperties(app.Properties, policies.AppInfo{
		SparkVersion: app.SparkVersion, Master: app.Master, PeakExecutors: app.PeakExecutors(),
	})
}

// observe hands the prepared event to the policy and has it asked at the next
// point of its grid.
func (a *application) observe() {
	a.event.At = a.engine.now
	a.policy.Observe(&a.event)
	a.path.policyObserved(&a.event)
	a.tickBy(a.engine.now)
}

// begin starts the driver.
func (a *application) begin() {
	e := a.engine
	a.began = e.now
	a.path.driverStarted()
	a.result.Began = e.now
	e.queue.push(scheduled{at: e.now + a.app.Setup, app: a.index}, becomesReady, driverRegisters)
	if !a.sharesProcessors() {
		a.follow(-1, e.now+a.app.EarlierAttempts)
	}
	a.endIfDone(e.now + a.app.EarlierAttempts)
}

// register is the driver's registration with its manager: the policy sends
// its first request, and its ticks begin.
func (a *application) register() {
	a.registered = a.engine.now
	a.engine.toManager(manager.Event{Kind: manager.AppRegistered, App: int(a.index)})
	a.policy.Start(a.engine.now)
	a.awaitGarbageCollection()
	if a.sharesProcessors() {
		a.startDriver()
	}
	a.tickBy(a.engine.now)
}

// tickBy has the policy asked at the first point of its grid that is not
// before t; two ticks are at least an interval apart.
func (a *application) tickBy(t time.Duration) {
	if a.registered < 0 || t == policies.Never {
		return
	}
	t = a.registered + (max(t, a.registered)-a.registered+policies.Interval-1)/policies.Interval*policies.Interval
	if a.lastTick >= 0 {
		t = max(t, a.lastTick+policies.Interval)
	}
	if t < a.nextTick {
		a.nextTick = t
		a.engine.queue.pushTick(t, a.index)
	}
}

func (a *application) tick() {
	now := a.engine.now
	if a.nextTick != now {
		return // an earlier tick took its place
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

// end stops the driver: all its executors are free for others at once.
func (a *application) end() {
	e := a.engine
	for i := range a.executors {
		if x := &a.executors[i]; x.state < leaving {
			a.release(x)
			x.state = gone
		}
	}
	e.cancelStartups(a)
	a.result.End = e.now
	a.path.close()
	a.updateWait()
	e.toManager(manager.Event{Kind: manager.AppFinished, App: int(a.index)})
	e.emit(Event{Kind: AppEnded, App: a.index})
	e.apps[a.index] = nil
	e.remaining--
}
