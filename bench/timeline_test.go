package bench

import (
	"testing"
	"time"

	"dynalloc/replay"
	"dynalloc/traces"
)

// What the timeline saw is what the ledger counted, to the millisecond, overall
// and for each class, however often it was thinned.
func TestTheTimelineAddsUpToTheLedger(t *testing.T) {
	for _, suite := range []func() (*Suite, error){BuiltinFleet, BuiltinDay} {
		s, err := suite()
		if err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, s, Options{})
		for _, run := range r.Runs {
			var want, byClass Sample
			for _, a := range run.Result.Apps {
				want.Add(Sample{Held: a.Ledger.Executor, Cores: a.Ledger.Held(), Busy: a.Ledger.Busy})
			}
			got := total(run.Timeline.All)
			for _, series := range run.Timeline.ByClass {
				byClass.Add(total(series))
			}
			if got.Held != want.Held || got.Cores != want.Cores || got.Busy != want.Busy {
				t.Errorf("%s, %s: timeline %+v, ledger %+v", s.Workload.Name, run.Policy.Name, got, want)
			}
			if byClass.Cores != got.Cores || byClass.Wanted != got.Wanted {
				t.Errorf("%s, %s: classes %+v, all %+v", s.Workload.Name, run.Policy.Name, byClass, got)
			}
			if n := len(run.Timeline.All.Samples); n > overallSamples {
				t.Errorf("%s: %d samples", run.Policy.Name, n)
			}
		}
	}
}

func total(s Series) Sample {
	var sum Sample
	for _, sample := range s.Samples {
		sum.Add(sample)
	}
	return sum
}

// One executor for a tenth of a second in a year is still seen as a peak.
func TestThinningHidesNoPeak(t *testing.T) {
	s := Series{Step: firstStep, limit: 16}
	s.move(time.Hour, level{held: 1, cores: 2})
	s.move(time.Hour+100*time.Millisecond, level{held: -1, cores: -2})
	s.move(365*24*time.Hour, level{})
	if len(s.Samples) > 16 {
		t.Errorf("%d samples, want at most 16", len(s.Samples))
	}
	if sum := total(s); sum.PeakHeld != 1 || sum.Held != 100*time.Millisecond || sum.Cores != 200*time.Millisecond {
		t.Errorf("got %+v", sum)
	}
}

// An executor that is released and seen gone later counts once, and what an
// application still holds at its end goes with it.
func TestAnExecutorLeavesOnce(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{{Class: "a"}}}
	line := NewTimeline(w, []string{"a"})
	for _, e := range []replay.Event{
		{At: 0, Kind: replay.TargetChanged, N: 3},
		{At: 0, Kind: replay.ExecutorGranted, Executor: 0, N: 2},
		{At: 0, Kind: replay.ExecutorGranted, Executor: 1, N: 2},
		{At: time.Second, Kind: replay.ExecutorReleased, Executor: 0},
		{At: 2 * time.Second, Kind: replay.ExecutorRemoved, Executor: 0},
		{At: 3 * time.Second, Kind: replay.AppEnded},
		{At: 4 * time.Second, Kind: replay.ExecutorReleased, Executor: 1},
	} {
		line.Observe(e)
	}
	line.finish(5 * time.Second)
	want := Sample{PeakHeld: 2, PeakWanted: 3, Held: 4 * time.Second, Wanted: 9 * time.Second, Cores: 8 * time.Second}
	if got := total(line.All); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
