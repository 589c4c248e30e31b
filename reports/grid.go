package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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

// widths are the widths of the columns, without the space between them.
func (g *grid) widths() (widths []int, total int) {
	widths = make([]int, len(g.head))
	for _, row := range append([][]string{g.head}, g.rows...) {
		for c, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				widths[c] = max(widths[c], utf8.RuneCountInString(line))
			}
		}
	}
	for _, w := range widths {
		total += w + len("  ")
	}
	return widths, total
}

// fold breaks the longest names after commas and semicolons if the table would be too
// wide for a terminal.
func (g *grid) fold() {
	widths, total := g.widths()
	name := -1
	for c := range widths {
		if g.word[c] && (name < 0 || widths[c] > widths[name]) {
			name = c
		}
	}
	if total <= tableWidth || name < 0 {
		return
	}
	limit := max(widths[name]-(total-tableWidth), 20)
	for _, row := range g.rows {
		row[name] = foldName(row[name], limit)
	}
}

// foldName breaks a policy's name into lines of at most limit letters, if it has
// commas and semicolons to break after; those after the first are indented.
func foldName(name string, limit int) string {
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
	return strings.Join(append(lines, line), "\n")
}

// text writes the table for a terminal: a line under the head, a blank line between
// blocks, no other ruling.
func (g *grid) text(b *bytes.Buffer) {
	g.fold()
	widths, total := g.widths()
	write := func(cells []string) {
		left := slices.Clone(cells)
		for strings.Join(left, "") != "" {
			line := ""
			for c := range left {
				text, rest, _ := strings.Cut(left[c], "\n")
				left[c] = rest
				pad := strings.Repeat(" ", widths[c]-utf8.RuneCountInString(text))
				if g.word[c] {
					line += " " + text + pad + " "
				} else {
					line += " " + pad + text + " "
				}
			}
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	write(g.head)
	b.WriteString(strings.Repeat("─", total) + "\n")
	for i, row := range g.rows {
		if i > 0 && slices.Contains(g.breaks, i) {
			b.WriteByte('\n')
		}
		write(row)
	}
}

// markdown writes the table in GitHub's Markdown, whose heads have one line: a head
// that shares its first line with the one before it repeats that. A name that is
// indented under another one is in italics.
func (g *grid) markdown(b *bytes.Buffer) {
	rule, shared := "|", ""
	for c, head := range g.head {
		first, second, two := strings.Cut(head, "\n")
		if first != "" {
			shared = first
		}
		if two {
			head = strings.ReplaceAll(strings.ReplaceAll(shared+"\n"+second, "-\n", "-"), "\n", " ")
		}
		fmt.Fprintf(b, "| %s ", escape(head))
		if g.word[c] {
			rule += " :-- |"
		} else {
			rule += " --: |"
		}
	}
	fmt.Fprintf(b, "|\n%s\n", rule)
	for _, row := range g.rows {
		for _, cell := range row {
			cell = escape(cell)
			if name, indented := strings.CutPrefix(cell, "  "); indented {
				cell = "*" + name + "*"
			}
			fmt.Fprintf(b, "| %s ", cell)
		}
		b.WriteString("|\n")
	}
}
