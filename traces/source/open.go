package source

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/saved"
)

// Logs hands on the applications of Spark event logs, and of files in the formats of
// docs/FORMATS.md. It reads as many logs at a time as there are processors, some ahead of
// Read, and keeps nothing of them, so memory is bounded by a few of the largest
// applications. A file of another format is read whole, because
// its applications have to be sorted. Logs implements traces.Reader.
type Logs struct {
	// EachLog hands on each log as one application, even if it is an attempt of an
	// application with several or a copy of another log. Its Started is that of the
	// first attempt, so that traces.Identity is the same for the logs of one application.
	// It is for the inspection of logs, and must be set before the first Read.
	EachLog bool

	// Arrivals is how the jobs of event logs are taken to be started. It must be set
	// before the first Read.
	Arrivals eventlog.Arrivals

	// Cache, if it is not nil, keeps what was read, and saves reading it again. It must be
	// set before the first Read.
	Cache *saved.Folder

	// Took, if it is not nil, is called with how long each log took to read or load, by several
	// goroutines. It must be set before the first Read.
	Took func(path string, took time.Duration)

	stopped func() error // the error with which reading ends
	found   *found
	groups  []logGroup    // not yet handed on; nil before the first Read
	ahead   []chan result // of the first of groups, which are being read
	slots   chan struct{} // one for each log that is read at this moment
	opened  bool
	done    int
	tables  int              // files of foreign formats that were found
	table   *traces.Workload // of the file of a foreign format that is being handed on
	notes   []traces.Note
	copies  []string // logs that were not read, because others are the same
}

// Open finds the event logs in files, folders and archives of the operating system. It
// searches folders to any depth and reads no log yet. Files that cannot be opened or
// are no event logs are Skipped. The error is only about a call without paths.
func Open(paths ...string) (*Logs, error) { return OpenContext(context.Background(), paths...) }

// OpenContext is Open until ctx is cancelled: then the search ends with the error of ctx,
// and so does every later Read.
func OpenContext(ctx context.Context, paths ...string) (*Logs, error) {
	if len(paths) == 0 {
		return nil, errNoPaths
	}
	s := search{stopped: ctx.Err}
	found := s.paths(paths)
	if err := ctx.Err(); err != nil {
		found.close()
		return nil, err
	}
	l := newLogs(found)
	l.stopped = ctx.Err
	return l, nil
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

func newLogs(f *found) *Logs {
	return &Logs{found: f, tables: len(f.Tables), stopped: func() error { return nil }}
}

var errNoPaths = errors.New("no event logs named: give files, folders or archives")

// Len returns how many logs were found.
func (l *Logs) Len() int { return len(l.found.Logs) + l.tables }

// Done returns how many logs have been read, or need not be read.
func (l *Logs) Done() int { return l.done }

// Skipped returns the files that are not event logs, by path.
func (l *Logs) Skipped() []Skipped { return l.found.Skipped }

// Notes returns what reports must say about the files of foreign formats, and about the
// copies of logs, that have been read so far. traces.Collect makes them the workload's
// notes.
func (l *Logs) Notes() []traces.Note {
	if len(l.copies) == 0 {
		return l.notes
	}
	return append(slices.Clone(l.notes), copiesLeftOut.With(len(l.copies), l.copies))
}

// Close removes temporary files. It is not needed after Read has returned io.EOF.
func (l *Logs) Close() error {
	for _, reading := range l.ahead {
		<-reading
	}
	l.ahead = nil
	return l.found.close()
}

// Read returns the next application, io.EOF after the last. An error that is a
// *traces.LogError is about one log of which no application can be made; reading can go
// on after it.
func (l *Logs) Read() (*traces.Application, error) {
	if !l.opened {
		l.opened = true
		for i := range l.found.Logs {
			l.found.Logs[i].Arrivals = l.Arrivals
		}
		l.groups = groupLogs(l.found.Logs)
		if l.EachLog {
			var each []logGroup
			for i := range l.groups {
				each = append(each, l.groups[i].eachLog()...)
			}
			slices.SortStableFunc(each, byPath)
			l.groups = each
		}
	}
	if err := l.stopped(); err != nil {
		return nil, err
	}
	if len(l.groups) == 0 {
		return l.readTable()
	}
	l.readAhead()
	read := <-l.ahead[0]
	g := l.groups[0]
	l.ahead, l.groups = l.ahead[1:], l.groups[1:]
	l.done += g.size()
	for _, h := range g.copies {
		l.copies = append(l.copies, h.log.Path+" (of "+h.copyOf+")")
	}
	if stopped := l.stopped(); stopped != nil {
		return nil, stopped // the rest of the log was not read
	}
	return read.app, read.err
}

// A result is what became of a group of logs.
type result struct {
	app *traces.Application
	err error
}

// readAhead begins to read the next groups: with n processors n at a time, and some more
// than are asked for, so that a large one does not keep the others waiting.
func (l *Logs) readAhead() {
	n := runtime.GOMAXPROCS(0)
	if l.slots == nil {
		l.slots = make(chan struct{}, n)
	}
	for len(l.ahead) < min(2*n-1, len(l.groups)) {
		g, done := &l.groups[len(l.ahead)], make(chan result, 1)
		l.ahead = append(l.ahead, done)
		if n == 1 {
			app, err := g.read(l.readLog)
			done <- result{app, err}
			continue
		}
		go func() {
			l.slots <- struct{}{}
			app, err := g.read(l.readLog)
			<-l.slots
			done <- result{app, err}
		}()
	}
}

// readTable hands on the applications of the files of foreign formats.
func (l *Logs) readTable() (*traces.Application, error) {
	for l.table == nil || len(l.table.Apps) == 0 {
		if len(l.found.Tables) == 0 {
			return nil, cmp.Or(l.found.close(), io.EOF)
		}
		t := &l.found.Tables[0]
		l.found.Tables = l.found.Tables[1:]
		l.done++
		w, err := l.readFile(t)
		if err != nil {
			return nil, err
		}
		l.table, l.notes = w, append(l.notes, w.Notes...)
	}
	a := l.table.Apps[0]
	l.table.Apps = l.table.Apps[1:]
	return a, nil
}

// EventLogs ranges over the event logs as they were found, without files of foreign
// formats, for work on their lines. A log counts as done when the next is asked for. It ends
// early if the context of OpenContext is cancelled.
func (l *Logs) EventLogs() iter.Seq[*eventlog.Log] {
	return func(yield func(*eventlog.Log) bool) {
		for i := range l.found.Logs {
			if l.stopped() != nil || !yield(&l.found.Logs[i]) {
				return
			}
			l.done++
		}
	}
}
