package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/reports"
)

// The answer in docs/TUNE.md is what the program says. With -update it is made
// anew, and so is the picture of the built-in day.
func TestTuneDocument(t *testing.T) {
	const root, begin, end = "../..", "<!-- made by: make docs -->\n", "<!-- end -->"
	path := filepath.Join(root, "docs", "TUNE.md")
	before, shown, after := madePart(t, path, begin, end)
	var out, problems bytes.Buffer
	if status := run(t.Context(), []string{"tune", "--builtin", "fleet", "--miss-rate", "0", "-o", ""}, &out, &problems); status != statusDone {
		t.Fatalf("status %d: %s", status, problems.String())
	}
	answer, _, _ := strings.Cut(out.String(), "\nWhat they are\n")
	answer = "\n```\n" + answer + "```\n\n"
	if !*update {
		if shown != answer {
			t.Errorf("the answer in docs/TUNE.md is not what the program says; if the program is right: make docs\n%s", answer)
		}
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+answer+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := bench.BuiltinDay()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Horizon = bench.Horizon(s.Workload)
	tuned, err := bench.Tune(t.Context(), bench.Tuning{Suite: s, MissRate: 0.01, Slower: bench.TuneSlower, Replicas: bench.TuneReplicas, Budget: bench.TuneBudget}, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := reports.Front(&picture, tuned); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "docs", "tune-front.png"), picture.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
