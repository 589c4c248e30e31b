package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynalloc/internal/spec"
	"dynalloc/traces"
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
}

func (in *inputs) reader(cmd *cobra.Command, logs *source.Logs) *reading {
	return &reading{
		ctx: cmd.Context(), logs: logs, classes: in.classes,
		bar: newProgress(cmd.ErrOrStderr(), in.quiet, "reading logs"),
	}
}

// Read implements traces.Reader.
func (r *reading) Read() (*traces.Application, error) {
	if err := r.ctx.Err(); err != nil {
		r.bar.end()
		return nil, err
	}
	a, err := r.logs.Read()
	r.bar.set(r.logs.Done(), r.logs.Len())
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
	return a, nil
}

// Notes are the notes of the logs for the workload made of them.
func (r *reading) Notes() []string { return r.logs.Notes() }

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

// failure prints one line for each log that could not be read, and returns how the
// command must end: nil, errPartly, or an error if nothing was read.
func (r *reading) failure(stderr io.Writer) error {
	var failed, skipped int
	for _, s := range r.logs.Skipped() {
		if s.Failed {
			failed++
			fmt.Fprintf(stderr, "dynalloc: %s: %s\n", s.Path, s.Why)
		} else {
			skipped++
		}
	}
	for _, u := range r.unreadable {
		fmt.Fprintf(stderr, "dynalloc: %v\n", u)
	}
	switch {
	case r.applications > 0 && failed+len(r.unreadable)+r.lossy > 0:
		return errPartly
	case r.applications > 0:
		return nil
	case failed+len(r.unreadable) == 0:
		for _, s := range r.logs.Skipped() {
			fmt.Fprintf(stderr, "dynalloc: %s: skipped: %s\n", s.Path, s.Why)
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
