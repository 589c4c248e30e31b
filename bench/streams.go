package bench

import (
	"slices"

	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// What Spark says of streams under dynamic allocation. Spark 4.1.4 has neither a check
// nor a warning for Structured Streaming; StreamingContext.validate and
// org.apache.spark.streaming.scheduler.ExecutorAllocationManager have both for DStreams.
var (
	streamsUnderDynamic  = note.Declare("streams-under-dynamic-allocation", "count")
	dstreamsUnderDynamic = note.Declare("dstreams-under-dynamic-allocation", "count")
)

// StreamNotes are notes for streams that run under dynamic allocation.
func StreamNotes(apps []*traces.Application) []Note {
	var notes []Note
	count := func(kind note.Kind, is func(stream string) bool) {
		n := 0
		for _, a := range apps {
			if slices.ContainsFunc(a.Jobs, func(j traces.Job) bool { return is(j.Stream) }) {
				n++
			}
		}
		if n > 0 {
			notes = append(notes, kind.With(n))
		}
	}
	count(streamsUnderDynamic, func(stream string) bool { return stream != "" && stream != traces.ClassicStream })
	count(dstreamsUnderDynamic, func(stream string) bool { return stream == traces.ClassicStream })
	return notes
}

// DynamicApps are the applications that run under dynamic allocation under one of a
// list of policies.
func DynamicApps(w *traces.Workload, fleets ...policies.Fleet) []*traces.Application {
	var apps []*traces.Application
	for _, a := range w.Apps {
		if slices.ContainsFunc(fleets, func(f policies.Fleet) bool {
			spec, err := replay.SpecFor(f, a)
			return err == nil && spec.Dynamic()
		}) {
			apps = append(apps, a)
		}
	}
	return apps
}
