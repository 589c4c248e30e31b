package bench

import (
	"maps"
	"slices"

	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/traces"
)

var policyRefused = note.Declare("policy-refused", "policies", "exception", "count", "of", "classes")

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

// Refusals name the policies under which Spark refuses a job of some applications: a note
// for those that it refuses for the same reason, for the same applications.
func (r *Results) Refusals() []Note {
	type refusal struct {
		why     replay.Failure
		count   int
		classes []string
	}
	var refusals []refusal
	var names [][]string // of the policies of each
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
			at := slices.IndexFunc(refusals, func(x refusal) bool {
				return x.why == why && x.count == count[why] && slices.Equal(x.classes, classes[why])
			})
			if at < 0 {
				at = len(refusals)
				refusals, names = append(refusals, refusal{why, count[why], classes[why]}), append(names, nil)
			}
			names[at] = append(names[at], run.Policy.Name)
		}
	}
	var notes []Note
	for i, x := range refusals {
		notes = append(notes, policyRefused.With(names[i], x.why.Exception(), x.count, len(r.Suite.Workload.Apps), x.classes))
	}
	return notes
}
