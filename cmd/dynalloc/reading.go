package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/internal/pending"
	"dynalloc/internal/spec"
	"dynalloc/replay/calibrate"
	"dynalloc/reports"
	"dynalloc/reports/words"
	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/source"
)

// A reading is a traces.Reader that shows progress, stops when the user interrupts,
// assigns the user's classes, and remembers what could not be read.
type reading struct {
	ctx     context.Context
	logs    *source.Logs
	bar     *progress
	classes []string // globs

	applications int
	lossy        int // of those, with a grade worse than cut
	unreadable   []*traces.LogError
	leftOut      []*traces.LogError // applications that were read and are not in the workload
}

// readFlags are the flags for reading logs.
type readFlags struct {
	classes   []string
	arrivals  *parsed[eventlog.Arrivals]
	quiet     bool
	verbose   bool
	allClocks bool
	cache     string // a folder; empty: none
}

func (f *readFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.classes, "class", nil, "treat the applications whose name matches this `glob` as one class; repeatable, the first match counts")
	cmd.Flags().BoolVar(&f.allClocks, "all-clocks", false, "keep applications whose clock is years off those of the others (default: left out and named, exit status 3)")
	f.addCacheFlag(cmd)
	addQuietFlag(cmd, &f.quiet)
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "say on standard error what is done, and how long it took")
}

// addArrivalsFlag adds --arrivals to a command. Without it, it is found out what starts
// the jobs: "synth", whose flag of that name is about applications, has it not.
func (f *readFlags) addArrivalsFlag(cmd *cobra.Command) {
	f.arrivals = addParsed(cmd, "arrivals", string(eventlog.AutoArrivals), "what starts the jobs of logs: auto finds out, closed has each wait for an earlier one, open has each statement come at its time", "auto|closed|open", eventlog.ParseArrivals)
	complete(cmd, "arrivals", string(eventlog.AutoArrivals), string(eventlog.ClosedArrivals), string(eventlog.OpenArrivals))
}

func addQuietFlag(cmd *cobra.Command, quiet *bool) {
	cmd.Flags().BoolVar(quiet, "quiet", false, "no line of progress, and no report of written files")
}

// progress is the line of progress of something that a command does.
func (f *readFlags) progress(cmd *cobra.Command, what, unit string) *progress {
	p := newProgress(cmd.ErrOrStderr(), f.quiet, what, unit)
	if f.verbose {
		p.log = cmd.ErrOrStderr()
	}
	return p
}

// reader reads the applications of logs.
func (f *readFlags) reader(cmd *cobra.Command, logs *source.Logs) *reading {
	r := &reading{
		ctx: cmd.Context(), logs: logs, classes: f.classes,
		bar: f.progress(cmd, "reading", "logs"),
	}
	logs.Took = r.bar.slow.add
	return r
}

// read reads all logs at some paths as one workload. partly is errPartly if
// something could not be read.
func (f *readFlags) read(cmd *cobra.Command, paths ...string) (w *traces.Workload, partly, err error) {
	logs, done, err := f.open(cmd, paths...)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	reading := f.reader(cmd, logs)
	w, bad, err := traces.Collect(strings.Join(paths, " "), reading)
	if err != nil {
		return nil, nil, err
	}
	reading.leftOut = bad[len(reading.unreadable):]
	if !f.allClocks {
		var absurd []*traces.LogError
		w, absurd = w.WithRightClocks()
		reading.leftOut = append(reading.leftOut, absurd...)
	}
	reading.saySkipped(cmd.ErrOrStderr())
	if partly = reading.failure(cmd.ErrOrStderr()); partly != nil && !errors.Is(partly, errPartly) {
		return nil, nil, partly
	}
	return w, partly, nil
}

// readFile reads a file with the reader of its format. An error names the flag or the
// kind of the file, as what says, and the file.
func readFile[T any](what, path string, read func(r io.Reader, name string) (T, error)) (value T, err error) {
	f, err := os.Open(sentFiles.place(path))
	if err != nil {
		if open := (*fs.PathError)(nil); errors.As(err, &open) {
			err = open.Err // the operating system's reason; the path stands before it
		}
		return value, fmt.Errorf("%s: %s: cannot be read: %w; check the path", what, path, err)
	}
	defer f.Close()
	return read(f, path)
}

