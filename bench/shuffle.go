package bench

import (
	"slices"

	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Dynamic allocation ran although its settings protect no shuffle files, which Spark
// refuses.
var (
	shuffleConcluded   = note.Declare("shuffle-concluded-remote", "count", "of", "managers")
	shuffleUnprotected = note.Declare("shuffle-unprotected-as-recorded", "count", "of")
)

// ShuffleNotes say what is taken to keep the shuffle files of applications whose logs show
// dynamic allocation without a protection that is known.
func ShuffleNotes(apps []*traces.Application) (notes []Note) {
	var managers []string
	concluded, unprotected := 0, 0
	for _, a := range apps {
		if a.Recorded == nil || a.LocalCores > 0 {
			continue
		}
		if _, isConcluded := policies.RemoteShuffle(a.Properties, policies.AppInfo{SparkVersion: a.SparkVersion, Master: a.Master}); isConcluded {
			concluded++
			if manager := a.Properties.UnknownShuffle(); !slices.Contains(managers, manager) {
				managers = append(managers, manager)
			}
		} else if spec, err := replay.SpecFor(RecordedFleet(), a); err == nil && spec.Protection.Unprotected {
			unprotected++
		}
	}
	if concluded > 0 {
		notes = append(notes, shuffleConcluded.With(concluded, len(apps), managers))
	}
	if unprotected > 0 {
		notes = append(notes, shuffleUnprotected.With(unprotected, len(apps)))
	}
	return notes
}
