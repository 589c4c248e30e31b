package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"

	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/reports/resultfile"
	"dynalloc/reports/words"
)

// JSON renders a document as one object: its schema, the facts and tables that have
// a key, the notes, each with its kind, its arguments and its sentence, and a checksum.
func JSON(w io.Writer, d *Document) error {
	o := Object{{"schema", d.Schema}}
	for i := range d.Facts {
		if f := &d.Facts[i]; f.Key != "" {
			o = append(o, Field{f.Key, f.Value})
		}
	}
	for i := range d.Sections {
		for _, block := range d.Sections[i].Blocks {
			if t, ok := block.(*Table); ok && t.Key != "" {
				o = append(o, Field{t.Key, t.objects()})
			}
		}
	}
	o = append(o, Field{"notes", d.Notes})
	j := jsonWriter{w: w, sum: sha256.New()}
	for i, f := range o {
		j.next("{\n ", i)
		j.value(f.Key, " ")
		j.text(": ")
		j.field(f.Value)
	}
	sum := resultfile.Checksum(j.sum)
	j.text(",\n ")
	j.value("checksum", " ")
	j.text(": ")
	j.value(sum, " ")
	j.text("\n}\n")
	return j.err
}

// A jsonWriter writes JSON with an indent of a blank for each level. Of a list that is
// made while it is written, it holds one record at a time.
type jsonWriter struct {
	w               io.Writer
	sum             hash.Hash // over everything but white space between values
	compact, indent []byte
	err             error // the first one; nothing is written after it
}

// field writes the value of a field of the outermost object.
func (j *jsonWriter) field(v any) {
	if make, ok := v.(func() any); ok {
		v = make()
	}
	list, ok := v.(iter.Seq[Object])
	if !ok {
		j.value(v, " ")
		return
	}
	n := 0
	for o := range list {
		j.next("[\n  ", n)
		j.value(o, "  ")
		n++
	}
	if n == 0 {
		j.text("[]")
	} else {
		j.text("\n ]")
	}
}

// next begins the n-th element of an object or a list; open is how the first one begins.
func (j *jsonWriter) next(open string, n int) {
	if n > 0 {
		open = "," + open[1:]
	}
	j.text(open)
}

// value writes a value; its lines after the first begin with an indent.
func (j *jsonWriter) value(v any, indent string) {
	if j.err != nil {
		return
	}
	if j.compact, j.err = appendJSON(j.compact[:0], v); j.err != nil {
		return
	}
	j.sum.Write(j.compact)
	b := bytes.NewBuffer(j.indent[:0])
	if j.err = json.Indent(b, j.compact, indent, " "); j.err == nil {
		_, j.err = j.w.Write(b.Bytes())
	}
	j.indent = b.Bytes()
}

// text writes what is between values.
func (j *jsonWriter) text(s string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, s)
		for _, part := range strings.Fields(s) {
			io.WriteString(j.sum, part)
		}
	}
}

// MarshalJSON keeps the order of the fields.
func (o Object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o) }

// appendJSON appends a value. A number that does not exist and an interval without
// bounds are null, a list is never null, and characters that are special in HTML are
// not escaped. The types that make up nearly all of a large file are handled here,
// because encoding/json would scan nested objects once more for each level.
func appendJSON(b []byte, v any) (_ []byte, err error) {
	switch v := v.(type) {
	case func() any:
		return appendJSON(b, v())
	case Object:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = appendJSON(b, f.Key) // a string cannot fail to encode
			if b, err = appendJSON(append(b, ':'), f.Value); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case []Object:
		return appendList(b, v)
	case note.Note:
		return appendJSON(b, record(v))
	case []note.Note:
		return appendList(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case string:
		if strings.IndexFunc(v, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0 {
			return append(append(append(b, '"'), v...), '"'), nil
		}
	case float64:
		if !words.Finite(v) {
			return append(b, "null"...), nil
		}
	case stats.Interval:
		if !words.Finite(v.Low) || !words.Finite(v.High) {
			return append(b, "null"...), nil
		}
		return appendJSON(b, []float64{v.Low, v.High})
	case time.Duration:
		return appendJSON(b, v.String())
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		return append(b, "[]"...), nil
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err = e.Encode(v)
	return append(b, bytes.TrimSpace(text.Bytes())...), err
}

func appendList[T any](b []byte, list []T) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}
