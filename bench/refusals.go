package bench

import (
	"maps"
	"slices"

	"dynalloc/internal/note"
	"dynalloc/replay"
)

var policyRefused = note.Declare("policy-refused", "policy", "exception", "count", "of", "classes")

// Refusals name the policies under which Spark refuses a job of some applications.
func (r *Results) Refusals() []Note {
	var notes []Note
	for i := range r.Runs {
		run := &r.Runs[i]
		count, classes := map[replay.Failure]int{}, map[replay.Failure][]string{}
		for j := range run.Apps {
			if why := run.Apps[j].Failure; why.Refused() {
				count[why]++
				if class := run.Apps[j].Class; !slices.Contains(classes[why], class) {
					classes[why] = append(classes[why], class)
				}
			}
		}
		for _, why := range slices.Sorted(maps.Keys(count)) {
			notes = append(notes, policyRefused.With(run.Policy.Name, why.Exception(), count[why], len(run.Apps), classes[why]))
		}
	}
	return notes
}
