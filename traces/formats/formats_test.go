package formats_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/logtest"
	"dynalloc/internal/wide"
	"dynalloc/traces"
	"dynalloc/traces/formats"
)

// readAs writes a file and reads it as a user would.
func readAs(t testing.TB, name, text string) (*traces.Workload, []*traces.LogError) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return logtest.Collect(t, path)
}

// readOnly reads a file, and fails the test if it cannot be read.
func readOnly(t testing.TB, name, text string) *traces.Workload {
	t.Helper()
	w, bad := readAs(t, name, text)
	if len(bad) > 0 {
		t.Fatal(bad[0])
	}
	return w
}

// Each public file of a foreign format is recognized and read to its end: all
// applications, and the number of tasks that its description gives.
func TestPublicFilesAreRead(t *testing.T) {
	for _, file := range []struct {
		path        string
		apps, tasks int
	}{
		{"swf/KTH-SP2-1996-2.swf.gz", 28489, 28489},
		{"swf/NASA-iPSC-1993-3.1-cln.swf.gz", 18239, 18239},
		{"swf/CEA-Curie-sample.swf.gz", 29998, 29998},
		{"swf/MetaCentrum-wagap-2013.swf.gz", 17898, 17905}, // 17,900 jobs, two with a run time below 0; seven longer than 24 days
		{"swim-facebook/FB-2009_samples_24_times_1hr_0.tsv.gz", 5894, 372332},
		{"swim-facebook/FB-2010_samples_24_times_1hr_0.tsv.gz", 24442, 11360744},
		{"alibaba-2017-batch/jobs_first70pct.csv.gz", 2865, 829914},
		{"alibaba-2018-dags/j_10_test.jsonl.zst", 28957, 11685050},
		{"wta/shell-chronos_tasks.csv.gz", 3403, 10208},
		{"decima-tpch/tpch_2g.json.gz", 22, 20064},
		{"decima-tpch/tpch_100g.json.gz", 22, 34659},
	} {
		t.Run(file.path, func(t *testing.T) {
			path := logtest.Path(t, "../..", file.path)
			w, bad := logtest.Collect(t, path)
			if len(bad) > 0 {
				t.Fatal(bad[0])
			}
			tasks := 0
			for _, a := range w.Apps {
				tasks += a.Log.Tasks
			}
			if len(w.Apps) != file.apps || tasks != file.tasks {
				t.Errorf("%d applications with %d tasks, want %d with %d", len(w.Apps), tasks, file.apps, file.tasks)
			}
			if err := w.Check(); err != nil {
				t.Error(err)
			}
			if len(w.Notes) == 0 {
				t.Error("no note says what the mapping assumes")
			}
		})
	}
}

// The work of an Alibaba 2017 trace is what its description says: 41.0 million
// core seconds; tasks of half a core count as one with a whole core, so the
// seconds are compared without cores.
func TestAlibaba2017KeepsItsWork(t *testing.T) {
	w, bad := logtest.Collect(t, logtest.Path(t, "../..", "alibaba-2017-batch/jobs_first70pct.csv.gz"))
	if len(bad) > 0 {
		t.Fatal(bad[0])
	}
	var last time.Duration
	for i, a := range w.Apps {
		if a.Submit < last {
			t.Fatalf("application %d comes before the one in front of it", i)
		}
		last = a.Submit
	}
	if span := w.Apps[len(w.Apps)-1].Submit - w.Apps[0].Submit; span < 11*time.Hour || span > 12*time.Hour {
		t.Errorf("submitted within %v, want the 41,876 s of the description", span)
	}
}