// writeFile writes a file, and reports it unless the user wants no reports.
func writeFile(cmd *cobra.Command, quiet bool, what, path string, content []byte, message string) error {
	f, err := pending.Create(path)
	if err == nil {
		if _, err = f.Write(content); err == nil {
			err = cmd.Context().Err()
		}
		if err == nil {
			err = f.Commit()
		}
		f.Discard()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !quiet {
		fmt.Fprintln(cmd.ErrOrStderr(), message)
	}
	return nil
}

// mostNamed is how many applications that are left out are named on standard error.
const mostNamed = 10

// Read implements traces.Reader.
func (r *reading) Read() (*traces.Application, error) {
	if err := r.ctx.Err(); err != nil {
		r.bar.end()
		return nil, err
	}
	a, err := r.logs.Read()
	r.bar.set(bench.Progress{Done: float64(r.logs.Done()), Total: r.logs.Len()})
	if unreadable, ok := asLogError(err); ok {
		r.unreadable = append(r.unreadable, unreadable)
		return nil, err
	}
	if err != nil {
		r.bar.end()
		return nil, err
	}
	r.applications++
	if a.Log.Grade > traces.Cut {
		r.lossy++
	}
	a.Class = classOf(a, r.classes)
	calibrate.InferRequests(a)
	return a, nil
}

// Notes are the notes of the logs for the workload made of them.
func (r *reading) Notes() []traces.Note { return r.logs.Notes() }

// classOf is the first of the user's patterns that matches the application's name,
// otherwise the class that the reader assigned.
func classOf(a *traces.Application, globs []string) string {
	for _, glob := range globs {
		if spec.Match(glob, a.Name) {
			return glob
		}
	}
	return a.Class
}

// saySkipped prints one line if files are skipped that are not usual beside event logs.
func (r *reading) saySkipped(stderr io.Writer) {
	var first *source.Skipped
	more := -1
	for _, s := range r.logs.Skipped() {
		if s.Failed || s.Usual() {
			continue
		}
		if first == nil {
			first = &s
		}
		more++
	}
	if first == nil || r.applications == 0 {
		return
	}
	others := ""
	if more > 0 {
		others = fmt.Sprintf(", as are %s more", words.Plural(more, "file"))
	}
	fmt.Fprintf(stderr, "dynalloc: %s: skipped: %s%s; dynalloc inspect lists what is skipped\n", first.Path, reports.Word(first.Why), others)
}

// failure prints one line for each log that could not be read, and returns how the
// command must end: nil, errPartly, or an error if nothing was read.
func (r *reading) failure(stderr io.Writer) error {
	var failed, skipped int
	for _, s := range r.logs.Skipped() {
		if s.Failed {
			failed++
			fmt.Fprintf(stderr, "dynalloc: %s: %s\n", s.Path, reports.Word(s.Why))
		} else {
			skipped++
		}
	}
	for _, u := range r.unreadable {
		fmt.Fprintf(stderr, "dynalloc: %v\n", u)
	}
	for i, u := range r.leftOut {
		if more := len(r.leftOut) - i; i >= mostNamed && more > 1 {
			fmt.Fprintf(stderr, "dynalloc: %d more applications are left out\n", more)
			break
		}
		fmt.Fprintf(stderr, "dynalloc: %v; to see it: dynalloc inspect %s\n", u, u.Path)
	}
	switch kept := r.applications - len(r.leftOut); {
	case kept > 0 && failed+len(r.unreadable)+len(r.leftOut)+r.lossy > 0:
		return errPartly
	case kept > 0:
		return nil
	case len(r.leftOut) > 0:
		return errors.New("no application is left")
	case failed+len(r.unreadable) == 0:
		for _, s := range r.logs.Skipped() {
			fmt.Fprintf(stderr, "dynalloc: %s: skipped: %s\n", s.Path, reports.Word(s.Why))
		}
		return fmt.Errorf("no event log was found (%d files skipped): give a Spark event log, an archive of them, or a folder such as spark.eventLog.dir", skipped)
	}
	return errors.New("none of the event logs could be read")
}

// asLogError reports whether an error concerns one log only, and reading continues.
func asLogError(err error) (*traces.LogError, bool) {
	var unreadable *traces.LogError
	ok := errors.As(err, &unreadable)
	return unreadable, ok
}
