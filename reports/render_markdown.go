package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
)

// Markdown renders a document for a wiki, a ticket or a README.
func Markdown(w io.Writer, d *Document) error {
	var b bytes.Buffer
	if d.Title != "" {
		fmt.Fprintf(&b, "# %s\n\n", escape(d.Title))
	}
	for i := range d.Facts {
		if f := &d.Facts[i]; f.Label != "" {
			fmt.Fprintf(&b, "- %s: %s\n", f.Label, escape(f.shown()))
		}
	}
	first, rest := d.divideNotes()
	for _, n := range first {
		fmt.Fprintf(&b, "\n%s\n", escape(Word(n)))
	}
	for _, sentence := range d.Summary {
		fmt.Fprintf(&b, "\n%s\n", escape(sentence)) // a line of its own needs an empty one before it
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		if s.Heading != "" {
			fmt.Fprintf(&b, "\n## %s\n", escape(s.Heading))
		}
		for _, block := range s.Blocks {
			b.WriteByte('\n')
			if err := markdownBlock(&b, block); err != nil {
				return err
			}
		}
	}
	if len(rest) > 0 {
		b.WriteString("\n## Notes\n\n")
		if err := markdownBlock(&b, Bullets(WordAll(rest))); err != nil {
			return err
		}
	}
	_, err := bytes.NewReader(bytes.TrimLeft(b.Bytes(), "\n")).WriteTo(w)
	return err
}

func markdownBlock(b *bytes.Buffer, block Block) error {
	switch block := block.(type) {
	case Paragraph:
		fmt.Fprintln(b, escape(string(block)))
	case Bullets:
		for _, item := range block {
			fmt.Fprintf(b, "- %s\n", escape(item))
		}
	case Code:
		fmt.Fprintf(b, "```\n%s```\n", block)
	case *Table:
		return block.grid().markdown(b)
	}
	return nil
}

// markdown writes the table in GitHub's Markdown. An indented name, such as recorded
// truth, is in italics.
func (g *grid) markdown(b *bytes.Buffer) error {
	view := tablewriter.NewTable(b, append(g.options(), tablewriter.WithRenderer(renderer.NewMarkdown()))...)
	head := fullHeads(g.head)
	for i, h := range head {
		head[i] = escape(strings.ReplaceAll(strings.ReplaceAll(h, "-\n", "-"), "\n", " "))
	}
	view.Header(head)
	for _, row := range g.rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = escape(text)
			if name, indented := strings.CutPrefix(cells[i], "  "); indented {
				cells[i] = "*" + name + "*"
			}
		}
		if err := view.Append(cells); err != nil {
			return err
		}
	}
	return view.Render()
}

// escape keeps Markdown from reading a policy's or an application's name as markup.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`, "`", "\\`").Replace(s)
}
