package bench

import (
	"slices"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

// Notes on applications that the clock stops: their turnaround says nothing.
var (
	windowsOfClock   = note.Declare("windows-of-clock", "count", "of")
	batchesUnbounded = note.Declare("batches-without-deadline", "count")
)

// clockNotes says by what applications are judged that the clock stops.
func (r *Results) clockNotes() (notes []note.Note) {
	stopped, streams := 0, 0
	for _, a := range r.Suite.Workload.Apps {
		if a.Until > 0 {
			stopped++
		}
		if slices.ContainsFunc(a.Jobs, func(j traces.Job) bool { return j.Stream != "" }) {
			streams++
		}
	}
	if stopped > 0 {
		notes = append(notes, windowsOfClock.With(stopped, len(r.Suite.Workload.Apps)))
	}
	if streams > 0 && len(r.Queries) == 0 {
		notes = append(notes, batchesUnbounded.With(streams))
	}
	return notes
}
