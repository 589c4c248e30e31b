package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/reports/words"
)

// metricSections are the tables of metrics, in the order of the report. The rows of
// [metrics.Table] say which section a metric belongs to.
var metricSections = []struct {
	key     metrics.Section
	heading string
	byClass bool // it also has rows for each class, without recorded truth
}{
	{metrics.Deadlines, "Deadlines", false},
	{metrics.Waiting, "Waiting", false},
	{metrics.Streams, "Micro-batches of streams", false},
	{metrics.Utilization, "Utilization", false},
	{metrics.Turnarounds, "Turnaround and slowdown", false},
	{metrics.TimeByCause, "Turnaround by cause, in percent", true},
	{metrics.ExecutorTimeByCause, "Executor time by cause, in percent of core-time held", true},
	{metrics.Losses, "Work repeated because executors were lost", false},
	{metrics.Costs, "Executor time and cost", false},
	{metrics.Fit, "Elasticity and fairness", false},
}

// recordedLabel names the row of recorded truth, which stands under the row of the
// policy that was recorded.
const recordedLabel = "  recorded truth"

// headline returns the metrics of the first table. Where executors differ in size,
// core-hours and GiB-hours stand in place of executor-hours.
func headline(r *bench.Results) []metrics.Metric {
	var list []metrics.Metric
	costs := costsOf(r)
	for _, name := range metrics.Headline {
		if len(costs) > 1 && metrics.Named(name).Unit == metrics.ExecutorHours {
			continue
		}
		list = append(list, metrics.Named(name))
	}
	if len(costs) > 1 {
		for _, c := range costs {
			list = append(list, metrics.Named(c.metric))
		}
	}
	return list
}

// metricsIn returns the metrics of a section.
func metricsIn(key metrics.Section) []metrics.Metric {
	var list []metrics.Metric
	for _, m := range metrics.Table {
		if m.Section == key {
			list = append(list, m)
		}
	}
	return list
}

// used leaves out metrics that are zero or do not exist in every row.
func used(list []metrics.Metric, rows []metrics.Row) []metrics.Metric {
	return slices.DeleteFunc(list, func(m metrics.Metric) bool {
		return !slices.ContainsFunc(rows, func(r metrics.Row) bool { v := r.Value(m.Name); return v != 0 && !math.IsNaN(v) })
	})
}

// unitsShown are the units that column heads name. The labels of metrics name the other
// units already.
var unitsShown = []metrics.Unit{metrics.Percent, metrics.Seconds, metrics.ExecutorSeconds, metrics.TaskSeconds, metrics.Times, metrics.PerHour}

// metricColumns are the columns of metrics: label and unit on short lines.
func metricColumns(list []metrics.Metric) []Column {
	var columns []Column
	for _, m := range list {
		head := m.Label
		if _, cause, ok := strings.Cut(head, ": "); ok { // "time: driver", under a heading that says so
			head = cause
		}
		if slices.Contains(unitsShown, m.Unit) {
			head += " " + string(m.Unit)
		}
		columns = append(columns, Column{Head: lines(head)})
	}
	return columns
}

// headWidth is the largest width of a line of a column head, unless a single word is
// longer.
const headWidth = 10

// lines breaks a column head into lines, after blanks and hyphens.
func lines(head string) string {
	var done []string
	line := ""
	for _, word := range strings.FieldsFunc(strings.ReplaceAll(head, "-", "-\n"), func(r rune) bool { return r == ' ' || r == '\n' }) {
		joined := word
		switch {
		case strings.HasSuffix(line, "-"):
			joined = line + word
		case line != "":
			joined = line + " " + word
		}
		if line != "" && len(joined) > headWidth {
			done, joined = append(done, line), word
		}
		line = joined
	}
	return strings.Join(append(done, line), "\n")
}

func abs(n int) int { return max(n, -n) }

// metricTable builds a table of metrics with one block of rows for each class. If
// classes is nil there is one block and no column of classes.
func metricTable(list []metrics.Metric, blocks [][]metrics.Row, classes []string) *Table {
	t := &Table{Left: 1, Columns: append(heads("policy"), metricColumns(list)...)}
	if classes != nil {
		t.Left, t.Columns = 2, append(heads("class"), t.Columns...)
	}
	for b, rows := range blocks {
		for i, r := range rows {
			var names []Cell
			if classes != nil {
				names = append(names, group(classes[b], i))
			}
			var values []Cell
			for _, m := range list {
				values = append(values, metricCell(r, m))
			}
			t.add(names, label(r), values)
		}
		t.addBreak()
	}
	return t
}