// A damaged file is refused whole, by one line that says where and what was
// expected.
func TestDamagedFilesAreRefused(t *testing.T) {
	const swfLine = "1 0 0 10 4 -1 -1 4 -1 -1 1 1 1 1 1 -1 -1 -1\n"
	const csvHead = "app,submit,seconds,tasks\n"
	const wtaHead = "workflow_id,task_id,ts_submit_ms,runtime_ms,wait_ms,cpus,parents\n"
	for _, file := range []struct{ name, text, want string }{
		{"word.swf", swfLine + strings.Replace(swfLine, "10", "ten", 1), `word.swf:2: expected a number in field 4, found "ten"`},
		{"short.swf", swfLine + "2 0 0 10", "short.swf:2: expected the 18 numbers of a job, found 4 words"},
		{"header.swf", "; MaxProcs: many\n" + swfLine, `header.swf:1: expected a whole number after MaxProcs, found "many"`},
		{"other.swf", "no numbers at all\n", "other.swf:1: expected the 18 numbers"},
		{"none.swf", "; MaxProcs: 4\n", "none.swf: it has no application"},
		{"fb.tsv", "job0\t1\t1\t5\t5\t5\njob1\t2\t1\t5\t5\n", "fb.tsv:2: expected six columns with tabs"},
		{"fb2.tsv", "job0\t1\t1\t5\t5\t5\njob1\t2\t1\t5\t-5\t1\n", `fb2.tsv:2: expected a whole number in column 5, found "-5"`},
		{"a.csv", csvHead + "x,1,2\n", "a.csv:2: expected 4 values, as in the header, found 3"},
		{"b.csv", csvHead + "x,1,2,3\nx,1,two,3\n", `b.csv:3: column seconds: expected a number, 0 or more, found "two"`},
		{"c.csv", csvHead + "x,1,2,0\n", "c.csv:2: expected 1 to 1000000 tasks in a stage, found 0"},
		{"d.csv", csvHead + ",1,2,1\n", "d.csv:2: column app: expected an application"},
		{"e.csv", csvHead + "x,1,\"2,1\n", "e.csv:2: expected values with commas between them"},
		{"f.csv", "#columns app=id speed=3\nid,submit,seconds\n", "f.csv:1: #columns: expected KEY=COLUMN with a key of app, submit"},
		{"g.csv", "#columns app=id\nname,submit,seconds\n", `g.csv:2: expected a column "id"; the header has name, submit, seconds`},
		{"circle.csv", wtaHead + "0,0,0,5,-1,1,1\n0,1,0,5,-1,1,0\n", `circle.csv:3: stage "1" of application 0 reads itself by way of stage "0"`},
		{"orphan.csv", wtaHead + "0,0,0,5,-1,1,7\n", `orphan.csv:2: stage "0" of application 0 reads stage "7", which is not there`},
		{"dag.jsonl", `{"id":0,"stages":[[1,1]],"edges":[],"job":"j"}` + "\n" + `{"id":1,"stages":[[1,1]`, "dag.jsonl:2: expected a JSON object with id, job, stages and edges"},
		{"edge.jsonl", `{"id":0,"stages":[[1,1]],"edges":[[0,3]],"job":"j"}`, "edge.jsonl:1: edge [0 3]: expected stages from 0 to 0"},
		{"many.jsonl", `{"id":0,"stages":[[1e9,1]],"edges":[],"job":"j"}`, "many.jsonl:1: stage 0: expected 1 to 1000000 tasks"},
		{"q.json", `{"size":"2g","queries":{"1":{"adj_mat":[[0]],"task_duration":{}}}}`, "q.json:1: query 1: expected as many stages in adj_mat"},
		{"cut.json", `{"size":"2g","queries":{"1":{"adj_mat":[[0]],"task_duration":{`, "cut.json:1: expected one JSON object"},
		{"w.workload", "app a\n  job\n    stage tasks=4\n", "w.workload:3: tasks=4: expected COUNTxDURATION"},
	} {
		t.Run(file.name, func(t *testing.T) {
			w, bad := readAs(t, file.name, file.text)
			if len(w.Apps) > 0 || len(bad) != 1 {
				t.Fatalf("read %d applications and %v, want one refusal", len(w.Apps), bad)
			}
			if text := bad[0].Error(); !strings.Contains(text, file.want) || strings.Contains(text, "\n") {
				t.Errorf("refused by\n\t%s\nwant\n\t%s", text, file.want)
			}
		})
	}
}

