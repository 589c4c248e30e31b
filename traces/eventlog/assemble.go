package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/excluded"
	"dynalloc/traces/eventlog/lineage"
	"dynalloc/traces/eventlog/numbered"
	"dynalloc/traces/eventlog/scan"
	"dynalloc/traces/eventlog/slots"
)

// An assembler makes one application of the events of one log. It keeps what the
// workload needs of each event and forgets the rest, so its size is that of the
// workload.
type assembler struct {
	findings
	clock
	log   *Log
	lines int

	scan *scan.Decoder

	version                 string
	start                   scan.ApplicationStart
	started                 bool
	endTime                 int64
	ended                   bool
	driver                  int64 // when the driver's block manager was added, ms since 1970
	driverHost              string
	properties              spark.Properties
	executorCores, taskCPUs int // from the properties; 0 and 1 if they do not say
	profiles                []resourceProfileAdded

	executors    []*executorLog
	executorByID map[string]*executorLog
	lives        *slots.Spans              // of executors, from being added until being removed; nil: not known yet
	starting     map[string]*startingThere // by host; nil: not known yet

	launching []launchSpan // of all stages, in order; nil: not sorted yet

	jobs       []*jobLog
	jobByID    numbered.Table[jobLog]
	lastEnded  *jobLog // the job with the latest end so far
	unpersists []unpersistLog
	strandLog

	stages    numbered.Table[stageLog]
	lastStage *stageLog // that an event was about
	lineages  lineage.Lineages
	spent     slots.Spent
	runMemory runMemory
	taskIDs   slots.Tasks
	blocks    map[[2]int64]*executorLog // by RDD and partition: the executor that holds the cached block
	hosts     []string
	hostIndex map[string]int16

	pressure pressure

	tasks, failedTasks, jobStarts, stagesSubmitted int // counts for traces.Log
	failing                                        int // executors on which tasks failed by themselves
	executorsAdded, executorsRemoved               int

	excluded    excluded.Log
	disruptions traces.Disruptions
	failures    []int64 // when attempts of stages failed, ms since 1970, sorted, after 0; nil: not known yet
	lost        slots.Lost
	waited      time.Duration // the whole waits of which disruptions.Starved is a part
	concluded   []traces.Note // about the cores of executors
	missing     int           // most executors that were lost and not replaced, at one time
	missed      time.Duration // for how long there were any
}

func newAssembler(log *Log) *assembler {
	a := &assembler{
		log:          log,
		taskCPUs:     1,
		scan:         scan.Get(),
		executorByID: map[string]*executorLog{},
		hostIndex:    map[string]int16{},
		blocks:       map[[2]int64]*executorLog{},
	}
	a.scan.Other = log.Decode
	return a
}

func (a *assembler) logStart(e *scan.LogStart) error {
	a.version = cmp.Or(a.version, e.Version)
	a.see(e.Time)
	return nil
}

func (a *assembler) applicationStart(e *scan.ApplicationStart) error {
	a.see(e.Time) // the driver takes it before it posts events that are logged earlier
	if !a.started {
		a.start, a.started = *e, true
	}
	return nil
}

func (a *assembler) applicationEnd(e *scan.Timed) error {
	a.ended = true
	switch {
	case e.Time <= 0 || e.Time >= a.latest-queueDelay:
		if a.advance(e.Time) {
			a.endTime = e.Time
		}
	default: // the last event stands for it
		a.note(traces.Lossy, endUnusable.With(time.UnixMilli(e.Time).UTC().Format(time.DateTime)))
	}
	return nil
}

func (a *assembler) environmentUpdate(e *scan.EnvironmentUpdate) error {
	if a.properties == nil {
		a.properties = e.Spark
		x := spark.ExecutorSizeOf(e.Spark, spark.Version{}, 0) // only its cores, which do not depend on the version
		a.executorCores, a.taskCPUs = x.Cores, x.TaskCPUs
	}
	return nil
}

func (a *assembler) resourceProfileAdded(e *resourceProfileAdded) error {
	if err := checkID("Resource Profile Id", e.ID); err != nil {
		return err
	}
	if !slices.ContainsFunc(a.profiles, func(p resourceProfileAdded) bool { return p.ID == e.ID }) {
		a.profiles = append(a.profiles, *e)
	}
	return nil
}

