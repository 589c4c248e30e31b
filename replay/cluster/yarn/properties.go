package yarn

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A property of a Hadoop configuration file.
type property struct {
	name, value string
	file        string
	line        int
	used        bool // something has asked for it
}

// Properties are what a Hadoop configuration file says:
// <configuration><property><name/><value/></property></configuration>. Of two
// properties of one name the later counts, unless the earlier is final.
type properties struct {
	byName map[string]*property
}

// readProperties reads a Hadoop configuration file. Errors name file and line.
func readProperties(r io.Reader, file string) (*properties, error) {
	p := &properties{byName: map[string]*property{}}
	final := map[string]bool{}
	d := xml.NewDecoder(r)
	line := func() int {
		l, _ := d.InputPos()
		return l
	}
	malformed := func(err error) error {
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("%s:%d: expected a Hadoop configuration in XML, found %s", file, syntax.Line, syntax.Msg)
		}
		return fmt.Errorf("%s:%d: expected <configuration> with <property> elements: %w", file, line(), err)
	}
	open := false
	for {
		token, err := d.Token()
		if err == io.EOF {
			if !open {
				return nil, fmt.Errorf("%s:%d: expected <configuration>, found the end of the file", file, line())
			}
			return p, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case !open:
			if start.Name.Local != "configuration" {
				return nil, fmt.Errorf("%s:%d: expected <configuration>, found <%s>", file, line(), start.Name.Local)
			}
			open = true
		case start.Name.Local != "property":
			return nil, fmt.Errorf("%s:%d: expected <property>, found <%s>: write what it stands for into this file", file, line(), start.Name.Local)
		default:
			at := line()
			var e struct {
				Name  *string `xml:"name"`
				Value *string `xml:"value"`
				Final string  `xml:"final"`
			}
			if err := d.DecodeElement(&e, &start); err != nil {
				return nil, malformed(err)
			}
			if e.Name == nil || strings.TrimSpace(*e.Name) == "" {
				return nil, fmt.Errorf("%s:%d: expected <name> with the property's name", file, at)
			}
			name := strings.TrimSpace(*e.Name)
			if e.Value == nil {
				return nil, fmt.Errorf("%s:%d: expected <value> after the name %s", file, at, name)
			}
			if final[name] || *e.Value == "" { // an empty value is none, a space is one
				continue
			}
			final[name] = strings.TrimSpace(e.Final) == "true"
			p.byName[name] = &property{name: name, value: strings.TrimSpace(*e.Value), file: file, line: at}
		}
	}
}

// wrong is the error about a property's value.
func (p *properties) wrong(name, expected string) error {
	of := p.byName[name]
	return fmt.Errorf("%s:%d: %s is %q, expected %s", of.file, of.line, name, of.value, expected)
}

// text is the value of a property, and whether it is there.
func (p *properties) text(name string) (string, bool) {
	of, ok := p.byName[name]
	if !ok {
		return "", false
	}
	of.used = true
	return of.value, true
}

func (p *properties) number(name string, otherwise int64) (int64, error) {
	v, ok := p.text(name)
	if !ok || v == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil {
		return 0, p.wrong(name, "a whole number")
	}
	return n, nil
}

// decimal is a number in single precision, as YARN reads it.
func (p *properties) decimal(name string, otherwise float32) (float32, error) {
	v, ok := p.text(name)
	if !ok || v == "" {
		return otherwise, nil
	}
	f, err := strconv.ParseFloat(v, 32)
	if err != nil || f != f {
		return 0, p.wrong(name, "a number")
	}
	return float32(f), nil
}

func (p *properties) double(name string, otherwise float64) (float64, error) {
	v, ok := p.text(name)
	if !ok || v == "" {
		return otherwise, nil
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || f != f {
		return 0, p.wrong(name, "a number")
	}
	return f, nil
}

func (p *properties) truth(name string, otherwise bool) (bool, error) {
	v, ok := p.text(name)
	switch {
	case !ok || v == "":
		return otherwise, nil
	case strings.EqualFold(v, "true"):
		return true, nil
	case strings.EqualFold(v, "false"):
		return false, nil
	}
	return false, p.wrong(name, "true or false")
}

// unused are the properties that nothing has asked for, by file and line.
func (p *properties) unused() []*property {
	var left []*property
	for _, name := range slices.Sorted(maps.Keys(p.byName)) {
		if of := p.byName[name]; !of.used {
			left = append(left, of)
		}
	}
	slices.SortStableFunc(left, func(a, b *property) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return left
}
