package sla

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/traces"
)

// Deadlines are the lines of a deadline file, in order. For each application, and each
// query inside it, the first line that matches applies.
type Deadlines []Deadline

// A Deadline is one line of a deadline file.
type Deadline struct {
	Match
	DeadlineRule
	File string
	Line int // 0: not from a file
}

// position is the file and line of a deadline, for errors and notes.
func (d *Deadline) position() string {
	if d.Line == 0 {
		return d.File
	}
	return fmt.Sprintf("%s:%d", d.File, d.Line)
}

// A Match selects applications by globs: * matches any text, ? any character, and an
// empty field everything. With Group, Description, Execution or Stream it selects queries
// inside the applications that the other fields match.
type Match struct {
	Name  string // of the application
	Class string
	Queue string
	User  string
	Tag   string // any tag of the application: see tagsOf

	Group       string // of a job: spark.jobGroup.id
	Description string // of a job: spark.job.description
	Execution   string // of a job: spark.sql.execution.id
	Stream      string // of a job: the streaming query whose micro-batch it belongs to
}

// columns are the columns of a deadline file by name.
func (m *Match) columns() []column {
	return []column{
		{"name", &m.Name}, {"class", &m.Class}, {"queue", &m.Queue}, {"user", &m.User}, {"tag", &m.Tag},
		{"group", &m.Group}, {"description", &m.Description}, {"execution", &m.Execution}, {"stream", &m.Stream},
	}
}

type column struct {
	name  string
	value *string
}

// forQueries reports whether it selects queries and not whole applications.
func (m *Match) forQueries() bool {
	return m.Group != "" || m.Description != "" || m.Execution != "" || m.Stream != ""
}

// matches reports whether it selects the application, or queries of it.
func (m *Match) matches(a *traces.Application) bool {
	if !globMatches(m.Name, a.Name) || !globMatches(m.Class, a.Class) || !globMatches(m.Queue, a.Queue) || !globMatches(m.User, a.User) {
		return false
	}
	return m.Tag == "" || slices.ContainsFunc(tagsOf(a), func(tag string) bool { return spec.Match(m.Tag, tag) })
}

// matchesJob reports whether it selects a job of an application that matches. The
// pattern * matches only jobs that have the field.
func (m *Match) matchesJob(j *traces.Job) bool {
	has := func(glob, text string) bool { return glob == "" || text != "" && spec.Match(glob, text) }
	return has(m.Group, j.Group) && has(m.Description, j.Description) && has(m.Execution, j.Execution) && has(m.Stream, j.Stream)
}

func globMatches(glob, text string) bool { return glob == "" || spec.Match(glob, text) }

// String lists the columns that are not empty, with their names.
func (m Match) String() string {
	var parts []string
	for _, c := range m.columns() {
		if *c.value != "" {
			parts = append(parts, fmt.Sprintf("%s %q", c.name, *c.value))
		}
	}
	return strings.Join(parts, ", ")
}

// ReadDeadlines reads CSV with a header that names its columns: "deadline", and
// any of those of Match, as in
//
//	name,queue,deadline
//	report-*,,90s
//	,finance,06:00 Europe/Berlin
//
// "pattern" is a synonym of name; without a header the columns are name and deadline.
// Lines that start with # are comments. An error names the file and the line and states
// what was expected.
func ReadDeadlines(r io.Reader, file string) (Deadlines, error) {
	in := csv.NewReader(r)
	in.Comment, in.TrimLeadingSpace, in.FieldsPerRecord = '#', true, -1
	deadlines := Deadlines{}
	head := withoutHead
	for first := true; ; first = false {
		record, err := in.Read()
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			return nil, fmt.Errorf("%s:%d: not a line of CSV: %w", file, broken.Line, broken.Err)
		case err == io.EOF && len(deadlines) == 0:
			return nil, fmt.Errorf(`%s: no deadline in it; expected lines such as "report-*,90s"`, file)
		case err == io.EOF:
			return deadlines, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := in.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		if first {
			record[0] = strings.TrimPrefix(record[0], "\ufeff")
			names, err := readHead(record)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, line, err)
			}
			if names != nil {
				head = names
				continue
			}
		}
		d, err := readDeadline(head, record)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		d.File, d.Line = file, line
		deadlines = append(deadlines, d)
	}
}

// withoutHead are the columns of a file without a header.
var withoutHead = []string{"name", "deadline"}

