package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// A Format is a kind of file, other than Spark's event log, that holds a whole
// workload. docs/FORMATS.md states how each maps to a workload and its limits.
type Format interface {
	// Name is what messages call the format.
	Name() string
	// Suffix is the end of file names that promise the format; empty if only the
	// content tells.
	Suffix() string
	// Sniff reports whether a file that begins with head has the format.
	Sniff(head []byte) bool
	// Read reads a whole file. path is its name in errors, which say the line and
	// what was expected.
	Read(r io.Reader, path string) (*traces.Workload, error)
}

// Formats are all formats, in the order in which a file is compared with them.
var Formats = []Format{
	&fileFormat{"native text", ".workload", isNativeText, traces.ReadText},
	&fileFormat{"SWF", ".swf", isSWF, readSWF},
	&fileFormat{"Alibaba 2017 batch", "", alibaba2017.matches, alibaba2017.read},
	&fileFormat{"Alibaba 2018 job graphs", "", isAlibaba2018, readAlibaba2018},
	&fileFormat{"SWIM", "", isSWIM, readSWIM},
	&fileFormat{"Decima TPC-H", "", isDecima, readDecima},
	&fileFormat{"WTA", "", wta.matches, wta.read},
	&fileFormat{"CSV", "", isMappedCSV, readMappedCSV},
}

// A fileFormat is a Format given by its functions.
type fileFormat struct {
	name, suffix string
	sniff        func(head []byte) bool
	read         func(r io.Reader, path string) (*traces.Workload, error)
}

func (f *fileFormat) Name() string                                            { return f.name }
func (f *fileFormat) Suffix() string                                          { return f.suffix }
func (f *fileFormat) Sniff(head []byte) bool                                  { return f.sniff(head) }
func (f *fileFormat) Read(r io.Reader, path string) (*traces.Workload, error) { return f.read(r, path) }

// Find returns the format of a file from its beginning or, if no format
// has such a beginning, from its name without the ending of a codec. It is nil
// if the file has none of the formats.
func Find(head []byte, name string) Format {
	for _, f := range Formats {
		if f.Sniff(head) {
			return f
		}
	}
	name = strings.ToLower(name)
	for _, f := range Formats {
		if f.Suffix() != "" && strings.HasSuffix(name, f.Suffix()) {
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

// Read reads the file at path, which open opens, as a format. A file that is
// damaged anywhere is refused with a *LogError: a workload without its end would
// be another workload.
func Read(f Format, path string, open func() (io.ReadCloser, error)) (*traces.Workload, error) {
	w, err := readWhole(f, path, open)
	if err != nil {
		return nil, refuse(f, path, err)
	}
	for _, a := range w.Apps {
		a.Path = path
		if !w.Epoch.IsZero() {
			a.Started = w.Epoch.Add(a.Submit)
		}
		a.DeriveLog()
	}
	return w, nil
}

func readWhole(f Format, path string, open func() (io.ReadCloser, error)) (*traces.Workload, error) {
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	w, err := f.Read(in, path)
	if err != nil {
		return nil, err
	}
	if len(w.Apps) == 0 {
		return nil, errors.New("it holds no application that can be replayed")
	}
	w.Sort()
	return w, w.Check()
}

func refuse(f Format, path string, err error) error {
	refused := &traces.LogError{}
	if !errors.As(err, &refused) {
		refused = &traces.LogError{Err: err}
	}
	if errors.Is(refused.Err, io.ErrUnexpectedEOF) {
		refused.Err = errCutTable
	}
	refused.Path, refused.Err = path, fmt.Errorf("%w (read as %s)", refused.Err, f.Name())
	refused.Log = traces.Log{Grade: traces.Unreadable, Problems: []traces.Note{refusedFile.With(refused)}}
	return refused
}

// refusedFile is the problem of a file of which no application can be made.
var refusedFile = note.Declare("file-refused", "error")

var errCutTable = errors.New("the file is cut short here: expected more; give the whole file")

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
func derivedApp(id, class string, cores int) *traces.Application {
	cores = max(1, cores)
	return &traces.Application{
		ID: id, Name: id, Class: class, Properties: derivedProperties(),
		Profiles: []traces.Profile{{Cores: cores, MemoryMB: 1024, OverheadMB: spark.OverheadMB(1024), TaskCPUs: cores}},
	}
}

// equalTasks makes the tasks of stages of which only a number and a mean
// duration are known. Stages with the same duration share them, so that records
// with millions of tasks fit in memory; nothing changes a workload's tasks.
type equalTasks map[time.Duration][]traces.Task

func (e equalTasks) of(n int, each time.Duration) []traces.Task {
	have := e[each]
	if len(have) < n {
		task := traces.Task{Run: int32(each.Milliseconds()), Host: -1}
		have = slices.Repeat([]traces.Task{task}, max(n, min(2*len(have), traces.MaxTasks)))
		e[each] = have
	}
	return have[:n:n]
}

// checkEqual refuses tasks that cannot be.
func checkEqual(tasks int, each time.Duration) error {
	switch {
	case tasks < 1 || tasks > traces.MaxTasks:
		return fmt.Errorf("expected 1 to %d tasks in a stage, found %d", int(traces.MaxTasks), tasks)
	case each < 0 || each > traces.MaxTask:
		return fmt.Errorf("expected a task's duration from 0 to %d days, found %v", int(traces.MaxTask/(24*time.Hour)), each)
	}
	return nil
}
