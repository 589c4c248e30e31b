package formats_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/formats"
)

// A secondsFormat is the format of another program: a file with a duration in seconds on
// each line, which becomes an application of one task.
type secondsFormat struct{}

func (secondsFormat) Name() string           { return "seconds" }
func (secondsFormat) Suffix() string         { return ".seconds" }
func (secondsFormat) Sniff(head []byte) bool { return strings.HasPrefix(string(head), "seconds\n") }

func (secondsFormat) Read(r io.Reader, path string) (*traces.Workload, error) {
	w := &traces.Workload{Name: path}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		if number == 1 {
			continue
		}
		work, err := time.ParseDuration(lines.Text() + "s")
		if err != nil {
			return nil, traces.LineError(path, number, "expected seconds, found %q", lines.Text())
		}
		id := fmt.Sprintf("app-%d", number)
		w.Apps = append(w.Apps, &traces.Application{
			ID: id, Name: id, Class: "all",
			Profiles: []traces.Profile{{Cores: 1, MemoryMB: 1024, TaskCPUs: 1}},
			Stages:   []traces.Stage{{Tasks: []traces.Task{{Run: int32(work.Milliseconds()), Host: -1}}}},
			Jobs:     []traces.Job{{Cue: traces.Cue{After: -1}, Stages: []int{0}}},
		})
	}
	return w, lines.Err()
}

// A program adds a format, which is then found and read like the others.
func Example() {
	formats.Formats = append(formats.Formats, secondsFormat{})
	const file = "seconds\n90\n30\n"
	f := formats.Find([]byte(file), "jobs.seconds")
	w, err := formats.Read(f, "jobs.seconds", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil })
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range w.Apps {
		fmt.Println(f.Name(), a.ID, traces.TotalWork(a))
	}
	// Output:
	// seconds app-2 1m30s
	// seconds app-3 30s
}
