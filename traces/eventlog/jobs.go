package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
)

// A jobLog is what the log says about one job. Times are milliseconds since 1970;
// the end is 0 if the job never ended.
type jobLog struct {
	id         int
	start, end int64
	timed      bool // the log has its submission time (Spark 1.3 and later)
	stages     []int
	properties *scan.JobProperties // jobs one after another share equal ones
	failed     bool
	why        string // the exception's message, if it failed
	stopped    bool   // it ran until the application was stopped, which the log does not call its end
}

// An unpersistLog is a release of cached data. Spark does not log its time: the
// latest time before it in the log stands for it.
type unpersistLog struct {
	rdd   int
	at    int64
	after *jobLog // the job before it with the latest end; nil: none
}

func (a *assembler) jobStart(e *scan.JobStart) error {
	if err := checkID("Job ID", e.ID); err != nil {
		return err
	}
	a.jobStarts++
	if a.jobByID.Get(int(e.ID)) != nil {
		a.counts[repeatedJobs]++
		return nil
	}
	j := a.jobByID.Add(int(e.ID))
	*j = jobLog{id: int(e.ID), properties: a.propertiesOf(e), start: a.latest}
	if j.timed = a.advance(e.Time); j.timed {
		j.start = e.Time
	}
	index := len(a.jobs)
	a.jobs = append(a.jobs, j)
	list := func(id int64) *stageLog {
		s := a.stage(int(id))
		if s.job < 0 {
			s.job = index
		}
		if s.listed != j { // Stage IDs repeats the ids of Stage Infos
			s.listed = j
			j.stages = append(j.stages, s.id)
		}
		return s
	}
	for i := range e.Stages {
		info := &e.Stages[i]
		if checkID("Stage ID", info.ID) != nil {
			continue
		}
		s := list(info.ID)
		a.describe(info)
		if n := bounded(info.Tasks); !s.submitted && n > 0 {
			s.total = n // of the whole stage; a later submission may need only a part of it
		}
	}
	for _, id := range e.StageIDs {
		if checkID("Stage ID", id) == nil {
			list(id)
		}
	}
	return nil
}

// propertiesOf returns the properties of a job, the same object as for the job before if they
// are equal.
func (a *assembler) propertiesOf(e *scan.JobStart) *scan.JobProperties {
	if n := len(a.jobs); n > 0 && *a.jobs[n-1].properties == e.Properties {
		return a.jobs[n-1].properties
	}
	properties := e.Properties
	return &properties
}

func (a *assembler) jobEnd(e *scan.JobEnd) error {
	timed := a.advance(e.Time)
	j := a.jobByID.Get(int(e.ID))
	if j == nil || j.end != 0 {
		return nil // Spark posts only the end of a job that had nothing to do
	}
	j.end = a.latest
	if timed {
		j.end = e.Time
	}
	a.interval(j.start, j.end)
	j.end = max(j.end, j.start)
	j.failed = e.Result != "" && e.Result != "JobSucceeded"
	j.why = e.Message
	if a.lastEnded == nil || j.end > a.lastEnded.end {
		a.lastEnded = j
	}
	return nil
}

func (a *assembler) unpersist(e *scan.Unpersist) error {
	if err := checkID("RDD ID", e.ID); err != nil {
		return err
	}
	a.unpersists = append(a.unpersists, unpersistLog{int(e.ID), a.latest, a.lastEnded})
	return nil
}

// buildJobs puts the jobs in the order of submission and finds for each the job that
// the driver had waited for.
func (a *assembler) buildJobs(app *traces.Application, built *builtStages) {
	slices.SortStableFunc(a.jobs, func(x, y *jobLog) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.id, y.id))
	})
	index := map[*jobLog]int{}
	cues, byClock := a.findCues()
	app.Jobs = slices.Grow(app.Jobs, len(a.jobs))
	for i, j := range a.jobs {
		index[j] = i
		graph := built.graph(app, j, &a.stages, i+1)
		job := traces.Job{
			ID: j.id, Cue: cues[i], Stages: graph, Failed: j.failed, Tail: since(built.lastEnd(graph, j.start, j.end), j.end),
			Pool: j.properties.Pool, Group: j.properties.Group, Execution: j.properties.Execution, Description: j.properties.Description,
		}
		job.BarrierSlots = a.unrunBarrier(j)
		if j.end > 0 { // what a batch that still ran takes is not known
			job.Stream, job.Batch = j.properties.Stream()
		}
		app.Jobs = append(app.Jobs, job)
	}
	for _, u := range a.unpersists {
		after := -1
		if u.after != nil {
			after = index[u.after]
		}
		app.Unpersists = append(app.Unpersists, traces.Unpersist{RDD: u.rdd, Cue: a.cue(after, u.at)})
	}
	if byClock {
		app.Until = a.offset(cmp.Or(a.endTime, a.last))
		a.clockStops = true
	} else {
		app.Tail = a.tail()
	}
}

