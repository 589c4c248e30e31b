package traces

import (
	"fmt"
	"time"

	"dynalloc/internal/note"
)

// A Note is something that a reader of results should know, as a value: a kind and
// its arguments. Package reports has the sentence for each kind.
type Note = note.Note

// Log says what was found in the log of an application and how far to trust it.
type Log struct {
	Jobs             int           // JobStart events
	Stages           int           // distinct submitted stage ids
	Tasks            int           // TaskEnd events
	FailedTasks      int           // of those, reason not Success
	ExecutorsAdded   int           // distinct executor ids, "driver" included
	ExecutorsRemoved int           // distinct executor ids
	Span             time.Duration // last minus first event time
	Lines            int           // lines read
	BadLines         int           // of those, skipped because they could not be read
	Grade            Grade
	Problems         []Note // what is wrong with it; package reports words them
}

// Grade is the quality of a log, the worst that applies.
type Grade uint8

// Grades from best to worst.
const (
	Complete   Grade = iota // everything is there
	Cut                     // the log ends before the application does
	Lossy                   // events are missing, or lines could not be read
	Clock                   // times run backwards: the driver's clock was set
	Compacted               // the history server removed finished work: useless for a replay
	Unreadable              // no application could be made of it
)

var gradeNames = [...]string{"complete", "cut", "lossy", "clock", "compacted", "unreadable"}

func (g Grade) String() string { return gradeNames[g] }

// DeriveLog fills in the counts that an event log would have had.
func (a *Application) DeriveLog() {
	a.Log.Jobs, a.Log.Stages, a.Log.Tasks = len(a.Jobs), len(a.Stages), 0
	for i := range a.Stages {
		a.Log.Tasks += len(a.Stages[i].Tasks)
	}
	if a.Recorded != nil {
		a.Log.ExecutorsAdded, a.Log.ExecutorsRemoved = len(a.Recorded.Executors), len(a.Recorded.Executors)
		a.Log.Span = a.Recorded.End
	}
}

// A LogError is an event log of which no application can be made.
type LogError struct {
	Path string
	Line int // of the first line that could not be read, in its part; 0: there was none
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

// LineError is an error about a line of a file.
func LineError(path string, line int, format string, args ...any) error {
	return &LogError{Path: path, Line: line, Err: fmt.Errorf(format, args...)}
}
