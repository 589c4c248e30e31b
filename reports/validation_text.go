package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"dynalloc/bench/validate"
)

// worstShown is how many pairs the text of a set lists.
const worstShown = 15

// ValidationSetText writes a set of validations for a terminal.
func ValidationSetText(w io.Writer, s *validate.Set) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s of %s, --startup %s\n", plural(len(s.Pairs), "ordered pair"), plural(len(s.Workloads), "workload"), s.Startup)
	sections := []section{{"Errors", errorTable(s)}}
	if s.Startup == validate.StartupTo {
		sections = append(sections, section{"Bars", barTable(&s.Summary)})
	}
	sections = append(sections, section{"Skill: 1 - mean absolute error / that of a baseline", skillTable(s)}, section{"Worst pairs", worstPairs(s)})
	for i := range sections {
		fmt.Fprintf(&b, "\n%s\n\n", sections[i].heading)
		if err := sections[i].table.text(&b); err != nil {
			return err
		}
	}
	fmt.Fprint(&b, "\nNotes\n\n")
	for _, note := range validationNotes(s) {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
}

// validationNotes say what the numbers mean.
func validationNotes(s *validate.Set) []string {
	return append([]string{
		"Errors are relative to what was recorded, job errors to at least 5 s of it. Median and p95 are of absolute errors, bias is the mean of signed ones.",
		"copy predicts that a run looks like the recording it is predicted from, constant the median of the workload's other recordings; repeats is how far runs of the same thing are apart.",
		"winner: of every two configurations whose real runs differ by more than twice the largest spread between repeats, how often replays say right which is better.",
	}, s.Notes...)
}

// percent writes a fraction.
func percent(v float64) string {
	if !finite(v) {
		return missing
	}
	return noMinusZero(fmt.Sprintf("%.1f", 100*v))
}

// errorTable has the errors of each workload, its noise floor and the skill.
func errorTable(s *validate.Set) table {
	t := table{
		head: []string{"workload", "", "pairs", "application\nmedian %", "\np95 %", "\nbias %", "job\nmedian %", "\np95 %", "executor-s\nmedian %", "\np95 %", "\nbias %", "timeline\nmedian %", "\np95 %", "winner\ntime", "winner\nexec-s"},
		left: 2,
	}
	rows := func(name string, sum *validate.Summary) {
		t.breaks = append(t.breaks, len(t.rows))
		line := scoreRow(name, "replay", &sum.Score)
		line[2] = fmt.Sprint(sum.Pairs)
		line = append(line, calls(sum.Winner), calls(sum.WinnerOfExecutors))
		t.rows = append(t.rows, line, append(scoreRow("", "copy", &sum.Copy), "", ""))
		if sum.Constant.Application.N > 0 {
			t.rows = append(t.rows, append(scoreRow("", "constant", &sum.Constant), "", ""))
		}
		if sum.Floor.Application.N > 0 {
			line := append(scoreRow("", "repeats", &sum.Floor), "", "")
			line[2] = fmt.Sprint(sum.Floor.Application.N)
			t.rows = append(t.rows, line)
		}
	}
	for i := range s.Workloads {
		name := s.Workloads[i].Name
		if !s.Workloads[i].Barred && s.Startup == validate.StartupTo {
			name += " (no bar)"
		}
		rows(name, &s.Workloads[i].Summary)
	}
	rows(overName(s), &s.Summary)
	return t
}

// overName says what the summary is over.
func overName(s *validate.Set) string {
	if s.Startup == validate.StartupTo {
		return "all with bars"
	}
	return "all whose tasks sleep"
}

func scoreRow(name, what string, s *validate.Score) []string {
	a, j, e, l := s.Application, s.Jobs, s.ExecutorSeconds, s.Timeline
	return []string{
		name, what, "", percent(a.Median), percent(a.P95), percent(a.Bias), percent(j.Median), percent(j.P95),
		percent(e.Median), percent(e.P95), percent(e.Bias), percent(l.Median), percent(l.P95),
	}
}

func calls(w validate.Winner) string {
	if w.Calls == 0 {
		return missing
	}
	return fmt.Sprintf("%d of %d", w.Right, w.Calls)
}

// barTable holds the summary against the bars.
func barTable(s *validate.Summary) table {
	t := table{head: []string{"", "", "reached", "bar"}, left: 2}
	for _, b := range validate.Bars(s) {
		verdict := "pass"
		if !b.Passed() {
			verdict = "FAIL"
		}
		if math.IsNaN(b.Value) {
			verdict = missing
		}
		sign := "<="
		if b.AtLeast {
			sign = ">="
		}
		if b.Raised {
			verdict += ", bar raised as repeats differ by more"
		}
		t.rows = append(t.rows, []string{b.Name, verdict, percent(b.Value) + " %", sign + " " + percent(b.Limit) + " %"})
	}
	return t
}

// skillTable has the skill of each workload over both baselines.
func skillTable(s *validate.Set) table {
	t := table{
		head: []string{"workload", "over copy\napplication", "\nexecutor-s", "\njobs", "over constant\napplication", "\nexecutor-s", "\njobs"},
		left: 1,
	}
	row := func(name string, m *validate.Summary) {
		cells := []string{name}
		for _, k := range []validate.Skill{m.OverCopy, m.OverConstant} {
			for _, v := range []float64{k.Application, k.ExecutorSeconds, k.Jobs} {
				cell := missing
				if finite(v) {
					cell = fmt.Sprintf("%.2f", v)
				}
				cells = append(cells, cell)
			}
		}
		t.rows = append(t.rows, cells)
	}
	for i := range s.Workloads {
		row(s.Workloads[i].Name, &s.Workloads[i].Summary)
	}
	row(overName(s), &s.Summary)
	return t
}

