package replay

import (
	"strings"
	"testing"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

func replayed(t *testing.T, workload, policy, on string, set func(*Config)) *Result {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(workload), "test")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Offers: Ordered}
	if c.Cluster, err = cluster.Parse(on); err != nil {
		t.Fatal(err)
	}
	set(&c)
	r, err := Run(w, fleet(t, policy), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An executor takes one second to start on a processor of its own. Three that start
// on one node take three seconds on one processor, two on one and a half, and one on
// as many as there are.
func TestStartingExecutorsShareTheProcessorsOfTheirNode(t *testing.T) {
	for _, c := range []struct {
		processors latency.Processors
		want       time.Duration
	}{
		{0, time.Second}, {latency.OneProcessor, 3 * time.Second}, {latency.OneProcessor * 3 / 2, 2 * time.Second}, {4 * latency.OneProcessor, time.Second},
	} {
		r := replayed(t, "app etl\n  job\n    stage tasks=3x1s\n", "static,n=3", "standalone,nodes=1,cores=4,memory=16g",
			func(config *Config) {
				config.Times.Processors, config.Times.By[latency.Startup] = c.processors, latency.Constant(time.Second)
			})
		if got := r.Apps[0].Registered; got != c.want {
			t.Errorf("on %g processors the first executor registers after %s, want %s", c.processors.Float(), got, c.want)
		}
	}
}

// A driver was recorded for ten seconds before its first job, beside three executors
// that started: with one processor for all of them it got a quarter. So eight seconds
// of the ten were its two seconds of work, and two were the program's own.
func TestDriverWasSlowedDownByThoseBesideIt(t *testing.T) {
	times := latency.Model{DriverProcessors: latency.OneProcessor, DriverWork: 2 * time.Second}
	app := &traces.Application{DriverContenders: 3}
	if got, want := times.SplitDriverStart(app, 10*time.Second), (latency.DriverStart{Left: 2 * time.Second, Recorded: 8 * time.Second}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	// Six seconds are too few for two seconds of work: it did one and a half.
	if got, want := times.SplitDriverStart(app, 6*time.Second), (latency.DriverStart{Left: 1500 * time.Millisecond, Recorded: 6 * time.Second}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Two executors are requested after one second and three after five. Then the target
// falls by three: the two that still come were requested after one second.
func TestFallingTargetTakesBackTheLatestRequests(t *testing.T) {
	var q latency.Requests
	q.Change(2, time.Second)
	q.Change(3, 5*time.Second)
	q.Change(-3, 6*time.Second)
	for i := range 2 {
		if at := q.Answer(); at != time.Second {
			t.Errorf("executor %d was asked for after %s, want 1s", i+1, at)
		}
	}
	if at := q.Answer(); at != 5*time.Second {
		t.Errorf("one that is not wanted any more answers %s, want the latest request, 5s", at)
	}
}

// A node is lost four seconds after a task of two cores began on it: eight seconds
// of core-time are lost.
func TestLostTasksAreDiscardedWithAllTheirCores(t *testing.T) {
	r := replayed(t, "app etl cores=2 cpus=2\n  job\n    stage tasks=1x10s\n", "static,n=1", "standalone,nodes=2,cores=2,memory=16g,startup=1s",
		func(c *Config) {
			c.Faults = []cluster.Fault{{Kind: cluster.NodeLoss, Node: 1, At: 5 * time.Second}}
		})
	if got := r.Apps[0].Discarded; got != wide.Of(time.Second, 8) {
		t.Errorf("%s of core-time are discarded, want 8s", got)
	}
}
