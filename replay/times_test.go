package replay

import (
	"slices"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/replay/plan"
	"dynalloc/traces"
)

const msec = time.Millisecond

// A recorded first task deserialized for 100 ms instead of 5 and ran 40 ms
// longer than a warm one. What it paid for being the first is subtracted from its
// work, so that the replayed first task does not pay twice.
func TestFirstTasksPayOnce(t *testing.T) {
	a := &traces.Application{Stages: []traces.Stage{{Tasks: []traces.Task{
		{Run: 1040, Deserialize: 100, Host: -1, Cold: true, First: true},
		{Run: 1000, Deserialize: 5, Host: -1},
		{Run: 1000, Deserialize: 60, Host: -1, First: true}, // of its stage, on an executor that is warm
	}}}}
	var times latency.Model
	times.By[latency.ColdSlotRun], times.By[latency.OverheadRun] = latency.Constant(36*msec), latency.Constant(2*msec)
	if work, want := plan.New(a, &times).Work, []int32{1045 - 36, 1005 - 2, 1005}; !slices.Equal(work, want) {
		t.Errorf("work in ms: %d, want %d", work, want)
	}
}

// A drawn time lies within the quantiles, follows them, and depends only on its
// key.
func TestDrawnTimesFollowTheQuantiles(t *testing.T) {
	a := &application{index: 3, engine: &Engine{config: Config{Seed: 1}}, times: new(latency.Model)}
	d := &a.times.By[latency.Usable]
	d.Quantiles = latency.Quantiles{100 * msec, 110 * msec, 150 * msec, 200 * msec, 300 * msec, 500 * msec, 900 * msec}
	var drawn []time.Duration
	for id := range policies.ExecutorID(4000) {
		drawn = append(drawn, a.draw(latency.Usable, id, 0))
	}
	if again := a.draw(latency.Usable, 17, 0); again != drawn[17] {
		t.Errorf("executor 17: %s, then %s", drawn[17], again)
	}
	slices.Sort(drawn)
	var got latency.Quantiles
	for i, level := range latency.Levels {
		got[i] = drawn[int(level*float64(len(drawn)-1))]
	}
	for i := 1; i < len(latency.Levels)-1; i++ {
		if off := (got[i] - d.Quantiles[i]).Abs(); off > d.Quantiles[i]/20 {
			t.Errorf("quantile %g: %s, want %s", latency.Levels[i], got[i], d.Quantiles[i])
		}
	}
	if got[0] < 100*msec || got[len(got)-1] > 900*msec {
		t.Errorf("drawn from %s to %s", got[0], got[len(got)-1])
	}
}
