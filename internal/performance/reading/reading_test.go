package reading

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"dynalloc/internal/stopwatch"
	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/eventlog/scan/slow"
	"dynalloc/traces/source"
)

// BenchmarkReading measures the processor time, on one core, from zstd to a workload,
// relative to two readers of the same files that are measured beside it: one that only
// decompresses and splits into lines (x-bare), and one that decodes the fields that a workload
// needs with encoding/json and makes an equal workload of them (x-json: how many times longer
// that one takes).
func BenchmarkReading(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, s := range sets {
		b.Run("logs="+s.name, func(b *testing.B) {
			paths := s.write(b, b.TempDir())
			size := 0
			must := func(err error) {
				if err != nil {
					b.Fatal(err)
				}
			}
			var took [3]float64
			rounds := 0
			for b.Loop() {
				for i, t := range stopwatch.Medians(1,
					func() { _, err := read(paths); must(err) },
					func() { var err error; size, err = eachLine(paths, func([]byte) error { return nil }); must(err) },
					func() { _, err := readWithJSON(paths); must(err) },
				) {
					took[i] += t.Seconds()
				}
				rounds++
			}
			b.ReportMetric(took[0]/took[1], "x-bare")
			b.ReportMetric(took[2]/took[0], "x-json")
			megabytes := float64(size*rounds) / 1e6
			b.ReportMetric(megabytes/took[0], "text-MB/s")
			b.ReportMetric(megabytes/took[1], "bare-MB/s")
		})
	}
}

// read makes a workload of logs.
func read(paths []string) (*traces.Workload, error) {
	logs, err := source.Open(paths...)
	if err != nil {
		return nil, err
	}
	w, bad, err := traces.Collect("reading", logs)
	for _, b := range bad {
		err = errors.Join(err, b)
	}
	return w, err
}

// eachLine decompresses files and calls a function for each line, and returns the length
// of the text.
func eachLine(paths []string, take func(line []byte) error) (size int, err error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return 0, err
	}
	defer decoder.Close()
	lines := bufio.NewReaderSize(decoder, 1<<20)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		if err := decoder.Reset(f); err != nil {
			return 0, err
		}
		for lines.Reset(decoder); ; {
			line, err := lines.ReadSlice('\n')
			size += len(line)
			if err == io.EOF {
				break
			}
			if err == nil {
				err = take(line)
			}
			if err != nil {
				return 0, err
			}
		}
		if err := f.Close(); err != nil {
			return 0, err
		}
	}
	return size, nil
}

// readWithJSON is read with encoding/json in place of package scan.
func readWithJSON(paths []string) (*traces.Workload, error) {
	logs, err := source.Open(paths...)
	if err != nil {
		return nil, err
	}
	defer logs.Close()
	var apps []*traces.Application
	for log := range logs.EventLogs() {
		log.Decode = slow.Decode(json.Unmarshal).Event
		app, err := eventlog.Read(log)
		if err != nil {
			return nil, err
		}
		apps = append(apps, app)
	}
	return traces.Arrange("reading", apps), nil
}

// The reader with encoding/json makes an equal workload.
func TestBothReadersMakeEqualWorkloads(t *testing.T) {
	for _, s := range sets {
		s.logs, s.copies = min(s.logs, 3), min(s.copies, 2)
		paths := s.write(t, t.TempDir())
		fast, err := read(paths)
		if err != nil {
			t.Fatal(err)
		}
		with, err := readWithJSON(paths)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fast, with, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: with encoding/json (+) it differs:\n%s", s.name, diff)
		}
	}
}

// The logs are as many applications, with as many tasks, as they say.
func TestLogsAreWhatTheySay(t *testing.T) {
	for name, want := range map[string][2]int{"large": {1, 2 * 460}, "stages": {1, 2 * 126}, "small": {3, 3 * 56}} {
		for _, s := range sets {
			if s.name != name {
				continue
			}
			s.logs, s.copies = want[0], min(2, s.copies)
			w, err := read(s.write(t, t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			tasks := 0
			for _, a := range w.Apps {
				for i := range a.Stages {
					tasks += a.Stages[i].Size()
				}
			}
			if len(w.Apps) != want[0] || tasks != want[1] {
				t.Errorf("%s: %d applications with %d tasks, want %d", name, len(w.Apps), tasks, want)
			}
		}
	}
}
