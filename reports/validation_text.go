package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"dynalloc/bench"
)

// worstShown is how many pairs the text of a set lists.
const worstShown = 15

// ValidationSetText writes a set of validations for a terminal.
func ValidationSetText(w io.Writer, s *bench.ValidationSet) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s of %s, start-up %s\n\n", plural(len(s.Pairs), "ordered pair"), plural(len(s.Workloads), "workload"), startupOf(s.Pairs[0]))
	t := errorTable(s)
	if err := t.text(&b); err != nil {
		return err
	}
	fmt.Fprint(&b, "\nBars\n\n")
	t = barTable(&s.Summary)
	if err := t.text(&b); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nWorst pairs\n\n")
	t = worstPairs(s)
	if err := t.text(&b); err != nil {
		return err
	}
	if len(s.Notes) > 0 {
		fmt.Fprint(&b, "\nNotes\n\n")
	}
	for _, note := range s.Notes {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
}

func startupOf(v *bench.Validation) string { return v.Startup }

// percent writes a fraction.
func percent(v float64) string {
	if !finite(v) {
		return missing
	}
	return noMinusZero(fmt.Sprintf("%.1f", 100*v))
}

// errorTable has the errors of each workload, its noise floor and the skill.
func errorTable(s *bench.ValidationSet) table {
	t := table{
		head: []string{"workload", "", "pairs", "application\nmedian %", "\np95 %", "\nbias %", "job\nmedian %", "\np95 %", "executor-s\nmedian %", "\np95 %", "\nbias %", "timeline\nmedian %", "\np95 %", "winner\ntime", "winner\nexec-s"},
		left: 2,
	}
	rows := func(name string, sum *bench.Summary) {
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
		rows(s.Workloads[i].Name, &s.Workloads[i].Summary)
	}
	rows("with bars", &s.Summary)
	return t
}

func scoreRow(name, what string, s *bench.Score) []string {
	a, j, e, l := s.Application, s.Jobs, s.ExecutorSeconds, s.Timeline
	return []string{
		name, what, "", percent(a.Median), percent(a.P95), percent(a.Bias), percent(j.Median), percent(j.P95),
		percent(e.Median), percent(e.P95), percent(e.Bias), percent(l.Median), percent(l.P95),
	}
}

func calls(w bench.Winner) string {
	if w.Called == 0 {
		return missing
	}
	return fmt.Sprintf("%d of %d", w.Right, w.Called)
}

// barTable holds the summary against the bars.
func barTable(s *bench.Summary) table {
	t := table{head: []string{"what", "reached", "bar", ""}, left: 1}
	for _, b := range bench.Bars(s) {
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
		t.rows = append(t.rows, []string{b.Name, percent(b.Value) + " %", sign + " " + percent(b.Limit) + " %", verdict})
	}
	return t
}

// worstPairs lists the pairs with the largest errors, each as a multiple of
// its bar.
func worstPairs(s *bench.ValidationSet) table {
	t := table{head: []string{"from", "to", "application\n%", "worst job\n%", "executor-s\n%", "timeline\n%"}, left: 2}
	type bad struct {
		v   *bench.Validation
		how float64
	}
	var list []bad
	for _, w := range s.Workloads {
		if !w.Barred {
			continue
		}
		for _, v := range w.Pairs {
			m := &v.Summary
			how := 0.0
			for _, x := range []float64{m.Application.Max / 0.06, m.Jobs.Max / 0.12, m.ExecutorSeconds.Max / 0.10} {
				if x > how {
					how = x
				}
			}
			list = append(list, bad{v, how})
		}
	}
	slices.SortStableFunc(list, func(x, y bad) int { return cmp.Compare(y.how, x.how) })
	for _, b := range list[:min(worstShown, len(list))] {
		t.rows = append(t.rows, []string{b.v.From, b.v.To, percent(worst(b.v, func(c *bench.Comparison) float64 { return c.Error })),
			percent(worstJob(b.v)), percent(worst(b.v, func(c *bench.Comparison) float64 { return c.ExecutorError })),
			percent(worst(b.v, func(c *bench.Comparison) float64 { return c.TimelineError }))})
	}
	return t
}

// worst is the error with the largest amount, signed.
func worst(v *bench.Validation, f func(*bench.Comparison) float64) float64 {
	w := math.NaN()
	for i := range v.Apps {
		if e := f(&v.Apps[i]); !(math.Abs(e) <= math.Abs(w)) && !math.IsNaN(e) {
			w = e
		}
	}
	return w
}

func worstJob(v *bench.Validation) float64 {
	return worst(v, func(c *bench.Comparison) float64 {
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
func ValidationText(w io.Writer, v *bench.Validation) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "from:     %s\nto:       %s\npolicy:   %s\ncluster:  %s\nstart-up: %s\n", v.From, v.To, v.Policy, v.Cluster, startupOf(v))
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

func comparisonTable(c *bench.Comparison) table {
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

func executorTable(c *bench.Comparison) table {
	t := table{head: []string{"", "recorded\nfrom", "\nto", "replayed\nfrom", "\nto"}, left: 1}
	cells := func(lives []bench.Life, i int) (string, string) {
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
