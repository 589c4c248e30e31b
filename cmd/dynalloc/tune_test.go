package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/decide"
	"dynalloc/internal/golden"
	"dynalloc/reports/pictures"
)

// The answer in docs/TUNE.md is the program's output. With -update the test rewrites
// it, and the picture of the built-in day.
func TestTuneDocument(t *testing.T) {
	const docs = "../../docs"
	var out, problems bytes.Buffer
	if status := run(t.Context(), []string{"tune", "--builtin", "fleet", "--budget", "4000", "-o", ""}, &out, &problems); status != statusDone {
		t.Fatalf("status %d: %s", status, problems.String())
	}
	answer, _, _ := strings.Cut(out.String(), "\nPolicies of each fleet\n")
	golden.CheckPart(t, filepath.Join(docs, "TUNE.md"), "make docs", "\n```\n"+answer+"```\n\n")
	if !golden.Updating() {
		return
	}
	s, err := builtin.Day()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Horizon = bench.Horizon(s.Workload)
	tuned, err := decide.Decide(t.Context(), decide.Question{Suite: s, MissRate: decide.DefaultMissRate, MaxSlowdown: decide.DefaultMaxSlowdown}, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := pictures.Front(&picture, tuned); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docs, "tune-front.png"), picture.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
