package bench

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/internal/wide"
	"dynalloc/traces"
)

// snapshot is a day of runs that each hold a number of executor-seconds; missed says
// which of them miss their deadline.
func snapshot(name string, runs int, missed func(int) bool, seconds float64) *Snapshot {
	s := &Snapshot{Name: name, Workload: &traces.Workload{Epoch: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	p := SnapshotPolicy{Name: "team", Spec: name}
	for i := range runs {
		a := &traces.Application{ID: fmt.Sprint("app-", i), Class: "report", Submit: time.Duration(i) * 10 * time.Minute}
		a.Started = s.Workload.Epoch.Add(a.Submit)
		s.Workload.Apps = append(s.Workload.Apps, a)
		app := metrics.App{HasDeadline: true, Deadline: time.Minute, Turnaround: 30 * time.Second, Executors: wide.Of(time.Duration(seconds*float64(time.Second)), 1)}
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
	if !g.Failed() || g.Lines[0].NewMisses != 1 || len(g.Notes) != 1 || len(g.Unpaired) != 1 {
		t.Errorf("%+v, notes %q, %q", g.Lines, g.Notes, g.Unpaired)
	}
}

// The results of Monday and Tuesday have the same ids, as those of a record whose numbers
// begin anew each day. They are not compared as if they were one day.
func TestTwoDaysWithTheSameIDsAreNotPaired(t *testing.T) {
	monday, tuesday := snapshot("monday", 20, never, 60), snapshot("tuesday", 20, never, 60)
	later := func(s *Snapshot, from int, by time.Duration) {
		for _, a := range s.Workload.Apps[from:] {
			a.Submit += by
			if !a.Started.IsZero() {
				a.Started = a.Started.Add(by)
			}
		}
	}
	later(tuesday, 0, 24*time.Hour)
	_, err := CompareSnapshots(monday, tuesday, GateOptions{})
	if want := "no application is in both files: monday has 20 applications submitted from 2026-01-01 00:00 to 2026-01-01 03:10, " +
		"and tuesday has 20 applications submitted from 2026-01-02 00:00 to 2026-01-02 03:10; give results of the same workload"; err == nil || err.Error() != want {
		t.Errorf("the error is %v", err)
	}

	// Half of the applications of the new file are of another day.
	mixed := snapshot("mixed", 20, never, 60)
	later(mixed, 10, 24*time.Hour)
	g, err := CompareSnapshots(monday, mixed, GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(g.Unpaired); got != `[gate-apps-only-in count=10 total=20 file="monday" gate-apps-only-in count=10 total=20 file="mixed" gate-other-submissions count=10 old="monday" new="mixed"]` {
		t.Errorf("notes %s", got)
	}

	// Another name is another application, also with the same id and start.
	renamed := snapshot("renamed", 20, never, 60)
	renamed.Workload.Apps[3].Name = "another"
	if g, err := CompareSnapshots(monday, renamed, GateOptions{}); err != nil || g.Lines[0].Of != 19 {
		t.Errorf("%v", err)
	}
}

// Without a wall clock, the offsets tell submissions apart. They are shifted in a part of
// a workload, which starts at its own first application.
func TestSubmissionsWithoutAWallClockArePairedByOffset(t *testing.T) {
	clockless := func(name string) *Snapshot {
		s := snapshot(name, 20, never, 60)
		s.Workload.Epoch = time.Time{}
		for _, a := range s.Workload.Apps {
			a.Started = time.Time{}
		}
		return s
	}
	whole, part := clockless("whole"), clockless("part")
	part.Workload.Apps, part.Policies[0].Apps = part.Workload.Apps[5:], part.Policies[0].Apps[5:]
	for _, a := range part.Workload.Apps {
		a.Submit -= 50 * time.Minute
	}
	part.Workload.Apps[7].Submit += time.Second
	g, err := CompareSnapshots(whole, part, GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Lines[0].Of != 14 {
		t.Errorf("%d applications are paired, want the 15 of both files less the one that was submitted at another time", g.Lines[0].Of)
	}
}

// Nearly every run of 60 missed its deadline, and none does now. Another 60 runs cannot have
// 61 fewer misses, and executors cannot become more than 100 % cheaper.
func TestIntervalsOfAGateStayInsideWhatIsPossible(t *testing.T) {
	always := func(i int) bool { return i%20 != 0 }
	for _, c := range []struct{ before, after func(int) bool }{{always, never}, {never, always}} {
		g, err := CompareSnapshots(snapshot("old", 60, c.before, 600), snapshot("new", 60, c.after, 1), GateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		l := g.Lines[0]
		if l.MissDelta.Low < -60 || l.MissDelta.High > 60 || l.CostDelta.Low < -1 {
			t.Errorf("%d misses of 60 became %d: interval %v; the cost changed by %v", l.OldMisses, l.NewMisses, l.MissDelta.Interval, l.CostDelta.Interval)
		}
	}
	// One of sixty runs took most of the executor time, and now takes none.
	old, without := snapshot("old", 60, never, 600), snapshot("new", 60, never, 600)
	old.Policies[0].Apps[0].Executors, without.Policies[0].Apps[0].Executors = wide.Of(60000*time.Second, 1), wide.Time{}
	g, err := CompareSnapshots(old, without, GateOptions{})
	if err != nil || g.Lines[0].CostDelta.Low != -1 {
		t.Errorf("%v; the cost changed by %+v", err, g.Lines[0].CostDelta)
	}
	if g, err := CompareSnapshots(snapshot("old", 5, never, 0), snapshot("new", 5, never, 60), GateOptions{}); err != nil || !math.IsNaN(g.Lines[0].CostDelta.Value) {
		t.Errorf("a share of nothing: %v, %v", g, err)
	}
}

// A gate whose new results lack a policy would pass without having seen it, so it is
// refused; a policy that is new is only named.
func TestAGateNeedsEveryPolicyOfTheOldResults(t *testing.T) {
	both, one := snapshot("both", 100, never, 60), snapshot("one", 100, never, 60)
	both.Policies = append(both.Policies, both.Policies[0])
	both.Policies[1].Name = "nightly"
	if _, err := CompareSnapshots(both, one, GateOptions{}); err == nil || !strings.Contains(err.Error(), "policy nightly of both is not in one") {
		t.Error(err)
	}
	g, err := CompareSnapshots(one, both, GateOptions{})
	if err != nil || len(g.Notes) == 0 || g.Notes[len(g.Notes)-1].Kind != "gate-policy-only-in" {
		t.Errorf("a new policy: %v, %+v", err, g)
	}
}

// Executor-time that changes from run to run hides a small difference, and the gate says
// how small.
func TestAGateSaysWhatItCannotSee(t *testing.T) {
	before, after := snapshot("before", 100, never, 60), snapshot("after", 100, never, 60)
	for i := range after.Policies[0].Apps {
		seconds := 60 + 30*math.Sin(float64(i*i))
		after.Policies[0].Apps[i].Executors = wide.Of(time.Duration(seconds*float64(time.Second)), 1)
	}
	g, err := CompareSnapshots(before, after, GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if cost, misses := g.Visible(); cost < 0.03 || cost > 0.3 || misses <= 0 || misses > 10 {
		t.Errorf("it sees %g of the executor-time and %g misses", cost, misses)
	}
	if g, _ = CompareSnapshots(snapshot("before", 5, never, 60), snapshot("after", 5, never, 60), GateOptions{}); g == nil {
		t.Fatal("five runs are refused")
	}
	if cost, _ := g.Visible(); !math.IsNaN(cost) {
		t.Errorf("five runs show differences of %g", cost)
	}
}
