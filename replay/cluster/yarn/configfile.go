package yarn

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"dynalloc/internal/note"
)

// A File is a configuration file to read. One without a Text is not there.
type File struct {
	Name string // for messages
	Text io.Reader
}

// A configFile is one of Hadoop's configuration files while it is read. Its
// readers stop at the first error: fail panics with it, and the function that
// began to read returns it (see catch). So readers need no error results.
type configFile struct {
	name  string // for messages
	notes []note.Note
}

// A configError is the panic of fail.
type configError struct{ error }

// catch makes the panic of fail the error of the function that defers it.
func catch(err *error) {
	switch e := recover().(type) {
	case nil:
	case configError:
		*err = e.error
	default:
		panic(e)
	}
}

// failAt ends the reading with an error about a line of a file.
func failAt(file string, line int, format string, args ...any) {
	panic(configError{fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))})
}

func (f *configFile) fail(line int, format string, args ...any) {
	failAt(f.name, line, format, args...)
}

// note adds a note about a line: it has a setting that is not modeled, or that YARN
// itself ignores. The first two arguments of every kind are file and line.
func (f *configFile) note(line int, kind note.Kind, args ...any) {
	f.notes = append(f.notes, kind.With(append([]any{f.name, line}, args...)...))
}

// An element is an XML element of a configuration file.
type element struct {
	name     string
	line     int // of its start tag
	attrs    map[string]string
	text     string // before the first child
	children []*element
}

// maxDepth is how deeply elements may be nested. Readers are recursive, so a
// limit keeps any file from exhausting the stack.
const maxDepth = 1000

// parse reads the elements of a file whose outermost element must be root.
func (f *configFile) parse(r io.Reader, root string) *element {
	d := xml.NewDecoder(r)
	document := &element{}
	open := []*element{document}
	for {
		t, err := d.Token()
		line, _ := d.InputPos()
		var syntax *xml.SyntaxError
		switch {
		case errors.As(err, &syntax):
			f.fail(syntax.Line, "expected XML: %s", syntax.Msg)
		case err == io.EOF && len(document.children) == 0:
			f.fail(line, "expected <%s>, found the end of the file", root)
		case err == io.EOF:
			return document.children[0]
		case err != nil:
			f.fail(line, "expected XML: %v", err)
		}
		inner := open[len(open)-1]
		switch t := t.(type) {
		case xml.Directive:
			f.fail(line, "expected <%s>, found a document type, which YARN does not take", root)
		case xml.StartElement:
			e := &element{name: t.Name.Local, line: line, attrs: map[string]string{}}
			for _, a := range t.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			switch {
			case inner == document && len(document.children) > 0:
				f.fail(line, "expected one <%s>, found <%s> after it", root, e.name)
			case inner == document && e.name != root:
				f.fail(line, "expected <%s>, found <%s>", root, e.name)
			case len(open) > maxDepth:
				f.fail(line, "expected at most %d elements inside each other", maxDepth)
			}
			inner.children = append(inner.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(inner.children) == 0 {
				inner.text += string(t)
			}
		}
	}
}
