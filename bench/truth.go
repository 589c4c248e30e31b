package bench

import (
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/internal/wide"
	"dynalloc/traces"
)

var recordedUnmatched = note.Declare("recorded-apps-unmatched", "count", "policy")

// addRecording measures the recorded run of a truth's applications. A log records
// neither targets nor grants, so executors count from their registration until the
// driver saw them leave, and only the metrics that follow from that exist.
func (r *Results) addRecording(t Truth) {
	partner := Partners(r.Suite.Workload, t.Workload, AppName)
	unmatched := 0
	var apps []metrics.App
	first, last := time.Duration(-1), time.Duration(0)
	for i, a := range t.Workload.Apps {
		if partner[i] < 0 {
			unmatched++
		}
		if a.Recorded == nil {
			continue
		}
		if first < 0 {
			first = a.Submit
		}
		last = max(last, a.Submit+a.EarlierAttempts+a.Recorded.End)
		app := metrics.Recorded(a)
		if k := partner[i]; k >= 0 {
			app.SetReference(&r.Reference[k])
			app.Queries = r.recordedQueries(k, a)
		}
		apps = append(apps, app)
	}
	cluster := &r.Suite.Config.Cluster
	window := last - max(first, 0)
	var nodes []wide.Time // a log does not show when nodes join and leave, so all nodes count for the whole time
	for i := range cluster.Pools {
		nodes = append(nodes, wide.Of(window, int64(cluster.Pools[i].Nodes)))
	}
	recording := Recording{Policy: t.Policy, Apps: apps}
	group := r.group(apps, window, wide.Of(window, int64(cluster.Capacity())), nodes)
	recording.All, recording.ByClass = group.Rows(t.Policy, r.Classes, true)
	r.strike(&recording.All)
	for i := range recording.ByClass {
		r.strike(&recording.ByClass[i])
	}
	r.Truth = append(r.Truth, recording)
	if unmatched > 0 {
		r.Notes = append(r.Notes, recordedUnmatched.With(unmatched, t.Policy))
	}
}

// recordedQueries are the queries of a recorded application. Each has the
// deadline of the query of the same name of its partner in the workload.
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
