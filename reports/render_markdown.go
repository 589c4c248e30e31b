package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
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
	for i, sentence := range d.Summary {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s\n", escape(sentence))
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		if s.Heading != "" {
			fmt.Fprintf(&b, "\n## %s\n", escape(s.Heading))
		}
		for _, block := range s.Blocks {
			b.WriteByte('\n')
			markdownBlock(&b, block)
		}
	}
	if len(d.Notes) > 0 {
		b.WriteString("\n## Notes\n\n")
		markdownBlock(&b, Bullets(WordAll(d.Notes)))
	}
	_, err := bytes.NewReader(bytes.TrimLeft(b.Bytes(), "\n")).WriteTo(w)
	return err
}

func markdownBlock(b *bytes.Buffer, block Block) {
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
		block.grid().markdown(b)
	}
}

// escape keeps Markdown from reading a policy's or an application's name as markup.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`, "`", "\\`").Replace(s)
}
