package reports

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// A grid is what people see of a table: text in cells.
type grid struct {
	head   []string
	word   []bool // by column: left-aligned
	rows   [][]string
	breaks []int
}

// grid leaves out the columns for programs.
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

// tableWidth is how wide a table may be in text.
const tableWidth = 150

// folded is the grid with its longest names broken after commas and semicolons if it
// would be too wide for a terminal.
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

// foldName breaks a policy's name into lines of at most limit letters, if it has
// commas and semicolons to break after; those after the first are indented.
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

// fullHeads repeats the first line of a head in the columns after it that have only
// a second: the heads of Markdown stand alone.
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

// options switch off what tablewriter does to words by default: capitals, wrapping,
// trimming, and widths that depend on the locale.
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
