package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"

	"dynalloc/bench/validate"
)

// ValidationMarkdown writes the tables of docs/VALIDATION.md: with start-up as
// recorded, which leaves the replay's own error, and as a forecast.
func ValidationMarkdown(w io.Writer, to, from *validate.Set) error {
	var b bytes.Buffer
	sections := []section{
		{"The replay's own error: start-up as recorded", errorTable(to)},
		{"Against the bars", barTable(&to.Summary)},
		{"Skill", skillTable(to)},
		{"As a forecast: start-up from the log", errorTable(from)},
		{"Worst pairs", worstPairs(to)},
	}
	for i := range sections {
		fmt.Fprintf(&b, "## %s\n\n", sections[i].heading)
		t := sections[i].table
		t.head = fullHeads(t.head)
		if err := t.markdown(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	for _, note := range validationNotes(to) {
		fmt.Fprintf(&b, "- %s\n", escape(note))
	}
	_, err := b.WriteTo(w)
	return err
}

// fullHeads repeats the first line of a head in the columns after it that have
// only a second: Markdown's heads stand alone.
func fullHeads(heads []string) []string {
	full := slices.Clone(heads)
	group := ""
	for i, h := range full {
		first, second, two := strings.Cut(h, "\n")
		if first != "" {
			group = first
		}
		if two {
			full[i] = group + "\n" + second
		}
	}
	return full
}

// counted is how many executors there were over time.
func counted(lives []validate.Life) plotter.XYs {
	type change struct{ at, by float64 }
	var changes []change
	for _, l := range lives {
		changes = append(changes, change{l.From.Seconds(), 1}, change{l.To.Seconds(), -1})
	}
	slices.SortFunc(changes, func(x, y change) int {
		switch {
		case x.at < y.at:
			return -1
		case x.at > y.at:
			return 1
		}
		return 0
	})
	points := plotter.XYs{{}}
	now := 0.0
	for _, c := range changes {
		now += c.by
		points = append(points, plotter.XY{X: c.at, Y: now})
	}
	return points
}
