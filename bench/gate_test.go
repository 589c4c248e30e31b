package bench

import (
	"fmt"
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/traces"
)

// snapshot is a day of runs that each hold a number of executor-seconds; missed says
// which of them miss their deadline.
func snapshot(name string, runs int, missed func(int) bool, seconds float64) *Snapshot {
	s := &Snapshot{Name: name, Workload: &traces.Workload{Epoch: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	p := SnapshotPolicy{Name: "team", Spec: name}
	for i := range runs {
		a := &traces.Application{ID: fmt.Sprint("app-", i), Class: "report", Submit: time.Duration(i) * 10 * time.Minute}
		s.Workload.Apps = append(s.Workload.Apps, a)
		app := metrics.App{HasDeadline: true, Deadline: time.Minute, Turnaround: 30 * time.Second, Executors: time.Duration(seconds * float64(time.Second))}
		if missed(i) {
			app.Turnaround = 2 * time.Minute
		}
		p.Apps = append(p.Apps, app)
	}
	s.Policies = []SnapshotPolicy{p}
	return s
}

func never(int) bool { return false }

// Differences pass that chance explains or that the options allow; others fail.
func TestGateFailsOnWhatIsWorse(t *testing.T) {
	good := snapshot("good", 100, never, 60)
	for _, c := range []struct {
		what   string
		after  *Snapshot
		o      GateOptions
		failed bool
	}{
		{"the same", good, GateOptions{}, false},
		{"one miss in a hundred", snapshot("new", 100, func(i int) bool { return i == 7 }, 60), GateOptions{}, false},
		{"every fifth misses", snapshot("new", 100, func(i int) bool { return i%5 == 0 }, 60), GateOptions{}, true},
		{"every fifth misses, and may", snapshot("new", 100, func(i int) bool { return i%5 == 0 }, 60), GateOptions{Misses: 20}, false},
		{"a tenth dearer", snapshot("new", 100, never, 66), GateOptions{Cost: 0.05}, true},
		{"a tenth dearer, and may be", snapshot("new", 100, never, 66), GateOptions{Cost: 0.11}, false},
		{"cheaper", snapshot("new", 100, never, 30), GateOptions{}, false},
	} {
		g, err := CompareSnapshots(good, c.after, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if g.Failed() != c.failed {
			t.Errorf("%s: failed %v: %+v", c.what, g.Failed(), g.Lines)
		}
	}
}

// For fewer than ten runs there are no intervals, and every difference counts.
func TestGateOfFewRunsGoesByAmounts(t *testing.T) {
	g, err := CompareSnapshots(snapshot("old", 5, never, 60), snapshot("new", 4, func(i int) bool { return i == 0 }, 60), GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !g.Failed() || g.Lines[0].NewMisses != 1 || len(g.Notes) != 2 {
		t.Errorf("%+v, notes %q", g.Lines, g.Notes)
	}
}
