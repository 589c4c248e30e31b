package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dynalloc/traces"
)

// shared returns a path below the folder of recorded traces that lies beside
// the repository, and skips the test where it is absent.
func shared(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs the recorded logs in %s, which are not part of this repository", path)
	}
	return path
}

// readAll reads every application below some paths, one for each log.
func readAll(t testing.TB, paths ...string) ([]*traces.Application, []*traces.LogError) {
	t.Helper()
	logs, err := Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	logs.EachLog = true
	defer logs.Close()
	return readThrough(t, logs)
}

// readThrough reads logs to their end.
func readThrough(t testing.TB, logs *Logs) ([]*traces.Application, []*traces.LogError) {
	t.Helper()
	var apps []*traces.Application
	var bad []*traces.LogError
	for {
		a, err := logs.Read()
		var unreadable *traces.LogError
		switch {
		case err == io.EOF:
			return apps, bad
		case errors.As(err, &unreadable):
			bad = append(bad, unreadable)
		case err != nil:
			t.Fatal(err)
		default:
			apps = append(apps, a)
		}
	}
}

// Every log of the collection has the counts that its checker, written
// independently in Python, found in it.
func TestCountsAgreeWithTheChecker(t *testing.T) {
	folder := shared(t, "traces")
	file, err := os.Open(filepath.Join(folder, "eventlog-stats.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		field := func(name string) string { return row[column[name]] }
		t.Run(field("file"), func(t *testing.T) {
			apps, bad := readAll(t, filepath.Join(folder, field("file")))
			if field("file") == "sparklint/invalid_log_file" {
				if len(apps) != 0 {
					t.Fatalf("an application was made of a file that is no log: %+v", apps[0])
				}
				return
			}
			if len(apps) != 1 || len(bad) != 0 {
				t.Fatalf("read %d applications and %v, want one", len(apps), bad)
			}
			a := apps[0]
			log := a.Log
			for name, got := range map[string]int{
				"jobs": log.Jobs, "stages": log.Stages, "tasks": log.Tasks, "tasks_not_ok": log.FailedTasks,
				"exec_added": log.ExecutorsAdded, "exec_removed": log.ExecutorsRemoved, "bad_lines": log.BadLines,
			} {
				if strconv.Itoa(got) != field(name) {
					t.Errorf("%s = %d, the checker found %s", name, got, field(name))
				}
			}
			for name, got := range map[string]string{"app": a.Name, "app_id": a.ID, "attempt": a.Attempt, "master": a.Master} {
				if got != field(name) {
					t.Errorf("%s = %q, the checker found %q", name, got, field(name))
				}
			}
			if want := field("spark"); want != "" && a.SparkVersion != want { // the checker did not know Databricks' line
				t.Errorf("spark = %q, the checker found %q", a.SparkVersion, want)
			}
			if want, err := strconv.ParseFloat(field("span_s"), 64); err != nil || math.Abs(log.Span.Seconds()-want) > 0.051 {
				t.Errorf("span = %v, the checker found %s s", log.Span, field("span_s"))
			}
			if err := (&traces.Workload{Apps: apps}).Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// damaged are the logs of the collection that somebody changed. All others are
// complete, or cut because their application was still running.
var damaged = map[string]traces.Grade{
	// Their ExecutorAdded lines were edited to 2.5 years after the jobs.
	"eventlog_3nodes_12cores_exec_removed": traces.Clock,
	"eventlog_same_app_id_1.zstd":          traces.Clock,
	"eventlog_same_app_id_2.zstd":          traces.Clock,
	// Five JobStart lines are missing, between lines that show what those jobs did.
	"tasks_executors_fail_compressed_eventlog.zstd": traces.Lossy,
}

// Our own recordings, which are part of the repository, are complete, and each names what its
// application was.
func TestOurRecordingsAreComplete(t *testing.T) {
	apps, bad := readAll(t, "../../bench/testdata/recordings", "../../bench/builtin/recordings")
	if len(apps) < 40 || len(bad) > 0 {
		t.Fatalf("read %d recordings and %v", len(apps), bad)
	}
	for _, a := range apps {
		if a.Log.Grade != traces.Complete || !a.Recorded.Ended || a.Name == "" || len(a.Jobs) == 0 || a.Log.FailedTasks > 0 {
			t.Errorf("%s: graded %v, %d jobs, %d failed tasks: %v", a.Path, a.Log.Grade, len(a.Jobs), a.Log.FailedTasks, a.Log.Problems)
		}
	}
}

func TestUndamagedLogsAreCompleteOrCut(t *testing.T) {
	apps, _ := readAll(t, shared(t, "traces"), shared(t, "recordings"))
	if len(apps) < 100 {
		t.Fatalf("only %d logs found", len(apps))
	}
	for _, a := range apps {
		want := traces.Complete
		if !a.Recorded.Ended {
			want = traces.Cut
		}
		if g, ok := damaged[filepath.Base(a.Path)]; ok {
			want = g
		}
		if a.Log.Grade != want {
			t.Errorf("%s is %v, want %v:\n\t%s", a.Path, a.Log.Grade, want, fmt.Sprint(a.Log.Problems))
		}
		if cp := traces.CriticalPath(a); a.Recorded.Ended && cp > a.Recorded.End+time.Second {
			t.Errorf("%s took %v, less than its critical path of %v", a.Path, a.Recorded.End, cp)
		}
	}
}

// readFiles reads files, given by name and text, as the logs of one folder.
func readFiles(t *testing.T, files map[string]string, each bool) ([]*traces.Application, []*traces.LogError) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	logs, err := OpenFS(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	logs.EachLog = each
	apps, bad := readThrough(t, logs)
	if logs.Done() != logs.Len() {
		t.Errorf("done with %d logs of %d", logs.Done(), logs.Len())
	}
	return apps, bad
}

// A compacted log has lost finished jobs. Only its file name shows it.
func TestCompactedLogIsFlagged(t *testing.T) {
	older, newer, _ := strings.Cut(oneJob("app-1", "", 0), "\n")
	apps, _ := readFiles(t, map[string]string{
		"eventlog_v2_app/appstatus_app":        "",
		"eventlog_v2_app/events_2_app.compact": older + "\n",
		"eventlog_v2_app/events_3_app":         newer,
	}, true)
	if len(apps) != 1 || apps[0].Log.Grade != traces.Compacted {
		t.Fatalf("read %v", apps)
	}
}
