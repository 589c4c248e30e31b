package redact

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dynalloc/traces/eventlog"
)

// A keeper makes what is kept of a value; nil if nothing is.
type keeper interface {
	keep(r *redactor, value jsontext.Value) (jsontext.Value, error)
}

// decode reads a value as leniently as the reader of event logs.
func decode[T any](value jsontext.Value) (v T, err error) {
	return v, json.Unmarshal(value, &v, eventlog.DecodeOptions)
}

// A field is a field of an object that is kept.
type field struct {
	key  string
	what keeper
}

// fields keeps some fields of an object, in this order.
type fields []field

func (f fields) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	all, err := decode[map[string]jsontext.Value](value)
	if err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, field := range f {
		if value, ok := all[field.key]; ok {
			if out, err = appendMember(out, r, field, value); err != nil {
				return nil, err
			}
		}
	}
	return append(out, '}'), nil
}

// appendMember appends a member of an object, if anything of its value is kept.
func appendMember(object []byte, r *redactor, f field, value jsontext.Value) ([]byte, error) {
	kept, err := f.what.keep(r, value)
	if err != nil || kept == nil {
		return object, err
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	return append(append(append(object, quoteJSON(f.key)...), ':'), kept...), nil
}

// quoteJSON writes a text as JSON. Invalid UTF-8 is replaced.
func quoteJSON(text string) jsontext.Value {
	quoted, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "?"))
	if err != nil {
		return jsontext.Value(`""`)
	}
	return quoted
}

// members keeps the members of an object with any keys, sorted: under which key, and
// what of its value.
type members func(r *redactor, key string) field

func (m members) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	all, err := decode[map[string]jsontext.Value](value)
	if err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if out, err = appendMember(out, r, m(r, key), all[key]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// each keeps the elements of a list.
type each struct{ what keeper }

func (e each) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	all, err := decode[[]jsontext.Value](value)
	if err != nil {
		return nil, err
	}
	out := []byte{'['}
	for _, value := range all {
		kept, err := e.what.keep(r, value)
		if err != nil || kept == nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, kept...)
	}
	return append(out, ']'), nil
}

// number keeps numbers, true, false and null, which are no names.
type number struct{}

func (number) keep(_ *redactor, value jsontext.Value) (jsontext.Value, error) {
	switch value.Kind() {
	case '0', 't', 'f', 'n':
		return value, nil
	}
	return nil, nil
}

// text keeps what a function makes of a text, nothing if that is empty.
type text func(r *redactor, s string) string

func (t text) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	if value.Kind() != '"' {
		return number{}.keep(r, value)
	}
	s, err := decode[string](value)
	if err != nil {
		return nil, err
	}
	if s = t(r, s); s == "" {
		return nil, nil
	}
	return quoteJSON(s), nil
}

// replaced keeps a name as a pseudonym of a kind.
func replaced(kind string) text {
	return func(r *redactor, name string) string { return r.pseudonym(kind, name) }
}

// unless keeps a text of a form that is no name, and replaces others by pseudonyms.
func unless(harmless *regexp.Regexp, kind string) text {
	return func(r *redactor, s string) string {
		if harmless.MatchString(s) {
			return s
		}
		return r.pseudonym(kind, s)
	}
}
