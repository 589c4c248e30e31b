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

	"dynalloc/traces"
)

// A columns says which columns of a CSV file mean what. A row is a stage: so
// many equal tasks. Rows with the same application are one.
type columns struct {
	kind   string // class of all applications, where no column gives it; empty: told from their ids
	app    string // id of the application
	submit string // when the application, or this stage of it, was submitted
	tasks  string // number of tasks; empty: one
	each   string // mean duration of one task
	stage  string // id of the stage in its application
	after  string // ids of the stages that it reads, separated by ; or spaces
	cores  string // of one task; a part of a core counts as a whole one
	class  string
	user   string
	queue  string
	unit   time.Duration // of submit and each
	notes  []string
}

// A columnKey is what a mapping calls a column, and where its name is kept.
type columnKey struct {
	key    string
	column *string
}

// columnKeys are the names by which a file's own mapping calls the columns; the
// same names need no mapping.
func (c *columns) columnKeys() []columnKey {
	return []columnKey{
		{"app", &c.app}, {"submit", &c.submit}, {"seconds", &c.each}, {"tasks", &c.tasks}, {"stage", &c.stage},
		{"after", &c.after}, {"cores", &c.cores}, {"class", &c.class}, {"user", &c.user}, {"queue", &c.queue},
	}
}

// mappingMark begins the line that says which columns mean what.
const mappingMark = "#columns"

// isMappedCSV takes a file that brings its mapping, or that names its columns
// as a mapping would.
func isMappedCSV(head []byte) bool {
	line := firstLine(head, "")
	if strings.HasPrefix(line, mappingMark) {
		return true
	}
	names := strings.Split(line, ",")
	for _, needed := range []string{"app", "submit", "seconds"} {
		if !slices.Contains(names, needed) {
			return false
		}
	}
	return true
}

// matches takes a file whose header names all columns of the mapping.
func (c columns) matches(head []byte) bool {
	names := strings.Split(firstLine(head, ""), ",")
	for _, column := range []string{c.app, c.submit, c.tasks, c.each, c.stage, c.after, c.cores} {
		if column != "" && !slices.Contains(names, column) {
			return false
		}
	}
	return true
}

// readMappedCSV reads a CSV file whose first line may be a mapping:
//
//	#columns app=job_id submit=start_ms seconds=length_ms tasks=instances unit=1ms
//
// What the mapping does not name is looked for under its own name, and does
// without where it may.
func readMappedCSV(r io.Reader, path string) (*traces.Workload, error) {
	c := columns{unit: time.Second}
	for _, k := range c.columnKeys() {
		*k.column = k.key
	}
	return c.readRows(r, path, true)
}

func (c columns) read(r io.Reader, path string) (*traces.Workload, error) {
	return c.readRows(r, path, false)
}

// mapping reads the line that says which columns mean what.
func (c *columns) mapping(line string) error {
	for _, word := range strings.Fields(line) {
		key, column, ok := strings.Cut(word, "=")
		if key == "unit" {
			unit, err := time.ParseDuration(column)
			if err != nil || unit <= 0 {
				return fmt.Errorf("%s: expected unit=TIME such as unit=1ms, found %q", mappingMark, word)
			}
			c.unit = unit
			continue
		}
		keys := c.columnKeys()
		at := slices.IndexFunc(keys, func(k columnKey) bool { return k.key == key })
		if at < 0 || !ok || column == "" {
			return fmt.Errorf("%s: expected one of app, submit, seconds, tasks, stage, after, cores, class, user, queue or unit before a = and a column after it, found %q", mappingMark, word)
		}
		*keys[at].column = column
	}
	return nil
}

// A csvRow is a stage as its row gives it.
type csvRow struct {
	line          int
	app           string
	submit        time.Duration
	tasks         int
	each          time.Duration
	stage         string
	after         []string
	cores         int
	class         string
	user, queue   string
	placed, walks bool // of the search for circles
}

func (c *columns) readRows(r io.Reader, path string, mapped bool) (*traces.Workload, error) {
	table := csv.NewReader(r)
	table.ReuseRecord, table.FieldsPerRecord, table.TrimLeadingSpace = true, -1, true
	var column func(name string) int
	var header int
	byApp := map[string][]csvRow{}
	var apps []string
	for {
		record, err := table.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
				return nil, traces.LineError(path, parse.Line, "expected values with commas between them: %w", parse.Err)
			}
			line, _ := table.FieldPos(0)
			return nil, traces.LineError(path, line+1, "expected a row: %w", err)
		}
		line, _ := table.FieldPos(0)
		if column == nil {
			if mapped && strings.HasPrefix(record[0], mappingMark) {
				if err := c.mapping(strings.TrimPrefix(strings.Join(record, ","), mappingMark)); err != nil {
					return nil, traces.LineError(path, line, "%w", err)
				}
				mapped = false
				continue
			}
			names := slices.Clone(record)
			header = len(names)
			column = func(name string) int {
				if name == "" {
					return -1 // not mapped, though some headers have a column without a name
				}
				return slices.Index(names, name)
			}
			for _, needed := range []string{c.app, c.submit, c.each} {
				if column(needed) < 0 {
					return nil, traces.LineError(path, line, "expected a column %q; the header has %s", needed, strings.Join(names, ", "))
				}
			}
			continue
		}
		if len(record) != header {
			return nil, traces.LineError(path, line, "expected %d values, as in the header, found %d", header, len(record))
		}
		row, err := c.row(record, column)
		if err != nil {
			return nil, traces.LineError(path, line, "%w", err)
		}
		row.line = line
		if byApp[row.app] == nil {
			apps = append(apps, row.app)
		}
		byApp[row.app] = append(byApp[row.app], row)
	}
	if column == nil {
		return nil, traces.LineError(path, 1, "expected a header that names the columns, found nothing")
	}
	w := &traces.Workload{Name: path, Notes: []string{fmt.Sprintf(noteDerived, path)}}
	for _, note := range c.notes {
		w.Notes = append(w.Notes, path+": "+note)
	}
	shared := equalTasks{}
	for _, id := range apps {
		a, err := c.application(byApp[id], shared, path)
		if err != nil {
			return nil, err
		}
		w.Apps = append(w.Apps, a)
	}
	return w, nil
}

