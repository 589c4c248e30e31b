package bench

import (
	"dynalloc/bench/metrics"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
)

// Results are the results of a suite.
type Results struct {
	Suite         *Suite             // without the applications in LeftOut
	Classes       []string           // of the workload's applications, sorted
	Reference     []sla.Reference    // one for each application of the workload
	Queries       []sla.Query        // those that have a deadline of their own, by application
	Self          []selfreplay.Error // one for each application of the workload: how well a replay reproduces its log
	Slack         sla.SlackRule      // the slack rule that applies; zero: none
	Runs          []Outcome          // one for each policy, in the suite's order
	Truth         []Recording        // one for each of the suite's truths, in its order
	Externalities []Externality      // the effect of each change of a class's policy on every class
	FaultCosts    []FaultCost        // the cost of the faults under each policy; nil: there are no faults
	LeftOut       []*replay.AppError // applications in no row, because they cannot be replayed
	Struck        []Note             // values that cannot be, which were removed from the rows
	DeadlineBasis string             // source of the deadlines, in words
	Notes         []Note

	config replay.Config // the suite's, with the plans of its workload while replays run
}

// An Outcome is the result of one policy's replay.
type Outcome struct {
	Policy   policies.Fleet
	Result   *replay.Result // without applications if there is a problem
	Apps     []metrics.App  // by application of the workload; nil if there is a problem
	Timeline *metrics.Timeline
	meter    *metrics.Meter
	faults   *FaultCost    // nil: there are no faults, or one of the two replays failed
	Problem  string        // why the rows have no values; nearly always empty
	All      metrics.Row   // over all applications
	ByClass  []metrics.Row // in the order of Results.Classes
}

// A Recording is the recorded run of the applications, in the metrics that a log shows;
// the others are NaN.
type Recording struct {
	Policy  string
	Apps    []metrics.App // in the order of the recording; values that a log does not show are -1
	All     metrics.Row
	ByClass []metrics.Row // in the order of Results.Classes
}

// Base returns the row to which row is compared: that of the first policy over the same
// applications.
func (r *Results) Base(row metrics.Row) metrics.Row {
	return r.pick(row.Class, r.Runs[0].All, r.Runs[0].ByClass)
}

// Rows returns the rows over all applications (class empty) or of one class, in the
// order of reports: each policy, followed by the recorded run of its applications if
// there is one.
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

// pick returns the row of a class, or the one over all applications for the empty
// class.
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