// label is the name of a row: the policy, or recordedLabel for recorded truth.
func label(r metrics.Row) string {
	if r.Recorded {
		return recordedLabel
	}
	if r.Refused() {
		return r.Policy + " (refused by Spark)"
	}
	return r.Policy
}

// counted maps each metric that counts misses to the metric that counts the deadlines.
var counted = map[string]string{"sla_misses": "with_deadline", "query_misses": "queries_with_deadline"}

func metricCell(r metrics.Row, m metrics.Metric) Cell {
	v := r.Value(m.Name)
	if whole, ok := counted[m.Name]; ok {
		return Cell{outOf(v, r.Value(whole)), v}
	}
	return Cell{words.Number(v, m.Unit), v}
}

// outOf writes misses and the number of deadlines.
func outOf(missed, of float64) string {
	if !(of > 0) {
		return words.Missing
	}
	return fmt.Sprintf("%.0f of %.0f", missed, of)
}

// differences is the first table as differences: each value minus that of the first
// policy.
func differences(r *bench.Results) *Table {
	list := headline(r)
	t := &Table{Left: 1, Columns: append(heads("policy"), metricColumns(list)...)}
	for _, row := range r.Rows("") {
		if row.Policy == r.Runs[0].Policy.Name && !row.Recorded {
			continue
		}
		name, base := row.Policy, r.Base(row)
		if row.Recorded {
			name += ", recorded truth"
		}
		var values []Cell
		for _, m := range list {
			v := row.Value(m.Name) - base.Value(m.Name)
			values = append(values, Cell{words.Signed(v, m.Unit), v})
		}
		t.add(name, values)
	}
	return t
}

// significance is the table of significant differences to the first policy. It adds a
// note on how to read it or, instead of a table, that there are too few runs.
func significance(d *Document, r *bench.Results) *Table {
	list, blocks := decide.Significances(r, 0)
	t := &Table{Key: "significance", Left: 1, Columns: []Column{
		{Head: "policy", Key: "policy"}, {Key: "blocks", Hidden: true},
		{Head: "more SLA\nmisses", Key: "more_misses"}, {Key: "more_misses_interval", Hidden: true}, {Key: "more_misses_significant", Hidden: true},
		{Head: "longer\nturnaround %", Key: "longer_turnaround_share"}, {Key: "longer_turnaround_interval", Hidden: true},
		{Head: "more executor-\nhours %", Key: "more_executor_time_share"}, {Key: "more_executor_time_interval", Hidden: true},
	}}
	if len(list) == 0 {
		d.Notes = append(d.Notes, tooFewRuns.With(len(r.Suite.Workload.Apps)))
		return t
	}
	d.Notes = append(d.Notes, legendSignificance.With(r.Runs[0].Policy.Name, blocks))
	for _, l := range list {
		if l.NoValues {
			none := Cell{Text: words.Missing}
			t.add(l.Policy, blocks.String(), none, nil, false, none, nil, none, nil)
			continue
		}
		misses := words.Insignificant
		if l.MissesSignificant {
			misses = fmt.Sprintf("%+.0f [%+.0f, %+.0f]", l.MissDelta.Value, l.MissDelta.Low, l.MissDelta.High)
		}
		t.add(l.Policy, blocks.String(), estimateCells(misses, l.MissDelta), l.MissesSignificant,
			estimateCells(words.Relative(l.TimeDelta), l.TimeDelta), estimateCells(words.Relative(l.CostDelta), l.CostDelta))
	}
	return t
}

// sweep counts the misses of each policy at every deadline factor; nil if no deadline
// is a multiple of the time of a run.
func sweep(r *bench.Results) *Table {
	if len(r.Slack.Factors) < 2 {
		return nil
	}
	t := &Table{Left: 1, Columns: heads("policy")}
	for _, factor := range r.Slack.Factors {
		t.Columns = append(t.Columns, Column{Head: fmt.Sprintf("misses at\n%g x", factor)})
	}
	add := func(label string, apps []metrics.App) {
		var misses []Cell
		all, _ := r.Sweep(apps)
		for _, m := range all {
			misses = append(misses, Cell{Text: outOf(float64(m.Missed), float64(m.Of))})
		}
		t.add(label, misses)
	}
	for i := range r.Runs {
		add(r.Runs[i].Policy.Name, r.Runs[i].Apps)
		for k := range r.Truth {
			if truth := &r.Truth[k]; truth.Policy == r.Runs[i].Policy.Name {
				add(recordedLabel, truth.Apps)
			}
		}
	}
	return t
}

