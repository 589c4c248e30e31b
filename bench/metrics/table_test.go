package metrics

import (
	"fmt"
	"maps"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/internal/spark"
	"dynalloc/internal/wide"
	"dynalloc/replay/cluster"
)

// Two applications on ten cores for 100 s, worked out by hand. The first waits
// 2 + 3 + 5 s and holds 2 executors of 2 cores for 50 s, half busy; 3 of its
// tasks run again; of its three queries one is in time, one is late and one does
// not end. The second waits 1 + 0 + 3 s, holds 1 such executor for 20 s, all
// busy, computes lost blocks again for 7 s, and is late. Executors have 1 GiB;
// the minimum charge is 50 s.
func TestEveryMetricOfTwoApplicationsByHand(t *testing.T) {
	const s = time.Second
	prices := Prices{NodeHour: 3.6, CoreHour: 0.36, GiBHour: 0.036, Minimum: 50 * s}
	g := Group{Provided: wide.Of(s, 1000), Window: 100 * s, Prices: prices, NodeCost: prices.Nodes([]cluster.Pool{{Nodes: 1}, {Nodes: 1, Price: 7.2}}, []wide.Time{wide.Of(s, 100), wide.Of(s, 50)}), Apps: []App{
		{
			Class: "report", User: "ann", Memory: wide.Of(100*s, 1024), Changes: 2, Driver: spark.DriverSize{Cores: 1, HeapMB: 2048},
			Elasticity: Elasticity{Known: true, Under: 12, Over: 6, UnderTime: 20 * s, OverTime: 30 * s},
			Queries:    []sla.QueryResult{{Duration: 5 * s, Deadline: 5 * s}, {Duration: 7 * s, Deadline: 5 * s}, {Duration: -1, Deadline: 5 * s}},
			Batches:    []sla.Request{{Latency: 2 * s}, {Latency: 6 * s, Delay: s}, {Latency: -1}, {Latency: 4 * s}},
			Turnaround: 60 * s, AppWait: 2 * s, Unwanted: 30 * s, Unasked: 2 * s, Ungranted: 3 * s, Starting: 5 * s, QueueWait: 10 * s, Wait: wide.Of(s, 6),
			Held: wide.Of(s, 200), Busy: wide.Of(s, 100), Executors: wide.Of(s, 100), Critical: 30 * s, Deadline: 60 * s, HasDeadline: true,
			Rerun: 3,
		},
		{
			Class: "load", User: "ann", Memory: wide.Of(20*s, 1024), Changes: 3, Driver: spark.DriverSize{Cores: 1, HeapMB: 1024},
			Elasticity:    Elasticity{Known: true, Under: 8, Over: 4, UnderTime: 10 * s, OverTime: 5 * s},
			MinimumCharge: MinimumCharge{Executors: wide.Of(s, 30), Cores: wide.Of(s, 60)},
			Turnaround:    40 * s, Unwanted: 6 * s, Unasked: 1 * s, Ungranted: 0, Starting: 3 * s, QueueWait: 4 * s,
			Held: wide.Of(s, 40), Busy: wide.Of(s, 40), Executors: wide.Of(s, 20), Critical: 10 * s, Deadline: 39 * s, HasDeadline: true,
			Recomputed: wide.Of(s, 7),
		},
	}}
	want := map[string]float64{
		"applications": 2, "with_deadline": 2, "sla_misses": 1, "sla_miss_share": 50,
		"app_wait_mean": 1, "app_wait_p95": 1.9, "app_wait_max": 2,
		"queue_wait_mean": 7, "queue_wait_p50": 7, "queue_wait_p95": 9.7, "queue_wait_max": 10,
		"wait_unwanted_mean": 18, "wait_unasked_mean": 1.5, "wait_ungranted_mean": 1.5, "wait_starting_mean": 4, "executor_wait": 6,
		"batches": 4, "batches_late": 2, "batch_late_share": 50, "batch_delay_p95": 0.85,
		"batch_latency_p50": 4, "batch_latency_p95": 5.8, "batch_latency_p99": 5.96,
		"utilization_held": 24, "utilization_busy": 14, "efficiency": 100 * 140.0 / 240,
		"turnaround_p50": 50, "turnaround_p95": 59, "turnaround_max": 60,
		"slowdown_p50": 3, "slowdown_p95": 3.9,
		"executor_hours_held": 120.0 / 3600, "executor_hours_busy": 70.0 / 3600, "executor_hours_wasted": 50.0 / 3600,
		"tardiness_mean": 0.5, "tardiness_p95": 0.95, "tardiness_max": 1,
		"slack_p5": 0.95 * -100.0 / 39, "slack_p50": 0.5 * -100.0 / 39,
		"queries_with_deadline": 3, "query_misses": 2, "query_miss_share": 200.0 / 3, "query_tardiness_p95": 1.9,
		"executor_wait_mean": 3, "app_utilization_p50": 75, "turnaround_mean": 50,
		"bounded_slowdown_p50": 3, "bounded_slowdown_p95": 3.9, "bounded_slowdown_60s_p95": 1, "makespan": 100,
		"under_provision": 20, "over_provision": 10, "under_time": 30, "over_time": 35, "churn": 180,
		"fairness_classes":          0.5625 / (2 * 0.3125), // 1/2 and 1/4
		"fairness_users":            math.NaN(),            // one user shares with no other
		"executor_hours_and_driver": 218.0 / 3600, "core_hours": 338.0 / 3600, "gib_hours": 276.0 / 3600,
		// 240 + 60 core-seconds of executors, 58 + 50 of drivers at 0.0001; 100 + 20 + 30 GiB-seconds of
		// executors, 116 + 50 of drivers at 0.00001
		"cost_used": 0.0408 + 0.00316, "cost_nodes": 0.2,
		"failed": 0, "refused": 0, "tasks_rerun": 3, "recomputed": 7,
	}
	maps.Copy(want, attributeByHand(&g))
	if len(want) != len(Table) {
		t.Errorf("%d metrics worked out, %d in the table", len(want), len(Table))
	}
	for _, m := range Table {
		if got := m.Of(&g); math.IsNaN(got) != math.IsNaN(want[m.Name]) || math.Abs(got-want[m.Name]) > 1e-9 {
			t.Errorf("%s = %v, want %v", m.Name, got, want[m.Name])
		}
	}
}

