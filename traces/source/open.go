package source

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/formats"
)

// Logs is a Reader of Spark event logs, and of files in the other formats that
// docs/FORMATS.md lists. It reads one log at a time and keeps nothing of it, so
// memory is bounded by the largest application. A file of another format is read
// whole, as it has to be put in order.
type Logs struct {
	// EachLog hands on every log by itself: several attempts of an application
	// as several applications, a copy of a log as one more. It is for looking
	// at logs, and is set before the first Read.
	EachLog bool

	found  *found
	groups []logGroup // of logs that make one application, not yet read
	opened bool
	done   int
	tables int              // files of other formats that were found
	table  *traces.Workload // of the file of another format that is being handed on
	notes  []string
}

// Open finds the event logs in files, folders and archives of the operating
// system; folders are searched to any depth. It reads no log yet. What cannot
// be opened or is no event log is Skipped, with the reason; the error is only
// about a call without paths.
func Open(paths ...string) (*Logs, error) {
	if len(paths) == 0 {
		return nil, errNoPaths
	}
	return newLogs(findPaths(paths)), nil
}

// OpenFS is Open for a file system, such as an embedded one.
func OpenFS(fsys fs.FS, names ...string) (*Logs, error) {
	if len(names) == 0 {
		return nil, errNoPaths
	}
	var s search
	for _, name := range names {
		s.root(fsys, name, name)
	}
	return newLogs(s.finish()), nil
}

func newLogs(f *found) *Logs { return &Logs{found: f, tables: len(f.Tables)} }

var errNoPaths = errors.New("no event logs named: give files, folders or archives")

// Len is the number of logs found.
func (l *Logs) Len() int { return len(l.found.Logs) + l.tables }

// Done is the number of logs read so far, or known not to need reading.
func (l *Logs) Done() int { return l.done }

// Skipped is what was found and is no event log.
func (l *Logs) Skipped() []Skipped { return l.found.Skipped }

// Notes are what reports must say about the files of other formats that have
// been read so far; Collect makes them the workload's.
func (l *Logs) Notes() []string { return l.notes }

// Close removes what was stored to read archives. It is not needed after Read
// has returned io.EOF.
func (l *Logs) Close() error { return l.found.close() }

// Read returns the next application, io.EOF after the last. A *LogError is
// about one log of which no application could be made; reading may go on.
func (l *Logs) Read() (*traces.Application, error) {
	if !l.opened {
		l.opened = true
		l.groups = l.group()
	}
	if len(l.groups) == 0 {
		return l.readTable()
	}
	g := l.groups[0]
	l.groups = l.groups[1:]
	l.done += g.size
	return g.read()
}

// EventLogs hands on the event logs as they were found, not the files of other
// formats, for what works on lines. Each counts as Done when the next is asked for.
func (l *Logs) EventLogs() iter.Seq[*eventlog.Log] {
	return func(yield func(*eventlog.Log) bool) {
		for i := range l.found.Logs {
			if !yield(&l.found.Logs[i]) {
				return
			}
			l.done++
		}
	}
}

// readTable hands on the applications of the files of other formats.
func (l *Logs) readTable() (*traces.Application, error) {
	for l.table == nil || len(l.table.Apps) == 0 {
		if len(l.found.Tables) == 0 {
			return nil, cmp.Or(l.found.close(), io.EOF)
		}
		source := &l.found.Tables[0]
		l.found.Tables = l.found.Tables[1:]
		l.done++
		w, err := formats.Read(source.format, source.path, source.open)
		if err != nil {
			return nil, err
		}
		l.table, l.notes = w, append(l.notes, w.Notes...)
	}
	a := l.table.Apps[0]
	l.table.Apps = l.table.Apps[1:]
	return a, nil
}

// A logHead is what the first lines of a log say about whose it is.
type logHead struct {
	source *eventlog.Log
	start  eventlog.ApplicationStart
}

// A logGroup is the logs of one application, and notes on how they were
// chosen.
type logGroup struct {
	size     int // logs, those left out included
	attempts []logHead
	problems []traces.Note
}

// group puts the logs of the same application together.
func (l *Logs) group() []logGroup {
	var groups []logGroup
	byID := map[string][]logHead{}
	var ids []string
	for i := range l.found.Logs {
		source := &l.found.Logs[i]
		head := logHead{source: source}
		if !l.EachLog {
			if start := eventlog.ReadStart(source); start != nil {
				head.start = *start
			}
		}
		if head.start.ID == "" {
			groups = append(groups, logGroup{size: 1, attempts: []logHead{head}})
			continue
		}
		if byID[head.start.ID] == nil {
			ids = append(ids, head.start.ID)
		}
		byID[head.start.ID] = append(byID[head.start.ID], head)
	}
	for _, id := range ids {
		groups = append(groups, groupAttempts(byID[id])...)
	}
	slices.SortStableFunc(groups, func(x, y logGroup) int {
		return cmp.Compare(x.attempts[0].source.Path, y.attempts[0].source.Path)
	})
	return groups
}

// groupAttempts sorts the logs of one application id. The same attempt with
// the same start is one log, copied; attempts with different numbers are one
// application; logs that share an id but say nothing of attempts are different
// applications, of clusters that count alike.
func groupAttempts(heads []logHead) []logGroup {
	slices.SortStableFunc(heads, func(x, y logHead) int {
		return cmp.Or(compareAttempts(x.start.Attempt, y.start.Attempt), cmp.Compare(x.start.Time, y.start.Time),
			compareBool(x.source.InProgress, y.source.InProgress), cmp.Compare(x.source.Path, y.source.Path))
	})
	var groups []logGroup
	for _, h := range heads {
		if len(groups) > 0 {
			g := &groups[len(groups)-1]
			last := &g.attempts[len(g.attempts)-1]
			switch {
			case last.start.Attempt == h.start.Attempt && last.start.Time == h.start.Time:
				g.problems = append(g.problems, copiedLog.With(h.source.Path))
				g.size++
				continue
			case h.start.Attempt != "" && last.start.Attempt != "" && last.start.Attempt != h.start.Attempt:
				g.attempts = append(g.attempts, h)
				g.size++
				continue
			}
		}
		groups = append(groups, logGroup{size: 1, attempts: []logHead{h}})
	}
	if len(groups) > 1 {
		for i := range groups {
			groups[i].problems = append(groups[i].problems,
				sharedID.With(heads[0].start.ID, len(groups)))
		}
	}
	return groups
}

// compareAttempts compares attempt ids, which are numbers on YARN.
func compareAttempts(x, y string) int {
	m, errX := strconv.Atoi(x)
	n, errY := strconv.Atoi(y)
	if errX == nil && errY == nil {
		return cmp.Compare(m, n)
	}
	return strings.Compare(x, y)
}

// read makes one application of the last attempt; those before it are time held.
func (g *logGroup) read() (*traces.Application, error) {
	last := g.attempts[len(g.attempts)-1]
	app, err := eventlog.Read(last.source)
	if err != nil {
		return nil, err
	}
	problems := g.problems
	if first := g.attempts[0].start.Time; len(g.attempts) > 1 && 0 < first && first <= traces.MaxTime {
		counts := app.Started
		app.Started = time.UnixMilli(min(first, counts.UnixMilli())).UTC()
		app.EarlierAttempts = counts.Sub(app.Started)
	}
	for _, h := range g.attempts[:len(g.attempts)-1] {
		problems = append(problems, earlierAttempt.With(h.start.Attempt, h.source.Path, app.EarlierAttempts, app.Attempt))
	}
	app.Log.Problems = append(problems, app.Log.Problems...)
	return app, nil
}
