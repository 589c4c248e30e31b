package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// textWidth is the width at which sentences are wrapped, in characters; tables may be
// wider.
const textWidth = 118

// longTable is the number of rows from which text leaves out a section marked as
// Detail.
const longTable = 25

// Text renders a document for a terminal of about 130 columns.
func Text(w io.Writer, d *Document) error {
	var b bytes.Buffer
	if d.Title != "" {
		fmt.Fprintln(&b, d.Title)
	}
	textFacts(&b, d.Facts)
	first, rest := d.divideNotes()
	for _, n := range first {
		b.WriteByte('\n')
		paragraph(&b, "", Word(n))
	}
	for i, sentence := range d.Summary {
		if i == 0 {
			b.WriteByte('\n')
		}
		paragraph(&b, "", sentence)
	}
	var left []string
	for i := range d.Sections {
		if s := &d.Sections[i]; s.long() {
			left = append(left, s.Heading)
		} else if err := s.text(&b); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "\nLonger tables, in %s.md\n\n", d.Files.Report)
		textBlock(&b, Bullets(left))
	}
	if len(rest) > 0 {
		fmt.Fprint(&b, "\nNotes\n\n")
		textBlock(&b, Bullets(WordAll(rest)))
	}
	_, err := bytes.NewReader(bytes.TrimLeft(b.Bytes(), "\n")).WriteTo(w)
	return err
}

// shown returns the text of a fact.
func (f *Fact) shown() string {
	if f.Text != "" {
		return f.Text
	}
	return fmt.Sprint(f.Value)
}

// textFacts writes the facts for people, their values aligned.
func textFacts(b *bytes.Buffer, facts []Fact) {
	width := 0
	for i := range facts {
		width = max(width, len(facts[i].Label)+len(": "))
	}
	for i := range facts {
		if f := &facts[i]; f.Label != "" {
			label := f.Label + ":"
			for _, line := range wrap(f.shown(), textWidth-width) {
				fmt.Fprintf(b, "%-*s%s\n", width, label, line)
				label = ""
			}
		}
	}
}

// long reports whether text leaves the section out.
func (s *Section) long() bool {
	return s.Detail && slices.ContainsFunc(s.Blocks, func(block Block) bool {
		t, ok := block.(*Table)
		return ok && len(t.Rows) >= longTable
	})
}

func (s *Section) text(b *bytes.Buffer) error {
	if s.Heading != "" {
		fmt.Fprintf(b, "\n%s\n", s.Heading)
	}
	for i, block := range s.Blocks {
		if _, same := block.(Paragraph); !same || i == 0 || !isParagraph(s.Blocks[i-1]) {
			b.WriteByte('\n')
		}
		if err := textBlock(b, block); err != nil {
			return err
		}
	}
	return nil
}

func isParagraph(block Block) bool {
	_, ok := block.(Paragraph)
	return ok
}

func textBlock(b *bytes.Buffer, block Block) error {
	switch block := block.(type) {
	case Paragraph:
		paragraph(b, "", string(block))
	case Bullets:
		for _, item := range block {
			paragraph(b, "- ", item)
		}
	case Code:
		for line := range strings.Lines(string(block)) {
			b.WriteString("    " + line)
		}
	case *Table:
		return block.folded().text(b)
	}
	return nil
}

// paragraph writes wrapped text after a mark; the following lines are indented by the
// width of the mark.
func paragraph(b *bytes.Buffer, mark, text string) {
	for i, line := range wrap(text, textWidth-len(mark)) {
		if i > 0 {
			mark = strings.Repeat(" ", len(mark))
		}
		fmt.Fprintf(b, "%s%s\n", mark, line)
	}
}

// wrap breaks a text into lines of at most width characters, between words.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// text writes the table for a terminal: a rule under the head, an empty line between
// blocks, and no other rules.
func (g *grid) text(b *bytes.Buffer) error {
	var table bytes.Buffer
	view := tablewriter.NewTable(&table, append(g.options(), tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
		},
	})))...)
	view.Header(g.head)
	for i, row := range g.rows {
		if i > 0 && slices.Contains(g.breaks, i) {
			if err := view.Append(make([]string, len(g.head))); err != nil {
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
	for line := range strings.Lines(table.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return nil
}
