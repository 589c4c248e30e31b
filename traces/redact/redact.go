package redact

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/source"
)

// A RedactedLog says what became of one log.
type Log struct {
	Path string // of the log
	Name string // of what was made of it
	Kept int    // lines
	Bad  int    // lines that could not be read and were left out
}

// Write writes every event log anew, without what could tell whose it is, and
// with all that a workload is made of: reading what it writes gives the same
// workload but for names. It works by a list of what may stay: events, fields
// and properties that are not on it are left out, so query plans, call sites,
// command lines and paths never come along. Of what stays, names of applications, users,
// hosts, pools, groups, queues and stages are replaced, the same by the same in
// all logs; applications of one class stay of one class. Times and sizes stay.
//
// create opens the file for a log's new name; each is one plain file, whatever
// the log was. The error is of create or of writing. A log that was compacted has
// lost what it would be good for and is not written: its Name is empty. logs is
// closed at the end.
func Write(logs *source.Logs, create func(name string) (io.WriteCloser, error)) ([]Log, error) {
	r := redactor{pseudonyms: map[string]string{}, counts: map[string]int{}}
	var done []Log
	for source := range logs.EventLogs() {
		log := Log{Path: source.Path}
		if !source.Compacted {
			log.Name = fmt.Sprintf("log-%04d", len(done)+1)
			if source.InProgress {
				log.Name += ".inprogress"
			}
			out, err := create(log.Name)
			if err != nil {
				return done, err
			}
			err = r.log(source, out, &log)
			if err = errors.Join(err, out.Close()); err != nil {
				return done, err
			}
		}
		done = append(done, log)
	}
	return done, logs.Close()
}

// A redactor remembers what it called whom.
type redactor struct {
	pseudonyms map[string]string // by kind and name
	counts     map[string]int    // by kind
}

func (r *redactor) log(source *eventlog.Log, out io.Writer, log *Log) error {
	b := bufio.NewWriter(out)
	lines := eventlog.NewLines(source)
	defer lines.Close()
	for {
		event, err := lines.Next()
		if err == io.EOF {
			log.Bad += lines.Faults()
			return b.Flush()
		}
		fields, kept := redactedEvents[string(event.Name)]
		if err == nil && !kept {
			continue
		}
		var clean jsontext.Value
		if err == nil {
			clean, err = fields.keep(r, event.Line)
		}
		if err != nil {
			log.Bad++
			continue
		}
		log.Kept++
		b.Write(clean)
		b.WriteByte('\n') // the error stays with b until Flush
	}
}

// pseudonym is what a name of a kind is called: host-3.
func (r *redactor) pseudonym(kind, name string) string {
	if name == "" {
		return ""
	}
	key := kind + "\x00" + name
	p, ok := r.pseudonyms[key]
	if !ok {
		r.counts[kind]++
		p = fmt.Sprintf("%s-%d", kind, r.counts[kind])
		r.pseudonyms[key] = p
	}
	return p
}

// appName is what an application is called. Its class is told from its name, so
// a name that belongs to a wider class gets one that does too.
func (r *redactor) appName(name string) string {
	if name == "" {
		return ""
	}
	class := traces.Class(name)
	stem := "app-" + letters(r.pseudonym("class", class))
	if class == strings.TrimSpace(name) {
		return stem
	}
	return stem + "-" + strings.TrimPrefix(r.pseudonym("run "+stem, name), "run "+stem+"-")
}

// letters writes the number at the end of a pseudonym in letters, which no class
// takes for a number.
func letters(pseudonym string) string {
	n := 0
	fmt.Sscanf(strings.TrimPrefix(pseudonym, "class-"), "%d", &n)
	text := ""
	for ; n > 0; n = (n - 1) / 26 {
		text = string(rune('a'+(n-1)%26)) + text
	}
	return text
}

// A keeper makes of a value what may stay of it; nil if nothing may.
type keeper interface {
	keep(r *redactor, value jsontext.Value) (jsontext.Value, error)
}

// fields keeps the fields of an object that it names, in its own order.
type fields []struct {
	key  string
	what keeper
}

func (f fields) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	var all map[string]jsontext.Value
	if err := json.Unmarshal(value, &all, eventlog.DecodeOptions); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, field := range f {
		value, ok := all[field.key]
		if !ok {
			continue
		}
		kept, err := field.what.keep(r, value)
		if err != nil {
			return nil, err
		}
		if kept != nil {
			out = member(out, field.key, kept)
		}
	}
	return append(out, '}'), nil
}

// member adds a member to an object that is being written.
func member(object []byte, key string, value jsontext.Value) []byte {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, quoteJSON(key)...)
	return append(append(object, ':'), value...)
}

// quoteJSON writes a text as JSON; what is no UTF-8 in it is replaced.
func quoteJSON(text string) jsontext.Value {
	quoted, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "?"))
	if err != nil {
		return jsontext.Value(`""`)
	}
	return quoted
}

// each keeps the elements of a list.
type each struct{ what keeper }

func (e each) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	var all []jsontext.Value
	if err := json.Unmarshal(value, &all, eventlog.DecodeOptions); err != nil {
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

// number keeps numbers, truth and null, which name nobody.
type number struct{}

func (number) keep(_ *redactor, value jsontext.Value) (jsontext.Value, error) {
	switch value.Kind() {
	case '0', 't', 'f', 'n':
		return value, nil
	}
	return nil, nil
}

// text keeps what a function makes of a text; empty leaves the field out.
type text func(r *redactor, s string) string

func (t text) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	if value.Kind() != '"' {
		return number{}.keep(r, value)
	}
	var s string
	if err := json.Unmarshal(value, &s, eventlog.DecodeOptions); err != nil {
		return nil, err
	}
	if s = t(r, s); s == "" {
		return nil, nil
	}
	return quoteJSON(s), nil
}

// called keeps a name as a pseudonym of a kind.
func called(kind string) text {
	return func(r *redactor, name string) string { return r.pseudonym(kind, name) }
}

// unless keeps a text that has a form which names nobody, and calls others by
// pseudonyms.
func unless(harmless *regexp.Regexp, kind string) text {
	return func(r *redactor, s string) string {
		if harmless.MatchString(s) {
			return s
		}
		return r.pseudonym(kind, s)
	}
}
