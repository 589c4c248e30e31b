package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
)

// A jobLog is what the log says about one job. Times are milliseconds since
// 1970; an end of 0 means that it never ended.
type jobLog struct {
	id         int
	start, end int64
	timed      bool // the log has its submission time (Spark 1.3)
	stages     []int
	properties jobProperties
	failed     bool
}

// An unpersistLog is a release of cached data. Spark does not log its time:
// the newest time before it in the log stands for it.
type unpersistLog struct {
	rdd   int
	at    int64
	after *jobLog // latest-ended job before it; nil: none
}

func (a *assembler) jobStart(e *jobStart) error {
	if err := checkID("Job ID", e.ID); err != nil {
		return err
	}
	a.jobStarts++
	if a.jobByID[int(e.ID)] != nil {
		a.twiceJobs++
		return nil
	}
	j := &jobLog{id: int(e.ID), properties: e.Properties}
	if j.timed = a.happened(e.Time); j.timed {
		j.start = e.Time
	} else {
		j.start = a.latest
	}
	index := len(a.jobs)
	a.jobs = append(a.jobs, j)
	a.jobByID[j.id] = j
	list := func(id int64) *stageLog {
		s := a.stage(int(id))
		if s.job < 0 {
			s.job = index
		}
		if s.listed != j { // Stage IDs repeats Stage Infos
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
		if n := taskCount(info); !s.submitted && n > 0 {
			s.total = n // of the whole stage, which a later submission may need only a part of
		}
	}
	for _, id := range e.StageIDs {
		if checkID("Stage ID", id) == nil {
			list(id)
		}
	}
	return nil
}

func (a *assembler) jobEnd(e *jobEnd) error {
	timed := a.happened(e.Time)
	j := a.jobByID[int(e.ID)]
	if j == nil || j.end != 0 {
		return nil // Spark ends jobs that had nothing to do without having started them
	}
	j.end = a.latest
	if timed {
		j.end = e.Time
	}
	a.span(j.start, j.end)
	j.end = max(j.end, j.start)
	j.failed = e.Result.Result != "" && e.Result.Result != "JobSucceeded"
	if a.lastEnded == nil || j.end > a.lastEnded.end {
		a.lastEnded = j
	}
	return nil
}

func (a *assembler) unpersist(e *unpersistRDD) error {
	if err := checkID("RDD ID", e.ID); err != nil {
		return err
	}
	a.unpersists = append(a.unpersists, unpersistLog{int(e.ID), a.latest, a.lastEnded})
	return nil
}

// buildJobs puts the jobs in the order of submission and finds for each what
// the driver had waited for.
func (a *assembler) buildJobs(app *traces.Application, built *builtStages) {
	for _, j := range a.jobs {
		if j.timed {
			continue
		}
		var first int64 // before Spark 1.3 the first stage's submission is nearest
		for _, id := range j.stages {
			if s := a.stages[id]; s.began > 0 && a.jobs[s.job] == j && (first == 0 || s.began < first) {
				first = s.began
			}
		}
		if j.start = cmp.Or(first, j.start); j.end > 0 {
			j.start = min(j.start, j.end)
		}
	}
	slices.SortStableFunc(a.jobs, func(x, y *jobLog) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.id, y.id))
	})
	index := map[*jobLog]int{}
	waited := predecessors(a.jobs)
	unclear := 0
	for i, j := range a.jobs {
		index[j] = i
		if !waited[i].clear {
			unclear++
		}
		p := &j.properties
		job := traces.Job{
			ID: j.id, Cue: a.cue(waited[i].after, j.start), Pool: p.Pool, Group: p.Group,
			Execution: p.Execution, Failed: j.failed, Description: p.Description,
		}
		job.Stages = built.graph(app, j, a.stages)
		app.Jobs = append(app.Jobs, job)
	}
	a.count(unclear, traces.Complete,
		"1 job was submitted while the one before it ran: it hangs on the job end nearest before it, or on the start",
		"%d jobs were submitted while the ones before them ran: they hang on the job end nearest before them, or on the start")
	for _, u := range a.unpersists {
		after := -1
		if u.after != nil {
			after = index[u.after]
		}
		app.Unpersists = append(app.Unpersists, traces.Unpersist{RDD: u.rdd, Cue: a.cue(after, u.at)})
	}
	app.Tail = a.tail()
}

// A predecessor is what the driver had waited for when it submitted a job.
type predecessor struct {
	after int  // index of the job; -1: the application's start
	clear bool // false: the job that should have been it was still running
}

// predecessors finds the predecessor of each job: of the jobs before it, the
// latest-ended one of the same SQL execution or its root, else of the same job
// group, else of the same pool, else of all. A job that was submitted while
// that one ran did not wait for it: it hangs on the job end nearest before it.
// The jobs are in the order of submission.
func predecessors(jobs []*jobLog) []predecessor {
	byEnd := make([]int, 0, len(jobs))
	for i, j := range jobs {
		if j.end > 0 {
			byEnd = append(byEnd, i)
		}
	}
	slices.SortStableFunc(byEnd, func(x, y int) int { return cmp.Compare(jobs[x].end, jobs[y].end) })
	nearest := -1 // the job that ended last before the present one
	latest := map[[2]string]int{}
	found := make([]predecessor, len(jobs))
	for i, j := range jobs {
		for len(byEnd) > 0 && byEnd[0] < i && jobs[byEnd[0]].end <= j.start {
			nearest, byEnd = byEnd[0], byEnd[1:]
		}
		found[i] = predecessor{nearest, true}
		scopes := j.properties.scopes()
		for _, scope := range scopes {
			last, ok := latest[scope]
			if !ok {
				continue
			}
			if end := jobs[last].end; end > 0 && end <= j.start {
				found[i].after = last
			} else {
				found[i].clear = false
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

// scopes names what a job shares with others, the closest first.
func (p *jobProperties) scopes() [][2]string {
	var scopes [][2]string
	if p.Execution != "" {
		scopes = append(scopes, [2]string{"execution", p.Execution})
	}
	if p.RootExecution != "" { // of a query's subqueries, from Spark 3.4
		scopes = append(scopes, [2]string{"root", p.RootExecution})
	}
	if p.Group != "" {
		scopes = append(scopes, [2]string{"group", p.Group})
	}
	return append(scopes, [2]string{"pool", cmp.Or(p.Pool, "default")})
}

// endsAfter reports whether a later job ends no earlier than another. A job
// that never ended ends after all others.
func endsAfter(j, other *jobLog) bool {
	return j.end == 0 || other.end != 0 && j.end >= other.end
}

// cue is a time told from the end of a job, or from the application's start.
func (a *assembler) cue(after int, at int64) traces.Cue {
	from := a.origin()
	if after >= 0 {
		from = a.jobs[after].end
	}
	return traces.Cue{After: after, Gap: time.Duration(max(0, at-from)) * time.Millisecond}
}

// tail is the time from the end of the last job until the driver stopped; none
// if the log shows a job running at its end.
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
