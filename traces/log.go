package traces

import (
	"fmt"
	"time"
)

// A Log says what was found in the log of an application, and how far to trust it.
type Log struct {
	Jobs             int           // JobStart events
	Stages           int           // distinct ids of submitted stages
	Tasks            int           // TaskEnd events
	FailedTasks      int           // those whose reason is not Success
	ExecutorsAdded   int           // distinct executor ids, including "driver"
	ExecutorsRemoved int           // distinct executor ids
	Span             time.Duration // last minus first event time
	Lines            int           // that were read; 0 if the source is no event log
	BadLines         int           // that were skipped because they could not be read
	Disruptions      Disruptions
	Grade            Grade
	CopyOf           string // path of a log of the same attempt of the same application; empty: none was read
	Problems         []Note // what is wrong with it
}

// DeriveLog fills in the counts of a.Log for an application that was not read from an
// event log, and the problems that its work shows.
func (a *Application) DeriveLog() {
	a.Log.Jobs, a.Log.Stages, a.Log.Tasks = len(a.Jobs), len(a.Stages), 0
	for i := range a.Stages {
		a.Log.Tasks += a.Stages[i].Size()
	}
	a.Log.Problems = append(a.Log.Problems, a.Excluded.Problems()...)
	if a.Recorded != nil {
		a.Log.ExecutorsAdded, a.Log.ExecutorsRemoved = len(a.Recorded.Executors), len(a.Recorded.Executors)
		a.Log.Span = a.Recorded.End
	}
}

// A Grade is the quality of a log: the worst one that applies.
type Grade uint8

// The grades, from best to worst.
const (
	Complete   Grade = iota // nothing is missing
	Disturbed               // nothing is missing, and part of the time was lost to what a replay does not repeat
	Cut                     // the log ends before the application does
	Lossy                   // events are missing, or lines could not be read
	Clock                   // times run backwards: the driver's clock was set
	Compacted               // the history server removed finished jobs: useless for a replay
	Unreadable              // no application can be made of it
)

var gradeNames = [...]string{"complete", "disturbed", "cut", "lossy", "clock", "compacted", "unreadable"}

func (g Grade) String() string { return gradeNames[g] }

// A LogError is an event log, or a file of another format, of which no application can
// be made.
type LogError struct {
	Path string
	Line int // in its file, of the first line that could not be read; 0 if there is none
	Err  error
	Log  Log // graded Unreadable, with all problems
}

func (e *LogError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Path, e.Err)
}

func (e *LogError) Unwrap() error { return e.Err }
