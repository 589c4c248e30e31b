package bench

import (
	"math"
	"reflect"
	"testing"
	"time"

	"dynalloc/traces"
)

// Two executors of two cores: one for 30 s that the driver saw leave, one that
// was there to the end. The driver itself is none.
func TestARecordTellsWhatItCan(t *testing.T) {
	a := &traces.Application{Earlier: time.Second, Profiles: []traces.Profile{{MemoryMB: 1024, OverheadMB: 384}}, Recorded: &traces.Recorded{End: 60 * time.Second, Executors: []traces.RecordedExecutor{
		{ID: "driver", Cores: 8, Removed: -1},
		{ID: "1", Cores: 2, Added: 20 * time.Second, Removed: -1},
		{ID: "0", Cores: 2, Added: 10 * time.Second, Removed: 40 * time.Second},
		{ID: "2", Cores: 2, Added: 50 * time.Second, Removed: 65 * time.Second},
	}}}
	got := recorded(a)
	want := App{
		Driver: Driver{Cores: 1, MemoryMB: 1408}, Memory: 80_000 * 1408, Changes: -1,
		Turnaround: 61 * time.Second, QueueWait: 11 * time.Second, AppWait: -1, Unasked: -1, Ungranted: -1, Starting: -1, Wait: -1, Busy: -1,
		Executors: 80 * time.Second, Held: 160 * time.Second,
		Failed: -1, Rerun: -1, Recomputed: -1,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// The truth of another recording is measured against the deadlines of this one,
// application by application, and one that is not in it is named.
func TestTruthIsPairedByName(t *testing.T) {
	s := lectureSuite(t, "static,n=2")
	other := &traces.Workload{}
	for _, a := range []struct {
		name string
		took time.Duration
	}{{"report-1", time.Hour}, {"load", time.Second}, {"stranger", time.Hour}} {
		other.Apps = append(other.Apps, &traces.Application{Name: a.name, Class: traces.Class(a.name), Recorded: &traces.Recorded{End: a.took}})
	}
	s.Truth = []Truth{{Policy: "static,n=2", Workload: other}}
	r := mustRun(t, s, Options{})
	rows := r.Rows("")
	if len(rows) != 2 || !rows[1].Recorded {
		t.Fatalf("rows %+v, want the replay and the truth under it", rows)
	}
	truth := rows[1]
	if truth.Value("applications") != 3 || truth.Value("with_deadline") != 2 || truth.Value("sla_misses") != 1 {
		t.Errorf("%v applications, %v of %v missed; want 3, 1 of 2", truth.Value("applications"), truth.Value("sla_misses"), truth.Value("with_deadline"))
	}
	if !math.IsNaN(truth.Value("utilization_busy")) || !math.IsNaN(truth.Value("executor_wait")) {
		t.Error("a log does not tell busy cores or executor wait")
	}
	if len(r.Notes) != 1 {
		t.Errorf("notes %q, want one about the stranger", r.Notes)
	}
}
