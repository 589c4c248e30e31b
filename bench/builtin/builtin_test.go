package builtin

import (
	"context"
	"math"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
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

// The built-in day shows the effects of the policies. At the recorded sizes some
// reports miss their deadline, because a load holds the whole cluster and the manager
// is FIFO. With eight executors for every application more reports miss it, and
// dynamic allocation with Spark's default idle timeout, which holds nearly as much,
// helps little. Two executors for all cost least, but every load is late. With
// reports at a fixed size and the others dynamic no deadline is missed, at a cost
// between these.
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
	if n := reports("recorded").Value("with_deadline"); n < 100 {
		t.Errorf("%v report runs have a deadline, want at least 100", n)
	}
	recorded := reports("recorded").Value("sla_misses")
	if recorded == 0 {
		t.Error("no report misses its deadline at the recorded sizes")
	}
	for _, policy := range []string{"static,n=8", "spark,idle=60s"} {
		if n := reports(policy).Value("sla_misses"); n <= recorded {
			t.Errorf("under %s %v reports miss their deadline, no more than the %v at the recorded sizes", policy, n, recorded)
		}
	}
	if a, b := reports("static,n=8").Value("wait_ungranted_mean"), reports("static,n=2").Value("wait_ungranted_mean"); a < 10 || b > 1 {
		t.Errorf("reports queue for %.1f s when all take eight executors, and %.1f s when all take two: no story", a, b)
	}
	if loads := find(load, "static,n=2"); loads.Value("sla_miss_share") != 100 {
		t.Errorf("with two executors %v of %v loads are late, want all", loads.Value("sla_misses"), loads.Value("with_deadline"))
	}
	mixed, small, base := find("", "mixed"), find("", "static,n=2"), find("", "recorded")
	if n := mixed.Value("sla_misses"); n != 0 {
		t.Errorf("the mixed fleet misses %v deadlines, want none", n)
	}
	cost := func(row metrics.Row) float64 { return row.Value("executor_hours_held") }
	if cost(mixed) <= cost(small) || cost(mixed) >= cost(base) {
		t.Errorf("executor-hours: mixed %.2f, two for all %.2f, recorded %.2f; want mixed between", cost(mixed), cost(small), cost(base))
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
