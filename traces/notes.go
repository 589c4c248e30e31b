package traces

import "dynalloc/internal/note"

// A Note is something that a reader of results should know, as a value: a kind and its
// arguments. Package reports has the sentence for each kind.
type Note = note.Note

// How a workload was made of others.
var (
	selected       = note.Declare("workload-selected", "applications", "of", "by")
	loadChanged    = note.Declare("workload-load-changed", "load", "asked", "seed", "copies", "pipelines", "more")
	windowCut      = note.Declare("workload-window", "from", "until", "applications", "warming", "warmup", "draining", "drain")
	combined       = note.Declare("workload-combined", "arrivals", "from", "seed", "applications", "of", "known")
	impossibleApps = note.Declare("apps-impossible", "count", "of", "names")
	absurdlyTimed  = note.Declare("apps-clock-absurd", "count", "of", "names")
	// ClocksYearsApart: the applications lie in groups that are years apart, and no clock is
	// known to be wrong.
	ClocksYearsApart = note.Declare("apps-years-apart", "applications", "groups", "second")

	synthesized = note.Declare("workload-generated", "seed", "applications", "span", "recorded", "of", "time")
)

// What was excluded after failures.
var (
	excludedBoth  = note.Declare("log-excluded-both", "executors", "nodes", "time")
	execsExcluded = note.Declare("log-excluded-executors", "executors", "time")
	hostsExcluded = note.Declare("log-excluded-nodes", "nodes", "time")
)

// Problems of a log that show only beside its own bounds and the logs of others.
var (
	ImpossibleValue = note.Declare("log-impossible-value", "error")
	AbsurdClock     = note.Declare("log-clock-absurd", "started")
)