// row reads one row.
func (c *columns) row(record []string, column func(string) int) (csvRow, error) {
	text := func(name string) string {
		if i := column(name); i >= 0 {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	var faults error
	number := func(name string, def float64) float64 {
		value := text(name)
		if value == "" && column(name) < 0 {
			return def
		}
		n, err := strconv.ParseFloat(value, 64)
		if faults == nil && (err != nil || math.IsNaN(n) || n < 0 || n > 1e15) {
			faults = fmt.Errorf("column %s: expected a number, 0 or more, found %q", name, value)
		}
		return n
	}
	length := func(name string) time.Duration {
		n := number(name, 0) * float64(c.unit)
		if faults == nil && n > float64(traces.MaxTime)*float64(time.Millisecond) {
			faults = fmt.Errorf("column %s: %s is too long a time", name, text(name))
		}
		return time.Duration(n).Round(time.Millisecond)
	}
	row := csvRow{
		app: text(c.app), submit: length(c.submit), tasks: int(number(c.tasks, 1)), each: length(c.each), stage: text(c.stage),
		after: strings.FieldsFunc(text(c.after), func(r rune) bool { return r == ';' || r == ' ' }),
		cores: int(math.Ceil(number(c.cores, 1))), class: text(c.class), user: text(c.user), queue: text(c.queue),
	}
	switch {
	case faults != nil:
		return row, faults
	case row.app == "":
		return row, fmt.Errorf("column %s: expected an application, found nothing", c.app)
	case row.cores < 0 || row.cores > traces.MaxID:
		return row, fmt.Errorf("column %s: expected the cores of one task, found %q", c.cores, text(c.cores))
	}
	return row, checkEqual(row.tasks, row.each)
}

// application makes one application of its rows. Where the file says which
// stage reads which, they are one job; else each submit time is a job of its
// own, of stages side by side.
func (c *columns) application(rows []csvRow, shared equalTasks, path string) (*traces.Application, error) {
	graph := slices.ContainsFunc(rows, func(r csvRow) bool { return len(r.after) > 0 })
	if graph {
		var err error
		if rows, err = parentsFirst(rows, path); err != nil {
			return nil, err
		}
	} else {
		slices.SortStableFunc(rows, func(x, y csvRow) int { return cmp.Compare(x.submit, y.submit) })
	}
	start, cores := rows[0].submit, 1
	index := map[string]int{}
	for i, r := range rows {
		start, cores = min(start, r.submit), max(cores, r.cores)
		if r.stage != "" {
			index[r.stage] = i
		}
	}
	first := &rows[0]
	a := derivedApp(first.app, cmp.Or(first.class, c.kind, traces.Class(first.app)), cores)
	a.User, a.Queue, a.Submit = first.user, first.queue, start
	for i, r := range rows {
		if i == 0 || !graph && r.submit != rows[i-1].submit {
			a.Jobs = append(a.Jobs, traces.Job{ID: len(a.Jobs), Cue: traces.Cue{After: -1, Gap: r.submit - start}})
		}
		if graph {
			a.Jobs[0].Cue.Gap = 0
		}
		s := traces.Stage{ID: i, Name: r.stage, Tasks: shared.of(r.tasks, r.each)}
		for _, parent := range r.after {
			p := index[parent]
			if !slices.Contains(s.Parents, p) {
				s.Parents = append(s.Parents, p)
			}
			a.Stages[p].Map = true
		}
		slices.Sort(s.Parents)
		a.Stages = append(a.Stages, s)
		j := &a.Jobs[len(a.Jobs)-1]
		j.Stages = append(j.Stages, i)
	}
	return a, nil
}

// parentsFirst orders stages so that each stands after all that it reads, and
// otherwise as the file has them.
func parentsFirst(rows []csvRow, path string) ([]csvRow, error) {
	index := map[string]int{}
	for i, r := range rows {
		if _, twice := index[r.stage]; twice {
			return nil, traces.LineError(path, r.line, "expected each stage of application %s once, found %q again", r.app, r.stage)
		}
		index[r.stage] = i
	}
	ordered := make([]csvRow, 0, len(rows))
	// A row waits on the stack while its parents are placed; a stack of our own,
	// as chains may be long.
	for i := range rows {
		stack := []int{i}
		for len(stack) > 0 {
			r := &rows[stack[len(stack)-1]]
			next := -1
			for _, name := range r.after {
				p, ok := index[name]
				switch {
				case !ok:
					return nil, traces.LineError(path, r.line, "stage %q of application %s reads stage %q, which is not there", r.stage, r.app, name)
				case rows[p].walks && !rows[p].placed, p == stack[len(stack)-1]:
					return nil, traces.LineError(path, r.line, "stage %q of application %s waits for itself by way of stage %q", r.stage, r.app, name)
				case !rows[p].placed:
					next = p
				}
			}
			if next >= 0 {
				r.walks = true
				stack = append(stack, next)
				continue
			}
			if !r.placed {
				r.placed = true
				ordered = append(ordered, *r)
			}
			stack = stack[:len(stack)-1]
		}
	}
	return ordered, nil
}
