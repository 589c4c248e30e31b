package formats

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// The fields of the Standard Workload Format of the Parallel Workloads Archive
// (Feitelson, Tsafrir, Krakov, JPDC 74(10), 2014). A job is a line of 18 numbers, of
// which -1 is unknown; a line that begins with a semicolon belongs to the header.
const (
	swfJob    = iota
	swfSubmit // seconds
	swfWait   // seconds
	swfRun    // seconds
	swfProcessors
	_ // CPU time of a processor
	_ // memory of a processor
	swfRequestedProcessors
	_ // requested time
	_ // requested memory
	_ // status
	swfUser
	swfGroup
	swfProgram
	swfQueue
	swfFields = 18
)

// sniffSWF looks at the first line after the header.
func sniffSWF(head []byte) bool {
	_, err := swfNumbers(firstLine(head, ";"))
	return err == nil
}

// swfNumbers reads the line of a job. Some logs, such as MetaCentrum's, have fields
// after the eighteenth, which are not read.
func swfNumbers(line string) (n [swfFields]float64, err error) {
	words := strings.Fields(line)
	if len(words) < swfFields {
		return n, fmt.Errorf("expected the 18 numbers of a job, found %d words", len(words))
	}
	for i := range n {
		if n[i], err = strconv.ParseFloat(words[i], 64); err != nil || !(math.Abs(n[i]) <= 1e15) {
			return n, fmt.Errorf("expected a number in field %d, found %q", i+1, words[i])
		}
	}
	return n, nil
}

// An swfReader makes applications of jobs. A job is rigid: it becomes one executor with
// as many cores as the job had processors, and one task that takes all of them for the
// run time. So it starts when all its processors are free and not before.
type swfReader struct {
	w          *traces.Workload
	processors int // of the machine; 0: the header does not say
	jobs       int
	leftOut    map[note.Kind]int
}

func readSWF(r io.Reader, path string) (*traces.Workload, error) {
	s := swfReader{w: &traces.Workload{Name: path}, leftOut: map[note.Kind]int{}}
	err := traces.EachLine(r, path, func(line string, _ int) error {
		if header, ok := strings.CutPrefix(line, ";"); ok {
			return s.header(header)
		}
		n, err := swfNumbers(line)
		if err != nil {
			return err
		}
		s.jobs++
		if kind := s.job(n); kind != "" {
			s.leftOut[kind]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.epoch()
	s.notes(path)
	return s.w, nil
}

func (s *swfReader) header(text string) error {
	key, value, _ := strings.Cut(text, ":")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if key != "MaxProcs" && key != "UnixStartTime" {
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil:
		return fmt.Errorf("expected a whole number after %s, found %q", key, value)
	case key == "UnixStartTime" && n > 0 && n < traces.MaxTime/1000:
		s.w.Epoch = time.Unix(n, 0).UTC()
	case key == "MaxProcs" && n > 0 && n <= traces.MaxID:
		s.processors = int(n)
	}
	return nil
}

// job adds a job, or returns why it is left out.
func (s *swfReader) job(n [swfFields]float64) note.Kind {
	processors := int(n[swfProcessors])
	if processors <= 0 {
		processors = int(n[swfRequestedProcessors])
	}
	switch {
	case n[swfRun] < 0:
		return swfNegativeRun
	case processors <= 0:
		return swfNoProcessors
	case n[swfSubmit] < 0:
		return swfNegativeSubmit
	case processors > traces.MaxID || s.processors > 0 && processors > s.processors:
		return swfTooLarge
	}
	a := &traces.Application{
		ID: fmt.Sprintf("job-%07.0f", n[swfJob]), Name: "program-" + swfName(n[swfProgram]), Class: "all",
		User: swfName(n[swfUser]), Submit: swfTime(n[swfSubmit]),
		Profiles: []traces.Profile{{Cores: processors, TaskCPUs: processors}},
		Properties: spark.Properties{
			"spark.dynamicAllocation.enabled": "false", "spark.executor.instances": "1",
			"spark.executor.cores": strconv.Itoa(processors), "spark.cores.max": strconv.Itoa(processors),
		},
		Jobs: []traces.Job{{Cue: traces.Cue{After: -1}}},
	}
	if n[swfQueue] >= 0 {
		a.Queue = "queue-" + swfName(n[swfQueue])
		a.Class = a.Queue
	}
	// A task has at most traces.MaxTask of work: a longer job is a chain of stages.
	run := swfTime(n[swfRun])
	for i := 0; i == 0 || run > 0; i++ {
		part := min(run, traces.MaxTask.Truncate(24*time.Hour))
		run -= part
		stage := traces.Stage{ID: i, Tasks: []traces.Task{{Run: int32(part.Milliseconds()), Host: -1}}, Map: run > 0}
		if i > 0 {
			stage.Parents = []int{i - 1}
		}
		a.Stages = append(a.Stages, stage)
		a.Jobs[0].Stages = append(a.Jobs[0].Stages, i)
	}
	if n[swfWait] >= 0 {
		wait, end := swfTime(n[swfWait]), swfTime(n[swfWait])+swfTime(n[swfRun])
		a.Recorded = &traces.Recorded{
			End: end, Ended: true, Jobs: []traces.RecordedJob{{Start: 0, End: end}},
			Executors: []traces.RecordedExecutor{{
				ID: "0", Host: "machine", Cores: processors, Requested: -1, Added: wait,
				FirstTask: wait, LastTask: end, Removed: end, Reason: "the job ended",
			}},
		}
	}
	s.w.Apps = append(s.w.Apps, a)
	return ""
}

// swfTime is a time in seconds as a duration, brought into the range of a workload's
// times.
func swfTime(seconds float64) time.Duration {
	seconds = min(max(seconds, 0), traces.MaxTime/1000)
	return time.Duration(math.Round(seconds*1000)) * time.Millisecond
}

func swfName(n float64) string {
	if n < 0 {
		return "unknown"
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// year2000 separates two kinds of submit times: those before it count from the start of
// a log, those after it are Unix times, as in MetaCentrum's logs.
const year2000 = 946684800 * time.Second

func (s *swfReader) epoch() {
	for _, a := range s.w.Apps {
		if !s.w.Epoch.IsZero() || a.Submit < year2000 {
			return
		}
	}
	s.w.Epoch = time.Unix(0, 0).UTC()
}

func (s *swfReader) notes(path string) {
	add := func(n traces.Note) { s.w.Notes = append(s.w.Notes, n) }
	largest, waits := 0, 0
	for _, a := range s.w.Apps {
		largest = max(largest, a.Profiles[0].Cores)
		if a.Recorded != nil {
			waits++
		}
	}
	add(swfRigidJobs.With(path))
	if s.processors > 0 {
		add(swfMachine.With(path, s.processors))
	} else {
		add(swfMachineUnknown.With(path, largest))
	}
	if waits < len(s.w.Apps) {
		add(swfWithoutWaits.With(path, len(s.w.Apps)-waits, len(s.w.Apps)))
	}
	for _, kind := range []note.Kind{swfNegativeRun, swfNoProcessors, swfNegativeSubmit, swfTooLarge} {
		if n := s.leftOut[kind]; n > 0 {
			add(kind.With(path, n, s.jobs))
		}
	}
}