// A compressed file that ends too early is refused where it ends.
func TestCutFilesAreRefused(t *testing.T) {
	var whole bytes.Buffer
	z := gzip.NewWriter(&whole)
	fmt.Fprintln(z, "app,submit,seconds")
	for i := range 20000 {
		fmt.Fprintf(z, "%d,%d,1\n", i, i*i%7919)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	w, bad := readAs(t, "jobs.csv.gz", string(whole.Bytes()[:whole.Len()/2]))
	if len(w.Apps) > 0 || len(bad) != 1 || bad[0].Line < 2 || !strings.Contains(bad[0].Error(), "cut short here") {
		t.Errorf("read %d applications and %v, want one refusal", len(w.Apps), bad)
	}
}

// An SWF job is one executor with all its processors, and its wait is kept as recorded.
// Jobs that cannot have run are left out, and notes say so.
func TestSWFJobsAreRigid(t *testing.T) {
	w := readOnly(t, "log.swf", `; UnixStartTime: 1000000000
; MaxProcs: 8
 7 60 5 100 4 -1 -1 8 -1 -1 1 3 1 2 1 -1 -1 -1
 8 30 -1 2200000 -1 -1 -1 8 -1 -1 1 3 1 2 -1 -1 -1 -1
 9 70 0 -1359980917 4 -1 -1 8 -1 -1 1 3 1 2 1 -1 -1 -1
10 80 0 10 9 -1 -1 8 -1 -1 1 3 1 2 1 -1 -1 -1
`)
	if len(w.Apps) != 2 {
		t.Fatalf("%d jobs, want 2", len(w.Apps))
	}
	long, a := w.Apps[0], w.Apps[1]
	if a.ID != "job-0000007" || a.User != "3" || a.Queue != "queue-1" || a.Class != "queue-1" || a.Submit != 30*time.Second || !a.Started.Equal(time.Unix(1000000060, 0)) {
		t.Errorf("job 7 is %+v", a)
	}
	if p := a.Profiles[0]; p.Cores != 4 || p.TaskCPUs != 4 || len(a.Stages) != 1 || traces.TotalWork(a) != wide.Of(100*time.Second, 4) {
		t.Errorf("job 7 has %+v and works %v, want 4 cores for 100 s", p, traces.TotalWork(a))
	}
	if x := a.Recorded.Executors[0]; x.Added != 5*time.Second || x.Removed != 105*time.Second {
		t.Errorf("job 7 was recorded as %+v, want a wait of 5 s", x)
	}
	if long.Recorded != nil || long.Profiles[0].Cores != 8 || traces.CriticalPath(long) != 2200000*time.Second {
		t.Errorf("job 8 asked for 8 processors for 2,200,000 s and does not say when it ran: %+v, %v", long.Profiles[0], traces.CriticalPath(long))
	}
	notes := fmt.Sprint(w.Notes)
	for _, want := range []string{`swf-negative-run-time file=`, `swf-too-large file=`, "jobs=1 of=4", "processors=8"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note says %q:\n%s", want, notes)
		}
	}
}

// A CSV file has its own mapping. Rows of an application with later submit times become
// later jobs.
func TestCSVWithItsOwnMapping(t *testing.T) {
	w := readOnly(t, "jobs.csv", `#columns app=job submit=start_ms seconds=took_ms tasks=n user=who unit=1ms
job,start_ms,took_ms,n,who
etl,5000,250,3,ada
etl,9000,1000,1,ada
report,1000,2000,10,bob
`)
	if len(w.Apps) != 2 || w.Apps[0].ID != "report" {
		t.Fatalf("%d applications, the first %+v", len(w.Apps), w.Apps[0])
	}
	etl := w.Apps[1]
	if etl.Submit != 5*time.Second || etl.User != "ada" || len(etl.Jobs) != 2 || etl.Jobs[1].Cue != (traces.Cue{After: -1, Gap: 4 * time.Second}) {
		t.Errorf("etl is %+v", etl)
	}
	if len(etl.Stages[0].Tasks) != 3 || etl.Stages[0].Tasks[0].Work() != 250*time.Millisecond {
		t.Errorf("its first stage is %+v", etl.Stages[0])
	}
}

