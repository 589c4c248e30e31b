package redact

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dynalloc/internal/logtest"
	"dynalloc/internal/spark"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// redactInto redacts logs into a folder.
func redactInto(t testing.TB, dir string, paths ...string) []Log {
	t.Helper()
	logs, err := source.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	done, err := Write(logs, func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(dir, name)) })
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// Logs are redacted and read again. The workload is the same except for names: each
// task, cue and recorded executor.
func TestRedactedLogsGiveTheSameWorkload(t *testing.T) {
	for _, log := range []string{
		"sparklint/application_1472176676028_407508_1",
		"spark-core-tests/spark-events/application_1628109047826_1317105",
		"rapids-tools/profiling/tasks_executors_fail_compressed_eventlog.zstd",
		"sync-parser/application_1640227485896_0002.zstd",
		"kubeflow-shs/local-1776286786993.zstd",
		"bench/testdata/recordings/cache/ess10cache15",
		"bench/testdata/mechanisms/failures/static4",
		"bench/testdata/mechanisms/nodeloss/static3",
		"bench/testdata/cases/barrier-fleet/run0.zstd",
		"bench/testdata/cases/remote-shuffle",
		"bench/testdata/cases/streaming-ended",
		"bench/testdata/cases/thrift",
	} {
		t.Run(filepath.Base(log), func(t *testing.T) {
			dir, path := t.TempDir(), logtest.Path(t, "../..", log)
			redactInto(t, dir, path)
			before, _ := logtest.Collect(t, path)
			after, bad := logtest.Collect(t, dir)
			if len(bad) > 0 || len(after.Apps) != len(before.Apps) {
				t.Fatalf("%d applications became %d: %v", len(before.Apps), len(after.Apps), bad)
			}
			names := []cmp.Option{
				cmpopts.IgnoreFields(traces.Application{}, "Path", "ID", "Name", "Class", "User", "Queue", "Properties", "Hosts", "Master", "Log"),
				cmpopts.IgnoreFields(traces.Workload{}, "Name"),
				cmpopts.IgnoreFields(traces.Stage{}, "Name"),
				cmpopts.IgnoreFields(traces.Job{}, "Pool", "Group", "Description", "Stream"),
				cmpopts.IgnoreFields(traces.RecordedExecutor{}, "Host", "Reason"),
			}
			if diff := cmp.Diff(before, after, names...); diff != "" {
				t.Errorf("the workload changed (-before +after):\n%.3000s", diff)
			}
			for i, a := range before.Apps {
				b := after.Apps[i]
				if a.Properties.RemoteShuffle() != b.Properties.RemoteShuffle() || a.Properties.ReliableShuffle() != b.Properties.ReliableShuffle() {
					t.Errorf("%s: who keeps shuffle files changed: %v", a.ID, b.Properties)
				}
				if a.Log.Grade != b.Log.Grade || len(a.Hosts) != len(b.Hosts) {
					t.Errorf("%s: %v with %d hosts became %v with %d", a.ID, a.Log.Grade, len(a.Hosts), b.Log.Grade, len(b.Hosts))
				}
			}
		})
	}
}

// secretLog is full of names.
const secretLog = `{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}
{"Event":"SparkListenerApplicationStart","App Name":"SECRET-report-2026-03-31","App ID":"app-20260331080000-0001","Timestamp":1000,"User":"SECRET-ada"}
{"Event":"SparkListenerEnvironmentUpdate","JVM Information":{"Java Home":"/SECRET/java"},"Spark Properties":{"spark.app.name":"SECRET-report-2026-03-31","spark.master":"spark://SECRET-host:7077","spark.executor.cores":"2","spark.dynamicAllocation.enabled":"true","spark.dynamicAllocation.executorIdleTimeout":"10s","spark.SECRET.key":"1","spark.shuffle.sort.io.plugin.class":"com.SECRET.ShuffleDataIO","spark.executor.memory":"/SECRET","spark.yarn.queue":"SECRET-queue"},"System Properties":{"user.dir":"/SECRET"}}
{"Event":"SparkListenerExecutorAdded","Timestamp":2000,"Executor ID":"0","Executor Info":{"Host":"SECRET-node","Total Cores":2,"Log Urls":{"stdout":"http://SECRET"}}}
{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","description":"select SECRET"}
{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":3000,"Stage IDs":[0],"Stage Infos":[{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"count at SECRET.scala:1","Number of Tasks":1,"RDD Info":[{"RDD ID":0,"Name":"/SECRET/file","Scope":"{SECRET}","Storage Level":{"Use Disk":false,"Use Memory":false}}],"Parent IDs":[],"Details":"SECRET"}],"Properties":{"spark.job.description":"SECRET","spark.scheduler.pool":"SECRET-pool","sql.streaming.queryId":"SECRET","streaming.sql.batchId":"0","callSite.short":"SECRET"}}
{"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent","progress":{"id":"SECRET","name":"SECRET","batchId":0,"timestamp":"1970-01-01T00:00:02.900Z","durationMs":{"triggerExecution":6000},"sources":["SECRET"]}}
{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"count at SECRET.scala:1","Number of Tasks":1,"RDD Info":[],"Parent IDs":[],"Submission Time":3000},"Properties":{"x":"SECRET"}}
{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success","Description":"SECRET"},"Task Info":{"Task ID":0,"Index":0,"Attempt":0,"Launch Time":3100,"Executor ID":"0","Host":"SECRET-node","Locality":"ANY","Speculative":false,"Getting Result Time":0,"Finish Time":8100,"Failed":false,"Killed":false,"Accumulables":[{"Name":"SECRET"}]},"Task Metrics":{"Executor Run Time":4900}}
{"Event":"SparkListenerExecutorRemoved","Timestamp":8150,"Executor ID":"0","Removed Reason":"worker SECRET-node lost"}
{"Event":"org.apache.spark.scheduler.SparkListenerNodeExcluded","time":8150,"hostId":"SECRET-node","executorFailures":2,"note":"SECRET"}
{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":8200,"Job Result":{"Result":"JobFailed","Exception":{"Message":"SECRET"}}}
no JSON, and a SECRET
{"Event":"SparkListenerApplicationEnd","Timestamp":9000}
`