// An application that ends exactly at its deadline is in time. One that ends a
// millisecond later, or fails early, is not.
func TestAMissIsLaterThanTheDeadline(t *testing.T) {
	a := App{Turnaround: time.Minute, Deadline: time.Minute, HasDeadline: true}
	if a.Missed() {
		t.Error("ended at the deadline and counts as a miss")
	}
	a.Turnaround += time.Millisecond
	if !a.Missed() {
		t.Error("ended after the deadline and counts as in time")
	}
	a.Turnaround, a.Failed = time.Second, 1
	if !a.Missed() {
		t.Error("failed and counts as in time")
	}
	a.HasDeadline = false
	if a.Missed() {
		t.Error("missed a deadline that it does not have")
	}
}

// Values that do not exist are NaN and not 0: an application that never got an
// executor has no queue wait, and a log does not record busy cores.
func TestWhatDoesNotExistIsNotANumber(t *testing.T) {
	blank := App{Turnaround: time.Second, AppWait: -1, Unwanted: -1, Unasked: -1, Ungranted: -1, Starting: -1, QueueWait: -1, Wait: unknown, Held: unknown, Busy: unknown, Executors: unknown,
		Memory: unknown, Changes: -1, Failed: -1, Rerun: -1, Recomputed: unknown}
	missing := attributed + "sla_miss_share app_wait_mean app_wait_p95 app_wait_max queue_wait_mean queue_wait_p50 queue_wait_p95 queue_wait_max wait_unwanted_mean wait_unasked_mean wait_ungranted_mean " +
		"wait_starting_mean executor_wait utilization_held utilization_busy efficiency slowdown_p50 slowdown_p95 " +
		"executor_hours_held executor_hours_busy executor_hours_wasted failed refused tasks_rerun recomputed " +
		"tardiness_mean tardiness_p95 tardiness_max slack_p5 slack_p50 query_misses query_miss_share query_tardiness_p95 " +
		"executor_wait_mean app_utilization_p50 bounded_slowdown_p50 bounded_slowdown_p95 bounded_slowdown_60s_p95 " +
		"under_provision over_provision under_time over_time churn fairness_classes fairness_users " +
		"executor_hours_and_driver core_hours gib_hours cost_used cost_nodes " +
		"batches batches_late batch_late_share batch_delay_p95 batch_latency_p50 batch_latency_p95 batch_latency_p99"
	prices := Prices{CoreHour: 1, NodeHour: 1}
	row := (&Group{Provided: wide.Of(time.Second, 1), Window: time.Second, Prices: prices, NodeCost: math.NaN(), Apps: []App{blank}}).Row("p", "", false)
	for i, m := range Table {
		gone := strings.Contains(" "+missing+" ", " "+m.Name+" ")
		if math.IsNaN(row.Values[i]) != gone {
			t.Errorf("%s = %v", m.Name, row.Values[i])
		}
	}
	empty := (&Group{Provided: wide.Of(time.Second, 1), NodeCost: math.NaN()}).Row("p", "", false)
	for i, m := range Table {
		if m.Unit != Count && m.Name != "queries_with_deadline" && m.Name != "makespan" && !math.IsNaN(empty.Values[i]) {
			t.Errorf("%s of no applications = %v", m.Name, empty.Values[i])
		}
	}
}

// docs/METRICS.md lists the metrics of the table, in its order, with its units,
// formulas and directions, and no others.
func TestDocumentationHoldsTheSameMetrics(t *testing.T) {
	doc, err := os.ReadFile("../../docs/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "\n## Metrics\n")
	table, _, _ := strings.Cut(rest, "\n## ")
	var written []string
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| `") {
			written = append(written, strings.TrimSpace(line))
		}
	}
	for i, m := range Table {
		want := fmt.Sprintf("| `%s` | %s | %s | %s | %s |", m.Name, m.Unit, m.Better, m.Doc, m.Source)
		if i >= len(written) {
			t.Fatalf("docs/METRICS.md lacks the line\n%s", want)
		} else if written[i] != want {
			t.Fatalf("docs/METRICS.md, metric %d:\nin the table: %s\nin the doc:   %s", i+1, want, written[i])
		}
	}
	if len(written) > len(Table) {
		t.Errorf("docs/METRICS.md has %d metrics, the table %d", len(written), len(Table))
	}
}
