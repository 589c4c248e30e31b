package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// textWidth is where sentences break; tables may be a little wider.
const textWidth = 118

// longTable is from how many rows on the table of a detailed section is left out.
const longTable = 25

// Text renders a document for a terminal of about 130 columns.
func Text(w io.Writer, d *Document) error {
	var b bytes.Buffer
	if d.Title != "" {
		fmt.Fprintln(&b, d.Title)
	}
	textFacts(&b, d.Facts)
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
		} else {
			s.text(&b)
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "\nLonger tables, in %s.md\n\n", d.Files.Report)
		textBlock(&b, Bullets(left))
	}
	if len(d.Notes) > 0 {
		fmt.Fprint(&b, "\nNotes\n\n")
		textBlock(&b, Bullets(WordAll(d.Notes)))
	}
	_, err := bytes.NewReader(bytes.TrimLeft(b.Bytes(), "\n")).WriteTo(w)
	return err
}

// shown is a fact as people read it.
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

// long says whether text leaves the section out.
func (s *Section) long() bool {
	return s.Detail && slices.ContainsFunc(s.Blocks, func(block Block) bool {
		t, ok := block.(*Table)
		return ok && len(t.Rows) >= longTable
	})
}

func (s *Section) text(b *bytes.Buffer) {
	if s.Heading != "" {
		fmt.Fprintf(b, "\n%s\n", s.Heading)
	}
	for i, block := range s.Blocks {
		if _, same := block.(Paragraph); !same || i == 0 || !isParagraph(s.Blocks[i-1]) {
			b.WriteByte('\n')
		}
		textBlock(b, block)
	}
}

func isParagraph(block Block) bool {
	_, ok := block.(Paragraph)
	return ok
}

func textBlock(b *bytes.Buffer, block Block) {
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
		block.grid().text(b)
	}
}

// paragraph writes wrapped text; lines after the first are indented like it.
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
