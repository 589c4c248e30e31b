package formats

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"dynalloc/traces"
)

// SWIM's samples of Facebook's MapReduce jobs (Chen, Ganapathi, Griffith, Katz,
// MASCOTS 2011): six columns with tabs between them. They have bytes, and neither
// tasks nor durations.
const (
	swimJob = iota
	swimSubmit
	_ // seconds since the job before
	swimInput
	swimShuffle
	swimOutput
	swimFields
)

const (
	// swimTaskBytes is what one task takes in: dfs.blocksize of Hadoop, 128 MiB,
	// which is also spark.sql.files.maxPartitionBytes.
	swimTaskBytes = 128 << 20
	// swimBytesPerSecond is what one task reads and writes: an assumption, as no
	// record says it. Half of it doubles every duration.
	swimBytesPerSecond = 10 << 20
	// swimLeast is what a task takes however little it reads, an assumption too.
	swimLeast = time.Second
)

func isSWIM(head []byte) bool {
	_, err := swimRow(firstLine(head, ""))
	return err == nil
}

// swimRow reads the numbers of a line.
func swimRow(line string) (n [swimFields]int64, err error) {
	words := strings.Split(line, "\t")
	if len(words) != swimFields {
		return n, fmt.Errorf("expected six columns with tabs between them (job, submit, gap, input, shuffle, output), found %d", len(words))
	}
	for i, word := range words[swimSubmit:] {
		if n[i+1], err = strconv.ParseInt(strings.TrimSpace(word), 10, 64); err != nil || n[i+1] < 0 {
			return n, fmt.Errorf("expected a whole number in column %d, found %q", i+2, word)
		}
	}
	return n, nil
}

func readSWIM(r io.Reader, path string) (*traces.Workload, error) {
	w := &traces.Workload{Name: path, Notes: []string{
		fmt.Sprintf(noteDerived, path),
		fmt.Sprintf("%s: a SWIM sample, which has bytes and no durations: tasks are made up, of 128 MiB each, at 10 MiB/s and at least a second.", path),
	}}
	shared := equalTasks{}
	err := traces.EachLine(r, path, func(line string, number int) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		n, err := swimRow(line)
		if err != nil {
			return traces.LineError(path, number, "%w", err)
		}
		if n[swimSubmit] > traces.MaxTime/1000 {
			return traces.LineError(path, number, "expected a submit time in seconds, found %d", n[swimSubmit])
		}
		name, _, _ := strings.Cut(line, "\t")
		a := derivedApp(name, "map", 1)
		a.Submit = time.Duration(n[swimSubmit]) * time.Second
		a.Jobs = []traces.Job{{Cue: traces.Cue{After: -1}, Stages: []int{0}}}
		// Maps read the input and write the shuffle, or the output where there is no
		// shuffle; reducers read the shuffle and write the output.
		written := n[swimOutput]
		if n[swimShuffle] > 0 {
			written = n[swimShuffle]
		}
		if err := swimStage(a, "map", n[swimInput], written, shared); err != nil {
			return traces.LineError(path, number, "%w", err)
		}
		if n[swimShuffle] > 0 {
			a.Class = "map-reduce"
			if err := swimStage(a, "reduce", n[swimShuffle], n[swimOutput], shared); err != nil {
				return traces.LineError(path, number, "%w", err)
			}
			a.Stages[0].Map, a.Stages[1].Parents = true, []int{0}
			a.Jobs[0].Stages = []int{0, 1}
		}
		w.Apps = append(w.Apps, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// swimStage adds a stage that reads and writes so many bytes.
func swimStage(a *traces.Application, name string, in, out int64, shared equalTasks) error {
	tasks := max(1, math.Ceil(float64(in)/swimTaskBytes))
	seconds := (float64(in) + float64(out)) / tasks / swimBytesPerSecond
	if tasks > traces.MaxTasks || seconds > traces.MaxTask.Seconds() {
		return fmt.Errorf("expected a job of at most %d tasks and %.0f seconds a task, found %.0f and %.0f", int(traces.MaxTasks), traces.MaxTask.Seconds(), tasks, seconds)
	}
	each := max(swimLeast, time.Duration(seconds*float64(time.Second)).Round(100*time.Millisecond))
	a.Stages = append(a.Stages, traces.Stage{ID: len(a.Stages), Name: name, Tasks: shared.of(int(tasks), each)})
	return nil
}
