package sweep

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/sweep/store"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// lecture is a small workload whose replays differ by policy, seed, load and window.
const lecture = `
app etl-1 cores=2 user=ada
  job
    stage as=read tasks=12x10s
    stage tasks=4x5s,1x60s
app etl-2 cores=2 user=bob submit=30s
  job
    stage tasks=30x2s
  job gap=70s
    stage tasks=8x3s
app wide-9 cores=2 user=eve submit=2h
  job
    stage tasks=40x4s
`

func newRunner(t *testing.T, workload, plan string) *Runner {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(workload), "lecture")
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Parse("standalone,nodes=2,cores=8,memory=32g")
	if err != nil {
		t.Fatal(err)
	}
	s := &bench.Suite{Workload: w, Policies: []policies.Fleet{bench.RecordedFleet()}, Config: replay.Config{Cluster: c, Times: calibrate.Defaults(), Horizon: bench.Horizon(w)}}
	r, err := NewRunner(context.Background(), Keys{mustRead(t, plan), InputsOf(s)}, s, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// serve asks for cells and returns what the worker writes.
func serve(t *testing.T, r *Runner, requests string) (lines []string, failures []error) {
	t.Helper()
	var out bytes.Buffer
	if err := r.Serve(t.Context(), strings.NewReader(requests), &out, func(err error) { failures = append(failures, err) }); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), failures
}

// A worker answers each request with the line of its cell. Two workers that are asked in
// different orders write equal lines.
func TestWorkersWriteEqualLines(t *testing.T) {
	const plan = "policy recorded\npolicy spark,idle=10s|60s\nreplica 0..1\nload 1 2\nseed 1 2\nwindow whole from=0s,until=1h"
	one, _ := serve(t, newRunner(t, lecture, plan), "{\"cell\":0}\n{\"cell\": 4}\n\n{\"cell\":25}\n{\"cell\":47}\n")
	two, _ := serve(t, newRunner(t, lecture, plan), "{\"cell\":47}\n{\"cell\":25}\n{\"cell\":4}\n{\"cell\":0}\n")
	if len(one) != 4 || one[0] != two[3] || one[1] != two[2] || one[2] != two[1] || one[3] != two[0] {
		t.Errorf("one wrote\n%s\nthe other\n%s", strings.Join(one, "\n"), strings.Join(two, "\n"))
	}
	for _, line := range one {
		r, err := Parse([]byte(line))
		if key, _ := store.Key([]byte(line)); err != nil || r.Key != key || r.Sums["applications"] == 0 {
			t.Errorf("%s: %+v, %v", line, r, err)
		}
	}
}

// A cell that cannot be replayed is named, and those around it are answered.
func TestAWorkerNamesCellsThatFail(t *testing.T) {
	lines, failures := serve(t, newRunner(t, lecture, "policy static,n=1\npolicy static,n=1,cores=64\n"), "{\"cell\":1}\n{\"cell\":0}\n")
	if len(lines) != 2 || len(failures) != 1 || !strings.HasPrefix(lines[0], `{"cell":1,"error":"cell 1 (static,n=1,cores=64, replica 0, load 1, seed 1, window whole): `) || !strings.Contains(lines[1], `"policy":"static,n=1",`) {
		t.Errorf("lines %q, failures %v", lines, failures)
	}
}

// What is no request ends the worker.
func TestAWorkerRefusesOtherRequests(t *testing.T) {
	r := newRunner(t, lecture, "policy static,n=1\n")
	for request, want := range map[string]string{
		"hello\n":                     `request 1: expected {"cell":0}, found "hello"`,
		"{}\n":                        `expected {"cell":0}`,
		`{"cell":0,"x":1}`:            `expected {"cell":0}`,
		`{"cell":0} 0`:                `expected {"cell":0}`,
		`{"cell":1}`:                  "cell 1: the plan has the cells 0 to 0",
		"{\"cell\":0}\n{\"cell\":-1}": "request 2: cell -1",
		strings.Repeat("x", 5000):     "a request is longer than 4096 bytes",
	} {
		if err := r.Serve(t.Context(), strings.NewReader(request), new(bytes.Buffer), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v; want %q", request, err, want)
		}
	}
}

// The same logs in another folder are the same inputs.
func TestInputsDoNotDependOnWhereLogsAre(t *testing.T) {
	var got []string
	for range 2 {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS("../testdata/recordings/etl")); err != nil {
			t.Fatal(err)
		}
		logs, err := source.OpenContext(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		w, _, err := traces.Collect(folder, logs)
		if err != nil {
			t.Fatal(err)
		}
		s := &bench.Suite{Workload: w, Config: replay.Config{Cluster: cluster.Assume(w)}}
		s.LearnTimes(w)
		got = append(got, InputsOf(s))
	}
	if got[0] != got[1] {
		t.Errorf("%s in one folder, %s in another", got[0], got[1])
	}
}
