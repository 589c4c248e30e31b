package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/internal/golden"
	"dynalloc/reports"
)

// The README's table is the program's result for the built-in day. With -update
// the test rewrites the table and the pictures in docs.
func TestReadme(t *testing.T) {
	const root = "../.."
	s, err := builtin.Day()
	if err != nil {
		t.Fatal(err)
	}
	results, err := bench.Run(t.Context(), s, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden.CheckPart(t, filepath.Join(root, "README.md"), "make docs", mainTable(t, results))
	if !golden.Updating() {
		return
	}
	for _, figure := range reports.Comparison(results).Figures {
		shown := filepath.Join(root, "docs", figure.File)
		if _, err := os.Stat(shown); err != nil {
			continue // the documentation does not show this file
		}
		var picture bytes.Buffer
		if err := figure.Draw(&picture); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(shown, picture.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The README shows these columns and rows of the table over all applications.
var (
	shownColumns  = []string{"policy", "SLA misses", "queue wait p95 s", "turnaround p95 s", "executor-hours held", "executor-hours wasted"}
	shownPolicies = []string{"recorded", "static,n=2", "static,n=8", "spark,idle=60s", "spark,idle=3s", "mixed"}
)

var dashes = regexp.MustCompile("--+")

// mainTable is part of the table over all applications in Markdown.
func mainTable(t *testing.T, r *bench.Results) string {
	t.Helper()
	var report bytes.Buffer
	if err := reports.Markdown(&report, reports.Comparison(r)); err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(report.String(), "## All applications\n\n")
	table, _, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatal("the report has no table over all applications")
	}
	lines := strings.Split(table, "\n")
	header := cells(lines[0])
	var b strings.Builder
	for i, line := range lines {
		row := cells(line)
		if i > 1 && !slices.Contains(shownPolicies, row[0]) {
			continue
		}
		for _, name := range shownColumns {
			at := slices.Index(header, name)
			if at < 0 {
				t.Fatalf("the report's table has no column %q: %q", name, header)
			}
			fmt.Fprintf(&b, "| %s ", dashes.ReplaceAllString(row[at], "--"))
		}
		b.WriteString("|\n")
	}
	return "\n" + b.String() + "\n"
}

// cells splits a row of a Markdown table.
func cells(row string) []string {
	parts := strings.Split(strings.Trim(row, "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
