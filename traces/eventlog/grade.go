package eventlog

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// gradeLog looks for what is missing in a log that was read to its end, and grades
// it.
func (a *assembler) gradeLog() {
	if a.log.Compacted {
		a.note(traces.Compacted, compacted.With())
	}
	if a.log.Incomplete {
		a.grade = max(a.grade, traces.Lossy)
	}
	if !a.ended {
		a.note(traces.Cut, noEnd.With())
	}
	if !a.started {
		a.note(traces.Lossy, noStart.With())
	}
	if late := a.start.Time - a.origin(); late > 0 && a.start.Time <= traces.MaxTime {
		a.note(traces.Complete, startLate.With(time.Duration(late)*time.Millisecond))
	}
	if a.steps > 0 {
		a.note(traces.Clock, clockSet.With(time.Duration(a.largestStep)*time.Millisecond, a.steps))
	}
	a.gradeJobs()
	a.gradeDisruptions()
	a.counts[invalidTimes] = a.invalid
	a.countOpenStages()
	a.countUnknownExecutors()
	a.countOpenTasks()
	for p, n := range a.counts {
		if n > 0 {
			a.note(graded[p].grade, graded[p].kind.With(n))
		}
	}
	if a.clockStops && a.grade == traces.Cut { // nothing is missing but the end
		a.grade = traces.Complete
		a.note(traces.Complete, stillRunning.With(time.Duration(a.last-a.origin())*time.Millisecond))
	}
}

// gradeDisruptions says how much of the application's time was lost to what a replay does
// not repeat. It lowers the grade if that is at least 1 % of the time, which is less than
// what replays of undisturbed logs are wrong by.
func (a *assembler) gradeDisruptions() {
	d := &a.disruptions
	total := a.offset(cmp.Or(a.endTime, a.last))
	grade := func(lost time.Duration) traces.Grade {
		if lost > 0 && lost >= total/100 {
			return traces.Disturbed
		}
		return traces.Complete
	}
	short := func(t time.Duration) time.Duration { return t.Round(100 * time.Millisecond) }
	switch {
	case d.Executors > 0 && short(d.Repeated) == 0:
		a.note(traces.Complete, executorsLost.With(d.Executors, d.Runs))
	case d.Executors > 0:
		a.note(grade(d.Repeated), repeatedWork.With(short(d.Repeated), short(total), d.Executors, d.Runs, d.Attempts))
	case d.Runs > 0:
		a.note(grade(d.Repeated), repeatedFetches.With(short(d.Repeated), short(total), d.Fetches, d.Runs, d.Attempts))
	}
	if short(a.missed) > 0 {
		a.note(traces.Complete, executorsMissing.With(short(a.missed), short(total), a.missing))
	}
	switch {
	case d.Starved > 0 && a.waited > d.Starved:
		a.note(grade(d.Starved), starvedBeyond.With(short(a.waited), short(total), short(d.Starved), longestStart*time.Millisecond))
	case d.Starved > 0:
		a.note(grade(d.Starved), starvedOf.With(short(d.Starved), short(total)))
	}
	failed := 0
	for _, j := range a.jobs {
		if j.failed {
			failed++
		}
	}
	if failed > 0 {
		a.note(traces.Complete, failedJobs.With(failed, len(a.jobs)))
	}
}

// gradeJobs looks for missing jobs. Spark numbers jobs and stages from 0, so a log
// without job 0 and stage 0 has lost its beginning.
func (a *assembler) gradeJobs() {
	firstJob, firstStage, open := traces.MaxID, traces.MaxID, 0
	for _, j := range a.jobs {
		firstJob = min(firstJob, j.id)
		if j.end == 0 || j.stopped {
			open++
		}
	}
	for id := range a.stages.All() {
		firstStage = min(firstStage, id)
	}
	if a.started && len(a.jobs) > 0 && a.stages.Len() > 0 && firstJob > 0 && firstStage > 0 {
		a.note(traces.Lossy, firstJobMissing.With(firstJob, firstStage))
	}
	switch {
	case open > 0 && a.ended:
		a.note(traces.Lossy, jobsWithoutEnd.With(open))
	case open > 0:
		a.note(traces.Cut, jobsWithoutEnd.With(open))
	}
}

// countOpenStages counts stages that never ended although a job that needed them
// succeeded.
func (a *assembler) countOpenStages() {
	counted := map[int]bool{}
	for _, j := range a.jobs {
		if j.end == 0 || j.failed {
			continue
		}
		for _, id := range j.stages {
			if s := a.stages.Get(id); s.submitted && !s.ended && !counted[id] {
				counted[id] = true
				a.counts[stagesWithoutEnd]++
			}
		}
	}
}

// countUnknownExecutors counts executors that ran tasks and were never added, unless
// the log can have no ExecutorAdded: before Spark 1.3, and in the driver.
func (a *assembler) countUnknownExecutors() {
	version := spark.ParseVersion(a.version)
	logged := a.executorsAdded > 0 || version.Known() && !version.Before(1, 3)
	for _, x := range a.executors {
		if logged && x.lastTask > 0 && !x.hasAdded && !isDriver(x.id) {
			a.counts[unknownExecutors]++
		}
	}
}

// countOpenTasks counts tasks that started and never ended although their stage
// completed. Stages with speculative copies or several attempts do not count: some
// of their tasks may still run when the application stops.
func (a *assembler) countOpenTasks() {
	a.taskIDs.EachOpen(func(stage, n int) {
		if s := a.stages.Get(stage); s.completed && !s.repeated {
			a.counts[tasksWithoutEnd] += n
		}
	})
}

// refusal says why no application can be made of a log.
func (a *assembler) refusal() error {
	switch {
	case a.damage != nil:
		return fmt.Errorf("%w; what was read has neither an ApplicationStart nor a job: copy the log again", a.damage)
	case a.lines == 0:
		return errors.New("not a Spark event log: it has no lines; give a log that Spark wrote")
	case a.badLines == a.lines:
		return fmt.Errorf(`not a Spark event log: none of its lines could be read (%d); expected JSON objects that begin with "Event", or one of the formats of docs/FORMATS.md`, a.lines)
	}
	if a.badLines > 0 {
		return fmt.Errorf("%w; %d of %d lines cannot be read, and the others have neither an ApplicationStart nor a job: give the log as Spark wrote it", a.firstErr, a.badLines, a.lines)
	}
	return errors.New("no application can be made of it: it has neither an ApplicationStart nor a job; give the whole log")
}
