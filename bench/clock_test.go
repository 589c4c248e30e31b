package bench

import (
	"math"
	"slices"
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
)

// caseSuite is the log of a case on a cluster, under some policies.
func caseSuite(t *testing.T, name, on string, policies ...string) *Suite {
	t.Helper()
	c, err := cluster.Parse(on)
	if err != nil {
		t.Fatal(err)
	}
	fleets, err := Fleets(policies)
	if err != nil {
		t.Fatal(err)
	}
	return &Suite{Workload: logtest.Read(t, "testdata/cases/"+name), Config: replay.Config{Cluster: c}, Policies: fleets}
}

// A stream lasts as long under every policy, because its batches come by the clock. A
// policy that gives executors back makes batches slow and costs less; two executors for
// the whole hour are two executor-hours.
func TestAStreamLastsAsLongUnderEveryPolicy(t *testing.T) {
	s := caseSuite(t, "streaming-ended", "standalone,nodes=8,cores=2,memory=4g,startup=500ms", "static,n=2", "spark,idle=3s")
	r := mustRun(t, s, Options{})
	for i, want := range []struct{ seconds, hours, latency, tolerance float64 }{{3603, 2.0, 5, 0.05}, {3603, 2.5, 6, 0.15}} {
		row := r.Runs[i].All
		for name, value := range map[string]float64{"turnaround_max": want.seconds, "executor_hours_held": want.hours, "batch_latency_p50": want.latency} {
			if got := row.Value(name); !(math.Abs(got/value-1) <= want.tolerance) {
				t.Errorf("%s: %s is %v, want about %v", r.Runs[i].Policy.Name, name, got, value)
			}
		}
		if row.Value("batches") != 360 {
			t.Errorf("%v batches, want 360", row.Value("batches"))
		}
	}
	for _, want := range []note.Note{windowsOfClock.With(1, 1), batchesUnbounded.With(1)} {
		if !slices.ContainsFunc(r.Notes, func(n note.Note) bool { return note.Equal(n, want) }) {
			t.Errorf("notes %q, want %q too", texts(r.Notes), want)
		}
	}
}

// Statements of a thrift server come at their times: the work of a minute fits one
// executor, so that none is left when the server is stopped after 1:01:40.
func TestAThriftServerEndsWhenItIsStopped(t *testing.T) {
	s := caseSuite(t, "thrift", "standalone,nodes=4,cores=2,memory=4g", "static,n=1")
	r := mustRun(t, s, Options{})
	if got := r.Runs[0].All.Value("turnaround_max"); got != 3700 {
		t.Errorf("it ends after %v s, want 3700", got)
	}
}
