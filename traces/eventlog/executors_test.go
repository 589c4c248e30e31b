package eventlog

import (
	"slices"
	"testing"
	"time"

	"dynalloc/traces"
)

func recording(t *testing.T, name string) *traces.Application {
	t.Helper()
	a, err := Read(recordingLog(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if a.Log.Grade != traces.Complete {
		t.Fatalf("%s is %v: %v", name, a.Log.Grade, a.Log.Problems)
	}
	return a
}

// The etl recording: three jobs with pauses of 20 and 3 s, ten executors that
// go after 10 idle seconds, which standalone shows 5 s late.
func TestRecordingOfETL(t *testing.T) {
	a := recording(t, "etl-ess10.zstd")
	if a.ID != "app-20261122191413-0000" || a.Name != "etl" || a.SparkVersion != "4.1.4" || a.Master != "spark://127.0.0.1:7077" {
		t.Errorf("it is %s %s of Spark %s on %s", a.ID, a.Name, a.SparkVersion, a.Master)
	}
	if want := (traces.Profile{Cores: 2, MemoryMB: 512, OverheadMB: 384, TaskCPUs: 1}); len(a.Profiles) != 1 || a.Profiles[0] != want {
		t.Errorf("profiles %+v", a.Profiles)
	}
	var sizes []int
	for _, s := range a.Stages {
		sizes = append(sizes, len(s.Tasks))
	}
	if !slices.Equal(sizes, []int{40, 12, 4, 24, 6, 4}) {
		t.Errorf("stages of %v tasks", sizes)
	}
	for i, pause := range []time.Duration{0, 20 * time.Second, 3 * time.Second} {
		if gap := a.Jobs[i].Cue.Gap; i > 0 && (gap < pause || gap > pause+50*time.Millisecond) {
			t.Errorf("job %d came %v after the one before, the program sleeps %v", i, gap, pause)
		}
	}
	r := a.Recorded
	if len(r.Executors) != 20 || !r.Ended || a.PeakExecutors() != 10 {
		t.Fatalf("%d executors, at most %d at a time, ended: %v", len(r.Executors), a.PeakExecutors(), r.Ended)
	}
	first := r.Executors[0]
	if first.ID != "0" || first.Cores != 2 || first.Requested > first.Added || first.FirstTask < first.Added {
		t.Errorf("the first executor is %+v", first)
	}
	if idle := first.Removed - first.LastTask; idle < 15*time.Second || idle > 16*time.Second {
		t.Errorf("the first executor was removed %v after its last task, want 10 s of idling and 5 s of delay", idle)
	}
}

// The reuse recording: later jobs skip the first one's map stage.
func TestRecordingOfReuse(t *testing.T) {
	for _, name := range []string{"reuse-ess3.zstd", "reuse-track10t15.zstd"} { // in the second the shuffle is lost and computed again
		a := recording(t, name)
		for i, want := range [][]int{{0, 1}, {0, 2}, {0, 3}} {
			if got := a.Jobs[i].Stages; !slices.Equal(got, want) {
				t.Errorf("%s: job %d has stages %v, want %v", name, i, got, want)
			}
		}
		if n := len(a.Stages[0].Tasks); n != 20 || !a.Stages[0].Map || a.Stages[1].Map {
			t.Errorf("%s: the shared stage has %d tasks", name, n)
		}
	}
}

// The concurrent recording: a batch thread and an SLA thread, each with a pool.
func TestRecordingOfPools(t *testing.T) {
	a := recording(t, "concurrent-essfair.zstd")
	for i, want := range []struct {
		pool  string
		after int
	}{{"batch", -1}, {"sla", -1}, {"sla", 1}} {
		if j := a.Jobs[i]; j.Pool != want.pool || j.Cue.After != want.after {
			t.Errorf("job %d is in pool %s and follows %d, want %+v", i, j.Pool, j.Cue.After, want)
		}
	}
	if a.Tail < 2*time.Second || a.Tail > 2100*time.Millisecond {
		t.Errorf("the driver stops %s after the last job, want two seconds", a.Tail)
	}
}

// The cache recording: three of its five stages compute or read one RDD.
func TestRecordingOfCaches(t *testing.T) {
	a := recording(t, "cache-static4.zstd")
	for i, s := range a.Stages {
		cached := slices.Equal(s.Caches, []traces.CachedRDD{{ID: 2, Memory: true}})
		if want := i == 0 || i == 1 || i == 4; cached != want {
			t.Errorf("stage %d caches %v", s.ID, s.Caches)
		}
	}
}

// A decommissioned executor is removed twice; the first time counts. One that
// was removed before it registered is not there at all.
func TestExecutorIsRemovedOnce(t *testing.T) {
	l := newLog("a").executor("driver", 1, 0).executor("7", 2, 1)
	for _, r := range []struct {
		id, reason string
		at         float64
	}{{"7", "Executor decommission: spark scale down", 4}, {"7", "Command exited with code 0", 4.3}, {"8", "lost", 5}} {
		l.add(`{"Event":"SparkListenerExecutorRemoved","Timestamp":%d,"Executor ID":%q,"Removed Reason":%q}`, at(r.at), r.id, r.reason)
	}
	a := readBuilt(t, l.end(6))
	want := traces.RecordedExecutor{ID: "7", Host: "h1", Cores: 2, Requested: -1, Added: time.Second,
		FirstTask: -1, LastTask: -1, Removed: 4 * time.Second, Reason: "Executor decommission: spark scale down"}
	if len(a.Recorded.Executors) != 1 || a.Recorded.Executors[0] != want {
		t.Errorf("executors %+v", a.Recorded.Executors)
	}
	if a.Log.ExecutorsAdded != 2 || a.Log.ExecutorsRemoved != 2 {
		t.Errorf("counted %d added and %d removed", a.Log.ExecutorsAdded, a.Log.ExecutorsRemoved)
	}
}

// Since Spark 3.4 an executor's information says when it registered; the event may
// be written later.
func TestExecutorIsAddedAtItsRegistrationTime(t *testing.T) {
	l := newLog("a").add(`{"Event":"SparkListenerExecutorAdded","Timestamp":%d,"Executor ID":"1","Executor Info":{"Host":"h1","Total Cores":2,"Request Time":%d,"Registration Time":%d}}`,
		at(9), at(2), at(5))
	x := readBuilt(t, l.end(10)).Recorded.Executors[0]
	if x.Requested != 2*time.Second || x.Added != 5*time.Second {
		t.Errorf("requested after %s, registered after %s; want 2s and 5s", x.Requested, x.Added)
	}
}

// The events of an executor's arrival were dropped, and only its tasks name it. It ran
// them, so it was there: with its host, the usual cores, and from its first task on.
func TestAnExecutorThatOnlyTasksNameExists(t *testing.T) {
	s := testStage{id: 0, tasks: 2}
	l := newLog("app").executor("1", 4, 1).job(0, 2, "", s).submit(s, 0, 2)
	for i, executor := range []string{"1", "2"} {
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", executor: executor, from: 3, to: 5, run: 1900})
	}
	l.add(`{"Event":"SparkListenerExecutorRemoved","Timestamp":%d,"Executor ID":"77","Removed Reason":"it never came"}`, at(5.5))
	a := readBuilt(t, l.complete(s, 0, 5).jobEnd(0, 5).end(6))
	if n := len(a.Recorded.Executors); n != 2 {
		t.Fatalf("%d executors, want 2: %+v", n, a.Recorded.Executors)
	}
	x := a.Recorded.Executors[1]
	if x.ID != "2" || x.Host != "h1" || x.Cores != 4 || x.Added != 3*time.Second || !x.Inferred || x.Awaited || x.Removed != -1 {
		t.Errorf("the executor that was never added is %+v", x)
	}
	if a.PeakExecutors() != 2 {
		t.Errorf("%d executors at most, want 2", a.PeakExecutors())
	}
}

// No ExecutorAdded is in the log, although Spark has written them since 1.3: they were
// dropped or cut out, whether there were some or none.
func TestExecutorsThatNoEventAdded(t *testing.T) {
	s := testStage{id: 0, tasks: 2}
	a := readBuilt(t, newLog("a").job(0, 1, "", s).ran(s, "ResultTask", 0, 1).jobEnd(0, 3).end(4))
	if n := noted(a, "log-executors-never-added"); n.Arg("executors") != 1 || a.Log.Grade != traces.Lossy {
		t.Errorf("found %v, grade %v; want one executor that was never added, and a lossy log", n, a.Log.Grade)
	}
}
