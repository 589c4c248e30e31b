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
// MASCOTS 2011) have six columns with tabs between them. They record bytes, and neither
// tasks nor durations.
const (
	swimJob    = iota
	swimSubmit // seconds
	_          // seconds since the job before
	swimInput  // bytes, like the next two
	swimShuffle
	swimOutput
	swimFields
)

const (
	// swimTaskBytes is the number of bytes that one task reads: dfs.blocksize of Hadoop,
	// 128 MiB, which is also spark.sql.files.maxPartitionBytes.
	swimTaskBytes = 128 << 20
	// swimBytesPerSecond is how fast one task reads and writes. It is an assumption: no
	// record says it. Half of it doubles all durations.
	swimBytesPerSecond = 10 << 20
	// swimMinimum is the least duration of a task, also an assumption.
	swimMinimum = time.Second
)

func sniffSWIM(head []byte) bool {
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
	w := &traces.Workload{Name: path, Notes: []traces.Note{withoutSettings.With(path), swimNote.With(path)}}
	shared := equalTasks{}
	err := traces.EachLine(r, path, func(line string, number int) error {
		n, err := swimRow(line)
		if err != nil {
			return err
		}
		if n[swimSubmit] > traces.MaxTime/1000 {
			return fmt.Errorf("expected a submit time in seconds, found %d", n[swimSubmit])
		}
		id, _, _ := strings.Cut(line, "\t")
		maps := stage{line: number, app: id, name: "map", class: "map", submit: time.Duration(n[swimSubmit]) * time.Second}
		stages := []stage{maps}
		// Maps read the input and write the shuffle, or the output if there is no
		// shuffle. Reducers read the shuffle and write the output.
		written := n[swimOutput]
		if n[swimShuffle] > 0 {
			written = n[swimShuffle]
			stages[0].class = "map-reduce"
			reduces := maps
			reduces.name, reduces.after = "reduce", []string{"map"}
			if err := reduces.setBytes(n[swimShuffle], n[swimOutput]); err != nil {
				return err
			}
			stages = append(stages, reduces)
		}
		if err := stages[0].setBytes(n[swimInput], written); err != nil {
			return err
		}
		a, err := shared.application(stages, path)
		w.Apps = append(w.Apps, a)
		return err
	})
	return w, err
}

// setBytes gives a stage the tasks that read and write these bytes.
func (s *stage) setBytes(in, out int64) error {
	tasks := max(1, math.Ceil(float64(in)/swimTaskBytes))
	each := (float64(in) + float64(out)) / tasks / swimBytesPerSecond * float64(time.Second)
	return s.setTasks(tasks, max(swimMinimum, time.Duration(each).Round(100*time.Millisecond)))
}
