package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"dynalloc/bench"
)

// textWidth is where sentences break; tables may be a little wider.
const textWidth = 118

// longTable is from how many rows on a table is for report.md alone.
const longTable = 25

// Text writes the report for a terminal of about 130 columns. Of a long table it
// names only the heading: Markdown has it.
func Text(w io.Writer, r *bench.Results) error {
	d := compose(r, false)
	var b bytes.Buffer
	fmt.Fprintln(&b, d.title)
	for _, line := range d.setting {
		headLine(&b, line)
	}
	b.WriteByte('\n')
	for _, sentence := range d.story {
		paragraph(&b, "", sentence)
	}
	var long []string
	for i := range d.sections {
		if len(d.sections[i].table.rows) >= longTable {
			long = append(long, d.sections[i].heading)
			continue
		}
		fmt.Fprintf(&b, "\n%s\n\n", d.sections[i].heading)
		if err := d.sections[i].table.text(&b); err != nil {
			return err
		}
	}
	if len(long) > 0 {
		fmt.Fprint(&b, "\nLonger tables, in report.md\n\n")
		for _, heading := range long {
			paragraph(&b, "- ", heading)
		}
	}
	fmt.Fprint(&b, "\nNotes\n\n")
	for _, note := range d.notes {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
}

// headLine writes a line such as "seed:      1", wrapped behind its word.
func headLine(b *bytes.Buffer, line string) {
	const word = len("deadlines: ")
	for i, text := range wrap(line[word:], textWidth-word) {
		if i == 0 {
			b.WriteString(line[:word])
		} else {
			b.WriteString(strings.Repeat(" ", word))
		}
		b.WriteString(text + "\n")
	}
}

// paragraph writes wrapped text; lines after the first are indented like it.
func paragraph(b *bytes.Buffer, mark, text string) {
	for i, line := range wrap(text, textWidth-len(mark)) {
		if i > 0 {
			mark = "        "[:len(mark)]
		}
		fmt.Fprintf(b, "%s%s\n", mark, line)
	}
}

// Markdown writes the same report for a wiki, a ticket or a README.
func Markdown(w io.Writer, r *bench.Results) error {
	d := compose(r, true)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", escape(d.title))
	for _, line := range d.setting {
		fmt.Fprintf(&b, "- %s\n", escape(line))
	}
	b.WriteByte('\n')
	for _, sentence := range d.story {
		fmt.Fprintf(&b, "%s\n", escape(sentence))
	}
	for i := range d.sections {
		fmt.Fprintf(&b, "\n## %s\n\n", escape(d.sections[i].heading))
		if err := d.sections[i].table.markdown(&b); err != nil {
			return err
		}
	}
	fmt.Fprint(&b, "\n## Notes\n\n")
	for _, note := range d.notes {
		fmt.Fprintf(&b, "- %s\n", escape(note))
	}
	_, err := b.WriteTo(w)
	return err
}
