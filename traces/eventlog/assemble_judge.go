package eventlog

import (
	"errors"
	"fmt"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// judge looks for what is missing, once all is known, and grades the log.
func (a *assembler) judge(app *traces.Application) {
	if a.source.Compacted {
		a.note(traces.Compacted, "the history server compacted this log: finished jobs were removed from it, so it cannot be replayed")
	}
	if a.source.Incomplete {
		a.grade = max(a.grade, traces.Lossy)
	}
	if !a.ended {
		a.note(traces.Cut, "the log ends before the application does: no ApplicationEnd")
	}
	if !a.started {
		a.note(traces.Lossy, "no ApplicationStart: its time is taken from the first event")
	}
	if a.steps > 0 {
		a.note(traces.Clock, "times run backwards, by up to %v (places: %d): the driver's clock was set, or the log was edited",
			time.Duration(a.backwards)*time.Millisecond, a.steps)
	}
	a.count(a.oddTimes, traces.Lossy, "1 time or duration is out of range: it was brought into range or left out",
		"%d times or durations are out of range: they were brought into range or left out")
	a.count(a.strayTasks, traces.Lossy, "1 task ended in a stage that was never submitted", "%d tasks ended in stages that were never submitted")
	a.count(a.twiceJobs, traces.Lossy, "1 job started twice: the first time counts", "%d jobs started twice: the first time counts")
	a.judgeJobs()
	a.judgeStages()
	a.judgeExecutors()
	a.judgeOpenTasks()
	if a.local(app) {
		a.note(traces.Complete, "it ran in local mode: there were no executors to compare with")
	}
}

func (a *assembler) judgeJobs() {
	firstJob, firstStage, running := -1, -1, 0
	for _, j := range a.jobs {
		if firstJob < 0 || j.id < firstJob {
			firstJob = j.id
		}
		if j.end == 0 {
			running++
		}
	}
	for id := range a.stages {
		if firstStage < 0 || id < firstStage {
			firstStage = id
		}
	}
	if a.started && firstJob > 0 && firstStage > 0 {
		a.note(traces.Lossy, "the first job is number %d and the first stage number %d: those before are missing", firstJob, firstStage)
	}
	g := traces.Cut
	if a.ended {
		g = traces.Lossy
	}
	a.count(running, g, "1 job has no end", "%d jobs have no end")
}

// judgeStages counts stages that never ended, although a job that needed them
// succeeded.
func (a *assembler) judgeStages() {
	n := 0
	counted := map[int]bool{}
	for _, j := range a.jobs {
		if j.end == 0 || j.failed {
			continue
		}
		for _, id := range j.stages {
			if s := a.stages[id]; s.submitted && !s.over && !counted[id] {
				counted[id] = true
				n++
			}
		}
	}
	a.count(n, traces.Lossy, "1 stage has no end, although its job succeeded", "%d stages have no end, although their jobs succeeded")
}

// judgeExecutors counts executors that ran tasks and were never added. Before
// Spark 1.3 there were no such events at all.
func (a *assembler) judgeExecutors() {
	n := 0
	for _, x := range a.executors {
		if x.lastTask > 0 && !x.hasAdded {
			n++
		}
	}
	if a.added == 0 {
		return
	}
	a.count(n, traces.Lossy, "1 executor ran tasks and was never added", "%d executors ran tasks and were never added")
}

// judgeOpenTasks counts tasks that started and never ended, although their
// stage completed. Copies and runs of earlier attempts may still run when an
// application stops, so stages that had any do not count.
func (a *assembler) judgeOpenTasks() {
	n := 0
	for _, s := range a.open {
		if s.completed && !s.twice {
			n++
		}
	}
	a.count(n, traces.Lossy, "1 task started and never ended, although its stage completed",
		"%d tasks started and never ended, although their stages completed")
}

// local reports whether all work was done inside the driver.
func (a *assembler) local(app *traces.Application) bool {
	inDriver := false
	for _, x := range a.executors {
		if !isDriver(x.id) {
			return false
		}
		inDriver = true
	}
	return inDriver || len(a.executors) == 0 && spark.Master(app.Master).Local()
}

// What makes a log unreadable.
var (
	errEmptyLog = errors.New("not a Spark event log: it has no lines; give a log that Spark wrote")
	errNoApp    = errors.New("no application can be made of it: it has neither an ApplicationStart nor a job; give the whole log")
)

func (a *assembler) refusal() error {
	switch {
	case a.lines == 0:
		return errEmptyLog
	case a.badLines == a.lines:
		return fmt.Errorf("not a Spark event log: none of its lines could be read (%d); each should be a JSON object that begins with \"Event\"; nor has it a format of docs/FORMATS.md", a.lines)
	}
	return errNoApp
}
