package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A right value of a case is at a path in the JSON of a command: a key, the index of an
// element (-1 is the last), or key=value for the first element that has it.
type rightValue struct {
	path  string
	value any     // a number, a string, or nil
	off   float64 // by how much a number may differ
}

// Small logs of situations that people have, with what each command should say about them.
var cases = []struct {
	log, command string
	right        []rightValue
}{
	// A barrier stage of 8 tasks needs 8 slots at once, and no dynamic allocation.
	{"barrier-fleet", "advise", []rightValue{
		{"classes/0/policy", "static,n=4", 0},
		{"classes/0/best_dynamic", nil, 0},
		{"classes/0/reason/kind", "reason-refused", 0},
		{"notes/kind=advice-refused/args/exception", "BarrierJobRunWithDynamicAllocationException", 0},
	}},
	{"barrier-fleet", "compare --policy recorded --policy spark --policy static,n=2", []rightValue{
		{"rows/policy=recorded/values/refused", 0.0, 0},
		{"rows/policy=spark/values/refused", 6.0, 0},
		{"rows/policy=spark/values/sla_misses", 6.0, 0},
		{"rows/policy=static,n=2/values/refused", 6.0, 0},
		{"results/policy=spark/exception", "BarrierJobRunWithDynamicAllocationException", 0},
	}},
	// Dynamic allocation without Request Time, and the control with it. Start-up took 16 s.
	{"dra-boot", "calibrate", []rightValue{{"causes/cause=startup/quantiles_ms/3", 16000.0, 100}, {"causes/cause=startup/n", 20.0, 0}}},
	{"dra-boot", "replay --policy recorded", []rightValue{{"-1/seconds", 85.3, 0.5}}},
	{"dra-boot", "compare --policy recorded", []rightValue{{"rows/policy=recorded/values/queue_wait_mean", 16.0, 0.3}, {"applications/0/self_replay_error", 0.0, 0.01}}},
	{"dra-boot-request-time", "calibrate", []rightValue{{"causes/cause=startup/quantiles_ms/3", 16000.0, 100}}},
	{"dra-boot-request-time", "replay --policy recorded", []rightValue{{"-1/seconds", 85.3, 0.5}}},
	// Six executors of 2 cores on five hosts, without a cluster.
	{"packing", "replay --policy recorded", []rightValue{{"-1/seconds", 58.2, 0.2}}},
	{"packing", "compare --policy recorded", []rightValue{{"results/0/peak_executors", 6.0, 0}}},
	// The driver logs launches seconds late.
	{"busy-driver", "inspect", []rightValue{{"applications/0/grade", "complete", 0}, {"applications/0/self_replay_error", 0.0, 0.01}}},
	// A micro-batch each ten seconds for one hour.
	{"streaming-ended", "compare --policy recorded --policy spark,idle=3s --policy static,n=2 --cluster standalone,nodes=8,cores=2,memory=4g", []rightValue{
		{"rows/policy=spark,idle=3s/values/turnaround_max", 3600.0, 10},
		{"rows/policy=spark,idle=3s/values/executor_hours_held", 2.8, 0.1}, // each 20 s, of two batches, four executors for 13 to 15 s
		{"rows/policy=static,n=2/values/executor_hours_held", 2.0, 0.01},
	}},
	// Statements of three users at their times: 48 s of work a minute for one executor.
	{"thrift", "replay --policy static,n=1 --cluster standalone,nodes=4,cores=2,memory=4g", []rightValue{{"-1/seconds", 3700.0, 10}}},
	// Three executors were lost, and most of the time was repeated work.
	{"retry-storm", "inspect", []rightValue{
		{"applications/0/grade", "disturbed", 0},
		{"applications/0/executors_lost", 3.0, 0},
		{"applications/0/repeated_seconds", 41.1, 0.1},
		{"applications/0/problems/0/kind", "log-repeated-work", 0},
	}},
	{"retry-storm", "compare --policy recorded --faults recorded", []rightValue{{"rows/policy=recorded/values/turnaround_max", 60.4, 8}}},
	{"retry-storm", "compare --policy recorded", []rightValue{{"notes/kind=losses-not-replayed/args/executors", 3.0, 0}}},
	// Ten minutes without an executor, then the job failed.
	{"zero-executors", "inspect", []rightValue{{"applications/0/grade", "disturbed", 0}, {"applications/0/starved_seconds", 600.0, 0.1}}},
	{"zero-executors", "compare --policy recorded", []rightValue{
		{"rows/policy=recorded/values/failed", 1.0, 0},
		{"rows/policy=recorded/values/turnaround_max", 608.1, 0.1},
		{"rows/policy=recorded/values/sla_misses", 1.0, 0},
	}},
	// One application id in the logs of two clusters.
	{"same-second", "inspect", []rightValue{
		{"applications/0/class", "orders-load", 0}, {"applications/1/class", "clicks-load", 0},
	}},
	{"same-second", "compare --policy recorded", []rightValue{{"rows/policy=recorded/values/applications", 2.0, 0}}},
	// Two of four executors are named by tasks alone.
	{"never-added", "replay --policy recorded", []rightValue{{"-1/seconds", 16.1, 0.1}}},
	{"never-added", "compare --policy recorded", []rightValue{{"results/0/peak_executors", 4.0, 0}}},
	// Original and copy of a slow task both succeed: the stage needs the first of them.
	{"speculation", "replay --policy recorded", []rightValue{{"-1/seconds", 30.0, 0.5}}},
	// The properties name Celeborn: nothing is lost with an executor.
	{"remote-shuffle", "compare --policy recorded --policy spark,idle=1s", []rightValue{
		{"rows/policy=recorded/values/tasks_rerun", 0.0, 0}, {"rows/policy=spark,idle=1s/values/tasks_rerun", 0.0, 0},
	}},
	// A job of one minute on each of ten days.
	{"nightly.csv", "compare --policy static,n=4 --cluster standalone,nodes=1,cores=4,memory=64g,startup=5s", []rightValue{
		{"rows/policy=static,n=4/values/sla_misses", 0.0, 0},
		{"rows/policy=static,n=4/values/queue_wait_mean", 5.0, 2},
		{"rows/policy=static,n=4/values/utilization_held", 0.7, 0.1},
	}},
}

