package bench

import (
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A Note is a fact that a reader of results should know; package reports has its
// sentence.
type Note = note.Note

// A Suite is one comparison: a workload, a cluster, and the policies.
type Suite struct {
	Workload  *traces.Workload
	Config    replay.Config
	Policies  []policies.Fleet // at least one; the first is the base, "recorded"
	Deadlines sla.Deadlines    // of applications and queries; may be empty
	Slack     sla.SlackRule    // for applications that no line of Deadlines matches; zero: see sla.Deadlines.SlackInForce
	Prices    metrics.Prices   // of the resources that applications hold; may be zero
	Truth     []Truth          // recorded runs to compare with; may be empty
	Notes     []Note           // shown in every report, besides the workload's notes
	// Effects has the effects of classes on one another measured even where that takes more
	// replays than the comparison itself.
	Effects bool
}

// A Truth is a recording of the suite's applications as they really ran under
// one of its policies. For logs that are replayed on the cluster that wrote them,
// the base's truth is the suite's own workload.
type Truth struct {
	Policy   string // the name of the policy beside which reports show it
	Workload *traces.Workload
}

// Notes on the source of the times of a replay.
var (
	timesOfReplay = note.Declare("times-of-replay", "times")
	timesFromFile = note.Declare("times-from-file", "file")
)

// Notes that callers add to a suite: it replays only a selection of the recorded
// applications, or the start-up time is the cluster's instead of that in the times of
// the replay.
var (
	SelectedOnly   = note.Declare("selected-only")
	ClusterStartup = note.Declare("cluster-startup", "startup")
)

// Notes that callers add to a suite: what became of applications in local mode.
var (
	LocalLeftOut = note.Declare("local-left-out", "count", "applications")
	LocalKept    = note.Declare("local-kept", "count", "applications")
)

// LearnTimes sets the times of the replay (start-up, overhead and so on) to what
// logs of the suite's cluster show, and notes the source of each.
func (s *Suite) LearnTimes(from *traces.Workload) {
	times, sources := calibrate.Learn(from, s.Config.Cluster)
	s.setTimes(times, timesOfReplay.With(sources))
}

// UseTimes sets the times of the replay to those of a file.
func (s *Suite) UseTimes(t latency.Model, file string) { s.setTimes(t, timesFromFile.With(file)) }

// setTimes replaces the times and the note about their source.
func (s *Suite) setTimes(t latency.Model, source Note) {
	s.Config.Times = t
	s.Notes = slices.DeleteFunc(s.Notes, func(n Note) bool { return n.Kind == timesOfReplay || n.Kind == timesFromFile })
	s.Notes = append(s.Notes, source)
}

// Classes lists the workload's classes, sorted.
func Classes(w *traces.Workload) []string {
	var list []string
	for _, a := range w.Apps {
		list = append(list, a.Class)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
