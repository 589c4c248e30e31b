package reading

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"testing"
	"time"

	"dynalloc/internal/stopwatch"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// A made is a file system with one event log, whose text is made as it is read.
type made struct {
	log    *repeated
	copies int
	read   int64 // bytes, by all who read it
}

type madeFile struct {
	io.Reader
	*made
}

func (m *made) Open(name string) (fs.File, error) {
	if name != m.Name() {
		return nil, fs.ErrNotExist
	}
	return madeFile{m.log.open(m.copies), m}, nil
}

func (f madeFile) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	f.read += int64(n)
	return n, err
}

func (f madeFile) Close() error               { return nil }
func (f madeFile) Stat() (fs.FileInfo, error) { return f.made, nil }

func (m *made) Name() string       { return "app-20260101000000-0000" }
func (m *made) Size() int64        { return 1 } // as far as is known
func (m *made) Mode() fs.FileMode  { return 0o444 }
func (m *made) ModTime() time.Time { return time.Time{} }
func (m *made) IsDir() bool        { return false }
func (m *made) Sys() any           { return nil }

// A log of so many MB of text (HUGE_LOG, 20,000 is what "make huge-log" gives) that is made
// while it is read, and never stored, is read in less than 500 MB of memory. It has as many
// tasks as the text says.
func TestHugeLogsAreReadInLittleMemory(t *testing.T) {
	const most = 500e6 // bytes
	megabytes, err := strconv.Atoi(os.Getenv("HUGE_LOG"))
	if err != nil {
		megabytes = 40
	}
	text, _ := recordingText(t, "fanout/static4")
	log := newRepeated(text)
	copies := megabytes * 1e6 / len(log.appendAll())
	m := &made{log: log, copies: copies}
	logs, err := source.OpenFS(m, m.Name())
	if err != nil {
		t.Fatal(err)
	}
	began := stopwatch.Processor()
	w, bad, err := traces.Collect("huge", logs)
	for _, b := range bad {
		err = errors.Join(err, b)
	}
	if err != nil {
		t.Fatal(err)
	}
	took := (stopwatch.Processor() - began).Seconds()
	tasks, peak := 0, float64(stopwatch.PeakMemory())
	for i := range w.Apps[0].Stages {
		tasks += w.Apps[0].Stages[i].Size()
	}
	t.Logf("%.0f MB of text, %d stages, %d tasks: %.0f s of processor time, %.0f MB resident at the peak",
		float64(m.read)/1e6, len(w.Apps[0].Stages), tasks, took, peak/1e6)
	if want := 460 * copies; tasks != want {
		t.Errorf("%d tasks, want %d", tasks, want)
	}
	if peak > most {
		t.Errorf("%.0f MB were resident; want at most %.0f", peak/1e6, most/1e6)
	}
}

// appendAll is one copy of the work.
func (r *repeated) appendAll() []byte {
	return (&copier{repeated: r, random: random()}).appendCopy(nil)
}
