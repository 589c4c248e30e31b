package bench

import (
	"fmt"
	"maps"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// Two applications on ten cores for 100 s, worked out by hand. The first waits
// 2 + 3 + 5 s and holds 2 executors of 2 cores for 50 s, half busy; 3 of its
// tasks run again. The second waits 1 + 0 + 3 s, holds 1 such executor for 20 s,
// all busy, computes lost blocks again for 7 s, and is late.
func TestEveryMetricOfTwoApplicationsByHand(t *testing.T) {
	const s = time.Second
	g := Group{Capacity: 10, Window: 100 * s, Apps: []App{
		{
			Turnaround: 60 * s, Unasked: 2 * s, Ungranted: 3 * s, Starting: 5 * s, QueueWait: 10 * s, Wait: 6 * s,
			Held: 200 * s, Busy: 100 * s, Executors: 100 * s, Critical: 30 * s, Deadline: 60 * s, HasDeadline: true,
			Rerun: 3,
		},
		{
			Turnaround: 40 * s, Unasked: 1 * s, Ungranted: 0, Starting: 3 * s, QueueWait: 4 * s, Wait: 0,
			Held: 40 * s, Busy: 40 * s, Executors: 20 * s, Critical: 10 * s, Deadline: 39 * s, HasDeadline: true,
			Recomputed: 7 * s,
		},
	}}
	want := map[string]float64{
		"applications": 2, "with_deadline": 2, "sla_misses": 1, "sla_miss_share": 50,
		"queue_wait_mean": 7, "queue_wait_p50": 7, "queue_wait_p95": 9.7, "queue_wait_max": 10,
		"wait_unasked_mean": 1.5, "wait_ungranted_mean": 1.5, "wait_starting_mean": 4, "executor_wait": 6,
		"utilization_held": 24, "utilization_busy": 14, "efficiency": 100 * 140.0 / 240,
		"turnaround_p50": 50, "turnaround_p95": 59, "turnaround_max": 60,
		"slowdown_p50": 3, "slowdown_p95": 3.9,
		"executor_hours_held": 120.0 / 3600, "executor_hours_busy": 70.0 / 3600, "executor_hours_wasted": 50.0 / 3600,
		"failed": 0, "tasks_rerun": 3, "recomputed": 7,
	}
	maps.Copy(want, attributeByHand(&g))
	if len(want) != len(Metrics) {
		t.Errorf("%d metrics worked out, %d in the table", len(want), len(Metrics))
	}
	for _, m := range Metrics {
		if got := m.Of(&g); math.Abs(got-want[m.Name]) > 1e-9 {
			t.Errorf("%s = %v, want %v", m.Name, got, want[m.Name])
		}
	}
}

// Exactly at the deadline is in time; a millisecond later is not, and neither is
// an application that fails early.
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

// What does not exist is NaN and not 0: an application that never got an
// executor has no queue wait, and a log tells nothing of busy cores.
func TestWhatDoesNotExistIsNotANumber(t *testing.T) {
	unknown := App{Turnaround: time.Second, Unasked: -1, Ungranted: -1, Starting: -1, QueueWait: -1, Wait: -1, Held: -1, Busy: -1, Executors: -1,
		Failed: -1, Rerun: -1, Recomputed: -1}
	missing := attributed + "sla_miss_share queue_wait_mean queue_wait_p50 queue_wait_p95 queue_wait_max wait_unasked_mean wait_ungranted_mean " +
		"wait_starting_mean executor_wait utilization_held utilization_busy efficiency slowdown_p50 slowdown_p95 " +
		"executor_hours_held executor_hours_busy executor_hours_wasted failed tasks_rerun recomputed"
	row := (&Group{Capacity: 1, Window: time.Second, Apps: []App{unknown}}).row("p", "", false)
	for i, m := range Metrics {
		gone := strings.Contains(" "+missing+" ", " "+m.Name+" ")
		if math.IsNaN(row.Values[i]) != gone {
			t.Errorf("%s = %v", m.Name, row.Values[i])
		}
	}
	empty := (&Group{Capacity: 1}).row("p", "", false)
	for i, m := range Metrics {
		if m.Unit != Count && !math.IsNaN(empty.Values[i]) {
			t.Errorf("%s of no applications = %v", m.Name, empty.Values[i])
		}
	}
}

// R-7, against values of R's quantile(c(1, 2, 3, 4), c(0, .25, .5, .95, 1)).
func TestQuantilesAreThoseOfR(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	for _, c := range []struct{ p, want float64 }{{0, 1}, {0.25, 1.75}, {0.5, 2.5}, {0.95, 3.85}, {1, 4}} {
		if got := Quantile(c.p, values); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("quantile %g = %g, want %g", c.p, got, c.want)
		}
	}
	if got := Quantile(0.95, []float64{7}); got != 7 {
		t.Errorf("quantile of one value = %g, want 7", got)
	}
	if got := Quantile(0.5, nil); !math.IsNaN(got) {
		t.Errorf("quantile of none = %g, want NaN", got)
	}
}

// docs/METRICS.md lists the metrics of the table, in its order, with its units,
// formulas and directions, and no others.
func TestDocumentationHoldsTheSameMetrics(t *testing.T) {
	doc, err := os.ReadFile("../docs/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	for line := range strings.Lines(string(doc)) {
		if strings.HasPrefix(line, "| `") {
			written = append(written, strings.TrimSpace(line))
		}
	}
	for i, m := range Metrics {
		want := fmt.Sprintf("| `%s` | %s | %s | %s |", m.Name, m.Unit, m.Better, m.Doc)
		if i >= len(written) {
			t.Errorf("docs/METRICS.md lacks the line\n%s", want)
		} else if written[i] != want {
			t.Errorf("docs/METRICS.md, metric %d:\nin the table: %s\nin the doc:   %s", i+1, want, written[i])
		}
	}
	if len(written) > len(Metrics) {
		t.Errorf("docs/METRICS.md has %d metrics, the table %d", len(written), len(Metrics))
	}
}
