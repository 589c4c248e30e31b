package bench

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/traces"
)

// fewRuns is below how many runs a 95 % quantile is hardly less than the longest.
const fewRuns = 20

// basis says for people where the deadlines come from.
func (s *Suite) basis() string {
	var files []string
	rest := ""
	if slack := s.slack(); len(slack.Factors) > 0 {
		rest = slack.String()
	}
	for i := range s.Deadlines {
		d := &s.Deadlines[i]
		switch {
		case d.Line == 0:
			rest = d.Due.String()
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

// check refuses a slack that makes no deadline at all.
func (s Slack) check(w *traces.Workload) error {
	if s.Of != History || slices.ContainsFunc(w.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
		return nil
	}
	return fmt.Errorf("deadlines from history: %s does not tell how its applications really ran; give logs, or another slack such as alone=1.5", w.Name)
}

// deadlineNotes say which applications have no deadline, which deadlines are for
// nobody, and on how little others rest: any of it may be a slip of the pen.
func (r *Results) deadlineNotes() []string {
	s := r.Suite
	used := make([]bool, len(s.Deadlines))
	without, last, unrecorded := 0, 0, 0
	fewest := fewRuns
	programs := programsOf(s.Workload)
	for i, a := range s.Workload.Apps {
		if rules := s.Deadlines.ofQueriesIn(a); len(rules) > 0 {
			for j := range a.Jobs {
				if k := s.Deadlines.findQuery(rules, &a.Jobs[j]); k >= 0 {
					used[k] = true
				}
			}
		}
		basis := r.Slack.Of
		k := s.Deadlines.find(a)
		if k >= 0 {
			used[k] = true
			basis = s.Deadlines[k].Basis
		}
		switch ref := &r.Reference[i]; {
		case ref.HasDeadline && basis == History:
			fewest = min(fewest, len(programs.took[programOf(a)]))
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
		if d := &s.Deadlines[k]; !used[k] {
			what := "application"
			if d.ofQueries() {
				what = "query"
			}
			notes = append(notes, fmt.Sprintf("%s: the deadline for %s decides for no %s.", d.place(), d.Match, what))
		}
	}
	total := len(s.Workload.Apps)
	if s.Deadlines.ofApplications() && without > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications match no deadline and cannot miss one.", without, total))
	}
	if last > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications are to end before the next run of their program, but none follows: they have no deadline.", last, total))
	}
	if unrecorded > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications have no deadline, because no run of their program is recorded.", unrecorded, total))
	}
	if fewest < fewRuns {
		notes = append(notes, fmt.Sprintf("Deadlines from history rest on as few as %d recorded runs of a program; the 95 %% quantile of fewer than %d is hardly less than the longest.", fewest, fewRuns))
	}
	return notes
}
