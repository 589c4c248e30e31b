package bench

import (
	"maps"
	"slices"

	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/traces"
)

var policyRefused = note.Declare("policy-refused", "policy", "exception", "count", "of", "classes")

// What is not known of barrier stages, and what other builds of Spark do with them.
var (
	BarrierUnknown = note.Declare("barrier-work-unknown", "count", "of", "classes")
	barrierRan     = note.Declare("barrier-under-dynamic-allocation", "count", "of", "classes")
)

// BarrierNotes say which applications have barrier stages whose work is not in their logs,
// and which ran some under dynamic allocation.
func BarrierNotes(apps []*traces.Application) (notes []Note) {
	add := func(when func(*traces.Application) bool, with func(count int, classes []string) Note) {
		count := 0
		var classes []string
		for _, a := range apps {
			if when(a) {
				if count++; !slices.Contains(classes, a.Class) {
					classes = append(classes, a.Class)
				}
			}
		}
		if count > 0 {
			notes = append(notes, with(count, classes))
		}
	}
	add(func(a *traces.Application) bool {
		return slices.ContainsFunc(a.Jobs, func(j traces.Job) bool { return j.BarrierSlots > 0 })
	}, func(count int, classes []string) Note { return BarrierUnknown.With(count, len(apps), classes) })
	add(func(a *traces.Application) bool { return a.DynamicBarriers },
		func(count int, classes []string) Note { return barrierRan.With(count, len(apps), classes) })
	return notes
}

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
