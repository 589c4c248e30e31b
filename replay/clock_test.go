package replay

import (
	"math/rand/v2"
	"testing"
	"time"

	"dynalloc/traces"
)

// Whatever the policy, each job starts at the later of its time of the clock and the end of
// the job that it follows, and no application ends before the clock stops it or before its
// critical path.
func TestJobsStartAtTheirCues(t *testing.T) {
	for seed := range uint64(60) {
		w, fleet, config := randomRun(seed)
		r := rand.New(rand.NewPCG(seed, 3))
		for _, a := range w.Apps {
			for i := range a.Jobs {
				if r.IntN(2) == 0 {
					a.Jobs[i].Cue.At = time.Duration(1+r.IntN(90_000)) * time.Millisecond
				}
			}
			a.Until = time.Duration(r.IntN(120_000)) * time.Millisecond
		}
		result, err := Run(w, fleet, config)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, a := range w.Apps {
			got := &result.Apps[i]
			if got.Failure != NoFailure {
				continue
			}
			for j := range a.Jobs {
				cue, after := a.Jobs[j].Cue, got.Began
				if cue.After >= 0 {
					after = got.Jobs[cue.After].End
				}
				if want := max(cue.Time(after, a.Submit), got.Began+a.Setup); got.Jobs[j].Start != want {
					t.Errorf("seed %d, job %d of %s starts at %v, want %v: %+v", seed, j, a.ID, got.Jobs[j].Start, want, cue)
				}
			}
			if took := got.End - got.Submit; took < a.Until || took < traces.CriticalPath(a) {
				t.Errorf("seed %d, %s takes %v, less than %v or its critical path of %v", seed, a.ID, took, a.Until, traces.CriticalPath(a))
			}
		}
	}
}
