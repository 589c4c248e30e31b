package reports

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/reports/pictures"
	"dynalloc/reports/words"
)

// worstShown is the number of rows in the table of the worst pairs.
const worstShown = 15

// ValidationSet is the report of all ordered pairs of recordings in a folder, each
// predicted from the other.
func ValidationSet(s *validate.Set) *Document {
	pairs := []Object{}
	for _, v := range s.Pairs {
		pairs = append(pairs, validationRecord(v))
	}
	var forecasts any
	if s.Startup == validate.StartupFrom && s.Forecasts.Pairs > 0 {
		forecasts = summaryRecord(&s.Forecasts)
	}
	errors := errorTable(s)
	sections := []Section{section("errors", "Errors", errors)}
	switch s.Startup {
	case validate.StartupTo:
		sections = append(sections, section("bars", "Bars", barTable(validate.Bars(&s.Summary))))
	case validate.StartupFrom:
		if s.Forecasts.Pairs > 0 {
			sections = append(sections, section("bars", "Bars, over single applications whose tasks sleep, without decommissioning", barTable(validate.ForecastBars(&s.Forecasts))))
		}
	}
	return &Document{
		Schema:   validationSchema,
		Title:    fmt.Sprintf("%s of %s, --startup %s", words.Plural(len(s.Pairs), "ordered pair"), words.Plural(len(s.Workloads), "workload"), s.Startup),
		Facts:    []Fact{{Key: "pairs", Value: pairs}, {Key: "summary", Value: summaryRecord(&s.Summary)}, {Key: "forecasts", Value: forecasts}},
		Sections: append(sections, section("skill", "Skill: 1 - mean absolute error / that of a baseline", skillTable(s)), section("worst_pairs", "Worst pairs", worstPairs(s))),
		Records:  func() *Table { return errors },
		Notes:    append([]note.Note{legendErrors.With(), legendBaselines.With(), legendWinner.With()}, s.Notes...),
		Figures: []Figure{{"validation-scatter.png", "every prediction against the recording", func(w io.Writer) error {
			return pictures.RecordedAgainstReplayed(w, s)
		}}},
	}
}

// errorTable shows the errors of each workload and of the baselines, and the spread
// between repeats.
func errorTable(s *validate.Set) *Table {
	t := &Table{Left: 2, Columns: []Column{
		{Head: "workload"}, {Key: "workload", Hidden: true}, {Head: "", Key: "predicted_by"}, {Head: "pairs", Key: "pairs"},
		{Head: "application\nmedian %", Key: "application_median"}, {Head: "\np95 %", Key: "application_p95"}, {Head: "\nbias %", Key: "application_bias"},
		{Head: "job\nmedian %", Key: "job_median"}, {Head: "\np95 %", Key: "job_p95"},
		{Head: "no floor\nmedian %", Key: "job_without_floor_median"}, {Head: "\np95 %", Key: "job_without_floor_p95"}, {Head: "all jobs\nmedian %", Key: "jobs_together_median"},
		{Head: "executor-s\nmedian %", Key: "executor_seconds_median"}, {Head: "\np95 %", Key: "executor_seconds_p95"}, {Head: "\nbias %", Key: "executor_seconds_bias"},
		{Head: "timeline\nmedian %", Key: "timeline_median"}, {Head: "\np95 %", Key: "timeline_p95"},
		{Head: "winner\ntime"}, {Head: "winner\nexec-s"},
	}}
	row := func(label, name, by string, pairs any, s *validate.Score, winners ...any) {
		a, j, u, e, l := s.Application, s.Jobs, s.JobsUnfloored, s.ExecutorSeconds, s.Timeline
		var errors []Cell
		for _, v := range []float64{a.Median, a.P95, a.Bias, j.Median, j.P95, u.Median, u.P95, s.JobsTogether.Median, e.Median, e.P95, e.Bias, l.Median, l.P95} {
			errors = append(errors, Cell{words.Percent(v), v})
		}
		if winners == nil {
			winners = []any{nil, nil}
		}
		t.add(append([]any{label, name, by, pairs, errors}, winners...)...)
	}
	rows := func(label, name string, sum *validate.Summary) {
		t.addBreak()
		row(label, name, "replay", sum.Pairs, &sum.Score, calls(sum.Winner), calls(sum.WinnerOfExecutors))
		row("", name, "copy", nil, &sum.Copy)
		if sum.Constant.Application.N > 0 {
			row("", name, "constant", nil, &sum.Constant)
		}
		if sum.Floor.Application.N > 0 {
			row("", name, "repeats", sum.Floor.Application.N, &sum.Floor)
		}
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		label := w.Name
		if !w.Barred && s.Startup == validate.StartupTo {
			label += " (no bar)"
		}
		rows(label, w.Name, &w.Summary)
	}
	rows(overName(s), overName(s), &s.Summary)
	if s.Startup == validate.StartupFrom && s.Forecasts.Pairs > 0 {
		t.addBreak()
		row(forecastName, forecastName, "replay", s.Forecasts.Pairs, &s.Forecasts.Score)
		if s.Forecasts.Floor.Application.N > 0 {
			row("", forecastName, "repeats", s.Forecasts.Floor.Application.N, &s.Forecasts.Floor)
		}
	}
	return t
}

