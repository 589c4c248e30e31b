package eventlog

import (
	"dynalloc/internal/note"
	"dynalloc/traces"
)

// What can be wrong with a part or a line. A part is named by its file name; line is
// the last line that was read, or the one that is bad.
var (
	partCut        = note.Declare("log-part-cut", "part", "line")
	partCutInside  = note.Declare("log-part-cut-inside", "part", "line")
	partUnreadable = note.Declare("log-part-unreadable", "part", "error")
	partDamaged    = note.Declare("log-part-damaged", "part", "line", "error")
	badLine        = note.Declare("log-bad-line", "part", "line", "error")
	moreBadLines   = note.Declare("log-more-bad-lines", "lines")
)

// What can be wrong with the log as a whole.
var (
	compacted        = note.Declare("log-compacted")
	noEnd            = note.Declare("log-without-end")
	noStart          = note.Declare("log-without-start")
	startLate        = note.Declare("log-start-late", "late")
	endUnusable      = note.Declare("log-end-unusable", "end")
	noEnvironment    = note.Declare("log-without-environment")
	coresRaised      = note.Declare("log-cores-concluded", "executors", "tasks", "cores")
	clockSet         = note.Declare("log-clock-set", "step", "steps")
	firstJobMissing  = note.Declare("log-first-job-missing", "job", "stage")
	jobsWithoutEnd   = note.Declare("log-jobs-without-end", "jobs")
	tasksMissing     = note.Declare("log-tasks-missing", "stage", "tasks", "ended")
	repeatedWork     = note.Declare("log-repeated-work", "repeated", "total", "executors", "runs", "attempts")
	executorsLost    = note.Declare("log-executors-lost", "executors", "runs")
	repeatedFetches  = note.Declare("log-repeated-fetches", "repeated", "total", "fetches", "runs", "attempts")
	starvedOf        = note.Declare("log-without-executors", "time", "total")
	starvedBeyond    = note.Declare("log-long-without-executors", "waited", "total", "time", "start")
	executorsMissing = note.Declare("log-executors-missing", "time", "total", "executors")
	failedJobs       = note.Declare("log-failed-jobs", "jobs", "of")
	barrierRefused   = note.Declare("log-barrier-refused", "job", "tasks", "exception")
	barrierUnrun     = note.Declare("log-barrier-never-ran", "job", "tasks")
	barrierRan       = note.Declare("log-barrier-under-dynamic-allocation")
	chainedStages    = note.Declare("log-stages-chained")
	localMode        = note.Declare("log-local-mode", "cores")
)

// A problem is something that can be wrong with a log in several places.
type problem int

// The problems, in the order in which they are reported.
const (
	invalidTimes problem = iota
	strayTasks
	repeatedEnds
	repeatedJobs
	orphanStages
	cyclicStages
	stagesWithoutEnd
	unknownExecutors
	tasksWithoutEnd
	tasksUnmeasured
	stagesNeverRun
	shufflesRecomputed
	ambiguousShuffles
	incompleteStages
	concurrentJobs
	problems // their number
)

// graded has the note for each problem, with the number of places, and the grade of
// a log in which it is found once. A guess does not lower the grade.
var graded = [problems]struct {
	kind  note.Kind
	grade traces.Grade
}{
	invalidTimes:       {note.Declare("log-invalid-times", "times"), traces.Lossy},
	strayTasks:         {note.Declare("log-stray-tasks", "tasks"), traces.Lossy},
	repeatedEnds:       {note.Declare("log-tasks-ended-twice", "tasks"), traces.Lossy},
	repeatedJobs:       {note.Declare("log-jobs-started-twice", "jobs"), traces.Lossy},
	orphanStages:       {note.Declare("log-stages-without-job", "stages"), traces.Lossy},
	cyclicStages:       {note.Declare("log-cyclic-stages", "stages"), traces.Lossy},
	stagesWithoutEnd:   {note.Declare("log-stages-without-end", "stages"), traces.Lossy},
	unknownExecutors:   {note.Declare("log-executors-never-added", "executors"), traces.Lossy},
	tasksWithoutEnd:    {note.Declare("log-tasks-without-end", "tasks"), traces.Lossy},
	tasksUnmeasured:    {note.Declare("log-tasks-without-metrics", "tasks"), traces.Complete},
	stagesNeverRun:     {note.Declare("log-stages-never-run", "stages"), traces.Complete},
	shufflesRecomputed: {note.Declare("log-shuffles-recomputed", "stages"), traces.Complete},
	ambiguousShuffles:  {note.Declare("log-ambiguous-shuffles", "stages"), traces.Complete},
	incompleteStages:   {note.Declare("log-incomplete-stages", "stages"), traces.Complete},
	concurrentJobs:     {note.Declare("log-concurrent-jobs", "jobs"), traces.Complete},
}

// maxBadLines is how many unreadable lines of a log are reported one by one.
const maxBadLines = 20

// findings collects what is wrong with a log while it is read.
type findings struct {
	grade    traces.Grade
	problems []traces.Note
	counts   [problems]int
	badLines int
	firstBad int         // number of the first bad line in its part
	firstErr error       // what is wrong with that line
	damage   error       // of the first part that could not be read to its end; nil: all could
	lastBad  traces.Note // the latest bad line until another line follows; zero: none
}

// note adds a note. The log gets this grade at best.
func (f *findings) note(grade traces.Grade, n traces.Note) {
	f.grade = max(f.grade, grade)
	f.problems = append(f.problems, n)
}

// badLine adds a line that could not be read. Its grade is open: an application that
// is killed often leaves half a line at the end, which alone loses nothing.
func (f *findings) badLine(part string, line int, err error) {
	f.flushBadLine()
	if f.badLines++; f.badLines == 1 {
		f.firstBad, f.firstErr = line, err
	}
	f.lastBad = badLine.With(part, line, err)
}

// flushBadLine grades the latest bad line as one inside the log.
func (f *findings) flushBadLine() {
	if f.lastBad.Kind == "" {
		return
	}
	if f.grade = max(f.grade, traces.Lossy); f.badLines <= maxBadLines {
		f.problems = append(f.problems, f.lastBad)
	}
	f.lastBad = traces.Note{}
}

// endLines is called after the last line. A bad last line counts as cut if the log
// has no ApplicationEnd before it.
func (f *findings) endLines(ended bool) {
	if f.lastBad.Kind != "" && !ended {
		f.note(traces.Cut, f.lastBad)
		f.lastBad = traces.Note{}
	}
	f.flushBadLine()
	if more := f.badLines - maxBadLines; more > 0 {
		f.note(traces.Lossy, moreBadLines.With(more))
	}
}
