package eventlog

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dynalloc/traces"
)

// A stageLog is what the log says about one stage, over all its attempts.
type stageLog struct {
	id      int
	name    string
	job     int     // index into assembler.jobs of the first job that lists it; -1: none
	listed  *jobLog // the latest job that lists it
	total   int     // tasks of the whole stage
	profile int

	parents    []int // stage ids
	hasParents bool  // Spark 1.4 and later
	lineage    *lineage

	submitted bool
	began     int64 // first submission, ms since 1970
	wanted    int   // most tasks that one attempt was submitted with
	attempts  map[int]int
	over      bool // an attempt ended
	completed bool // an attempt ended without a failure
	writes    bool // its tasks are ShuffleMapTasks
	twice     bool // ran speculative copies, or more than one attempt
	runs      []taskRun
	// When the last of its tasks was launched.
	lastLaunch int64
	failures   []failedRun
	originals  []failedRun // that lost against their speculative copies
}

// A failedRun is a run of a task that brought nothing.
type failedRun struct {
	partition int32
	end       int64
	took      int32 // ms
}

// A taskRun is one successful run of a task.
type taskRun struct {
	traces.Task
	partition int32
	attempt   int16
	exact     bool // partition is one; else it is the index within an attempt that ran only what was missing
	id        int64
	launch    int64
	executor  *executorLog
	isCopy    bool
}

// A lineage is the RDDs of a stage. Stages that compute the same shuffle have
// the same one, under new stage ids in every job (spec 7.4, pitfall 1).
type lineage struct {
	identity string // the RDD ids
	ids      []int64
	reads    []reading // what it reads of other stages
	caches   []traces.CachedRDD
}

// A reading is an RDD whose parent another stage computes: the far end of a
// shuffle, and the only thing that tells two shuffles of one RDD apart.
type reading struct{ rdd, parent int64 }

// lineageOf returns the lineage of a stage's RDDs, one object for equal ones.
func (a *assembler) lineageOf(rdds []rddInfo) *lineage {
	slices.SortFunc(rdds, func(x, y rddInfo) int { return cmp.Compare(x.ID, y.ID) })
	var key, identity strings.Builder
	for i := range rdds {
		writeInts(&identity, rdds[i].ID)
		writeInts(&key, rdds[i].ID, int64(len(rdds[i].Parents)))
		writeInts(&key, rdds[i].Parents...)
		key.WriteByte(bit(rdds[i].Level.Memory) | bit(rdds[i].Level.Disk)<<1)
	}
	if l := a.lineages[key.String()]; l != nil {
		return l
	}
	l := &lineage{identity: identity.String()}
	for i := range rdds {
		l.ids = append(l.ids, rdds[i].ID)
		if level := rdds[i].Level; level.Memory || level.Disk {
			l.caches = append(l.caches, traces.CachedRDD{ID: int(rdds[i].ID), Memory: level.Memory, Disk: level.Disk})
		}
	}
	for i := range rdds {
		for _, parent := range rdds[i].Parents {
			if !l.has(parent) {
				l.reads = append(l.reads, reading{rdds[i].ID, parent})
			}
		}
	}
	a.lineages[key.String()] = l
	return l
}

func (l *lineage) has(rdd int64) bool {
	if l == nil {
		return false
	}
	_, ok := slices.BinarySearch(l.ids, rdd)
	return ok
}