// finish makes the application after the last event.
func (a *assembler) finish() (*traces.Application, error) {
	a.endLines(a.ended)
	log := traces.Log{
		Jobs: a.jobStarts, Stages: a.stagesSubmitted, Tasks: a.tasks, FailedTasks: a.failedTasks,
		ExecutorsAdded: a.executorsAdded, ExecutorsRemoved: a.executorsRemoved,
		Span:  time.Duration(a.last-a.first) * time.Millisecond,
		Lines: a.lines, BadLines: a.badLines,
	}
	if !a.started && len(a.jobs) == 0 {
		log.Grade, log.Problems = traces.Unreadable, slices.Concat(a.log.Problems, a.problems)
		return nil, &traces.LogError{Path: a.log.Path, Line: a.firstBad, Err: a.refusal(), Log: log}
	}
	if a.properties == nil {
		a.note(traces.Complete, noEnvironment.With())
	}
	a.implyDynamicAllocation()
	app := &traces.Application{
		Path: a.log.Path, ID: a.start.ID, Attempt: a.start.Attempt, Name: a.start.Name,
		User: a.start.User, SparkVersion: a.version,
		Started:    time.UnixMilli(a.origin()).UTC(),
		Properties: a.properties,
		Hosts:      a.hosts,
	}
	a.identify(app)
	a.buildProfiles(app)
	a.raiseCores(app)
	a.startUntimedJobs()
	a.stopRunningJobs()
	built := a.buildStages(app)
	a.buildLosses(app, built)
	a.measure(a.workEnd())
	a.buildJobs(app, built)
	a.noteBarriers(app)
	a.buildRecorded(app)
	app.Excluded = a.excluded.Sum(cmp.Or(a.endTime, a.last))
	for _, n := range app.Excluded.Problems() {
		a.note(traces.Complete, n)
	}
	a.gradeLog()
	a.problems = append(a.problems, a.concluded...)
	log.Grade, log.Problems, log.Disruptions = a.grade, slices.Concat(a.log.Problems, a.problems), a.disruptions
	app.Log = log
	return app, nil
}

// origin is the application's start in ms since 1970. All offsets count from it. Spark
// takes the start before it posts an event. A later one is wrong, and the first event counts,
// unless the clock was set.
func (a *assembler) origin() int64 {
	switch {
	case a.start.Time <= 0 || a.start.Time > traces.MaxTime:
		return a.first
	case a.steps == 0 && a.begun > 0:
		return min(a.start.Time, a.begun)
	}
	return a.start.Time
}

// offset is a time as an offset from the application's start. A time before the
// start becomes 0: block managers register before ApplicationStart is posted, and
// clocks are set.
func (a *assembler) offset(ms int64) time.Duration {
	return time.Duration(max(0, ms-a.origin())) * time.Millisecond
}

// optional is the offset of a time, -1 if the log does not have the time.
func (a *assembler) optional(ms int64) time.Duration {
	if ms <= 0 {
		return -1
	}
	return a.offset(ms)
}

// maxSetup bounds the time from ApplicationStart to the driver's block manager, in
// ms. It takes seconds even on a slow machine; more means that one of the two
// times is wrong.
const maxSetup = 10 * 60 * 1000

// identify fills in what ApplicationStart does not say of the application and its
// driver.
func (a *assembler) identify(app *traces.Application) {
	p := a.properties
	app.ID = cmp.Or(app.ID, p["spark.app.id"], base(a.log.Path))
	app.Name = cmp.Or(app.Name, p["spark.app.name"], app.ID)
	app.Class = traces.Class(app.Name)
	app.Master = p["spark.master"]
	if a.local() {
		app.LocalCores = a.localCores()
		a.note(traces.Complete, localMode.With(app.LocalCores))
	}
	app.Queue = cmp.Or(p["spark.yarn.queue"], p["spark.kubernetes.scheduler.volcano.queue"])
	if app.Queue == "" && spark.Master(app.Master).YARN() {
		app.Queue = "default"
	}
	if setup := a.driver - a.origin(); a.driver > 0 && setup >= 0 && setup <= maxSetup {
		app.Setup = time.Duration(setup) * time.Millisecond
		app.DriverOnExecutorHost, app.DriverContenders = a.driverContention()
	}
}
