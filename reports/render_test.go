package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dynalloc/bench/stats"
	"dynalloc/internal/note"
)

// render is a document in a format.
func render(t *testing.T, format string, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, d); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

// small is a document with an element of each kind.
func small() *Document {
	t := &Table{Key: "rows", Left: 1, Columns: []Column{
		{Head: "policy", Key: "policy"}, {Head: "misses\nall", Key: "misses"}, {Head: "\nlate"},
		{Key: "share_interval", Hidden: true}, {Key: "ok", Hidden: true}, {Key: "why", Hidden: true},
	}}
	t.add("static", Cell{"3", 3.0}, Cell{Text: "1 of 3"}, Cell{Value: stats.Interval{Low: 0.25, High: 0.75}}, Cell{Value: true}, Cell{Value: []string{"a", "b"}})
	t.addBreak()
	t.add("  a_b", Cell{"-", math.NaN()}, Cell{}, Cell{}, Cell{Value: false}, Cell{Value: []string(nil)})
	return &Document{
		Schema: "dynalloc.small/1", Title: "Two policies",
		Facts: []Fact{
			{Key: "seed", Label: "seed", Value: 7},
			{Key: "cluster", Label: "cluster", Value: Object{{"nodes", 2}, {"none", nil}, {"list", []string(nil)}, {"<name>", "a&b"}}, Text: "two nodes"},
			{Label: "for people", Value: "alone"},
		},
		Summary: []string{"Static allocation misses 3 deadlines.", "Nothing else does."},
		Sections: []Section{
			section("rows", "Rows", t),
			{Key: "more", Heading: "More", Blocks: []Block{Paragraph("First."), Paragraph("Second."), Bullets{"one *item*"}, Code("spark.a 1\nspark.b 2\n")}},
		},
		Notes:   []note.Note{note.Plain("Mind the gap."), tooFewRuns.With(3)},
		Records: func() *Table { return t },
	}
}

func TestADocumentAsText(t *testing.T) {
	want := `Two policies
seed:       7
cluster:    two nodes
for people: alone

Static allocation misses 3 deadlines.
Nothing else does.

Rows

 policy  misses
            all    late
────────────────────────
 static       3  1 of 3

   a_b        -

More

First.
Second.

- one *item*

    spark.a 1
    spark.b 2

Notes

- Mind the gap.
- 3 runs are too few to say which differences are significant (docs/STATISTICS.md).
`
	if diff := cmp.Diff(want, render(t, "text", small())); diff != "" {
		t.Error(diff)
	}
}

