package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
)

// A column is a metric in a table. Its head has two lines: what, and of it what
// in which unit.
type column struct {
	head   string
	metric string // of metrics.Table; "" for misses of how many
}

var overviewColumns = []column{
	{"SLA\nmisses", ""},
	{"wait\nmean s", "queue_wait_mean"},
	{"wait\np95 s", "queue_wait_p95"},
	{"turnaround\np50 s", "turnaround_p50"},
	{"turnaround\np95 s", "turnaround_p95"},
	{"slowdown\np95 x", "slowdown_p95"},
	{"cluster\nheld %", "utilization_held"},
	{"cluster\nbusy %", "utilization_busy"},
	{"exec-h\nheld", "executor_hours_held"},
	{"exec-h\nwasted", "executor_hours_wasted"},
}

var partColumns = []column{
	{"wait\nmean s", "queue_wait_mean"},
	{"= until\nasked s", "wait_unasked_mean"},
	{"+ until\ngranted s", "wait_ungranted_mean"},
	{"+ start-\nup s", "wait_starting_mean"},
	{"wait\np50 s", "queue_wait_p50"},
	{"wait\nmax s", "queue_wait_max"},
	{"executor\nwait s", "executor_wait"},
	{"turnaround\nmax s", "turnaround_max"},
	{"exec-h\nheld", "executor_hours_held"},
	{"= exec-h\nbusy", "executor_hours_busy"},
	{"+ exec-h\nwasted", "executor_hours_wasted"},
	{"effi-\nciency %", "efficiency"},
}

// againColumns are what is lost with executors and done again.
var againColumns = []column{
	{"applications\nfailed", "failed"},
	{"tasks run\nagain", "tasks_rerun"},
	{"cached data\nagain, task-s", "recomputed"},
}

var lateColumns = []column{
	{"SLA\nmisses", ""},
	{"tardiness\nmean s", "tardiness_mean"},
	{"tardiness\np95 s", "tardiness_p95"},
	{"tardiness\nmax s", "tardiness_max"},
	{"slack left\np50 %", "slack_p50"},
	{"slack left\np5 %", "slack_p5"},
}

var queryColumns = []column{
	{"queries with\na deadline", "queries_with_deadline"},
	{"query\nmisses", "query_misses"},
	{"query tar-\ndiness p95 s", "query_tardiness_p95"},
}

// elasticColumns are how well what is held follows what is needed, and who pays
// for it with speed.
var elasticColumns = []column{
	{"under-\nprovision %", "under_provision"},
	{"over-\nprovision %", "over_provision"},
	{"time\nunder %", "under_time"},
	{"time\nover %", "over_time"},
	{"churn\nper h", "churn"},
	{"application\nutilization p50 %", "app_utilization_p50"},
	{"bounded slow-\ndown p95 x", "bounded_slowdown_p95"},
	{"fairness,\nclasses", "fairness_classes"},
	{"fairness,\nusers", "fairness_users"},
}

var costColumns = []column{
	{"exec-h and\ndriver", "executor_hours_and_driver"},
	{"core-h", "core_hours"},
	{"GiB-h", "gib_hours"},
	{"cost,\nused", "cost_used"},
	{"cost,\nnodes", "cost_nodes"},
	{"makespan\ns", "makespan"},
}

var classColumns = []column{
	{"SLA\nmisses", ""},
	{"wait\nmean s", "queue_wait_mean"},
	{"wait\np95 s", "queue_wait_p95"},
	{"turnaround\np50 s", "turnaround_p50"},
	{"turnaround\np95 s", "turnaround_p95"},
	{"slowdown\np95 x", "slowdown_p95"},
	{"exec-h\nheld", "executor_hours_held"},
	{"exec-h\nwasted", "executor_hours_wasted"},
}

// newTable starts a table with text columns at the left and metrics right-aligned.
func newTable(names []string, columns []column) table {
	t := table{head: names, left: len(names)}
	for _, c := range columns {
		t.head = append(t.head, c.head)
	}
	return t
}

// cells are the metrics of a row.
func cells(r metrics.Row, columns []column) []string {
	var out []string
	for _, c := range columns {
		if c.metric == "" {
			out = append(out, outOf(r))
			continue
		}
		out = append(out, number(r.Value(c.metric), metrics.Named(c.metric).Unit))
	}
	return out
}

// truthLabel names the row of how a policy's applications really ran, under the
// policy's own row.
const truthLabel = "  recorded truth"

