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

// A reading is a traces.Reader that shows how far it is, stops when the user
// does, gives applications the user's classes, and remembers what went wrong.
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

// Notes are the reader's, for the workload that is made of what it read.
func (r *reading) Notes() []string { return r.logs.Notes() }

// classOf is the first of the user's classes that the application's name is
// in, else the class that the reader gave it.
func classOf(a *traces.Application, globs []string) string {
	for _, glob := range globs {
		if spec.Match(glob, a.Name) {
			return glob
		}
	}
	return a.Class
}

// failure says what could not be read, a line for each, and returns how the
// command has to end for it: nil, errPartly, or an error if nothing was read.
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

// asLogError tells an error about one log from one that ends the reading.
func asLogError(err error) (*traces.LogError, bool) {
	var unreadable *traces.LogError
	ok := errors.As(err, &unreadable)
	return unreadable, ok
}
