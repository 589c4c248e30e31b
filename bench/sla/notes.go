package sla

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/traces"
)

// fewRuns is below how many runs a 95 % quantile is hardly less than the longest.
const fewHistoryRuns = 20

// SlackInForce is the slack that makes deadlines: the one that is asked for, else
// DefaultSlack where there are no deadlines of applications.
func (d Deadlines) SlackInForce(asked SlackRule) SlackRule {
	if len(asked.Factors) == 0 && !d.haveApplications() {
		return DefaultSlack
	}
	return asked
}

// Describe says for people where the deadlines come from; s is the slack in
// force.
func (d Deadlines) Describe(s SlackRule) string {
	var files []string
	rest := ""
	if len(s.Factors) > 0 {
		rest = s.String()
	}
	for i := range d {
		d := &d[i]
		switch {
		case d.Line == 0:
			rest = d.DeadlineRule.String()
		case !slices.Contains(files, d.File):
			files = append(files, d.File)
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

// Check refuses a slack that makes no deadline at all.
func (s SlackRule) Check(w *traces.Workload) error {
	if s.Of != History || slices.ContainsFunc(w.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
		return nil
	}
	return fmt.Errorf("deadlines from history: %s does not tell how its applications really ran; give logs, or another slack such as alone=1.5", w.Name)
}

// Notes say which applications have no deadline, which deadlines are for nobody,
// and on how little others rest: any of it may be a slip of the pen. References
// are those of the workload's applications under the slack in force.
func (d Deadlines) Notes(w *traces.Workload, s SlackRule, references []Reference) []string {
	used := make([]bool, len(d))
	without, last, unrecorded := 0, 0, 0
	fewest := fewHistoryRuns
	programs := programsOf(w)
	for i, a := range w.Apps {
		if rules := d.queryRules(a); len(rules) > 0 {
			for j := range a.Jobs {
				if k := d.ruleForJob(rules, &a.Jobs[j]); k >= 0 {
					used[k] = true
				}
			}
		}
		basis := s.Of
		k := d.Find(a)
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
			without++
		}
	}
	var notes []string
	for k := range used {
		if d := &d[k]; !used[k] {
			what := "application"
			if d.forQueries() {
				what = "query"
			}
			notes = append(notes, fmt.Sprintf("%s: the deadline for %s decides for no %s.", d.position(), d.Match, what))
		}
	}
	total := len(w.Apps)
	if d.haveApplications() && without > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications match no deadline and cannot miss one.", without, total))
	}
	if last > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications are to end before the next run of their program, but none follows: they have no deadline.", last, total))
	}
	if unrecorded > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications have no deadline, because no run of their program is recorded.", unrecorded, total))
	}
	if fewest < fewHistoryRuns {
		notes = append(notes, fmt.Sprintf("Deadlines from history rest on as few as %d recorded runs of a program; the 95 %% quantile of fewer than %d is hardly less than the longest.", fewest, fewHistoryRuns))
	}
	return notes
}