// effectsOnClasses has a row for each class whose change of policy affects other
// classes, and each class that it affects.
func effectsOnClasses(r *bench.Results) *Table {
	t := &Table{Left: 2, Columns: heads("policy", "class that changes", "its own\nmisses", "its own\nwait s", "others'\nmisses", "others'\nwait s", "largest\neffect on", "misses", "wait s")}
	last := ""
	for _, x := range r.Externalities {
		if len(x.Effects) == 0 {
			continue
		}
		own, others, most := bench.Effect{}, bench.Effect{}, -1
		for c, class := range r.Classes {
			e := x.Effects[c]
			if class == x.Changed {
				own = e
				continue
			}
			others.Misses += e.Misses
			others.Wait = others.Wait.Plus(e.Wait)
			others.Apps += e.Apps
			if most < 0 || larger(e, x.Effects[most]) {
				most = c
			}
		}
		if most < 0 || others.Misses == 0 && waitOfEach(others) == 0 && x.Effects[most].Misses == 0 {
			continue
		}
		row := 0
		if x.Policy == last {
			row = 1
		} else if last != "" {
			t.addBreak()
		}
		last = x.Policy
		t.add(group(x.Policy, row), x.Changed, effectCells(own), effectCells(others), r.Classes[most], effectCells(x.Effects[most]))
	}
	return t
}

// larger orders effects by the absolute change of misses, then of the wait per
// application.
func larger(x, y bench.Effect) bool {
	if a, b := abs(x.Misses), abs(y.Misses); a != b {
		return a > b
	}
	return waitOfEach(x).Abs() > waitOfEach(y).Abs()
}

// waitOfEach is the change of the wait per application, rounded to a tenth of a second.
func waitOfEach(e bench.Effect) time.Duration {
	return e.Wait.Each(int64(max(e.Apps, 1))).Round(100 * time.Millisecond)
}

func effectCells(e bench.Effect) []Cell {
	return []Cell{changeCell(e.Misses), {Text: words.Signed(waitOfEach(e).Seconds(), metrics.Seconds)}}
}

// faultCosts is what the faults cost under each policy.
func faultCosts(r *bench.Results) *Table {
	t := &Table{Key: "fault_costs", Left: 1, Columns: []Column{
		{Head: "policy", Key: "policy"}, {Head: "SLA\nmisses", Key: "misses"}, {Head: "failed", Key: "failed"},
		{Head: "turnaround\nmean s", Key: "turnaround_ms"}, {Head: "executor-\nhours held", Key: "executor_held_ms"},
		{Head: "executors\nlost", Key: "executors_lost"}, {Head: "of those\npreempted", Key: "executors_preempted"},
		{Head: "tasks\nrerun", Key: "tasks_rerun"}, {Head: "task-s\ndiscarded", Key: "task_discarded_ms"},
	}}
	n := int64(max(len(r.Suite.Workload.Apps), 1))
	for _, c := range r.FaultCosts {
		t.add(c.Policy, changeCell(c.Misses), changeCell(c.Failed),
			Cell{words.Signed(c.Turnaround.Each(n).Seconds(), metrics.Seconds), c.Turnaround.Milliseconds()},
			Cell{words.Signed(c.Executors.Hours(), metrics.ExecutorHours), c.Executors.Milliseconds()},
			changeCell(c.Lost), changeCell(c.Preempted), changeCell(c.Rerun),
			Cell{words.Signed(c.Discarded.Seconds(), metrics.TaskSeconds), c.Discarded.Milliseconds()})
	}
	return t
}

// policyList is the table of short names and their specs; most policies have no short
// name.
func policyList(r *bench.Results) *Table {
	t := &Table{Left: 2, Columns: heads("policy", "settings")}
	for i := range r.Runs {
		name, spec := r.Runs[i].Policy.Name, specOf(r.Runs[i].Policy)
		if same, err := policies.ParseFleet(name); err != nil || specOf(same) != spec {
			t.add(name, spec)
		}
	}
	return t
}
