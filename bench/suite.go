package bench

import (
	"slices"
	"strings"

	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/traces"
)

// A Suite is one comparison: a workload, a cluster, and the policies.
type Suite struct {
	Workload  *traces.Workload
	Config    replay.Config
	Policies  []policies.Fleet // at least one; the first is the base, "recorded"
	Deadlines sla.Deadlines    // of applications and queries; may be empty
	Slack     sla.SlackRule    // for applications without any of these; none: DefaultSlack, if Deadlines names no application
	Prices    metrics.Prices   // what is held costs; may be none
	Truth     []Truth          // how the logs really ran; may be empty
	Notes     []string         // what every report must say besides the workload's notes, a sentence each
}

// A Truth is a recording of the suite's applications as they really ran under
// one of its policies. For logs replayed on the cluster that wrote them, the
// base's truth is the suite's own workload.
type Truth struct {
	Policy   string // name of the policy beside which it is shown
	Workload *traces.Workload
}

// LearnTimes takes the times of the replay from logs of the suite's cluster, as
// far as they show them, and notes for every report where each came from.
func (s *Suite) LearnTimes(from *traces.Workload) {
	times, sources := calibrate.Learn(from, s.Config.Cluster)
	s.Config.Times = times
	s.noteTimes(strings.Join(sources, "; "))
}

// UseTimes replaces the times of the replay by those of a file.
func (s *Suite) UseTimes(t replay.Times, file string) {
	s.Config.Times = t
	s.noteTimes("as in " + file)
}

func (s *Suite) noteTimes(source string) {
	const about = "Times of the replay: "
	s.Notes = slices.DeleteFunc(s.Notes, func(note string) bool { return strings.HasPrefix(note, about) })
	s.Notes = append(s.Notes, about+source+".")
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

// Results is what a suite gave. Suite is without the applications that had to
// be left out.
type Results struct {
	Suite         *Suite
	Classes       []string           // of the workload's applications, sorted
	Reference     []sla.Reference    // one for each application of the workload
	Queries       []sla.Query        // those that have a deadline of their own, by application
	Slack         sla.SlackRule      // that makes deadlines; none if it makes none
	Runs          []Outcome          // one for each policy, in the suite's order
	Truth         []Recording        // one for each of the suite's truths, in its order
	Externalities []Externality      // what each change of a class's policy did to every class
	FaultCosts    []FaultCost        // what the faults cost, for each policy; nil if there are none
	LeftOut       []*replay.AppError // applications in no row, because they cannot be replayed
	DeadlineBasis string             // where deadlines come from, for people
	Notes         []string           // what a reader of any report must know, a sentence each
}

// An Outcome is one policy's replay and what became of it.
type Outcome struct {
	Policy   policies.Fleet
	Result   *replay.Result // without applications if there is a problem
	Apps     []metrics.App  // what each application of the workload got, in its order; none if there is a problem
	Timeline *metrics.Timeline
	meter    *metrics.Meter
	Problem  string        // why the row has no values; empty for nearly all
	All      metrics.Row   // over all applications
	ByClass  []metrics.Row // in the order of Results.Classes
}

// A Recording is how the applications really ran, in the metrics that a log can
// tell; the others are NaN.
type Recording struct {
	Policy  string
	Apps    []metrics.App // in the order of the recording; what a log cannot tell is -1 in them
	All     metrics.Row
	ByClass []metrics.Row // in the order of Results.Classes
}

// Base is the row to which differences of row are taken: that of the first
// policy, over the same applications.
func (r *Results) Base(row metrics.Row) metrics.Row {
	return r.pick(row.Class, r.Runs[0].All, r.Runs[0].ByClass)
}

// Rows returns the rows over all applications (class empty) or of one class, in
// the order in which reports show them: each policy, and after it how its
// applications really ran, where that is known.
func (r *Results) Rows(class string) []metrics.Row {
	var rows []metrics.Row
	for i := range r.Runs {
		run := &r.Runs[i]
		rows = append(rows, r.pick(class, run.All, run.ByClass))
		for j := range r.Truth {
			if t := &r.Truth[j]; t.Policy == run.Policy.Name {
				rows = append(rows, r.pick(class, t.All, t.ByClass))
			}
		}
	}
	return rows
}

// pick chooses the row of a class, or the one over all for the empty class.
func (r *Results) pick(class string, all metrics.Row, byClass []metrics.Row) metrics.Row {
	if class == "" {
		return all
	}
	for i, c := range r.Classes {
		if c == class {
			return byClass[i]
		}
	}
	panic("bench: no class of these results: " + class)
}
