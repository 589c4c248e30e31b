package sla

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

// fewHistoryRuns is the number of runs below which a 95 % quantile is close to the
// longest run.
const fewHistoryRuns = 20

// SlackInForce returns the slack rule that applies: the one asked for; else
// DefaultSlack if no line of a deadline file is for applications; else none.
func (d Deadlines) SlackInForce(asked SlackRule) SlackRule {
	if len(asked.Factors) == 0 && !d.haveApplications() {
		return DefaultSlack
	}
	return asked
}

// Describe states in words where the deadlines come from; s is the slack rule that
// applies.
func (d Deadlines) Describe(s SlackRule) string {
	var files []string
	rest := ""
	if len(s.Factors) > 0 {
		rest = s.String()
	}
	for i := range d {
		line := &d[i]
		switch {
		case line.Line == 0:
			rest = line.DeadlineRule.String()
		case !slices.Contains(files, line.File):
			files = append(files, line.File)
		}
	}
	switch from := "from " + strings.Join(files, " and "); {
	case len(files) == 0:
		return rest
	case rest == "":
		return from
	default:
		return from + "; where it has none, " + rest
	}
}

// Check returns an error if the slack is from history and the workload has no recorded
// runs, because there would be no deadlines.
func (s SlackRule) Check(w *traces.Workload) error {
	if s.Of != History || slices.ContainsFunc(w.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
		return nil
	}
	return fmt.Errorf("deadlines from history: %s has no recorded runs; give event logs, or another slack such as alone=1.5", w.Name)
}

// The notes on deadlines. Each may point to a mistake in a deadline file.
var (
	deadlineUnused   = note.Declare("deadline-unused", "position", "match", "what")
	withoutDeadline  = note.Declare("apps-without-deadline", "count", "total")
	withoutNextRun   = note.Declare("apps-without-next-run", "count", "total")
	withoutHistory   = note.Declare("apps-without-history", "count", "total")
	deadlinesFewRuns = note.Declare("deadlines-from-few-runs", "runs", "enough")
)

// Notes lists lines that match nothing, applications without a deadline with the
// reason, and deadlines that are taken from few recorded runs. references are those of
// the workload's applications under s.
func (d Deadlines) Notes(w *traces.Workload, s SlackRule, references []Reference) []note.Note {
	used := make([]bool, len(d))
	unmatched, last, unrecorded := 0, 0, 0
	fewest := fewHistoryRuns
	programs := programsOf(w)
	for i, a := range w.Apps {
		rules := d.queryRules(a)
		for j := range a.Jobs {
			if k := d.ruleForJob(rules, &a.Jobs[j]); k >= 0 {
				used[k] = true
			}
		}
		basis := s.Of
		k := d.ruleFor(a)
		if k >= 0 {
			used[k] = true
			basis = d[k].Basis
		}
		switch ref := &references[i]; {
		case ref.HasDeadline && basis == History:
			fewest = min(fewest, len(programs.durations[programOf(a)]))
		case ref.HasDeadline:
		case basis == NextRun:
			last++
		case basis == History:
			unrecorded++
		case k < 0:
			unmatched++
		}
	}
	var notes []note.Note
	for k := range used {
		if line := &d[k]; !used[k] {
			what := "application"
			if line.forQueries() {
				what = "query"
			}
			notes = append(notes, deadlineUnused.With(line.position(), line.Match, what))
		}
	}
	if !d.haveApplications() {
		unmatched = 0 // no line is for applications, so none is unmatched
	}
	for _, n := range []struct {
		kind  note.Kind
		count int
	}{{withoutDeadline, unmatched}, {withoutNextRun, last}, {withoutHistory, unrecorded}} {
		if n.count > 0 {
			notes = append(notes, n.kind.With(n.count, len(w.Apps)))
		}
	}
	if fewest < fewHistoryRuns {
		notes = append(notes, deadlinesFewRuns.With(fewest, fewHistoryRuns))
	}
	return notes
}
