package bench

import (
	"time"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

// What recorded runs lost, and whether the replays lose it, too.
var (
	lossesNotReplayed = note.Declare("losses-not-replayed", "applications", "of", "executors", "lost", "total", "percent")
	lossesReplayed    = note.Declare("losses-replayed", "executors", "applications", "of")
)

// DisruptionNotes say what happened to the recorded runs of applications from outside, and
// whether the replays have it: replayed is Config.RecordedLosses.
func DisruptionNotes(apps []*traces.Application, replayed bool) []Note {
	var lost, total time.Duration
	executors, disturbed, losing := 0, 0, 0
	for _, a := range apps {
		executors += len(a.Losses)
		if len(a.Losses) > 0 {
			losing++
		}
		if d := &a.Log.Disruptions; d.Lost() > 0 {
			disturbed++
			lost += d.Lost()
		}
		if a.Recorded != nil {
			total += a.Recorded.End
		}
	}
	round := func(t time.Duration) time.Duration { return t.Round(100 * time.Millisecond) }
	switch {
	case replayed:
		return []Note{lossesReplayed.With(executors, losing, len(apps))}
	case disturbed > 0 && total > 0:
		return []Note{lossesNotReplayed.With(disturbed, len(apps), executors, round(lost), round(total), 100*lost.Seconds()/total.Seconds())}
	}
	return nil
}