const forecastName = "single, no decommissioning"

// overName names the workloads that the summary covers.
func overName(s *validate.Set) string {
	if s.Startup == validate.StartupTo {
		return "all with bars"
	}
	return "all whose tasks sleep"
}

func calls(w validate.Winner) string {
	if w.Calls == 0 {
		return words.Missing
	}
	return fmt.Sprintf("%d of %d", w.Right, w.Calls)
}

// barTable compares the errors of the summary with the accuracy bars that the replay
// must meet.
func barTable(bars []validate.Bar) *Table {
	t := &Table{Left: 2, Columns: heads("", "", "reached", "bar")}
	for _, b := range bars {
		verdict := "pass"
		if !b.Passed() {
			verdict = "FAIL"
		}
		if math.IsNaN(b.Value) || math.IsNaN(b.Limit) {
			verdict = words.Missing
		}
		sign := "<="
		if b.AtLeast {
			sign = ">="
		}
		if b.Raised {
			verdict += ", bar raised because repeats differ by more"
		}
		t.add(b.Name, verdict, words.Percent(b.Value)+" %", sign+" "+words.Percent(b.Limit)+" %")
	}
	return t
}

// skillTable shows the skill of each workload over both baselines. Skill is 1 - mean
// absolute error / that of the baseline; 0 is no better than the baseline.
func skillTable(s *validate.Set) *Table {
	t := &Table{Left: 1, Columns: heads("workload", "over copy\napplication", "\nexecutor-s", "\njobs", "over constant\napplication", "\nexecutor-s", "\njobs")}
	row := func(name string, m *validate.Summary) {
		var skills []Cell
		for _, k := range []validate.Skill{m.OverCopy, m.OverConstant} {
			for _, v := range []float64{k.Application, k.ExecutorSeconds, k.Jobs} {
				text := words.Missing
				if words.Finite(v) {
					text = fmt.Sprintf("%.2f", v)
				}
				skills = append(skills, Cell{text, v})
			}
		}
		t.add(name, skills)
	}
	for i := range s.Workloads {
		row(s.Workloads[i].Name, &s.Workloads[i].Summary)
	}
	row(overName(s), &s.Summary)
	return t
}

// worstPairs lists the pairs with the largest errors as multiples of the bars.
func worstPairs(s *validate.Set) *Table {
	t := &Table{Left: 2, Columns: heads("from", "to", "application\n%", "worst job\n%", "executor-s\n%", "timeline\n%")}
	type pair struct {
		v    *validate.Validation
		rank float64
	}
	var list []pair
	for _, w := range s.Workloads {
		if w.Barred {
			for _, v := range w.Pairs {
				list = append(list, pair{v, validate.Multiple(&v.Summary.Score)})
			}
		}
	}
	slices.SortStableFunc(list, func(x, y pair) int { return cmp.Compare(y.rank, x.rank) })
	folder := sharedFolder(s.Pairs)
	for _, p := range list[:min(worstShown, len(list))] {
		var errors []Cell
		for _, of := range []func(*validate.Comparison) float64{
			func(c *validate.Comparison) float64 { return c.Error }, worstJob,
			func(c *validate.Comparison) float64 { return c.ExecutorError }, func(c *validate.Comparison) float64 { return c.TimelineError },
		} {
			v := math.NaN()
			for i := range p.v.Apps {
				v = worse(v, of(&p.v.Apps[i]))
			}
			errors = append(errors, Cell{words.Percent(v), v})
		}
		t.add(strings.TrimPrefix(p.v.From, folder), strings.TrimPrefix(p.v.To, folder), errors)
	}
	return t
}

// sharedFolder is the longest common prefix, up to a slash, of the names of all
// recordings.
func sharedFolder(pairs []*validate.Validation) string {
	shared := pairs[0].From
	for _, v := range pairs {
		for !strings.HasPrefix(v.From, shared) || !strings.HasPrefix(v.To, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared[:strings.LastIndex(shared, "/")+1]
}

// worse returns the error with the larger absolute value, with its sign.
func worse(x, y float64) float64 {
	if math.IsNaN(y) || math.Abs(y) <= math.Abs(x) {
		return x
	}
	return y
}

func worstJob(c *validate.Comparison) float64 {
	w := math.NaN()
	for _, j := range c.Jobs {
		w = worse(w, j.Error)
	}
	return w
}
