package reports

import (
	"fmt"
	"io"
	"slices"

	"dynalloc/internal/note"
)

// A Document is a report that is not rendered yet: facts, sections with tables, notes
// and figures. Each kind of result has one function that builds its document, and each
// form (text, Markdown, CSV, JSON) one function that renders any document.
//
// An element with a key is written for programs, and an element with a label or a
// heading for people. Keys stay the same when a wording changes. An element that has
// only a key appears only in JSON and CSV; one that has only a label appears only in
// text and Markdown.
type Document struct {
	Schema   string // of the JSON form, with its version, which rises when a key changes
	Title    string
	Facts    []Fact
	Summary  []string // the answer in sentences
	Sections []Section
	Notes    []note.Note
	Records  func() *Table // the rows of the CSV form; nil: none
	Files    Files
	Figures  []Figure
	Attached []Figure // files that are written with it and that it does not show
}

// divideNotes returns the notes that stand before the answer, and the others.
func (d *Document) divideNotes() (first, rest []note.Note) {
	for _, n := range d.Notes {
		if slices.Contains(decisive, n.Kind) {
			first = append(first, n)
		} else {
			rest = append(rest, n)
		}
	}
	return first, rest
}

// Files are the names under which a document is written into a folder, without
// their extensions; empty: it is only printed.
type Files struct {
	Report  string // in the forms for people
	Results string // in the forms for programs
}

// A Fact is one value: a setting, or a list or record for programs only.
type Fact struct {
	Key   string // in JSON; empty: for people alone
	Label string // in text; empty: for programs alone
	Value any    // a long list is a func() any, so that it is built only for formats that show it; it may return an iter.Seq[Object]
	Text  string // the value in text; empty: the value itself
}

// A Section is a heading and its blocks.
type Section struct {
	Key     string
	Heading string
	Blocks  []Block
	// Detail marks a section that text leaves out if its table has more than longTable
	// rows; text then only names the section.
	Detail bool
}

// A Block is a [Paragraph], [Bullets], [Code] or a *[Table].
type Block any

type (
	Paragraph string
	Bullets   []string
	Code      string // lines that are shown as they are, each with its line end
)

// A Table has rows and columns, for people, for programs, or for both.
type Table struct {
	Key     string // in JSON, where its rows are a list of objects; empty: for people alone
	Left    int    // number of left-aligned columns with words; the others have numbers, right-aligned
	Columns []Column
	Rows    [][]Cell
	Breaks  []int // indexes of the rows that begin a new block
}

// A Column is a column of a table.
type Column struct {
	Head   string // in text; it may have several lines
	Key    string // in JSON and CSV; empty: for people alone
	Hidden bool   // for programs only
	Word   bool   // left-aligned
}

// A Cell is a value and the text that tables show for it.
type Cell struct {
	Text  string
	Value any // string, bool, integer, float64, []string, stats.Interval or Object; nil: no value
}

// A Figure is a picture that belongs to a document.
type Figure struct {
	File string
	Doc  string // what it shows
	Draw func(io.Writer) error
}

// heads makes the columns of a table for people.
func heads(texts ...string) []Column {
	columns := make([]Column, len(texts))
	for i, text := range texts {
		columns[i].Head = text
	}
	return columns
}

// keys makes the columns of a table for programs.
func keys(names ...string) []Column {
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i] = Column{Key: name, Hidden: true}
	}
	return columns
}

// add appends a row. A value is a Cell, a []Cell for several columns, or any other
// value, which is shown as fmt.Sprint writes it; nil is an empty cell.
func (t *Table) add(values ...any) {
	var row []Cell
	for _, v := range values {
		switch v := v.(type) {
		case Cell:
			row = append(row, v)
		case []Cell:
			row = append(row, v...)
		case nil:
			row = append(row, Cell{})
		default:
			cell := Cell{Value: v}
			if !t.Columns[len(row)].Hidden {
				cell.Text = fmt.Sprint(v)
			}
			row = append(row, cell)
		}
	}
	t.Rows = append(t.Rows, row)
}

// addBreak ends a block of rows.
func (t *Table) addBreak() { t.Breaks = append(t.Breaks, len(t.Rows)) }

// section is a section of one table.
func section(key, heading string, t *Table) Section {
	return Section{Key: key, Heading: heading, Blocks: []Block{t}}
}

// objects returns the rows of a table as JSON objects.
func (t *Table) objects() []Object {
	list := make([]Object, len(t.Rows))
	for i, row := range t.Rows {
		for c, column := range t.Columns {
			if column.Key != "" {
				list[i] = append(list[i], Field{column.Key, row[c].Value})
			}
		}
	}
	return list
}

// An Object is a record for programs: fields in their order.
type Object []Field

// A Field is one key with its value.
type Field struct {
	Key   string
	Value any
}