func TestADocumentAsMarkdown(t *testing.T) {
	want := strings.ReplaceAll(`# Two policies

- seed: 7
- cluster: two nodes
- for people: alone

Static allocation misses 3 deadlines.

Nothing else does.

## Rows

| policy  | misses all | misses late |
|:--------|-----------:|------------:|
| static  |          3 |      1 of 3 |
| *a\_b* |          - |             |

## More

First.

Second.

- one \*item\*

'''
spark.a 1
spark.b 2
'''

## Notes

- Mind the gap.
- 3 runs are too few to say which differences are significant (docs/STATISTICS.md).
`, "'''", "```")
	squeeze := strings.NewReplacer("  ", " ", "--", "-")
	got := render(t, "markdown", small())
	for range 4 {
		want, got = squeeze.Replace(want), squeeze.Replace(got)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADocumentAsCSV(t *testing.T) {
	want := "policy,misses,share_low,share_high,ok,why\nstatic,3,0.25,0.75,true,a; b\n  a_b,,,,false,\n"
	if diff := cmp.Diff(strings.ReplaceAll(want, "  a_b", `"  a_b"`), render(t, "csv", small())); diff != "" {
		t.Error(diff)
	}
	if got := render(t, "csv", &Document{}); got != "" {
		t.Errorf("a document without records is %q", got)
	}
}

func TestADocumentAsJSON(t *testing.T) {
	d := small()
	d.Facts = append(d.Facts, Fact{Key: "elapsed", Value: 90 * time.Second})
	want := `{"schema":"dynalloc.small/1","seed":7,"cluster":{"nodes":2,"none":null,"list":[],"<name>":"a&b"},"elapsed":"1m30s",` +
		`"rows":[{"policy":"static","misses":3,"share_interval":[0.25,0.75],"ok":true,"why":["a","b"]},` +
		`{"policy":"  a_b","misses":null,"share_interval":null,"ok":false,"why":[]}],` +
		`"notes":[{"kind":"plain-text","args":{"text":"Mindthegap."},"text":"Mindthegap."},` +
		`{"kind":"too-few-runs","args":{"runs":3},"text":"3runsaretoofewtosaywhichdifferencesaresignificant(docs/STATISTICS.md)."}],"checksum":"sha256:e7e578ed3a4d5165ac4032752af125606e2e2dac3ab142b24a23e7b7dae549f0"}`
	got := strings.NewReplacer("\n", "", " ", "").Replace(render(t, "json", d))
	if diff := cmp.Diff(strings.ReplaceAll(want, "  a_b", "a_b"), got); diff != "" {
		t.Error(diff)
	}
	var b bytes.Buffer
	if err := JSON(&b, &Document{Facts: []Fact{{Key: "f", Value: func() {}}}}); err == nil {
		t.Errorf("a value that JSON cannot have gave %s", b.String())
	}
}

func TestAnUnknownFormatIsNamed(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "pdf", small()); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("got %v", err)
	}
}

// A detailed section with very many rows is left out of text, which says so.
func TestTextNamesLongTables(t *testing.T) {
	d := small()
	d.Files.Report = "report"
	long := &Table{Left: 1, Columns: heads("row")}
	for range longTable {
		long.add("x")
	}
	d.Sections = append(d.Sections, Section{Heading: "By application", Blocks: []Block{long}, Detail: true})
	if text := render(t, "text", d); !strings.Contains(text, "Longer tables, in report.md\n\n- By application\n") || strings.Contains(text, " x\n") {
		t.Errorf("the long table is not named, or shown:\n%s", text)
	}
	if text := render(t, "markdown", d); strings.Count(text, "| x") != longTable {
		t.Errorf("Markdown does not have all rows:\n%s", text)
	}
}

// A table with long names of policies still fits a terminal: names break after
// commas, and the numbers stay in the first line.
func TestLongNamesAreFolded(t *testing.T) {
	wide := &Table{Left: 1, Columns: heads("policy")}
	rows := [][]any{{"spark,idle=10s,backlog=5s,shuffle=tracking"}, {"static,n=2"}}
	for range 9 {
		wide.Columns = append(wide.Columns, Column{Head: "executor-h"})
		rows[0], rows[1] = append(rows[0], "1.25"), append(rows[1], "2.5")
	}
	wide.add(rows[0]...)
	wide.add(rows[1]...)
	lines := strings.Split(render(t, "text", &Document{Sections: []Section{section("", "", wide)}}), "\n")
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > tableWidth {
			t.Errorf("%d letters: %s", n, line)
		}
	}
	if !strings.HasPrefix(lines[2], " spark,idle=10s,") || !strings.HasSuffix(lines[2], "1.25") || !strings.HasPrefix(lines[3], "   ") {
		t.Errorf("the name is not broken after a comma with its numbers beside it:\n%s", strings.Join(lines, "\n"))
	}
	if wide.Rows[0][0].Text != "spark,idle=10s,backlog=5s,shuffle=tracking" {
		t.Error("folding changed the table itself, which Markdown shows, too")
	}
}

// A name that Markdown would read as markup comes out as it is.
func TestMarkdownDoesNotReadNamesAsMarkup(t *testing.T) {
	if got, want := escape("a|b*_c_`<d>"), "a\\|b\\*\\_c\\_\\`\\<d>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
