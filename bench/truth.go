package bench

import (
	"fmt"
	"time"

	"dynalloc/traces"
)

// recording measures how a truth's applications really ran. A log knows no
// targets and no grants, so executors count from registration until the driver
// saw them leave, and only the metrics that follow from that exist.
func (r *Results) recording(t Truth) (Recording, []string) {
	references, strangers := r.referencesFor(t.Workload)
	all := Group{Capacity: r.Suite.Config.Cluster.Capacity()}
	byClass := make([]Group, len(r.Classes))
	first, last := time.Duration(-1), time.Duration(0)
	for i, a := range t.Workload.Apps {
		if a.Recorded == nil {
			continue
		}
		if first < 0 {
			first = a.Submit
		}
		last = max(last, a.Submit+a.Earlier+a.Recorded.End)
		app := recorded(a)
		app.refer(&references[i])
		all.Apps = append(all.Apps, app)
		for c := range r.Classes {
			if r.Classes[c] == a.Class {
				byClass[c].Apps = append(byClass[c].Apps, app)
			}
		}
	}
	all.Window = last - max(first, 0)
	rec := Recording{Policy: t.Policy, All: all.row(t.Policy, "", true)}
	for c := range byClass {
		byClass[c].Capacity, byClass[c].Window = all.Capacity, all.Window
		rec.ByClass = append(rec.ByClass, byClass[c].row(t.Policy, r.Classes[c], true))
	}
	var notes []string
	if strangers > 0 {
		notes = append(notes, fmt.Sprintf("%d applications of the recorded truth of %s are not in the workload: they count there without a deadline.", strangers, t.Policy))
	}
	return rec, notes
}

// referencesFor pairs the applications of another recording with those of the
// suite's workload: the same name, and the first with the first where a name
// comes more than once. It also says how many found no partner.
func (r *Results) referencesFor(w *traces.Workload) ([]Reference, int) {
	byName := make(map[string][]int)
	for i, a := range r.Suite.Workload.Apps {
		byName[a.Name] = append(byName[a.Name], i)
	}
	references := make([]Reference, len(w.Apps))
	strangers := 0
	for i, a := range w.Apps {
		if partners := byName[a.Name]; len(partners) > 0 {
			references[i] = r.Reference[partners[0]]
			byName[a.Name] = partners[1:]
		} else {
			strangers++
		}
	}
	return references, strangers
}

// recorded measures one application's own record.
func recorded(a *traces.Application) App {
	app := App{
		Turnaround: a.Earlier + a.Recorded.End,
		Unasked:    -1, Ungranted: -1, Starting: -1, QueueWait: -1, Wait: -1, Busy: -1,
		Failed: -1, Rerun: -1, Recomputed: -1,
	}
	for _, x := range a.Recorded.Executors {
		if x.ID == "driver" || x.Added < 0 {
			continue
		}
		if wait := a.Earlier + x.Added; app.QueueWait < 0 || wait < app.QueueWait {
			app.QueueWait = wait
		}
		gone := x.Removed
		if gone < 0 || gone > a.Recorded.End {
			gone = a.Recorded.End
		}
		alive := max(0, gone-x.Added)
		app.Executors += alive
		app.Held += alive * time.Duration(x.Cores)
	}
	return app
}
