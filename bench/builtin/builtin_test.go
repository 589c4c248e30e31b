package builtin

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
)

func runSuite(t *testing.T, suite func() (*bench.Suite, error)) *bench.Results {
	t.Helper()
	s, err := suite()
	if err != nil {
		t.Fatal(err)
	}
	r, err := bench.Run(context.Background(), s, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The built-in day tells the story of a shared cluster. As recorded, a warehouse load
// holds all of its 1 TB for more than an hour, also while one slow stage leaves most
// of its executors idle, and the manager is FIFO: reports of 25 GB, which take a minute,
// wait for it. Spark's dynamic allocation gives idle executors back: nearly no report is
// late, and the day costs half. Shuffle tracking with Spark's defaults holds executors
// that have shuffle files, and helps little. No fixed size for all is right: small ones
// make loads late, large ones make others wait and cost most. With a size for each class
// nothing is late, at the lowest cost of all rows that keep the deadlines.
func TestTheDayTellsTheStory(t *testing.T) {
	r := runSuite(t, Day)
	find := func(class, policy string) metrics.Row {
		for _, row := range r.Rows(class) {
			if row.Policy == policy {
				return row
			}
		}
		t.Fatalf("no row %s", policy)
		return metrics.Row{}
	}
	reports := func(policy string) metrics.Row { return find("report-sla-*", policy) }
	if wait := reports("recorded").Value("queue_wait_max"); math.Abs(wait-1.75*3600) > 300 {
		t.Errorf("at the recorded sizes reports wait for up to %.0f s; the README says an hour and three quarters", wait)
	}
	if start := reports("static,n=4").Value("wait_starting_mean"); start < 3 || start > 8 {
		t.Errorf("the first executor of a report starts in %.1f s on average, want several seconds", start)
	}
	if n, of := reports("recorded").Value("sla_misses"), reports("recorded").Value("with_deadline"); n < of/3 || of < 90 {
		t.Errorf("at the recorded sizes %.0f of %.0f reports are late", n, of)
	}
	for _, class := range []string{"", "report-sla-*", "warehouse-load", "feature-build"} {
		if n := find(class, "by-class").Value("sla_misses"); n != 0 {
			t.Errorf("class %q: the fleet by class misses %.0f deadlines, want none", class, n)
		}
	}
	if n := reports("spark").Value("sla_misses"); n > 3 {
		t.Errorf("%.0f reports are late under Spark's dynamic allocation, which releases executors", n)
	}
	if a, b := find("", "spark").Value("wait_ungranted_mean"), find("", "recorded").Value("wait_ungranted_mean"); a > b/10 {
		t.Errorf("mean wait for the manager: %.0f s under Spark's dynamic allocation, %.0f s as recorded", a, b)
	}
	if n := reports("tracking").Value("sla_misses"); n < reports("recorded").Value("sla_misses")/2 {
		t.Errorf("shuffle tracking: only %.0f late reports", n)
	}
	cost := func(policy string) float64 { return find("", policy).Value("executor_hours_held") }
	if cost("spark") > 0.6*cost("recorded") || cost("by-class") > 0.5*cost("recorded") {
		t.Errorf("executor-hours: Spark's dynamic allocation %.0f, by class %.0f, recorded %.0f", cost("spark"), cost("by-class"), cost("recorded"))
	}
	for _, row := range r.Rows("") {
		if late := row.Value("sla_misses"); late == 0 && row.Policy != "by-class" && row.Value("executor_hours_held") <= cost("by-class") {
			t.Errorf("%s misses nothing either and holds %.0f executor-hours", row.Policy, row.Value("executor_hours_held"))
		} else if strings.HasPrefix(row.Policy, "static") && late == 0 && row.Value("executor_hours_held") < 1.5*cost("by-class") {
			t.Errorf("%s for all keeps every deadline for %.0f executor-hours", row.Policy, row.Value("executor_hours_held"))
		}
	}
	if n := find("warehouse-load", "static,n=4"); n.Value("sla_misses") != n.Value("with_deadline") {
		t.Errorf("with four executors %.0f of %.0f loads are late, want all", n.Value("sla_misses"), n.Value("with_deadline"))
	}
}

// The replay of the recorded fleet with its own settings is close to the logs: it is
// the same work on the same cluster, and only start-up times are random.
func TestTheFleetIsReplayedNearItsTruth(t *testing.T) {
	r := runSuite(t, Fleet)
	for i, a := range r.Suite.Workload.Apps {
		got, want := r.Runs[0].Result.Apps[i].End-a.Submit, a.Recorded.End
		if off := math.Abs(float64(got-want)) / float64(want); off > 0.15 {
			t.Errorf("%s: replayed %s, recorded %s", a.Name, got.Round(time.Millisecond), want)
		}
	}
	for _, row := range r.Rows("") {
		if row.Recorded && math.IsNaN(row.Value("turnaround_p50")) {
			t.Errorf("%s: no recorded turnaround", row.Policy)
		}
	}
}

// The day on YARN tells what queues change. Reports have a queue of their own and never
// wait for long. But what dynamic allocation asks for it may not get: as recorded, the
// load fills the queue that it shares with the feature builds, which want 64 executors,
// wait for 100 executor-hours of them in all, and end too late. With a size for each
// class they wait for little, and nothing is late.
func TestTheDayOnYARNTellsTheStory(t *testing.T) {
	r := runSuite(t, func() (*bench.Suite, error) {
		s, err := Queues()
		if err == nil {
			s.Policies = slices.DeleteFunc(s.Policies, func(f policies.Fleet) bool { return f.Name != "recorded" && f.Name != "by-class" })
		}
		return s, err
	})
	if n := len(r.Suite.Workload.Apps); n < 200 || n > 400 {
		t.Errorf("%d applications", n)
	}
	value := func(class string, policy int, metric string) float64 {
		for _, row := range r.Rows(class) {
			if row.Policy == r.Suite.Policies[policy].Name {
				return row.Value(metric)
			}
		}
		t.Fatal(class)
		return 0
	}
	const recorded, byClass = 0, 1
	for policy := range r.Runs {
		if late, wait := value("report-sla-*", policy, "sla_misses"), value("report-sla-*", policy, "queue_wait_max"); late > 0 || wait > 60 {
			t.Errorf("%s: %v reports are late, one waited for %.0f s", r.Runs[policy].Policy.Name, late, wait)
		}
	}
	wants := func(policy int) float64 { return value("feature-build", policy, "executor_wait") / 3600 }
	if late := value("feature-build", recorded, "sla_misses"); late < 5 || wants(recorded) < 100 {
		t.Errorf("as recorded %v feature builds are late, which wait for %.0f executor-hours", late, wants(recorded))
	}
	if late := value("", byClass, "sla_misses"); late > 0 || wants(byClass) > 5 {
		t.Errorf("by class %v runs are late, and feature builds wait for %.0f executor-hours", late, wants(byClass))
	}
}
