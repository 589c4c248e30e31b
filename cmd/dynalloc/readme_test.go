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

// The README shows what the program says of the built-in day. With -update the
// table and the pictures in docs are made anew.
func TestReadme(t *testing.T) {
	const root, begin, end = "../..", "<!-- made by: make docs -->\n", "<!-- end -->"
	s, err := bench.BuiltinDay()
	if err != nil {
		t.Fatal(err)
	}
	results, err := bench.Run(t.Context(), s, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "README.md")
	before, shown, after := madePart(t, path, begin, end)
	table := mainTable(t, results)
	if !*update {
		if shown != table {
			t.Errorf("the README's table is not what the program says; if the program is right: make docs\n%s", table)
		}
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, report := range reports.Reports {
		if !strings.Contains(before+after, "(docs/"+report.File+")") {
			continue
		}
		var picture bytes.Buffer
		if err := report.Write(&picture, results); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "docs", report.File), picture.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// madePart cuts a document in three: the part between two lines is made by a
// command.
func madePart(t *testing.T, path, begin, end string) (before, made, after string) {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(document), begin)
	made, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no lines %q and %q with a table between them", path, begin, end)
	}
	return before, made, after
}

// mainTable is the table over all applications in Markdown.
func mainTable(t *testing.T, r *bench.Results) string {
	var report bytes.Buffer
	if err := reports.Markdown(&report, r); err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(report.String(), "## All applications\n\n")
	table, _, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatal("the report has no table over all applications")
	}
	return "\n" + table + "\n\n"
}
