package hadoop

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"dynalloc/internal/note"
)

// A File is a configuration file to read; one without a Text does not exist.
type File struct {
	Name string // for messages
	Text io.Reader
}

// A Reader is a configuration file while it is read. Reading stops at the first
// error: Fail panics with it, and the exported function that began to read returns
// it, see [Catch]. So the many small functions in between have no error results. The
// panics never leave the package that reads.
type Reader struct {
	Name  string // for messages
	Notes []note.Note
}

// A readError is what Fail panics with.
type readError struct{ error }

// Catch turns the panic of Fail into the error result of the function that defers it.
func Catch(err *error) {
	switch e := recover().(type) {
	case nil:
	case readError:
		*err = e.error
	default:
		panic(e)
	}
}

// failAt ends the reading with an error about a line of a file.
func failAt(file string, line int, format string, args ...any) {
	panic(readError{fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))})
}

// Fail ends the reading with an error about a line of the file.
func (f *Reader) Fail(line int, format string, args ...any) {
	failAt(f.Name, line, format, args...)
}

// FailIf ends the reading if a condition holds.
func (f *Reader) FailIf(condition bool, line int, format string, args ...any) {
	if condition {
		f.Fail(line, format, args...)
	}
}

// Note adds a note about a setting that is not modeled, or that YARN itself ignores.
// The first two arguments of its kind are the file and the line.
func (f *Reader) Note(line int, kind note.Kind, args ...any) {
	f.Notes = append(f.Notes, kind.With(append([]any{f.Name, line}, args...)...))
}

// An Element is an XML element of a configuration file.
type Element struct {
	Name     string
	Line     int // of its start tag
	Attrs    map[string]string
	Text     string // before the first child
	Children []*Element
}

// maxDepth is how deeply elements may be nested. Readers are recursive, so without
// a limit a file could exhaust the stack.
const maxDepth = 1000

// Parse reads the elements of a file whose outermost element must be root.
func (f *Reader) Parse(r io.Reader, root string) *Element {
	d := xml.NewDecoder(r)
	document := &Element{}
	open := []*Element{document}
	for {
		t, err := d.Token()
		line, _ := d.InputPos()
		var syntax *xml.SyntaxError
		switch {
		case errors.As(err, &syntax):
			f.Fail(syntax.Line, "expected XML: %s", syntax.Msg)
		case err == io.EOF && len(document.Children) == 0:
			f.Fail(line, "expected <%s>, found the end of the file", root)
		case err == io.EOF:
			return document.Children[0]
		case err != nil:
			f.Fail(line, "expected XML: %v", err)
		}
		inner := open[len(open)-1]
		switch t := t.(type) {
		case xml.Directive:
			f.Fail(line, "expected <%s>, found a document type, which YARN does not take", root)
		case xml.StartElement:
			e := &Element{Name: t.Name.Local, Line: line, Attrs: map[string]string{}}
			for _, a := range t.Attr {
				e.Attrs[a.Name.Local] = a.Value
			}
			switch {
			case inner == document && len(document.Children) > 0:
				f.Fail(line, "expected one <%s>, found <%s> after it", root, e.Name)
			case inner == document && e.Name != root:
				f.Fail(line, "expected <%s>, found <%s>", root, e.Name)
			case len(open) > maxDepth:
				f.Fail(line, "expected at most %d elements inside each other", maxDepth)
			}
			inner.Children = append(inner.Children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(inner.Children) == 0 {
				inner.Text += string(t)
			}
		}
	}
}