// Rows may name the stages that they read, in any order.
func TestCSVWithGraph(t *testing.T) {
	w := readOnly(t, "graph.csv", "app,submit,seconds,stage,after\na,0,1,join,left;right\na,0,2,left,\na,0,3,right,\n")
	a := w.Apps[0]
	if len(a.Jobs) != 1 || len(a.Stages) != 3 || a.Stages[2].Name != "join" || len(a.Stages[2].Parents) != 2 || traces.CriticalPath(a) != 4*time.Second {
		t.Errorf("stages %+v, critical path %v, want 4 s", a.Stages, traces.CriticalPath(a))
	}
}

// A MapReduce job becomes maps of one block each and, if it shuffled, reducers that read
// the maps.
func TestSWIMJobsGetTasksFromBytes(t *testing.T) {
	w := readOnly(t, "fb.tsv", "small\t10\t10\t100\t0\t5\nbig\t20\t10\t1342177280\t268435456\t0\n")
	small, big := w.Apps[0], w.Apps[1]
	if len(small.Stages) != 1 || traces.TotalWork(small) != wide.Of(time.Second, 1) || small.Submit != 10*time.Second {
		t.Errorf("the small job works %v in %d stages", traces.TotalWork(small), len(small.Stages))
	}
	if len(big.Stages) != 2 || len(big.Stages[0].Tasks) != 10 || len(big.Stages[1].Tasks) != 2 || !big.Stages[0].Map {
		t.Errorf("the big job has %d stages", len(big.Stages))
	}
	// 128 MiB read and 25.6 MiB written by each map, 128 MiB read by each reducer, at 10 MiB/s.
	if m, r := big.Stages[0].Tasks[0].Work(), big.Stages[1].Tasks[0].Work(); m != 15400*time.Millisecond || r != 12800*time.Millisecond {
		t.Errorf("a map takes %v and a reducer %v", m, r)
	}
}

// A query takes the durations measured with 40 executors, first wave and rest.
func TestDecimaTakesOneExecutorCount(t *testing.T) {
	w := readOnly(t, "q.json", `{"size":"2g","queries":{"7":{"adj_mat":[[0,1],[0,0]],"task_duration":{
		"0":{"first_wave":{"2":[9],"40":[100,200]},"fresh_durations":{"40":[1]},"rest_wave":{"2":[8,8],"40":[50]}},
		"1":{"first_wave":{"20":[70]},"rest_wave":{"20":[]}}}}}}`)
	a := w.Apps[0]
	if a.ID != "tpch-2g-q7" || a.Class != "tpch-q7" || len(a.Stages) != 2 || len(a.Stages[1].Parents) != 1 {
		t.Fatalf("%+v", a)
	}
	if len(a.Stages[0].Tasks) != 3 || traces.TotalWork(a) != wide.Of(420*time.Millisecond, 1) {
		t.Errorf("%d tasks, %v of work", len(a.Stages[0].Tasks), traces.TotalWork(a))
	}
}

// For any bytes, a format gives a workload that keeps all rules, or an error of one line.
func FuzzFormats(f *testing.F) {
	for _, seed := range []string{
		"; MaxProcs: 4\n1 0 0 10 4 -1 -1 4 -1 -1 1 1 1 1 1 -1 -1 -1\n",
		"app,submit,seconds,stage,after\na,0,1,x,y\na,0,2,y,\n",
		"#columns app=a submit=b seconds=c unit=1ms\na,b,c\n1,2,3\n",
		"job0\t1\t1\t5\t5\t5\n",
		`{"id":0,"stages":[[1,1],[2,2]],"edges":[[0,1]],"job":"j"}`,
		`{"size":"2g","queries":{"1":{"adj_mat":[[0]],"task_duration":{"0":{"first_wave":{"40":[5]},"rest_wave":{}}}}}}`,
		"workflow_id,task_id,ts_submit_ms,runtime_ms,wait_ms,cpus,parents\n0,0,0,7184,-1,1.0,\n0,1,0,9171,-1,1.0,0\n",
		"app a submit=3s\n job\n  stage tasks=2x3s\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, format := range formats.Formats {
			w, err := format.Read(strings.NewReader(string(text)), "file")
			if err != nil {
				continue
			}
			if err := w.Check(); err != nil {
				t.Errorf("%s: %v", format.Name(), err)
			}
		}
	})
}
