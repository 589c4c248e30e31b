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
	"dynalloc/bench/decide"
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
	golden.CheckPart(t, filepath.Join(root, "README.md"), "make docs", mainTable(t, results)+notSignificant(t, *s))
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

// The README shows these columns of two tables, and these rows.
var (
	shownColumns  = []string{"policy", "SLA misses", "queue wait p95 s", "executor-hours held"}
	shownChanges  = []string{"more SLA misses", "more executor-hours %"}
	shownPolicies = []string{"recorded", "static,n=4", "static,n=23", "static,n=80", "tracking", "spark", "spark,idle=10s,max=40", "by-class"}
)

var dashes = regexp.MustCompile("--+")

// mainTable is part of the table over all applications, with the significant differences
// to the first row, in Markdown.
func mainTable(t *testing.T, r *bench.Results) string {
	t.Helper()
	var report bytes.Buffer
	if err := reports.Markdown(&report, reports.Comparison(r)); err != nil {
		t.Fatal(err)
	}
	all := tableBelow(t, report.String(), "All applications")
	changes := tableBelow(t, report.String(), "Significant differences to recorded")
	column := func(table [][]string, name string) int {
		at := slices.Index(table[0], name)
		if at < 0 {
			t.Fatalf("the report's table has no column %q: %q", name, table[0])
		}
		return at
	}
	var b strings.Builder
	for i, row := range all {
		if i > 1 && !slices.Contains(shownPolicies, row[0]) {
			continue
		}
		for _, name := range shownColumns {
			fmt.Fprintf(&b, "| %s ", dashes.ReplaceAllString(row[column(all, name)], "--"))
		}
		same := slices.IndexFunc(changes, func(change []string) bool { return change[0] == row[0] })
		if i == 1 {
			same = 1 // the line below the heading
		}
		for _, name := range shownChanges {
			cell := "-"
			if same >= 0 {
				cell = dashes.ReplaceAllString(changes[same][column(changes, name)], "--")
			}
			fmt.Fprintf(&b, "| %s ", cell)
		}
		b.WriteString("|\n")
	}
	return "\n" + b.String() + "\n"
}

// notSignificant says which policies of the day do not differ significantly in
// executor-hours from the fleet by class and miss no more deadlines.
func notSignificant(t *testing.T, s bench.Suite) string {
	t.Helper()
	s.Policies = slices.Clone(s.Policies)
	slices.Reverse(s.Policies) // differences are to the first
	r, err := bench.Run(t.Context(), &s, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	differences, _ := decide.Significances(r, 0)
	var equal []string
	for _, d := range differences {
		if c := d.CostDelta; !d.MissesSignificant && !c.Significant() {
			equal = append(equal, fmt.Sprintf("`%s` takes %.0f %% more executor-hours [%.0f, %.0f]", d.Policy, 100*c.Value, 100*c.Low, 100*c.High))
		}
	}
	return "Not significantly different from `" + r.Runs[0].Policy.Name + "`, in misses and executor-hours:\n" + strings.Join(equal, "; ") + ".\n\n"
}

// tableBelow is the table below a heading of a report in Markdown, in cells.
func tableBelow(t *testing.T, report, heading string) (table [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(report, "## "+heading+"\n\n")
	text, _, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatalf("the report has no table %q", heading)
	}
	for line := range strings.SplitSeq(text, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		table = append(table, cells)
	}
	return table
}