// Each case gets the right answer.
func TestCasesGetTheRightAnswer(t *testing.T) {
	folder := "../../bench/testdata/cases"
	untried, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		untried = slices.DeleteFunc(untried, func(e os.DirEntry) bool { return e.Name() == c.log || e.Name() == "README.md" })
		args := append(strings.Fields(c.command), filepath.Join(folder, c.log), "--format", "json")
		var stdout, stderr bytes.Buffer
		if status := run(t.Context(), args, &stdout, &stderr); status != statusDone && status != statusPartly {
			t.Errorf("%s %s: exit status %d: %s", c.command, c.log, status, stderr.String())
			continue
		}
		var documents any
		if err := json.Unmarshal(stdout.Bytes(), &documents); err != nil { // a line for each event
			lines := bytes.ReplaceAll(bytes.TrimSpace(stdout.Bytes()), []byte("\n"), []byte(","))
			if err := json.Unmarshal(slices.Concat([]byte("["), lines, []byte("]")), &documents); err != nil {
				t.Fatalf("%s %s: %v", c.command, c.log, err)
			}
		}
		for _, r := range c.right {
			got, found := valueAt(documents, strings.Split(r.path, "/"))
			number, isNumber := got.(float64)
			want, wantNumber := r.value.(float64)
			if !found || got != r.value && !(isNumber && wantNumber && math.Abs(number-want) <= r.off) {
				t.Errorf("%s %s: %s is %v (there: %t), want %v within %v", c.command, c.log, r.path, got, found, r.value, r.off)
			}
		}
	}
	if len(untried) > 0 {
		t.Errorf("no command is tried on %v", untried)
	}
}

// valueAt is the value at a path, and whether there is one.
func valueAt(v any, path []string) (any, bool) {
	if len(path) == 0 {
		return v, true
	}
	switch v := v.(type) {
	case map[string]any:
		if inner, ok := v[path[0]]; ok {
			return valueAt(inner, path[1:])
		}
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil {
			if i < 0 {
				i += len(v)
			}
			if i >= 0 && i < len(v) {
				return valueAt(v[i], path[1:])
			}
			return nil, false
		}
		key, value, _ := strings.Cut(path[0], "=")
		for _, element := range v {
			if object, ok := element.(map[string]any); ok && object[key] == value {
				return valueAt(object, path[1:])
			}
		}
	}
	return nil, false
}
