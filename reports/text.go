package reports

import (
	"bytes"
	"fmt"
	"io"

	"dynalloc/bench"
)

// textWidth is where sentences break; tables may be a little wider.
const textWidth = 118

// Text writes the report for a terminal of about 130 columns.
func Text(w io.Writer, r *bench.Results) error {
	d := compose(r, false)
	var b bytes.Buffer
	fmt.Fprintln(&b, d.title)
	for _, line := range d.setting {
		fmt.Fprintln(&b, line)
	}
	b.WriteByte('\n')
	for _, sentence := range d.story {
		paragraph(&b, "", sentence)
	}
	for i := range d.sections {
		fmt.Fprintf(&b, "\n%s\n\n", d.sections[i].heading)
		if err := d.sections[i].table.text(&b); err != nil {
			return err
		}
	}
	fmt.Fprint(&b, "\nNotes\n\n")
	for _, note := range d.notes {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
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
