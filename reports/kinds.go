package reports

import (
	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// The kinds of notes that reports make themselves: conclusions from a result as a
// whole, and legends of tables. wording_reports.go has their sentences.
var (
	clusterAssumed        = note.Declare("cluster-assumed", "cores")
	clusterDecides        = note.Declare("cluster-assumed-decides", "cores", "classes", "policies")
	clusterDecidesAdvice  = note.Declare("cluster-assumed-decides-advice", "cores", "classes")
	neverFullCluster      = note.Declare("cluster-assumed-unlimited")
	neverFullDecides      = note.Declare("cluster-assumed-unlimited-decides", "classes")
	managerCaveat         = note.Declare("manager-caveat", "manager", "caveat", "page")
	poorLogs              = note.Declare("poor-logs", "grade", "logs", "names")
	recordedTruth         = note.Declare("recorded-truth")
	recordedWithoutFaults = note.Declare("recorded-without-faults")
	nothingLost           = note.Declare("nothing-lost")
	makespanOfArrivals    = note.Declare("makespan-of-arrivals", "makespan", "policy", "arriving")
	tooFewRuns            = note.Declare("too-few-runs", "runs")

	legendDifferences   = note.Declare("legend-differences", "base")
	legendSignificance  = note.Declare("legend-significance", "base", "blocks")
	legendColumns       = note.Declare("legend-columns")
	legendMisses        = note.Declare("legend-misses")
	legendWait          = note.Declare("legend-wait")
	legendUtilization   = note.Declare("legend-utilization")
	legendSlowdown      = note.Declare("legend-slowdown")
	legendExecutorHours = note.Declare("legend-executor-hours")
	legendCauses        = note.Declare("legend-causes")
	legendLosses        = note.Declare("legend-losses")

	legendAdvice = note.Declare("legend-advice")

	searchIsNotComplete = note.Declare("search-is-not-complete")
	searchStopped       = note.Declare("search-stopped", "replays")
	smallBudget         = note.Declare("small-budget", "budget", "usual")
	deadlinesInvented   = note.Declare("deadlines-invented", "basis")
	searchChecked       = note.Declare("search-checked", "replays")
	searchPatterns      = note.Declare("search-patterns", "classes")
	searchUntried       = note.Declare("search-untried", "number", "classes")
	searchHindsight     = note.Declare("search-hindsight")
	searchFreeClasses   = note.Declare("search-free-classes", "classes", "percent")

	legendErrors    = note.Declare("legend-errors")
	legendBaselines = note.Declare("legend-baselines")
	legendWinner    = note.Declare("legend-winner")
)

// decisive are the kinds of notes about what an answer depends on and the user did not
// say. Reports for people show them before the answer.
var decisive = []note.Kind{
	clusterDecides, clusterDecidesAdvice, neverFullDecides, bench.LocalLeftOut, bench.LocalKept, bench.RecordedIsDefault, traces.ClocksYearsApart, bench.BarrierUnknown, bench.SavesNoNode,
	"format-without-settings", smallBudget,
}

// ClusterNotes are the limits of every result on a cluster: whether the cluster is
// assumed, what is not validated about its manager, and which settings of its files are
// not modelled.
func ClusterNotes(c *cluster.Cluster) []note.Note {
	var notes []note.Note
	if c.Assumed {
		notes = append(notes, clusterAssumed.With(c.Capacity()))
	}
	if t := c.Traits(); t.Caveat != "" {
		notes = append(notes, managerCaveat.With(t.Title, t.Caveat, t.Page))
	}
	return append(notes, c.Notes...)
}
