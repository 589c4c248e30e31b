package redact

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/eventlog/excluded"
	"dynalloc/traces/source"
)

// A Log says what became of one log.
type Log struct {
	Path string // of the log
	Name string // of the redacted log; empty if it was not written
	Kept int    // lines
	Bad  int    // lines that could not be read and were left out
}

// Write writes each event log anew, redacted. create opens the file for a log's new
// name; each is one plain file, whatever the log was. A compacted log is not written:
// it has lost what it would be good for. The error is of create or of writing. Write
// closes logs.
func Write(logs *source.Logs, create func(name string) (io.WriteCloser, error)) ([]Log, error) {
	r := newRedactor()
	var done []Log
	for found := range logs.EventLogs() {
		log := Log{Path: found.Path}
		if !found.Compacted {
			log.Name = fmt.Sprintf("log-%04d", len(done)+1)
			if found.InProgress {
				log.Name += ".inprogress"
			}
			out, err := create(log.Name)
			if err != nil {
				return done, err
			}
			err = r.log(found, out, &log)
			if err = errors.Join(err, out.Close()); err != nil {
				return done, err
			}
		}
		done = append(done, log)
	}
	return done, logs.Close()
}

// A redactor remembers the pseudonyms.
type redactor struct {
	numbers map[[2]string]int // by kind and name
	counts  map[string]int    // by kind
}

func newRedactor() *redactor {
	return &redactor{numbers: map[[2]string]int{}, counts: map[string]int{}}
}

// log writes one log.
func (r *redactor) log(found *eventlog.Log, out io.Writer, log *Log) error {
	b := bufio.NewWriter(out)
	lines := eventlog.NewLines(found)
	defer lines.Close()
	for {
		event, err := lines.Next()
		if err == io.EOF {
			log.Bad += len(lines.Faults)
			return b.Flush()
		}
		fields, kept := keptEvents[string(event.Name)]
		if excluded.EffectOf(event.Name) != excluded.None {
			fields, kept = exclusionFields, true
		}
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
		b.WriteByte('\n') // b keeps the error until Flush
	}
}

// number returns the number of a name among those of its kind, from 1.
func (r *redactor) number(kind, name string) int {
	key := [2]string{kind, name}
	if r.numbers[key] == 0 {
		r.counts[kind]++
		r.numbers[key] = r.counts[kind]
	}
	return r.numbers[key]
}

// pseudonym replaces a name of a kind, such as host-3; none if the name is empty.
func (r *redactor) pseudonym(kind, name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s-%d", kind, r.number(kind, name))
}

// appName replaces the name of an application. The class of an application follows from
// its name, so a name that differs from its class becomes one that does too.
func (r *redactor) appName(name string) string {
	if name == "" {
		return ""
	}
	class := traces.Class(name)
	stem := "app-" + letters(r.number("class", class))
	if class == strings.TrimSpace(name) {
		return stem
	}
	return fmt.Sprintf("%s-%d", stem, r.number("run "+stem, name))
}

// letters writes a number in letters, which no class takes for a number: 1 is a, 27 is
// aa.
func letters(n int) string {
	text := ""
	for ; n > 0; n = (n - 1) / 26 {
		text = string(rune('a'+(n-1)%26)) + text
	}
	return text
}
