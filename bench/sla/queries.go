package sla

import (
	"slices"
	"strconv"
	"time"

	"dynalloc/replay"
	"dynalloc/traces"
)

// A Query is the jobs of an application that share a deadline: those of one
// micro-batch of a stream, else of one job group if the line of the file matches
// groups, else those of one SQL execution, else a single job. Its duration is from the
// submission of its first job to the end of its last; that of a micro-batch is from its
// trigger.
type Query struct {
	App      int    // index into Workload.Apps
	Name     string // such as "execution 12"
	Jobs     []int  // indexes into Application.Jobs, in order
	Deadline time.Duration

	rule    int           // index into Suite.Deadlines
	trigger time.Duration // of a micro-batch, after the start of the attempt that counts; 0: none
	earlier time.Duration // Application.EarlierAttempts
}

// A QueryResult is the outcome of a query.
type QueryResult struct {
	Duration time.Duration // -1: the query did not end
	Deadline time.Duration
}

// Missed reports whether the query ended after its deadline or did not end.
func (q *QueryResult) Missed() bool { return q.Duration < 0 || q.Duration > q.Deadline }

// Duration returns the time of the query in a replay of its application; -1 if one of
// its jobs did not end.
func (q *Query) Duration(a *replay.AppResult) time.Duration {
	return q.duration(a.Submit+q.earlier, func(j int) (start, end time.Duration, ended bool) {
		return a.Jobs[j].Start, a.Jobs[j].End, a.Completed(j)
	})
}

// RecordedDuration returns the time of the query in a recording of its application; -1
// if one of its jobs did not end.
func (q *Query) RecordedDuration(r *traces.Recorded) time.Duration {
	return q.duration(0, func(j int) (start, end time.Duration, ended bool) {
		if j >= len(r.Jobs) {
			return 0, 0, false
		}
		return r.Jobs[j].Start, r.Jobs[j].End, r.Jobs[j].End >= 0
	})
}

func (q *Query) duration(clock time.Duration, job func(j int) (start, end time.Duration, ended bool)) time.Duration {
	first, last := time.Duration(-1), time.Duration(0)
	if q.trigger > 0 {
		first = clock + q.trigger
	}
	for _, j := range q.Jobs {
		start, end, ended := job(j)
		if !ended {
			return -1
		}
		if first < 0 || start < first {
			first = start
		}
		last = max(last, end)
	}
	return last - first
}

// QueriesOf returns the queries of an application that a line matches. The line that
// matches the first job of a query applies to all its jobs.
func (d Deadlines) QueriesOf(index int, a *traces.Application) []Query {
	rules := d.queryRules(a)
	if len(rules) == 0 {
		return nil
	}
	type key struct{ kind, id string }
	keyOf := func(j int, rule int) key {
		job := &a.Jobs[j]
		switch {
		case job.Stream != "":
			return key{"batch", job.Stream + " " + job.Batch}
		case d[rule].Group != "":
			return key{"group", job.Group}
		case job.Execution != "":
			return key{"execution", job.Execution}
		}
		return key{"job", strconv.Itoa(job.ID)}
	}
	var queries []Query
	at := map[key]int{}
	for j := range a.Jobs {
		rule := d.ruleForJob(rules, &a.Jobs[j])
		if rule < 0 {
			continue
		}
		k := keyOf(j, rule)
		if _, known := at[k]; !known {
			at[k] = len(queries)
			q := Query{App: index, Name: k.kind + " " + k.id, rule: rule, earlier: a.EarlierAttempts}
			if a.Jobs[j].Stream != "" {
				q.trigger = a.Jobs[j].Cue.At
			}
			queries = append(queries, q)
		}
	}
	for j := range a.Jobs { // jobs of the query that match no line also belong to it
		for _, k := range []key{{"batch", a.Jobs[j].Stream + " " + a.Jobs[j].Batch}, {"group", a.Jobs[j].Group}, {"execution", a.Jobs[j].Execution}, {"job", strconv.Itoa(a.Jobs[j].ID)}} {
			if i, ok := at[k]; ok {
				queries[i].Jobs = append(queries[i].Jobs, j)
				break
			}
		}
	}
	return slices.DeleteFunc(queries, func(q Query) bool { return len(q.Jobs) == 0 })
}

// QueriesWithDeadline returns the queries of a workload that have a deadline, by
// application; alone has the result of each application alone on the idle cluster.
func QueriesWithDeadline(w *traces.Workload, d Deadlines, alone []*replay.AppResult) []Query {
	type repeated struct {
		program program
		rule    int
	}
	took := map[repeated][]float64{} // recorded, in seconds
	var queries []Query
	for i, a := range w.Apps {
		own := d.QueriesOf(i, a)
		queries = append(queries, own...)
		if a.Recorded == nil {
			continue
		}
		for k := range own {
			if t := own[k].RecordedDuration(a.Recorded); t >= 0 {
				key := repeated{programOf(a), own[k].rule}
				took[key] = append(took[key], t.Seconds())
			}
		}
	}
	for _, t := range took {
		slices.Sort(t)
	}
	for i := range queries {
		q := &queries[i]
		due := d[q.rule].DeadlineRule
		var reference time.Duration
		switch due.Basis {
		case Within:
			q.Deadline = due.Within
		case Alone:
			reference = q.Duration(alone[q.App])
		case History:
			reference = quantileTime(took[repeated{programOf(w.Apps[q.App]), q.rule}])
		}
		if reference > 0 {
			q.Deadline = Multiple(due.Factor, reference)
		}
	}
	return slices.DeleteFunc(queries, func(q Query) bool { return q.Deadline <= 0 })
}
