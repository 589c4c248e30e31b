package metrics

import (
	"testing"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay"
	"dynalloc/traces"
)

// One executor for a tenth of a second in a year is still a peak after thinning.
func TestThinningHidesNoPeak(t *testing.T) {
	s := Series{Step: firstStep, limit: 16}
	s.move(time.Hour, level{held: 1, cores: 2})
	s.move(time.Hour+100*time.Millisecond, level{held: -1, cores: -2})
	s.move(365*24*time.Hour, level{})
	if len(s.Samples) > 16 {
		t.Errorf("%d samples, want at most 16", len(s.Samples))
	}
	if sum := sumOfSamples(s); sum.PeakHeld != 1 || sum.Held != wide.Of(time.Millisecond, 100) || sum.Cores != wide.Of(time.Millisecond, 200) {
		t.Errorf("got %+v", sum)
	}
}

// An executor that is released and removed later leaves once, and the executors that
// an application holds at its end leave with it.
func TestAnExecutorLeavesOnce(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{{Class: "a"}}}
	line := NewTimeline(w)
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
	line.Finish(5 * time.Second)
	want := Sample{PeakHeld: 2, Held: wide.Of(time.Second, 4), Wanted: wide.Of(time.Second, 9), Cores: wide.Of(time.Second, 8)}
	if got := sumOfSamples(line.Series); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// sumOfSamples merges a series into one sample.
func sumOfSamples(s Series) Sample {
	var sum Sample
	for _, sample := range s.Samples {
		sum.Add(sample)
	}
	return sum
}
