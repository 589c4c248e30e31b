package bench

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/traces"
)

// AloneFactor times the run alone on the idle cluster is an application's
// deadline where none is given. It is a convention, not a law: half as long
// again as the run takes undisturbed.
const AloneFactor = 1.5

// Deadlines say how long after its submission an application must have ended.
// The first that matches counts; an application that none matches has no
// deadline and cannot miss it.
type Deadlines []Deadline

// A Deadline is one line of a deadline file.
type Deadline struct {
	Pattern string        // glob on the application's name: * is any text, ? any character
	Within  time.Duration // after submission, more than 0
	File    string
	Line    int
}

// ReadDeadlines reads CSV of pattern and deadline: "report-*,90s". A first line
// "pattern,deadline" is a header; lines that start with # are comments. An error
// names file and line and says what was expected.
func ReadDeadlines(r io.Reader, file string) (Deadlines, error) {
	in := csv.NewReader(r)
	in.Comment = '#'
	in.TrimLeadingSpace = true
	in.FieldsPerRecord = -1
	deadlines := Deadlines{}
	for first := true; ; first = false {
		record, err := in.Read()
		if err == io.EOF {
			return deadlines, deadlines.check(file)
		}
		if err != nil {
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				return nil, fmt.Errorf("%s:%d: no line of CSV: %w", file, broken.Line, broken.Err)
			}
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := in.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		if first {
			record[0] = strings.TrimPrefix(record[0], "\ufeff")
			if strings.EqualFold(record[0], "pattern") {
				continue
			}
		}
		if len(record) != 2 || record[0] == "" {
			return nil, fmt.Errorf(`%s:%d: want a pattern and a deadline, as in "report-*,90s", not %q`, file, line, strings.Join(record, ","))
		}
		within, err := time.ParseDuration(record[1])
		if err != nil || within <= 0 {
			return nil, fmt.Errorf("%s:%d: the deadline of %s must be a duration such as 90s, 15m or 1h30m, not %q", file, line, record[0], record[1])
		}
		deadlines = append(deadlines, Deadline{Pattern: record[0], Within: within, File: file, Line: line})
	}
}

func (d Deadlines) check(file string) error {
	if len(d) == 0 {
		return fmt.Errorf(`%s: no deadline in it; want lines such as "report-*,90s"`, file)
	}
	return nil
}

// For returns the deadline of an application of that name, and whether it has one.
func (d Deadlines) For(name string) (time.Duration, bool) {
	for i := range d {
		if spec.Match(d[i].Pattern, name) {
			return d[i].Within, true
		}
	}
	return 0, false
}

// basis says for people where the deadlines come from.
func (d Deadlines) basis() string {
	if d == nil {
		return fmt.Sprintf("%g x the run alone on the idle cluster under its recorded settings", AloneFactor)
	}
	return "from " + d[0].File
}

// notes say which applications have no deadline and which patterns fit none:
// either may be a slip of the pen.
func (d Deadlines) notes(w *traces.Workload) []string {
	var notes []string
	used := make([]bool, len(d))
	without := 0
	for _, a := range w.Apps {
		found := false
		for i := range d {
			if spec.Match(d[i].Pattern, a.Name) {
				used[i] = true
				found = true
				break
			}
		}
		if !found {
			without++
		}
	}
	for i := range d {
		if !used[i] {
			notes = append(notes, fmt.Sprintf("%s:%d: deadline pattern %q decides for no application.", d[i].File, d[i].Line, d[i].Pattern))
		}
	}
	if d != nil && without > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d applications match no deadline pattern and cannot miss one.", without, len(w.Apps)))
	}
	return notes
}
