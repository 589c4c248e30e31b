package bench

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// recording measures how a truth's applications really ran. A log knows no
// targets and no grants, so executors count from registration until the driver
// saw them leave, and only the metrics that follow from that exist.
func (r *Results) recording(t Truth) (Recording, []string) {
	partners, strangers := r.partnersOf(t.Workload)
	var apps []metrics.App
	byClass := make([]metrics.Group, len(r.Classes))
	first, last := time.Duration(-1), time.Duration(0)
	for i, a := range t.Workload.Apps {
		if a.Recorded == nil {
			continue
		}
		if first < 0 {
			first = a.Submit
		}
		last = max(last, a.Submit+a.EarlierAttempts+a.Recorded.End)
		app := metrics.Recorded(a)
		if k := partners[i]; k >= 0 {
			app.SetReference(&r.Reference[k])
			app.Queries = r.recordedQueries(k, a)
		}
		apps = append(apps, app)
		for c := range r.Classes {
			if r.Classes[c] == a.Class {
				byClass[c].Apps = append(byClass[c].Apps, app)
			}
		}
	}
	window := last - max(first, 0)
	on := &r.Suite.Config.Cluster
	all := r.group(window, time.Duration(on.Capacity())*window, fullPresence(on.Pools, window))
	all.Apps = apps
	rec := Recording{Policy: t.Policy, Apps: apps, All: all.Row(t.Policy, "", true)}
	for c := range byClass {
		part := all.Part()
		part.Apps = byClass[c].Apps
		byClass[c] = part
		rec.ByClass = append(rec.ByClass, byClass[c].Row(t.Policy, r.Classes[c], true))
	}
	var notes []string
	if strangers > 0 {
		notes = append(notes, fmt.Sprintf("%d applications of the recorded truth of %s are not in the workload: they count there without a deadline.", strangers, t.Policy))
	}
	return rec, notes
}

// partnersOf pairs the applications of another recording with those of the
// suite's workload, by index: the same name, and the first with the first where
// a name comes more than once; -1 where there is none. It also says how many
// found no partner.
func (r *Results) partnersOf(w *traces.Workload) (partners []int, strangers int) {
	byName := make(map[string][]int)
	for i, a := range r.Suite.Workload.Apps {
		byName[a.Name] = append(byName[a.Name], i)
	}
	partners = make([]int, len(w.Apps))
	for i, a := range w.Apps {
		partners[i] = -1
		if same := byName[a.Name]; len(same) > 0 {
			partners[i], byName[a.Name] = same[0], same[1:]
		} else {
			strangers++
		}
	}
	return partners, strangers
}

// recordedQueries are the queries of a recorded application, which have the
// deadlines of those of the same name in its partner.
func (r *Results) recordedQueries(partner int, a *traces.Application) []sla.QueryResult {
	var results []sla.QueryResult
	first, _ := slices.BinarySearchFunc(r.Queries, partner, func(q sla.Query, app int) int { return q.App - app })
	for _, own := range r.Suite.Deadlines.QueriesOf(partner, a) {
		for i := first; i < len(r.Queries) && r.Queries[i].App == partner; i++ {
			if q := &r.Queries[i]; q.Name == own.Name {
				results = append(results, sla.QueryResult{Duration: own.RecordedDuration(a.Recorded), Deadline: q.Deadline})
			}
		}
	}
	return results
}

// fullPresence is how long the nodes of each pool were there if all were for the
// whole window.
func fullPresence(pools []cluster.Pool, window time.Duration) []time.Duration {
	var there []time.Duration
	for i := range pools {
		there = append(there, time.Duration(pools[i].Nodes)*window)
	}
	return there
}
