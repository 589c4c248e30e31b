package eventlog

import (
	"fmt"

	"dynalloc/traces"
)

// maxBadLines is how many unreadable lines of a log are named one by one.
const maxBadLines = 20

// findings collects what is wrong with a log while it is read.
type findings struct {
	grade    traces.Grade
	problems []string
	badLines int
	firstBad int    // number of the first bad line in its part
	lastBad  string // text of the latest bad line, until it is known whether another line follows
}

// note records a problem; the log is of this grade at best.
func (f *findings) note(g traces.Grade, format string, args ...any) {
	f.grade = max(f.grade, g)
	f.problems = append(f.problems, fmt.Sprintf(format, args...))
}

// count records something that happened n times, if it did.
func (f *findings) count(n int, g traces.Grade, one, many string) {
	switch n {
	case 0:
	case 1:
		f.note(g, "%s", one)
	default:
		f.note(g, many, n)
	}
}

// badLine records a line that could not be read. Its grade is open: the last
// line of a log is often cut, and that alone loses nothing.
func (f *findings) badLine(number int, where string, err error) {
	f.flushBadLine()
	if f.badLines++; f.badLines == 1 {
		f.firstBad = number
	}
	f.lastBad = fmt.Sprintf("%s: %v; skipped", where, err)
}

// flushBadLine is told that the latest bad line was not the last of the log.
func (f *findings) flushBadLine() {
	if f.lastBad == "" {
		return
	}
	if f.grade = max(f.grade, traces.Lossy); f.badLines <= maxBadLines {
		f.problems = append(f.problems, f.lastBad)
	}
	f.lastBad = ""
}

// endLines is told that there are no more lines. A bad last line counts as cut
// if nothing says that the application had ended before.
func (f *findings) endLines(ended bool) {
	if f.lastBad != "" && !ended {
		f.note(traces.Cut, "%s", f.lastBad)
		f.lastBad = ""
	}
	f.flushBadLine()
	if more := f.badLines - maxBadLines; more > 0 {
		f.note(traces.Lossy, "and %d more lines like these were skipped", more)
	}
}
