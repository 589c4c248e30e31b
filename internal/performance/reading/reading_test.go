package reading

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"

	"dynalloc/internal/stopwatch"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan/slow"
	"dynalloc/traces/source"
)

// BenchmarkReading measures the processor time, on one core, from zstd to a workload,
// relative to two readers of the same files that are measured beside it: one that only
// decompresses and splits into lines (x-bare), and one that decodes the events of tasks,
// stages and jobs with encoding/json, the fields that a workload needs alone (x-json: how
// many times longer that one takes). The latter makes no workload of them, so that a
// reader that did would take longer still.
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
					func() { _, err := eachLine(paths, decode); must(err) },
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

// decode decodes what a workload needs of a line of frequent events.
func decode(line []byte) (err error) {
	with := slow.Decode(json.Unmarshal)
	name, found := bytes.CutPrefix(line, []byte(`{"Event":"SparkListener`))
	if !found {
		return nil
	}
	name, _, _ = bytes.Cut(name, []byte(`"`))
	switch string(name) {
	case "TaskStart", "TaskEnd":
		_, err = with.Task(line)
	case "StageSubmitted", "StageCompleted":
		_, err = with.Stage(line)
	case "JobStart":
		_, err = with.JobStart(line)
	case "JobEnd":
		_, err = with.JobEnd(line)
	}
	return err
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
