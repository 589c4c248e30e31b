package hadoop

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
)

// A Property is one of a Hadoop configuration file.
type Property struct {
	Name, Value string
	Used        bool // it was read, or it is known to have no effect

	file string
	line int
}

// Properties are the content of a Hadoop configuration file:
// <configuration><property><name/><value/></property></configuration>. If a name occurs
// twice, the later property applies, unless the earlier one is final.
type Properties struct {
	Reader
	byName map[string]*Property
	names  []string // sorted; some are missing if there are fewer
}

// ReadProperties reads a Hadoop configuration file.
func ReadProperties(f File) *Properties {
	p := &Properties{Reader: Reader{Name: f.Name}, byName: map[string]*Property{}}
	if f.Text == nil {
		return p
	}
	final := map[string]bool{}
	for _, e := range p.Parse(f.Text, "configuration").Children {
		if e.Name != "property" {
			p.Fail(e.Line, "expected <property>, found <%s>: write what it stands for into this file", e.Name)
		}
		parts := map[string]string{}
		for _, part := range e.Children {
			parts[part.Name] = part.Text
		}
		name := strings.TrimSpace(parts["name"])
		p.FailIf(name == "", e.Line, "expected <name> with the property's name")
		value, ok := parts["value"]
		p.FailIf(!ok, e.Line, "expected <value> after the name %s", name)
		if final[name] || value == "" { // Hadoop ignores an empty value, but not a blank one
			continue
		}
		final[name] = strings.TrimSpace(parts["final"]) == "true"
		p.byName[name] = &Property{Name: name, Value: strings.TrimSpace(value), file: f.Name, line: e.Line}
	}
	return p
}

// Merge adds the properties of another file that concern the scheduler; they replace
// existing ones.
func (p *Properties) Merge(o *Properties) {
	for _, name := range o.Names() {
		if concernsScheduler(name) {
			p.byName[name] = o.byName[name]
		}
	}
}

// at is the position of a property, or the first line of the file if the property is
// not given.
func (p *Properties) at(name string) (file string, line int) {
	if of := p.byName[name]; of != nil {
		return of.file, of.line
	}
	return p.Name, 1
}

// Wrong ends the reading because of a property's value.
func (p *Properties) Wrong(name, expected string, args ...any) {
	of := p.byName[name]
	failAt(of.file, of.line, "%s is %q, expected %s", name, of.Value, fmt.Sprintf(expected, args...))
}

// WrongIf ends the reading because of a property's value if a condition holds.
func (p *Properties) WrongIf(condition bool, name, expected string, args ...any) {
	if condition {
		p.Wrong(name, expected, args...)
	}
}

// NoteOf adds a note about a property. It may stand in another file than p.
func (p *Properties) NoteOf(name string, kind note.Kind, args ...any) {
	file, line := p.at(name)
	p.Notes = append(p.Notes, kind.With(append([]any{file, line}, args...)...))
}

// Names are the names of all properties, sorted. The list must not be changed.
func (p *Properties) Names() []string {
	if len(p.names) != len(p.byName) {
		p.names = slices.Sorted(maps.Keys(p.byName))
	}
	return p.names
}

// Has reports whether the file gives a property.
func (p *Properties) Has(name string) bool { return p.byName[name] != nil }

// Text is the value of a property, and whether the file gives it.
func (p *Properties) Text(name string) (string, bool) {
	of, ok := p.byName[name]
	if !ok {
		return "", false
	}
	of.Used = true
	return of.Value, true
}

// Value is a property as parse reads it, or otherwise if the file does not give it.
func Value[T any](p *Properties, name string, otherwise T, expected string, parse func(string) (T, error)) T {
	text, _ := p.Text(name)
	if text == "" {
		return otherwise
	}
	v, err := parse(text)
	p.WrongIf(err != nil, name, "%s", expected)
	return v
}

// Int is a whole number of at most 32 bits.
func (p *Properties) Int(name string, otherwise int) int {
	return Value(p, name, otherwise, "a whole number", func(text string) (int, error) {
		n, err := strconv.ParseInt(text, 10, 32)
		return int(n), err
	})
}

// MiB is an amount of memory in MiB.
func (p *Properties) MiB(name string, otherwise int64) int64 {
	return int64(p.Int(name, int(otherwise)))
}

// Milliseconds is a time that the file gives in milliseconds.
func (p *Properties) Milliseconds(name string, otherwise time.Duration) time.Duration {
	return time.Duration(p.Int(name, int(otherwise.Milliseconds()))) * time.Millisecond
}

// Float is a number in single precision, as YARN reads most of them.
func (p *Properties) Float(name string, otherwise float32) float32 {
	return float32(p.decimal(name, float64(otherwise), 32))
}

// Double is a number in double precision.
func (p *Properties) Double(name string, otherwise float64) float64 {
	return p.decimal(name, otherwise, 64)
}

func (p *Properties) decimal(name string, otherwise float64, bits int) float64 {
	return Value(p, name, otherwise, "a number", func(text string) (float64, error) {
		x, err := strconv.ParseFloat(text, bits)
		if math.IsNaN(x) {
			err = strconv.ErrSyntax
		}
		return x, err
	})
}

// Bool is true or false, in any letter case.
func (p *Properties) Bool(name string, otherwise bool) bool {
	return Value(p, name, otherwise, "true or false", func(text string) (bool, error) {
		if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
			return strings.EqualFold(text, "true"), nil
		}
		return false, strconv.ErrSyntax
	})
}

// Unused are the properties that no reader asked for, by file and line.
func (p *Properties) Unused() []*Property {
	var left []*Property
	for _, name := range p.Names() {
		if of := p.byName[name]; !of.Used {
			left = append(left, of)
		}
	}
	slices.SortStableFunc(left, func(a, b *Property) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return left
}
