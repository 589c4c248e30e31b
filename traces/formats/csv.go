package formats

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

// A column is a possible meaning of a column of a CSV file.
type column int

const (
	appColumn     column = iota // id of the application; rows with the same one are one application
	submitColumn                // when the application, or this stage of it, was submitted
	secondsColumn               // mean duration of one task
	tasksColumn                 // number of tasks; one if there is no such column
	stageColumn                 // name of the stage in its application
	afterColumn                 // names of the stages that it reads, separated by ; or spaces
	coresColumn                 // of one task; a part of a core counts as a whole one
	classColumn
	userColumn
	queueColumn
	columnKinds
)

// columnKeys are what a file's own mapping calls the columns. Columns with these names
// need no mapping.
var columnKeys = [columnKinds]string{"app", "submit", "seconds", "tasks", "stage", "after", "cores", "class", "user", "queue"}

// columns says which columns of a CSV file mean what. A row is a stage of equal tasks.
type columns struct {
	names [columnKinds]string // in the header; empty if the format does not have it
	class string              // of all applications without a class column; empty: by their ids
	unit  time.Duration       // of submit times and durations
	note  note.Kind           // what the mapping assumes besides; empty: nothing
}

// required are the columns that every file needs.
var required = []column{appColumn, submitColumn, secondsColumn}

// mappingMark begins the line that says which columns mean what.
const mappingMark = "#columns"

// sniffMappedCSV takes a file with a mapping, or with the required columns under the
// names of columnKeys.
func sniffMappedCSV(head []byte) bool {
	line := firstLine(head, "")
	names := strings.Split(line, ",")
	return strings.HasPrefix(line, mappingMark) ||
		!slices.ContainsFunc(required, func(c column) bool { return !slices.Contains(names, columnKeys[c]) })
}

// sniff takes a file whose header has all columns of the format.
func (c columns) sniff(head []byte) bool {
	header := strings.Split(firstLine(head, ""), ",")
	return !slices.ContainsFunc(c.names[:], func(name string) bool { return name != "" && !slices.Contains(header, name) })
}

// readMappedCSV reads a CSV file whose first line can be a mapping:
//
//	#columns app=job_id submit=start_ms seconds=length_ms tasks=instances unit=1ms
//
// A column that the mapping does not name is looked for under its own key.
func readMappedCSV(r io.Reader, path string) (*traces.Workload, error) {
	return columns{unit: time.Second, names: columnKeys}.readRows(r, path, true)
}

func (c columns) read(r io.Reader, path string) (*traces.Workload, error) {
	return c.readRows(r, path, false)
}

// mapping reads the line that says which columns mean what.
func (c *columns) mapping(line string) error {
	for _, word := range strings.Fields(line) {
		key, name, _ := strings.Cut(word, "=")
		if key == "unit" {
			unit, err := time.ParseDuration(name)
			if err != nil || unit <= 0 {
				return fmt.Errorf("%s: expected unit=TIME such as unit=1ms, found %q", mappingMark, word)
			}
			c.unit = unit
			continue
		}
		at := slices.Index(columnKeys[:], key)
		if at < 0 || name == "" {
			return fmt.Errorf("%s: expected KEY=COLUMN with a key of %s or unit, found %q", mappingMark, strings.Join(columnKeys[:], ", "), word)
		}
		c.names[at] = name
	}
	return nil
}