// worstPairs lists the pairs with the largest errors as multiples of the p95
// bars.
func worstPairs(s *validate.Set) table {
	t := table{head: []string{"from", "to", "application\n%", "worst job\n%", "executor-s\n%", "timeline\n%"}, left: 2}
	type bad struct {
		v   *validate.Validation
		how float64
	}
	var list []bad
	for _, w := range s.Workloads {
		if !w.Barred {
			continue
		}
		for _, v := range w.Pairs {
			list = append(list, bad{v, validate.Multiple(&v.Summary.Score)})
		}
	}
	slices.SortStableFunc(list, func(x, y bad) int { return cmp.Compare(y.how, x.how) })
	folder := sharedFolder(s.Pairs)
	for _, b := range list[:min(worstShown, len(list))] {
		t.rows = append(t.rows, []string{
			strings.TrimPrefix(b.v.From, folder), strings.TrimPrefix(b.v.To, folder),
			percent(worst(b.v, func(c *validate.Comparison) float64 { return c.Error })),
			percent(worstJob(b.v)),
			percent(worst(b.v, func(c *validate.Comparison) float64 { return c.ExecutorError })),
			percent(worst(b.v, func(c *validate.Comparison) float64 { return c.TimelineError })),
		})
	}
	return t
}

// sharedFolder is the beginning, up to a slash, that all recordings' names share.
func sharedFolder(pairs []*validate.Validation) string {
	shared := pairs[0].From
	for _, v := range pairs {
		for !strings.HasPrefix(v.From, shared) || !strings.HasPrefix(v.To, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared[:strings.LastIndex(shared, "/")+1]
}

// worst is the error with the largest amount, signed.
func worst(v *validate.Validation, f func(*validate.Comparison) float64) float64 {
	w := math.NaN()
	for i := range v.Apps {
		if e := f(&v.Apps[i]); !(math.Abs(e) <= math.Abs(w)) && !math.IsNaN(e) {
			w = e
		}
	}
	return w
}

func worstJob(v *validate.Validation) float64 {
	return worst(v, func(c *validate.Comparison) float64 {
		w := math.NaN()
		for _, j := range c.Jobs {
			if !(math.Abs(j.Error) <= math.Abs(w)) {
				w = j.Error
			}
		}
		return w
	})
}

// ValidationText writes one validation for a terminal: each application, each
// job, and when executors came and went.
func ValidationText(w io.Writer, v *validate.Validation) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "from:     %s\nto:       %s\npolicy:   %s\ncluster:  %s\nstart-up: %s\n", v.From, v.To, v.Policy, v.Cluster, v.Startup)
	for i := range v.Apps {
		c := &v.Apps[i]
		fmt.Fprintf(&b, "\n%s\n\n", c.Recorded.Name)
		t := comparisonTable(c)
		if err := t.text(&b); err != nil {
			return err
		}
		if len(c.Unmatched) > 0 {
			fmt.Fprintf(&b, "\njobs without a partner: %v\n", c.Unmatched)
		}
		fmt.Fprint(&b, "\nexecutors, from and to in seconds after ApplicationStart\n\n")
		t = executorTable(c)
		if err := t.text(&b); err != nil {
			return err
		}
	}
	_, err := b.WriteTo(w)
	return err
}

func comparisonTable(c *validate.Comparison) table {
	t := table{head: []string{"", "recorded", "replayed", "error %"}, left: 1}
	r, p := &c.Recorded, &c.Predicted
	line := func(name string, r, p, e float64) {
		t.rows = append(t.rows, []string{name, inSeconds(r), inSeconds(p), percent(e)})
	}
	none := math.NaN()
	line("application, s", r.Seconds, p.Seconds, c.Error)
	line("first executor, s", r.QueueWait, p.QueueWait, none)
	line("executor-seconds", r.ExecutorSeconds, p.ExecutorSeconds, c.ExecutorError)
	line("executors started", r.Started, p.Started, none)
	line("timeline", none, none, c.TimelineError)
	for _, j := range c.Jobs {
		line(fmt.Sprintf("job %d, s", j.ID), j.Recorded, j.Predicted, j.Error)
	}
	return t
}

func inSeconds(v float64) string {
	if !finite(v) {
		return missing
	}
	return fmt.Sprintf("%.3f", v)
}

func executorTable(c *validate.Comparison) table {
	t := table{head: []string{"", "recorded\nfrom", "\nto", "replayed\nfrom", "\nto"}, left: 1}
	cells := func(lives []validate.Life, i int) (string, string) {
		if i >= len(lives) {
			return "", ""
		}
		return inSeconds(lives[i].From.Seconds()), inSeconds(lives[i].To.Seconds())
	}
	for i := range max(len(c.Recorded.Executors), len(c.Predicted.Executors)) {
		a, b := cells(c.Recorded.Executors, i)
		d, e := cells(c.Predicted.Executors, i)
		t.rows = append(t.rows, []string{fmt.Sprint(i + 1), a, b, d, e})
	}
	return t
}
