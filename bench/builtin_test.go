package bench

import (
	"context"
	"math"
	"testing"
	"time"
)

func runSuite(t *testing.T, suite func() (*Suite, error)) *Results {
	t.Helper()
	s, err := suite()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The built-in day tells the story: at the recorded sizes some reports miss
// their deadline because a load holds the whole cluster and the manager is
// FIFO; with everything at eight executors most of the waiting is for others;
// a small fixed size for all misses none.
func TestTheDayTellsTheStory(t *testing.T) {
	r := runSuite(t, BuiltinDay)
	rows := map[string]Row{}
	for _, row := range r.Rows("report-sla-*") {
		rows[row.Policy] = row
	}
	recorded, small, large, mixed := rows["recorded"], rows["static,n=2"], rows["static,n=8"], rows["mixed"]
	if n := recorded.Value("with_deadline"); n < 100 {
		t.Errorf("%v report runs have a deadline, want at least 100", n)
	}
	if n := recorded.Value("sla_misses"); n == 0 {
		t.Error("no report misses its deadline at the recorded sizes")
	}
	if n := small.Value("sla_misses"); n != 0 {
		t.Errorf("with two executors each, %v reports miss their deadline, want none", n)
	}
	if a, b := large.Value("queue_wait_p95"), small.Value("queue_wait_p95"); a < 10*b {
		t.Errorf("95 %% of reports wait up to %.0f s when all take eight executors, and up to %.0f s when all take two: no story", a, b)
	}
	if a, b := mixed.Value("sla_misses"), recorded.Value("sla_misses"); a >= b {
		t.Errorf("the mixed fleet misses %v, the recorded sizes %v", a, b)
	}
}

// The replay of the recorded fleet under its own settings comes near to what
// the logs say: it is the same work on the same cluster, and only start-up times
// are drawn.
func TestTheFleetIsReplayedNearItsTruth(t *testing.T) {
	r := runSuite(t, BuiltinFleet)
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
