package reports

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// A table is text in cells. Heads may have two lines.
type table struct {
	head   []string
	left   int // columns at the left that are text; the others are numbers, right-aligned
	rows   [][]string
	breaks []int // row indexes before which a block ends
}

// tableWidth is how wide a table may be in text.
const tableWidth = 150

// folded is a table whose longest names are broken after commas and semicolons
// if it would be too wide for a terminal.
func (t *table) folded() *table {
	total, widest, name := 0, 0, -1
	for c := range t.head {
		width := 0
		for _, row := range append([][]string{t.head}, t.rows...) {
			for line := range strings.SplitSeq(row[c], "\n") {
				width = max(width, utf8.RuneCountInString(line))
			}
		}
		total += width + len("  ")
		if c < t.left && width > widest {
			widest, name = width, c
		}
	}
	if total <= tableWidth || name < 0 {
		return t
	}
	limit := max(widest-(total-tableWidth), 20)
	narrow := *t
	narrow.rows = slices.Clone(t.rows)
	for i, row := range t.rows {
		narrow.rows[i] = slices.Clone(row)
		narrow.rows[i][name] = strings.Join(foldName(row[name], limit), "\n")
	}
	return &narrow
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

// text writes the table for a terminal: a line under the head, air between
// blocks, no other ruling.
func (t *table) text(w io.Writer) error {
	t = t.folded()
	var b bytes.Buffer
	view := tablewriter.NewTable(&b, append(t.options(), tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
		},
	})))...)
	view.Header(t.head)
	for i, row := range t.rows {
		if i > 0 && slices.Contains(t.breaks, i) {
			if err := view.Append(make([]string, len(t.head))); err != nil {
				return err
			}
		}
		if err := view.Append(row); err != nil {
			return err
		}
	}
	if err := view.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// markdown writes the table in GitHub's Markdown.
func (t *table) markdown(w io.Writer) error {
	view := tablewriter.NewTable(w, append(t.options(), tablewriter.WithRenderer(renderer.NewMarkdown()))...)
	head := make([]string, len(t.head))
	for i, h := range t.head {
		head[i] = escape(strings.ReplaceAll(strings.ReplaceAll(h, "-\n", ""), "\n", " "))
	}
	view.Header(head)
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if c == truthLabel {
				c = "*" + strings.TrimSpace(c) + "*"
			} else {
				c = escape(c)
			}
			cells[i] = c
		}
		if err := view.Append(cells); err != nil {
			return err
		}
	}
	return view.Render()
}

// options switch off what tablewriter does to words by default: capitals,
// wrapping, trimming, and widths that depend on the locale.
func (t *table) options() []tablewriter.Option {
	align := make([]tw.Align, len(t.head))
	for i := range align {
		align[i] = tw.AlignRight
		if i < t.left {
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

// escape keeps Markdown from reading a policy's or an application's name as markup.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`, "`", "\\`").Replace(s)
}