// label names a row: the policy, or under it how its applications really ran.
func label(r metrics.Row) string {
	if r.Recorded {
		return truthLabel
	}
	return r.Policy
}

func overview(rows []metrics.Row) table { return metricTable(rows, overviewColumns) }

func parts(rows []metrics.Row) table { return metricTable(rows, partColumns) }

func metricTable(rows []metrics.Row, columns []column) table {
	t := newTable([]string{"policy"}, columns)
	for _, r := range rows {
		t.rows = append(t.rows, append([]string{label(r)}, cells(r, columns)...))
	}
	return t
}

// again is a table of what was done again, without rows if nothing was.
func again(rows []metrics.Row) table {
	t := metricTable(rows, againColumns)
	for _, r := range rows {
		for _, c := range againColumns {
			if r.Value(c.metric) > 0 {
				return t
			}
		}
	}
	return table{}
}

// late is how late applications and their queries were, without rows if none has
// a deadline.
func late(r *bench.Results) table {
	rows := r.Rows("")
	columns := lateColumns
	if rows[0].Value("queries_with_deadline") > 0 {
		columns = append(columns[:len(columns):len(columns)], queryColumns...)
	} else if !(rows[0].Value("with_deadline") > 0) {
		return table{}
	}
	return metricTable(rows, columns)
}

// priced says whether anything has a price.
func priced(rows []metrics.Row) bool {
	return slices.ContainsFunc(rows, func(r metrics.Row) bool {
		return !math.IsNaN(r.Value("cost_used")) || !math.IsNaN(r.Value("cost_nodes"))
	})
}

// sweep counts the misses of each policy at every slack factor, without rows if
// no deadline is by a factor.
func sweep(r *bench.Results) table {
	if len(r.Slack.Factors) < 2 {
		return table{}
	}
	t := table{head: []string{"policy"}, left: 1}
	for _, factor := range r.Slack.Factors {
		t.head = append(t.head, fmt.Sprintf("misses at\n%g x", factor))
	}
	add := func(label string, apps []metrics.App) {
		line := []string{label}
		all, _ := r.Sweep(apps)
		for _, m := range all {
			cell := missing
			if m.Of > 0 {
				cell = fmt.Sprintf("%d of %d", m.Missed, m.Of)
			}
			line = append(line, cell)
		}
		t.rows = append(t.rows, line)
	}
	for i := range r.Runs {
		add(r.Runs[i].Policy.Name, r.Runs[i].Apps)
		for k := range r.Truth {
			if truth := &r.Truth[k]; truth.Policy == r.Runs[i].Policy.Name {
				add(truthLabel, truth.Apps)
			}
		}
	}
	return t
}

// differences shows the columns of the overview, each less its value in the
// first row.
func differences(r *bench.Results) table {
	t := newTable([]string{"policy"}, overviewColumns)
	for _, row := range r.Rows("") {
		if row.Policy == r.Runs[0].Policy.Name && !row.Recorded {
			continue
		}
		base := r.Base(row)
		cells := []string{label(row)}
		if row.Recorded {
			cells[0] = row.Policy + ", recorded truth"
		}
		for _, c := range overviewColumns {
			name := c.metric
			if name == "" {
				name = "sla_misses"
			}
			cells = append(cells, signed(row.Value(name)-base.Value(name), metrics.Named(name).Unit))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// byClass has a block of rows for each class.
func byClass(r *bench.Results) table {
	t := newTable([]string{"class", "policy"}, classColumns)
	for _, class := range r.Classes {
		for i, row := range r.Rows(class) {
			name := ""
			if i == 0 {
				name = class
			}
			t.rows = append(t.rows, append([]string{name, label(row)}, cells(row, classColumns)...))
		}
		t.breaks = append(t.breaks, len(t.rows))
	}
	return t
}

// policyList says what short names stand for; most policies are their own name.
func policyList(r *bench.Results) table {
	t := newTable([]string{"policy", "what it is"}, nil)
	for i := range r.Runs {
		name, spec := r.Runs[i].Policy.Name, specOf(r.Runs[i].Policy)
		if same, err := policies.ParseFleet(name); err != nil || specOf(same) != spec {
			t.rows = append(t.rows, []string{name, spec})
		}
	}
	return t
}

// specOf is what a policy's name stands for.
func specOf(f policies.Fleet) string { return strings.TrimPrefix(f.String(), f.Name+":") }