// readHead reads the record as a header if it has a column "deadline" or a misspelling
// of it, or begins with "pattern". Otherwise it returns nil.
func readHead(record []string) ([]string, error) {
	names := make([]string, len(record))
	for i, name := range record {
		if names[i] = strings.ToLower(name); names[i] == "pattern" {
			names[i] = "name"
		}
	}
	nearly := func(name string) bool { return spec.Nearest(name, []string{"deadline"}) != "" }
	if names[0] != "deadline" && !slices.ContainsFunc(names[1:], nearly) && !strings.EqualFold(record[0], "pattern") {
		return nil, nil
	}
	known := []string{"deadline"}
	for _, c := range new(Match).columns() {
		known = append(known, c.name)
	}
	for i, name := range names {
		switch {
		case !slices.Contains(known, name):
			if near := spec.Nearest(name, known); near != "" {
				return nil, fmt.Errorf("there is no column %q; did you mean %q?", record[i], near)
			}
			return nil, fmt.Errorf("there is no column %q; there are %s", record[i], strings.Join(known, ", "))
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("the column %q is there twice", name)
		}
	}
	if !slices.Contains(names, "deadline") {
		return nil, errors.New(`the header has no column "deadline"`)
	}
	return names, nil
}

// readDeadline reads a line with the columns that a header names.
func readDeadline(head, record []string) (Deadline, error) {
	if len(record) != len(head) {
		if slices.Equal(head, withoutHead) {
			return Deadline{}, fmt.Errorf(`expected a pattern and a deadline, as in "report-*,90s", found %q`, strings.Join(record, ","))
		}
		return Deadline{}, fmt.Errorf("expected %d fields as in the header, %s; found %d", len(head), strings.Join(head, ","), len(record))
	}
	var d Deadline
	var err error
	for i, name := range head {
		if name == "deadline" {
			if d.DeadlineRule, err = ParseDeadlineRule(record[i]); err != nil {
				return d, err
			}
		}
		for _, c := range d.Match.columns() {
			if c.name == name {
				*c.value = record[i]
			}
		}
	}
	if d.Match == (Match{}) {
		return d, fmt.Errorf(`it matches nothing: expected a pattern in one of the columns before the deadline, such as * for all, found %q`, strings.Join(record, ","))
	}
	if b := d.Basis; d.forQueries() && b != Within && b != Alone && b != History && b != None {
		return d, fmt.Errorf("the deadline of a query must be a duration, alone=1.5, history=1.2 or none, not %q", d.DeadlineRule.String())
	}
	return d, nil
}

// ruleFor returns the index of the line that applies to an application; -1 if no line
// matches. To one that is judged by the latencies of its requests (see Response), a line
// for these applies if there is none for the application.
func (d Deadlines) ruleFor(a *traces.Application) int {
	if i := slices.IndexFunc(d, func(x Deadline) bool { return !x.forQueries() && x.matches(a) }); i >= 0 || a.Until == 0 {
		return i
	}
	rules := d.queryRules(a)
	for j := range a.Jobs {
		if i := d.ruleForJob(rules, &a.Jobs[j]); i >= 0 {
			return i
		}
	}
	return -1
}

// queryRules returns the indexes of the lines for queries of an application.
func (d Deadlines) queryRules(a *traces.Application) []int {
	var rules []int
	for i := range d {
		if d[i].forQueries() && d[i].matches(a) {
			rules = append(rules, i)
		}
	}
	return rules
}

// ruleForJob returns the index, of those in rules, of the line that applies to a job;
// -1 if none matches.
func (d Deadlines) ruleForJob(rules []int, j *traces.Job) int {
	for _, i := range rules {
		if d[i].matchesJob(j) {
			return i
		}
	}
	return -1
}

// haveApplications reports whether any line is for whole applications.
func (d Deadlines) haveApplications() bool {
	return slices.ContainsFunc(d, func(x Deadline) bool { return !x.forQueries() })
}

// CheckClock returns an error if a time of day is the deadline of an application whose
// wall-clock time of submission is not known.
func (d Deadlines) CheckClock(w *traces.Workload) error {
	for i := range d {
		if d[i].Basis != AtTime {
			continue
		}
		for _, a := range w.Apps {
			if submittedAt(w, a).IsZero() && d.ruleFor(a) == i {
				return fmt.Errorf("%s: a time of day needs applications that were submitted at a time of day, and %s does not say when %s was; give a duration", d[i].position(), w.Name, a.ID)
			}
		}
	}
	return nil
}

// submittedAt is the wall-clock time of an application's submission; the zero Time if
// it is not known.
func submittedAt(w *traces.Workload, a *traces.Application) time.Time {
	if w.Epoch.IsZero() {
		return a.Started
	}
	return w.Epoch.Add(a.Submit)
}
