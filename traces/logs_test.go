package traces_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dynalloc/internal/logtest"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// writeAndRead is a workload after it was written as text and read again.
func writeAndRead(t testing.TB, w *traces.Workload) *traces.Workload {
	t.Helper()
	var text bytes.Buffer
	if err := traces.WriteText(&text, w, traces.Note.String); err != nil {
		t.Fatal(err)
	}
	again, err := traces.ReadText(bytes.NewReader(text.Bytes()), w.Name)
	if err != nil {
		t.Fatalf("%v in\n%.3000s", err, text.String())
	}
	return again
}

// recordingPaths are the recordings in the repository.
func recordingPaths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("eventlog", "testdata", "recordings", "*.zstd"))
	if err != nil || len(paths) < 5 {
		t.Fatalf("found %d recordings, %v", len(paths), err)
	}
	return paths
}

// Collected applications count from the earliest start.
func TestCollect(t *testing.T) {
	apps := recordingPaths(t)
	logs, err := source.Open(apps...)
	if err != nil {
		t.Fatal(err)
	}
	w, bad, err := traces.Collect("ours", logs)
	if err != nil || len(bad) != 0 {
		t.Fatal(err, bad)
	}
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	if len(w.Apps) != len(apps) || w.Apps[0].Submit != 0 || !w.Apps[0].Started.Equal(w.Epoch) {
		t.Errorf("%d applications, the first at %v of %v", len(w.Apps), w.Apps[0].Submit, w.Epoch)
	}
	for _, a := range w.Apps {
		if !w.Epoch.Add(a.Submit).Equal(a.Started) {
			t.Errorf("%s started %v, submitted %v after %v", a.ID, a.Started, a.Submit, w.Epoch)
		}
	}
}

// Workloads of logs are written with all that a replay uses.
func TestLogsAreWrittenAsText(t *testing.T) {
	for _, log := range []string{
		"sparklint/application_1472176676028_407508_1",
		"rapids-tools/profiling/tasks_executors_fail_compressed_eventlog.zstd",
		"sync-parser/databricks_eventlog-2.gz",
		"bench/testdata/recordings/cache/ess10cache15",
		"bench/testdata/mechanisms/failures/static4",
	} {
		t.Run(filepath.Base(log), func(t *testing.T) {
			w, bad := logtest.Collect(t, logtest.Path(t, "..", log))
			if len(bad) > 0 {
				t.Fatal(bad[0])
			}
			again := writeAndRead(t, w)
			unwritten := cmpopts.IgnoreFields(traces.Application{}, "Path", "Started", "Recorded", "Log", "Stages", "Jobs")
			if diff := cmp.Diff(w, again, unwritten, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(traces.Workload{}, "Name")); diff != "" {
				t.Errorf("changed (-before +after):\n%.3000s", diff)
			}
			// Stages are numbered by their lines, so they are compared job by job.
			for k, a := range w.Apps {
				b := again.Apps[k]
				number := map[int]int{}
				for i := range b.Stages {
					number[b.Stages[i].ID] = i
				}
				for j := range a.Jobs {
					x, y := a.Jobs[j], b.Jobs[j]
					if len(x.Stages) != len(y.Stages) {
						t.Fatalf("job %d has %d stages, had %d", x.ID, len(y.Stages), len(x.Stages))
					}
					for _, s := range x.Stages {
						was, is := a.Stages[s], b.Stages[number[a.Stages[s].ID]]
						if len(was.Parents) != len(is.Parents) {
							t.Errorf("stage %d reads %d stages, read %d", was.ID, len(is.Parents), len(was.Parents))
						}
						was.Parents, is.Parents = nil, nil
						if diff := cmp.Diff(was, is, cmpopts.EquateEmpty()); diff != "" {
							t.Fatalf("stage %d changed:\n%.2000s", was.ID, diff)
						}
					}
					x.Stages, y.Stages = nil, nil
					if diff := cmp.Diff(x, y); diff != "" {
						t.Errorf("job changed:\n%s", diff)
					}
				}
				if traces.CriticalPath(a) != traces.CriticalPath(b) || traces.TotalWork(a) != traces.TotalWork(b) {
					t.Errorf("critical path and work were %v, %v and are %v, %v", traces.CriticalPath(a), traces.TotalWork(a), traces.CriticalPath(b), traces.TotalWork(b))
				}
			}
		})
	}
}
