package eventlog

import (
	"cmp"
	"math"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// An assembler makes one application of the events of one log. It keeps what
// the workload needs of each event and forgets the rest, so that its size is
// that of the workload.
type assembler struct {
	findings
	source *Log
	lines  int

	scan  scanner
	task  taskEvent
	names interner

	// first and last are the ends of the log's times, latest is the newest time
	// of an event that comes in order; milliseconds since 1970, 0 before any.
	first, last, latest int64
	// backwards is the largest step back in time, in ms, and how often there was one.
	backwards int64
	steps     int
	oddTimes  int // times and durations that cannot be

	version      string
	start        ApplicationStart
	started      bool
	endTime      int64
	ended        bool
	driver       int64 // when the driver's block manager was added
	driverHost   string
	properties   spark.Properties
	profiles     []resourceProfileAdded
	lineages     map[string]*lineage
	stages       map[int]*stageLog
	jobs         []*jobLog
	jobByID      map[int]*jobLog
	executors    []*executorLog
	executorByID map[string]*executorLog
	byFirstTask  []*executorLog // all executors in order of their first tasks; nil: not sorted yet
	hosts        []string
	hostIndex    map[string]int16
	unpersists   []unpersistLog
	blocks       map[[2]int64]*executorLog // by RDD and partition, who holds a cached block
	open         map[int64]*stageLog       // tasks started and not ended
	lastEnded    *jobLog                   // of the jobs that have ended, the latest-ended

	tasks, failedTasks, jobStarts int
	submitted                     int
	added, removed                int
	strayTasks, twiceJobs         int
}

func newAssembler(source *Log) *assembler {
	return &assembler{
		source:       source,
		names:        interner{},
		lineages:     map[string]*lineage{},
		stages:       map[int]*stageLog{},
		jobByID:      map[int]*jobLog{},
		executorByID: map[string]*executorLog{},
		hostIndex:    map[string]int16{},
		open:         map[int64]*stageLog{},
		blocks:       map[[2]int64]*executorLog{},
	}
}

// saw takes in a time that an event names and tells if it can be one.
func (a *assembler) saw(ms int64) bool {
	if ms <= 0 || ms > traces.MaxTime {
		if ms != 0 && ms != -1 { // both stand for "not known" in old logs
			a.oddTimes++
		}
		return false
	}
	if a.first == 0 || ms < a.first {
		a.first = ms
	}
	a.last = max(a.last, ms)
	return true
}

// slack is how far a log's times may run backwards without the clock having
// been set: events reach the log through a queue that several threads of the
// driver feed, each with the time at which it began. In ms; the worst of a
// hundred undamaged logs steps back by 255.
const slack = 2 * 1000

// happened takes in the time of an event that the log holds in order.
func (a *assembler) happened(ms int64) bool {
	if !a.saw(ms) {
		return false
	}
	if back := a.latest - ms; back > slack {
		a.steps++
		a.backwards = max(a.backwards, back)
		a.latest = ms // so that one step is counted once
	}
	a.latest = max(a.latest, ms)
	return true
}

// span takes in the two ends of something, of which the later cannot lie
// before the earlier unless the clock was set.
func (a *assembler) span(from, to int64) {
	if from > 0 && to > 0 && to < from {
		a.steps++
		a.backwards = max(a.backwards, from-to)
	}
}

func (a *assembler) logStart(e *logStart) error {
	a.version = cmp.Or(a.version, e.Version)
	a.saw(e.Time)
	return nil
}

func (a *assembler) applicationStart(e *ApplicationStart) error {
	a.saw(e.Time) // it is older than many a line before it
	if !a.started {
		a.start, a.started = *e, true
	}
	return nil
}

func (a *assembler) applicationEnd(e *timedEvent) error {
	a.ended = true
	if a.happened(e.Time) {
		a.endTime = e.Time
	}
	return nil
}

func (a *assembler) environmentUpdate(e *environmentUpdate) error {
	if a.properties == nil {
		a.properties = e.Spark
	}
	return nil
}

func (a *assembler) resourceProfileAdded(e *resourceProfileAdded) error {
	if err := checkID("Resource Profile Id", e.ID); err != nil {
		return err
	}
	for _, p := range a.profiles {
		if p.ID == e.ID {
			return nil
		}
	}
	a.profiles = append(a.profiles, *e)
	return nil
}

// finish makes the application of what was taken in.
func (a *assembler) finish() (*traces.Application, error) {
	a.endLines(a.ended)
	log := traces.Log{
		Jobs: a.jobStarts, Stages: a.submitted, Tasks: a.tasks, FailedTasks: a.failedTasks,
		ExecutorsAdded: a.added, ExecutorsRemoved: a.removed,
		Span:  time.Duration(a.last-a.first) * time.Millisecond,
		Lines: a.lines, BadLines: a.badLines,
	}
	if !a.started && len(a.jobs) == 0 {
		log.Grade, log.Problems = traces.Unreadable, append(a.source.Problems[:len(a.source.Problems):len(a.source.Problems)], a.problems...)
		return nil, &traces.LogError{Path: a.source.Path, Line: a.firstBad, Err: a.refusal(), Log: log}
	}
	app := &traces.Application{
		Path: a.source.Path, ID: a.start.ID, Attempt: a.start.Attempt, Name: a.start.Name,
		User: a.start.User, SparkVersion: a.version,
		Started:    time.UnixMilli(a.origin()).UTC(),
		Properties: a.properties,
		Hosts:      a.hosts,
	}
	a.identify(app)
	a.buildProfiles(app)
	built := a.buildStages(app)
	a.buildJobs(app, built)
	a.buildRecorded(app)
	a.judge(app)
	log.Grade = a.grade
	log.Problems = append(a.source.Problems[:len(a.source.Problems):len(a.source.Problems)], a.problems...)
	app.Log = log
	return app, nil
}

// origin is the application's start in milliseconds since 1970; every offset
// counts from it.
func (a *assembler) origin() int64 {
	if a.start.Time > 0 && a.start.Time <= traces.MaxTime {
		return a.start.Time
	}
	return a.first
}

// offset is a time as it counts from the application's start, 0 if it lies
// before it: block managers register before ApplicationStart is posted, and
// clocks are set.
func (a *assembler) offset(ms int64) time.Duration {
	return time.Duration(max(0, ms-a.origin())) * time.Millisecond
}

// identify fills in who the application is where the log does not say.
func (a *assembler) identify(app *traces.Application) {
	p := a.properties
	app.ID = cmp.Or(app.ID, p["spark.app.id"], base(a.source.Path))
	app.Name = cmp.Or(app.Name, p["spark.app.name"], app.ID)
	app.Class = traces.Class(app.Name)
	app.Master = p["spark.master"]
	app.Queue = cmp.Or(p["spark.yarn.queue"], p["spark.kubernetes.scheduler.volcano.queue"])
	if app.Queue == "" && spark.Master(app.Master).YARN() {
		app.Queue = "default"
	}
	if setup := a.driver - a.origin(); a.driver > 0 && setup >= 0 && setup <= maxSetup {
		app.Setup = time.Duration(setup) * time.Millisecond
		app.DriverShares, app.DriverBeside = a.besideDriver()
	}
}

// maxSetup bounds the time from ApplicationStart to the driver's block manager
// in ms, which takes seconds even on a slow machine. More than this means that
// one of the two times is wrong.
const maxSetup = 10 * 60 * 1000

// duration is a duration of a task in ms, brought into range.
func (a *assembler) duration(ms int64) int32 {
	if ms < 0 || ms > math.MaxInt32 {
		a.oddTimes++
	}
	return int32(min(max(ms, 0), math.MaxInt32))
}
