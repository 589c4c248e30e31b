package traces

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"
	"time"
)

// A format is a kind of file that holds a whole workload, other than Spark's
// event log. docs/FORMATS.md states the mapping of each and its limits.
type format struct {
	name    string                 // for people
	suffix  string                 // of file names that promise it; empty: content alone tells
	matches func(head []byte) bool // says whether the beginning of a file is of it
	read    func(r io.Reader, path string) (*Workload, error)
}

var formats = []*format{
	{name: "native text", suffix: ".workload", matches: isNativeText, read: ReadText},
	{name: "SWF", suffix: ".swf", matches: isSWF, read: readSWF},
	{name: "Alibaba 2017 batch", matches: alibaba2017.matches, read: alibaba2017.read},
	{name: "Alibaba 2018 job graphs", matches: isAlibaba2018, read: readAlibaba2018},
	{name: "SWIM", matches: isSWIM, read: readSWIM},
	{name: "Decima TPC-H", matches: isDecima, read: readDecima},
	{name: "WTA", matches: wta.matches, read: wta.read},
	{name: "CSV", matches: isMappedCSV, read: readMappedCSV},
}

// formatOf tells the format of a file from its beginning, and from its name
// where that says nothing. It is nil for what is none of them.
func formatOf(head []byte, name string) *format {
	for _, f := range formats {
		if f.matches(head) {
			return f
		}
	}
	name = strings.ToLower(name)
	if codecOfName(name) != noCodec {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	for _, f := range formats {
		if f.suffix != "" && strings.HasSuffix(name, f.suffix) {
			return f
		}
	}
	return nil
}

// firstLine is the first line of a file's beginning that is not blank and does
// not start with one of the given marks, without its end.
func firstLine(head []byte, marks string) string {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && !strings.ContainsRune(marks, rune(line[0])) {
			return string(line)
		}
	}
	return ""
}

// A tableSource is a file of one of the formats.
type tableSource struct {
	logPart
	format *format
}

// read reads the file whole. One that is damaged anywhere is refused: a
// workload without its end would be another workload.
func (s *tableSource) read() (*Workload, error) {
	in, err := s.open()
	if err != nil {
		return nil, s.refuse(err)
	}
	defer in.Close()
	w, err := s.format.read(in, s.Name)
	if err == nil && len(w.Apps) == 0 {
		err = errors.New("it holds no application that can be replayed")
	}
	if err == nil {
		w.sort()
		err = w.Check()
	}
	if err != nil {
		return nil, s.refuse(err)
	}
	for _, a := range w.Apps {
		a.Path = s.Name
		if !w.Epoch.IsZero() {
			a.Started = w.Epoch.Add(a.Submit)
		}
		a.count()
	}
	return w, nil
}

func (s *tableSource) refuse(err error) error {
	refused := &LogError{}
	if !errors.As(err, &refused) {
		refused = &LogError{Err: err}
	}
	if errors.Is(refused.Err, io.ErrUnexpectedEOF) {
		refused.Err = errCutTable
	}
	refused.Path, refused.Err = s.Name, fmt.Errorf("%w (read as %s)", refused.Err, s.format.name)
	refused.Log = Log{Grade: Unreadable, Problems: []string{refused.Error()}}
	return refused
}

var errCutTable = errors.New("the file is cut short here: expected more; give the whole file")

// count fills in the counts that an event log would have had.
func (a *Application) count() {
	a.Log.Jobs, a.Log.Stages, a.Log.Tasks = len(a.Jobs), len(a.Stages), 0
	for i := range a.Stages {
		a.Log.Tasks += len(a.Stages[i].Tasks)
	}
	if a.Recorded != nil {
		a.Log.ExecutorsAdded, a.Log.ExecutorsRemoved = len(a.Recorded.Executors), len(a.Recorded.Executors)
		a.Log.Span = a.Recorded.End
	}
}

// atLine is an error about a line of a file.
func atLine(path string, line int, format string, args ...any) error {
	return &LogError{Path: path, Line: line, Err: fmt.Errorf(format, args...)}
}

// longestTableLine bounds a line of the formats that are read line by line. The
// longest known, of MetaCentrum's SWF, name every node of a job.
const longestTableLine = 64 << 20

// tableLines reads the lines of a file. An error of the stream is given the
// number of the line after which it came.
func tableLines(r io.Reader, path string, take func(line string, number int) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), longestTableLine)
	number := 0
	for lines.Scan() {
		number++
		if err := take(lines.Text(), number); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return atLine(path, number+1, "expected a line of text: %w", err)
	}
	return nil
}

// derivedProperties stand for the settings that other records than Spark's do
// not have: dynamic allocation with Spark's defaults, and the shuffle service
// that it needs to give executors back safely.
func derivedProperties() map[string]string {
	return map[string]string{"spark.dynamicAllocation.enabled": "true", "spark.shuffle.service.enabled": "true"}
}

const noteDerived = "%s: it records no Spark settings. Executors are taken to have one core, 1 GiB of heap and 384 MiB of overhead (Spark's defaults on YARN), and the row \"recorded\" to be dynamic allocation with Spark's defaults and the shuffle service."

// derivedApp is an application of a source that does not know Spark. An
// executor is what Spark takes on YARN where nothing is set: one core,
// spark.executor.memory 1g, spark.executor.memoryOverhead's least, 384 MiB. So
// executors are as many as tasks that run at one time; a policy's cores and
// memory make them larger.
func derivedApp(id, class string, cores int) *Application {
	cores = max(1, cores)
	return &Application{
		ID: id, Name: id, Class: class, Properties: derivedProperties(),
		Profiles: []Profile{{Cores: cores, MemoryMB: 1024, OverheadMB: OverheadMB(1024), TaskCPUs: cores}},
	}
}

// longestTask is the longest work that a Task holds, in its milliseconds.
const longestTask = math.MaxInt32 * time.Millisecond

// mostTasks bounds the tasks of one stage, as in the native text format. The
// most in a public record are 99,410 (Alibaba 2018).
const mostTasks = 1e6

// equalTasks makes the tasks of stages of which only a number and a mean
// duration are known. Stages with the same duration share them, so that records
// with millions of tasks fit in memory; nothing changes a workload's tasks.
type equalTasks map[time.Duration][]Task

func (e equalTasks) of(n int, each time.Duration) []Task {
	have := e[each]
	if len(have) < n {
		task := Task{Run: int32(each.Milliseconds()), Host: -1}
		have = slices.Repeat([]Task{task}, max(n, min(2*len(have), mostTasks)))
		e[each] = have
	}
	return have[:n:n]
}

// checkEqual refuses tasks that cannot be.
func checkEqual(tasks int, each time.Duration) error {
	switch {
	case tasks < 1 || tasks > mostTasks:
		return fmt.Errorf("expected 1 to %d tasks in a stage, found %d", int(mostTasks), tasks)
	case each < 0 || each > longestTask:
		return fmt.Errorf("expected a task's duration from 0 to %d days, found %v", int(longestTask/day), each)
	}
	return nil
}