func writeInts(b *strings.Builder, ns ...int64) {
	for _, n := range ns {
		var raw [8]byte
		for i := range raw {
			raw[i] = byte(n >> (8 * i))
		}
		b.Write(raw[:])
	}
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (a *assembler) stage(id int) *stageLog {
	s := a.stages[id]
	if s == nil {
		s = &stageLog{id: id, job: -1}
		a.stages[id] = s
	}
	return s
}

// describe takes in a Stage Info, wherever it stands.
func (a *assembler) describe(i *stageInfo) *stageLog {
	s := a.stage(int(i.ID))
	s.name = cmp.Or(s.name, i.Name)
	s.profile = int(min(max(i.Profile, 0), traces.MaxID))
	if i.Parents != nil {
		s.hasParents = true
		s.parents = s.parents[:0]
		for _, p := range *i.Parents {
			if checkID("Stage ID", p) == nil {
				s.parents = append(s.parents, int(p))
			}
		}
	}
	if len(i.RDDs) > 0 {
		s.lineage = a.lineageOf(i.RDDs)
	}
	return s
}

// taskCount is a Number of Tasks, brought into range.
func taskCount(i *stageInfo) int { return int(min(max(i.Tasks, 0), traces.MaxID)) }

func (a *assembler) stageSubmitted(e *stageEvent) error {
	if err := checkID("Stage ID", e.Info.ID); err != nil {
		return err
	}
	s := a.describe(&e.Info)
	if !s.submitted {
		s.submitted = true
		a.submitted++
	}
	n := taskCount(&e.Info)
	s.wanted = max(s.wanted, n)
	if s.total == 0 {
		s.total = n
	}
	attempt := attemptOf(e.Info.Attempt)
	if s.twice = s.twice || attempt > 0; s.attempts == nil {
		s.attempts = map[int]int{}
	}
	s.attempts[attempt] = n
	a.stageBegan(s, e.Info.Submitted)
	return nil
}

func (a *assembler) stageBegan(s *stageLog, ms int64) {
	if a.saw(ms) && (s.began == 0 || ms < s.began) {
		s.began = ms
	}
}

func (a *assembler) stageCompleted(e *stageEvent) error {
	if err := checkID("Stage ID", e.Info.ID); err != nil {
		return err
	}
	s := a.describe(&e.Info)
	s.over = true
	s.completed = s.completed || e.Info.Failure == nil
	a.stageBegan(s, e.Info.Submitted)
	a.happened(e.Info.Completed)
	a.span(e.Info.Submitted, e.Info.Completed)
	return nil
}

// attemptOf brings a stage attempt into range. Spark gives up after four in a
// row (spark.stage.maxConsecutiveAttempts).
func attemptOf(n int64) int { return int(min(max(n, 0), maxAttempt)) }

const maxAttempt = math.MaxInt16

func (a *assembler) taskStart(e *taskEvent) error {
	if err := checkID("Stage ID", e.Stage); err != nil {
		return err
	}
	a.happened(e.Info.Launch)
	s := a.stage(int(e.Stage))
	s.twice = s.twice || e.Info.Speculative
	a.open[e.Info.ID] = s
	return nil
}

func (a *assembler) taskEnd(e *taskEvent) error {
	if err := checkID("Stage ID", e.Stage); err != nil {
		return err
	}
	i, m := &e.Info, &e.Metrics
	partition := i.Partition
	if partition < 0 {
		partition = i.Index
	}
	if err := checkID("Partition ID", partition); err != nil {
		return err
	}
	a.tasks++
	a.saw(i.Launch)
	if e.Reason != "Resubmitted" { // else the output of an earlier run was lost, and its times are those of that run
		a.happened(i.Finish)
	}
	a.span(i.Launch, i.Finish)
	delete(a.open, i.ID)
	s := a.stage(int(e.Stage))
	if !s.submitted {
		a.strayTasks++
	}
	s.writes = s.writes || e.Type == "ShuffleMapTask"
	s.twice = s.twice || i.Speculative
	x := a.executor(i.Executor)
	if e.Reason != "Resubmitted" {
		x.ran(i.Launch, i.Finish, i.ID, a.slots(x))
	}
	if e.Reason != "Success" {
		a.failedTasks++
		failed := failedRun{partition: int32(partition), end: i.Finish, took: a.duration(i.Finish - i.Launch)}
		switch {
		case failedOfItself(e.Reason):
			s.failures = append(s.failures, failed)
		case e.Reason == "TaskKilled" && !i.Speculative:
			s.originals = append(s.originals, failed)
		}
		return nil
	}
	attempt := attemptOf(e.StageAttempt)
	run := taskRun{
		partition: int32(partition), attempt: int16(attempt), id: i.ID, launch: i.Launch, executor: x, isCopy: i.Speculative,
		exact: i.Partition >= 0 || attempt == 0 && s.attempts[0] >= s.total,
		Task: traces.Task{
			Run: a.duration(m.Run), Deserialize: a.duration(m.Deserialize), Result: a.duration(m.Result),
			Locality: localityOf(i.Locality), Host: a.host(i.Host),
			Read: max(0, m.RemoteRead) + max(0, m.LocalRead), Write: max(0, m.Written),
		},
	}
	if i.Getting > 0 && i.Finish > i.Getting {
		run.Getting = a.duration(i.Finish - i.Getting)
	}
	// The rest of the wall time; small negative values come of two clocks (spec 7.4, pitfall 7).
	rest := i.Finish - i.Launch - int64(run.Run) - int64(run.Deserialize) - int64(run.Result) - int64(run.Getting)
	if i.Launch > 0 && i.Finish > 0 && rest > 0 {
		run.Scheduler = a.duration(rest)
	}
	if run.Read > 0 {
		x.reads.take(run.launch, run.id, a.slots(x))
	}
	s.lastLaunch = max(s.lastLaunch, run.launch)
	s.runs = append(s.runs, run)
	return nil
}

// failedOfItself tells whether a task would fail wherever it ran. Lost
// executors, lost input and kills are the run's doing and not the work's.
func failedOfItself(reason string) bool {
	switch reason {
	case "ExceptionFailure", "TaskResultLost", "TaskCommitDenied", "UnknownReason":
		return true
	}
	return false
}

// host returns the index of a host's name, -1 if there is none.
func (a *assembler) host(name string) int16 {
	if name == "" {
		return -1
	}
	if i, ok := a.hostIndex[name]; ok {
		return i
	}
	if len(a.hosts) > math.MaxInt16 {
		return -1
	}
	i := int16(len(a.hosts))
	a.hosts = append(a.hosts, name)
	a.hostIndex[name] = i
	return i
}

func localityOf(name string) traces.Locality {
	switch name {
	case "PROCESS_LOCAL":
		return traces.ProcessLocal
	case "NODE_LOCAL":
		return traces.NodeLocal
	case "NO_PREF":
		return traces.NoPref
	case "RACK_LOCAL":
		return traces.RackLocal
	case "ANY":
		return traces.AnyLocality
	}
	return traces.UnknownLocality
}
