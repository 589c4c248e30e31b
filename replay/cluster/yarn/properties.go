package yarn

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

// A property of a Hadoop configuration file.
type property struct {
	name, value string
	file        string
	line        int
	used        bool // some reader asked for it
}

// Properties are the content of a Hadoop configuration file:
// <configuration><property><name/><value/></property></configuration>. If a name
// occurs twice the later property counts, unless the earlier one is final.
type properties struct {
	configFile
	byName map[string]*property
}

// readProperties reads a Hadoop configuration file.
func readProperties(f File) *properties {
	p := &properties{configFile: configFile{name: f.Name}, byName: map[string]*property{}}
	if f.Text == nil {
		return p
	}
	final := map[string]bool{}
	for _, e := range p.parse(f.Text, "configuration").children {
		if e.name != "property" {
			p.fail(e.line, "expected <property>, found <%s>: write what it stands for into this file", e.name)
		}
		parts := map[string]string{}
		for _, part := range e.children {
			parts[part.name] = part.text
		}
		name := strings.TrimSpace(parts["name"])
		if name == "" {
			p.fail(e.line, "expected <name> with the property's name")
		}
		value, ok := parts["value"]
		if !ok {
			p.fail(e.line, "expected <value> after the name %s", name)
		}
		if final[name] || value == "" { // Hadoop ignores an empty value, but not a blank one
			continue
		}
		final[name] = strings.TrimSpace(parts["final"]) == "true"
		p.byName[name] = &property{name: name, value: strings.TrimSpace(value), file: f.Name, line: e.line}
	}
	return p
}

// at is where a property is given, or the first line of the file if it is not.
func (p *properties) at(name string) (file string, line int) {
	if of := p.byName[name]; of != nil {
		return of.file, of.line
	}
	return p.name, 1
}

// wrong ends the reading because of a property's value.
func (p *properties) wrong(name, expected string, args ...any) {
	of := p.byName[name]
	failAt(of.file, of.line, "%s is %q, expected %s", name, of.value, fmt.Sprintf(expected, args...))
}

// noteOf adds a note about a property. It may stand in another file than p.
func (p *properties) noteOf(name string, kind note.Kind, args ...any) {
	file, line := p.at(name)
	p.notes = append(p.notes, kind.With(append([]any{file, line}, args...)...))
}

// names are the names of all properties, sorted.
func (p *properties) names() []string { return slices.Sorted(maps.Keys(p.byName)) }

// has says whether the file gives a property.
func (p *properties) has(name string) bool { return p.byName[name] != nil }

// text is the value of a property, and whether the file gives it.
func (p *properties) text(name string) (string, bool) {
	of, ok := p.byName[name]
	if !ok {
		return "", false
	}
	of.used = true
	return of.value, true
}

// value is a property as parse reads it, or otherwise if the file does not give it.
func value[T any](p *properties, name string, otherwise T, expected string, parse func(string) (T, error)) T {
	text, _ := p.text(name)
	if text == "" {
		return otherwise
	}
	v, err := parse(text)
	if err != nil {
		p.wrong(name, "%s", expected)
	}
	return v
}

func (p *properties) int(name string, otherwise int) int {
	return value(p, name, otherwise, "a whole number", func(text string) (int, error) {
		n, err := strconv.ParseInt(text, 10, 32)
		return int(n), err
	})
}

// mib is an amount of memory in MiB.
func (p *properties) mib(name string, otherwise int64) int64 {
	return int64(p.int(name, int(otherwise)))
}

// milliseconds is a time that the file gives in milliseconds.
func (p *properties) milliseconds(name string, otherwise time.Duration) time.Duration {
	return time.Duration(p.int(name, int(otherwise.Milliseconds()))) * time.Millisecond
}

// float is a number in single precision, as YARN reads most of them.
func (p *properties) float(name string, otherwise float32) float32 {
	return float32(p.decimal(name, float64(otherwise), 32))
}

func (p *properties) double(name string, otherwise float64) float64 {
	return p.decimal(name, otherwise, 64)
}

func (p *properties) decimal(name string, otherwise float64, bits int) float64 {
	return value(p, name, otherwise, "a number", func(text string) (float64, error) {
		x, err := strconv.ParseFloat(text, bits)
		if math.IsNaN(x) {
			err = strconv.ErrSyntax
		}
		return x, err
	})
}

func (p *properties) bool(name string, otherwise bool) bool {
	return value(p, name, otherwise, "true or false", func(text string) (bool, error) {
		if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
			return strings.EqualFold(text, "true"), nil
		}
		return false, strconv.ErrSyntax
	})
}

// unused are the properties that no reader asked for, by file and line.
func (p *properties) unused() []*property {
	var left []*property
	for _, name := range p.names() {
		if of := p.byName[name]; !of.used {
			left = append(left, of)
		}
	}
	slices.SortStableFunc(left, func(a, b *property) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return left
}
