package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// questions are inputs of advise: a fleet, one log of one run, one kind of policy alone, no
// deadlines, incomplete logs, no task at all, and workloads that people wrote.
var questions = map[string][]string{
	"a fleet":             {"--builtin", "fleet", "--budget", "200"},
	"one run":             {"../../bench/testdata/recordings/etl/ess10", "--budget", "100"},
	"cheap":               {"../../bench/testdata/recordings/reuse/ess3", "--budget", "100", "--prefer", "cheap"},
	"fixed sizes alone":   {"../../bench/testdata/recordings/etl/static4", "--only", "--policy", "static,n=2", "--budget", "100"},
	"shortest time":       {"../../bench/testdata/recordings/fanout/static4", "--goal", "time", "--budget", "100"},
	"no deadlines":        {"WRITTEN", "--sla", "none", "--cluster", smallCluster, "--budget", "100"},
	"a hopeless deadline": {"WRITTEN", "--sla", "1s", "--cluster", smallCluster, "--budget", "100"},
	"no task":             {"EMPTY", "--cluster", smallCluster, "--budget", "100"},
}

const (
	smallCluster = "standalone,nodes=1,cores=4,memory=16g"
	written      = "app batch cores=1\n  job\n    stage tasks=8x10s\n  job gap=20s\n    stage tasks=2x5s\napp report-1 submit=30s\n  job\n    stage tasks=4x3s\n"
	noTask       = "app nothing cores=1\n  end gap=5s\n"
)

// answersTo runs advise for a question and returns what it prints, and its exit status.
func answersTo(t *testing.T, question string, more ...string) (out []byte, status int) {
	t.Helper()
	args := append(append([]string{"advise", "--quiet"}, questions[question]...), more...)
	for i, a := range args {
		if text := map[string]string{"WRITTEN": written, "EMPTY": noTask}[a]; text != "" {
			args[i] = filepath.Join(t.TempDir(), "workload.txt")
			if err := os.WriteFile(args[i], []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b, problems bytes.Buffer
	status = run(t.Context(), args, &b, &problems)
	if status != statusDone && status != statusPartly {
		t.Errorf("%s: status %d: %s", question, status, problems.String())
	}
	return b.Bytes(), status
}

// What advise writes for programs has the published schema, whatever is asked.
func TestAdviceHasItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/schemas/dynalloc.advice-3.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range slices.Sorted(maps.Keys(questions)) {
		folder := filepath.Join(t.TempDir(), "advice")
		answersTo(t, question, "-o", folder)
		text, err := os.ReadFile(filepath.Join(folder, "advice.json"))
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v", question, err)
		}
	}
	if err := schema.Validate(map[string]any{"schema": "dynalloc.advice/2"}); err == nil {
		t.Error("the schema allows anything")
	}
}

// No interval leaves what is possible, and no estimate its interval, whatever is asked.
func TestIntervalsOfAdviceArePossible(t *testing.T) {
	for _, question := range slices.Sorted(maps.Keys(questions)) {
		out, _ := answersTo(t, question, "--format", "json")
		var all any
		if err := json.Unmarshal(out, &all); err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		intervals := 0
		var walk func(path string, v any)
		walk = func(path string, v any) {
			switch v := v.(type) {
			case []any:
				for _, one := range v {
					walk(path, one)
				}
			case map[string]any:
				for _, key := range slices.Sorted(maps.Keys(v)) {
					name, is := strings.CutSuffix(key, "_interval")
					ends, known := v[key].([]any)
					if !is || !known {
						walk(path+"."+key, v[key])
						continue
					}
					intervals++
					low, high, value := ends[0].(float64), ends[1].(float64), v[name].(float64)
					least, most := 0.0, 1.0 // of a share
					switch name {
					case "misses":
						most = v["of"].(float64)
					case "saved_share":
						least = math.Inf(-1)
					}
					if low < least || high > most || low > value || value > high {
						t.Errorf("%s%s.%s: %g in [%g, %g], possible are %g to %g", question, path, name, value, low, high, least, most)
					}
				}
			}
		}
		walk("", all)
		if intervals == 0 {
			t.Errorf("%s has no interval", question)
		}
	}
}