func TestRedactedLogsHaveNoNames(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	second := strings.NewReplacer("2026-03-31", "2026-04-01", "-0001", "-0002").Replace(secretLog)
	for name, text := range map[string]string{"a": secretLog, "b": second} {
		if err := os.WriteFile(filepath.Join(from, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	done := redactInto(t, to, from)
	if len(done) != 2 || done[0].Kept != 12 || done[0].Bad != 1 {
		t.Errorf("redacted %+v, want two logs of 12 lines and 1 bad one", done)
	}
	text, err := os.ReadFile(filepath.Join(to, "log-0001"))
	if err != nil {
		t.Fatal(err)
	}
	if at := bytes.Index(text, []byte("SECRET")); at >= 0 {
		t.Fatalf("a name is left: %.200s", text[max(0, at-100):])
	}
	w, bad := logtest.Collect(t, to)
	if len(bad) > 0 || len(w.Apps) != 2 {
		t.Fatalf("%d applications, %v", len(w.Apps), bad)
	}
	a, b := w.Apps[0], w.Apps[1]
	if a.Name == b.Name || a.Class != b.Class || a.User != b.User || a.Hosts[0] != b.Hosts[0] {
		t.Errorf("runs of one program are %q and %q, of %q and %q, by %q and %q, on %q and %q", a.Name, b.Name, a.Class, b.Class, a.User, b.User, a.Hosts, b.Hosts)
	}
	want := spark.Properties{
		"spark.app.name": a.Name, "spark.master": "spark://master-1", "spark.executor.cores": "2",
		"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.executorIdleTimeout": "10s", "spark.yarn.queue": a.Queue,
		"spark.shuffle.sort.io.plugin.class": "shuffle-1",
	}
	if diff := cmp.Diff(want, a.Properties); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
	if c := a.Jobs[0].Cue; c.At != 1900*time.Millisecond || c.Gap != 100*time.Millisecond {
		t.Errorf("the batch is due at %v and is planned for %v, want 1.9 s and 100 ms", c.At, c.Gap)
	}
	if x := a.Excluded; x.Hosts != 1 || x.Time != 850*time.Millisecond {
		t.Errorf("%+v is left of the exclusion of a node from 8.15 to 9 s", x)
	}
	if !a.Jobs[0].Failed || a.Stages[0].Tasks[0].Work() != 4900*time.Millisecond {
		t.Errorf("the job is %+v and its task works %v", a.Jobs[0], a.Stages[0].Tasks[0].Work())
	}
}

// Sixty classes get 60 pseudonyms, none of which looks like a number.
func TestPseudonymsKeepClassesApart(t *testing.T) {
	r := newRedactor()
	seen := map[string]bool{}
	for i := range 60 {
		word := strings.Repeat("x", i+1)
		class := traces.Class(r.appName(fmt.Sprintf("%s-%d", word, 7)))
		if seen[class] {
			t.Errorf("class %q twice", class)
		}
		seen[class] = true
		if again := traces.Class(r.appName(fmt.Sprintf("%s-%d", word, 8))); again != class {
			t.Errorf("runs of one class are of %q and %q", class, again)
		}
	}
}
