package reports

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// A grid is the part of a table that is for people: cells of text.
type grid struct {
	head   []string
	word   []bool // by column: left-aligned
	rows   [][]string
	breaks []int
}

// grid returns the table without the columns for programs.
func (t *Table) grid() *grid {
	g := &grid{rows: make([][]string, len(t.Rows)), breaks: t.Breaks}
	for c := range t.Columns {
		if t.Columns[c].Hidden {
			continue
		}
		g.word = append(g.word, len(g.head) < t.Left || t.Columns[c].Word)
		g.head = append(g.head, t.Columns[c].Head)
		for i, row := range t.Rows {
			g.rows[i] = append(g.rows[i], row[c].Text)
		}
	}
	return g
}

// tableWidth is the largest width of a table in text, in characters.
const tableWidth = 150

// folded returns the grid; if it is wider than tableWidth, long names are broken after
// commas and semicolons.
func (t *Table) folded() *grid {
	g := t.grid()
	total, widest, name := 0, 0, -1
	for c := range g.head {
		width := 0
		for _, row := range append([][]string{g.head}, g.rows...) {
			for line := range strings.SplitSeq(row[c], "\n") {
				width = max(width, utf8.RuneCountInString(line))
			}
		}
		total += width + len("  ")
		if g.word[c] && width > widest {
			widest, name = width, c
		}
	}
	if total <= tableWidth || name < 0 {
		return g
	}
	limit := max(widest-(total-tableWidth), 20)
	for _, row := range g.rows {
		row[name] = strings.Join(foldName(row[name], limit), "\n")
	}
	return g
}

// foldName breaks a policy's name after commas and semicolons into lines of at most
// limit letters. The lines after the first are indented. A name without either stays
// whole.
func foldName(name string, limit int) []string {
	const indent = "  "
	var lines []string
	line := ""
	for _, part := range strings.FieldsFunc(strings.NewReplacer(",", ",\n", ";", ";\n").Replace(name), func(r rune) bool { return r == '\n' }) {
		if strings.TrimSpace(line) != "" && utf8.RuneCountInString(line+part) > limit {
			lines = append(lines, line)
			line = indent
		}
		line += part
	}
	return append(lines, line)
}

// fullHeads repeats the first line of a head in the following columns that have only a
// second line, because a column head in Markdown must be complete on its own.
func fullHeads(heads []string) []string {
	full := slices.Clone(heads)
	name := ""
	for i, h := range full {
		first, second, two := strings.Cut(h, "\n")
		if first != "" {
			name = first
		}
		if two {
			full[i] = name + "\n" + second
		}
	}
	return full
}

// options switches off what tablewriter does by default: it would write heads in
// capitals, wrap and trim cells, and take widths from the locale.
func (g *grid) options() []tablewriter.Option {
	align := make([]tw.Align, len(g.head))
	for i := range align {
		align[i] = tw.AlignRight
		if g.word[i] {
			align[i] = tw.AlignLeft
		}
	}
	return []tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	}
}