// startUntimedJobs takes the submission of its first own stage for the start of each
// job whose submission time is not in the log (before Spark 1.3).
func (a *assembler) startUntimedJobs() {
	for _, j := range a.jobs {
		if j.timed {
			continue
		}
		var first int64
		for _, id := range j.stages {
			if s := a.stages.Get(id); s.submittedAt > 0 && a.jobs[s.job] == j && (first == 0 || s.submittedAt < first) {
				first = s.submittedAt
			}
		}
		if j.start = cmp.Or(first, j.start); j.end > 0 {
			j.start = min(j.start, j.end)
		}
	}
}

// stopRunningJobs lets the jobs fail at the application's end that still ran then: the log
// has no end of them, and not all tasks of one of their stages. A job whose end alone is
// missing has all of them. What a batch that still ran takes is not known.
func (a *assembler) stopRunningJobs() {
	if a.endTime == 0 {
		return
	}
	for i, j := range a.jobs {
		if query, _ := j.properties.Stream(); j.end > 0 || query != "" {
			continue
		}
		j.stopped = slices.ContainsFunc(j.stages, func(id int) bool {
			s := a.stages.Get(id)
			return s.job == i && s.submitted && !s.completed && s.runs.size() < s.wanted
		})
		if j.stopped {
			j.end, j.failed = max(a.endTime, j.start), true
		}
	}
}

// A predecessor is what the driver had waited for when it submitted a job.
type predecessor struct {
	after int  // index of the job; -1: the application's start
	ended bool // false: the job that was expected to be the predecessor was still running
}

// predecessors finds the predecessor of each job: among the jobs before it, the one
// with the latest end of the same SQL execution or its root, else of the same job
// group, else of the same pool. If that job was still running, the driver did not
// wait for it, and the predecessor is the job whose end is nearest before the
// submission. The jobs are in the order of submission.
func predecessors(jobs []*jobLog) []predecessor {
	byEnd := make([]int, 0, len(jobs))
	for i, j := range jobs {
		if j.end > 0 {
			byEnd = append(byEnd, i)
		}
	}
	slices.SortStableFunc(byEnd, func(x, y int) int { return cmp.Compare(jobs[x].end, jobs[y].end) })
	nearest := -1 // the job whose end is nearest before the present job's start
	latest := map[[2]string]int{}
	found := make([]predecessor, len(jobs))
	for i, j := range jobs {
		for len(byEnd) > 0 && byEnd[0] < i && jobs[byEnd[0]].end <= j.start {
			nearest, byEnd = byEnd[0], byEnd[1:]
		}
		found[i] = predecessor{nearest, true}
		scopes := j.properties.Scopes()
		for _, scope := range scopes {
			last, ok := latest[scope]
			if !ok {
				continue
			}
			if end := jobs[last].end; end > 0 && end <= j.start {
				found[i].after = last
			} else {
				found[i].ended = false
			}
			break
		}
		for _, scope := range scopes {
			if last, ok := latest[scope]; !ok || endsAfter(j, jobs[last]) {
				latest[scope] = i
			}
		}
	}
	return found
}

// endsAfter reports whether a later job ends no earlier than another one. A job that
// never ended ends after all others.
func endsAfter(j, other *jobLog) bool {
	return j.end == 0 || other.end != 0 && j.end >= other.end
}

// cue is a time as a delay after the end of a job, or after the application's start.
func (a *assembler) cue(after int, at int64) traces.Cue {
	from := a.origin()
	if after >= 0 {
		from = a.jobs[after].end
	}
	return traces.Cue{After: after, Gap: time.Duration(max(0, at-from)) * time.Millisecond}
}

// tail is the time from the end of the last job until the driver stopped; 0 if a job
// was running at the end of the log.
func (a *assembler) tail() time.Duration {
	from := a.origin()
	for _, j := range a.jobs {
		if j.end == 0 {
			return 0
		}
		from = max(from, j.end)
	}
	return time.Duration(max(0, cmp.Or(a.endTime, a.last)-from)) * time.Millisecond
}
