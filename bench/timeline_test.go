package bench

import (
	"testing"

	"dynalloc/bench/metrics"
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
			var want, byClass metrics.Sample
			for _, a := range run.Result.Apps {
				want.Add(metrics.Sample{Held: a.Ledger.Executor, Cores: a.Ledger.Held(), Busy: a.Ledger.Busy})
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
			if n := len(run.Timeline.All.Samples); n > 4096 {
				t.Errorf("%s: %d samples", run.Policy.Name, n)
			}
		}
	}
}

func total(s metrics.Series) metrics.Sample {
	var sum metrics.Sample
	for _, sample := range s.Samples {
		sum.Add(sample)
	}
	return sum
}
