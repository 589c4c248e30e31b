package metrics

import (
	"reflect"
	"testing"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/internal/wide"
	"dynalloc/traces"
)

// Two executors of two cores: one for 30 s, until the driver saw it leave, and one
// until the end. In local mode the driver is the executor, and nothing runs beside it.
func TestALogGivesTheMetricsThatItRecords(t *testing.T) {
	a := &traces.Application{EarlierAttempts: time.Second, Setup: 2 * time.Second, Profiles: []traces.Profile{{MemoryMB: 1024, OverheadMB: 384}}, Recorded: &traces.Recorded{End: 60 * time.Second, Executors: []traces.RecordedExecutor{
		{ID: "1", Cores: 2, Requested: -1, Added: 20 * time.Second, Removed: -1},
		{ID: "0", Cores: 2, Requested: -1, Added: 10 * time.Second, Removed: 40 * time.Second},
		{ID: "2", Cores: 2, Requested: -1, Added: 50 * time.Second, Removed: 65 * time.Second},
	}}}
	got := Recorded(a)
	want := App{
		Driver: spark.DriverSize{Cores: 1, HeapMB: 1024, OverheadMB: 384}, Memory: wide.Of(80*time.Second, 1408), Changes: -1,
		Turnaround: 61 * time.Second, Unwanted: 2 * time.Second, QueueWait: 8 * time.Second, AppWait: -1, Unasked: -1, Ungranted: -1, Starting: -1, Wait: unknown, Busy: unknown,
		Executors: wide.Of(80*time.Second, 1), Held: wide.Of(80*time.Second, 2),
		Failed: -1, Rerun: -1, Recomputed: unknown,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	a.Properties = spark.Properties{"spark.dynamicAllocation.enabled": "true", "spark.shuffle.service.enabled": "true"}
	a.Recorded.Jobs = []traces.RecordedJob{{ID: 0, Start: 7 * time.Second, End: 50 * time.Second}}
	if got := Recorded(a); got.Unwanted != 7*time.Second || got.QueueWait != 3*time.Second {
		t.Errorf("with dynamic allocation an executor is wanted after %v and waited for %v, want its first job after 7 s and 3 s", got.Unwanted, got.QueueWait)
	}
	local := Recorded(&traces.Application{LocalCores: 4, Recorded: &traces.Recorded{End: 60 * time.Second, Executors: []traces.RecordedExecutor{
		{ID: "driver", Cores: 4, Added: 2 * time.Second, Removed: -1},
	}}})
	if local.Held != wide.Of(58*time.Second, 4) || local.Driver != (spark.DriverSize{}) {
		t.Errorf("in local mode %v of cores held, and a driver of %+v beside them", local.Held, local.Driver)
	}
}