// readRows reads a file; mapped says that its first line can be a mapping.
func (c columns) readRows(r io.Reader, path string, mapped bool) (*traces.Workload, error) {
	t := csv.NewReader(r)
	t.ReuseRecord, t.FieldsPerRecord, t.TrimLeadingSpace = true, -1, true
	var header *csvHeader
	byApp := map[string][]stage{}
	var apps []string
	line := 0
	for {
		record, err := t.Read()
		if err == io.EOF {
			break
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return nil, traces.LineError(path, parse.Line, "expected values with commas between them: %w", parse.Err)
		} else if err != nil {
			return nil, traces.LineError(path, line+1, "expected a row: %w", err)
		}
		line, _ = t.FieldPos(0)
		switch {
		case header == nil && mapped && strings.HasPrefix(record[0], mappingMark):
			mapped = false
			err = c.mapping(strings.TrimPrefix(strings.Join(record, ","), mappingMark))
		case header == nil:
			header, err = c.header(record)
		default:
			var s stage
			if s, err = header.stage(record); err == nil {
				s.line = line
				if byApp[s.app] == nil {
					apps = append(apps, s.app)
				}
				byApp[s.app] = append(byApp[s.app], s)
			}
		}
		if err != nil {
			return nil, traces.LineError(path, line, "%w", err)
		}
	}
	if header == nil {
		return nil, traces.LineError(path, 1, "expected a header that names the columns, found nothing")
	}
	w := &traces.Workload{Name: path, Notes: []traces.Note{withoutSettings.With(path)}}
	if c.note != "" {
		w.Notes = append(w.Notes, c.note.With(path))
	}
	shared := equalTasks{}
	for _, id := range apps {
		a, err := shared.application(byApp[id], path)
		if err != nil {
			return nil, err
		}
		w.Apps = append(w.Apps, a)
	}
	return w, nil
}

// A csvHeader is a header line and what its columns mean.
type csvHeader struct {
	columns
	at    [columnKinds]int // index in a record; -1: there is no such column
	width int              // columns
}

func (c *columns) header(record []string) (*csvHeader, error) {
	h := &csvHeader{columns: *c, width: len(record)}
	for i, name := range c.names {
		if h.at[i] = -1; name != "" { // some headers have a column without a name
			h.at[i] = slices.Index(record, name)
		}
		if h.at[i] < 0 && slices.Contains(required, column(i)) {
			return nil, fmt.Errorf("expected a column %q; the header has %s", name, strings.Join(record, ", "))
		}
	}
	return h, nil
}

// stage reads a row.
func (h *csvHeader) stage(record []string) (s stage, err error) {
	if len(record) != h.width {
		return s, fmt.Errorf("expected %d values, as in the header, found %d", h.width, len(record))
	}
	text := func(c column) string {
		if h.at[c] < 0 {
			return ""
		}
		return strings.TrimSpace(record[h.at[c]])
	}
	number := func(c column, otherwise, limit float64) float64 {
		if h.at[c] < 0 {
			return otherwise
		}
		n, parseErr := strconv.ParseFloat(text(c), 64)
		switch {
		case err != nil:
		case parseErr != nil || !(n >= 0):
			err = fmt.Errorf("column %s: expected a number, 0 or more, found %q", h.names[c], text(c))
		case n > limit:
			err = fmt.Errorf("column %s: expected at most %.0f, found %s", h.names[c], limit, text(c))
		}
		return n
	}
	longest := float64(traces.MaxTime) * float64(time.Millisecond) / float64(h.unit)
	duration := func(c column) time.Duration {
		return time.Duration(number(c, 0, longest) * float64(h.unit)).Round(time.Millisecond)
	}
	s = stage{
		app: text(appColumn), submit: duration(submitColumn), name: text(stageColumn), user: text(userColumn), queue: text(queueColumn),
		after: strings.FieldsFunc(text(afterColumn), func(r rune) bool { return r == ';' || r == ' ' }),
		cores: int(math.Ceil(number(coresColumn, 1, traces.MaxID))),
	}
	s.class = cmp.Or(text(classColumn), h.class, traces.Class(s.app))
	tasks, each := number(tasksColumn, 1, math.MaxFloat64), duration(secondsColumn)
	switch {
	case err != nil:
		return s, err
	case s.app == "":
		return s, fmt.Errorf("column %s: expected an application, found nothing", h.names[appColumn])
	}
	return s, s.setTasks(tasks, each)
}
