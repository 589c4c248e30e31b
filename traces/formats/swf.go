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

// The Standard Workload Format of the Parallel Workloads Archive (Feitelson,
// Tsafrir, Krakov, JPDC 74(10), 2014): a line for each job, 18 numbers, -1 where
// a number is not known, header lines that begin with a semicolon.
const (
	swfJob = iota
	swfSubmit
	swfWait
	swfRun
	swfProcessors
	_ // CPU time of a processor
	_ // memory of a processor
	swfAsked
	_ // time asked for
	_ // memory asked for
	_ // status
	swfUser
	swfGroup
	swfProgram
	swfQueue
	swfFields = 18
)

// isSWF looks at the first line that is no header.
func isSWF(head []byte) bool {
	_, err := swfNumbers(firstLine(head, ";"))
	return err == nil
}

// swfNumbers reads a job's line. Logs that add fields after the eighteenth,
// as MetaCentrum's do, are read without them.
func swfNumbers(line string) (n [swfFields]float64, err error) {
	words := strings.Fields(line)
	if len(words) < swfFields {
		return n, fmt.Errorf("expected the 18 numbers of a job, found %d words", len(words))
	}
	for i := range n {
		if n[i], err = strconv.ParseFloat(words[i], 64); err != nil || math.Abs(n[i]) > 1e15 || math.IsNaN(n[i]) {
			return n, fmt.Errorf("expected a number in field %d, found %q", i+1, words[i])
		}
	}
	return n, nil
}

// An swfReader makes applications of jobs. A job is rigid: one executor of as
// many cores as it had processors, and one task that takes them all for the run
// time, so that it starts when all its processors are there, and not before.
type swfReader struct {
	w          *traces.Workload
	path       string
	processors int // of the machine; 0: the header does not say
	dropped    map[string]int
}

// why jobs are dropped, in the order in which notes name them
var swfDrops = []string{"a run time below 0", "no processors", "a submit time below 0", "more processors than the machine has"}

func readSWF(r io.Reader, path string) (*traces.Workload, error) {
	s := swfReader{w: &traces.Workload{Name: path}, path: path, dropped: map[string]int{}}
	jobs := 0
	err := traces.EachLine(r, path, func(line string, number int) error {
		line = strings.TrimSpace(line)
		if header, ok := strings.CutPrefix(line, ";"); ok {
			return s.header(header, number)
		}
		if line == "" {
			return nil
		}
		jobs++
		n, err := swfNumbers(line)
		if err != nil {
			return traces.LineError(path, number, "%w", err)
		}
		s.job(n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.epoch()
	s.notes(jobs)
	return s.w, nil
}

func (s *swfReader) header(text string, line int) error {
	key, value, _ := strings.Cut(text, ":")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if key != "MaxProcs" && key != "UnixStartTime" {
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return traces.LineError(s.path, line, "expected a whole number after %s, found %q", key, value)
	}
	if key == "UnixStartTime" && n > 0 && n < traces.MaxTime/1000 {
		s.w.Epoch = time.Unix(n, 0).UTC()
	}
	if key == "MaxProcs" && n > 0 && n <= traces.MaxID {
		s.processors = int(n)
	}
	return nil
}

func (s *swfReader) job(n [swfFields]float64) {
	processors := int(n[swfProcessors])
	if processors <= 0 {
		processors = int(n[swfAsked])
	}
	switch {
	case n[swfRun] < 0:
		s.dropped[swfDrops[0]]++
		return
	case processors <= 0:
		s.dropped[swfDrops[1]]++
		return
	case n[swfSubmit] < 0:
		s.dropped[swfDrops[2]]++
		return
	case processors > traces.MaxID || s.processors > 0 && processors > s.processors:
		s.dropped[swfDrops[3]]++
		return
	}
	run := swfTime(n[swfRun])
	a := &traces.Application{
		ID: fmt.Sprintf("job-%07.0f", n[swfJob]), Name: "program-" + swfName(n[swfProgram]), Class: "all",
		User: swfName(n[swfUser]), Submit: swfTime(n[swfSubmit]),
		Profiles: []traces.Profile{{Cores: processors, TaskCPUs: processors}},
		Properties: map[string]string{
			"spark.dynamicAllocation.enabled": "false", "spark.executor.instances": "1",
			"spark.executor.cores": strconv.Itoa(processors), "spark.cores.max": strconv.Itoa(processors),
		},
	}
	if n[swfQueue] >= 0 {
		a.Queue = "queue-" + swfName(n[swfQueue])
		a.Class = a.Queue
	}
	a.Jobs = []traces.Job{{Cue: traces.Cue{After: -1}}}
	for first := true; first || run > 0; first = false {
		part := min(run, traces.MaxTask.Truncate(24*time.Hour))
		i := len(a.Stages)
		stage := traces.Stage{ID: i, Tasks: []traces.Task{{Run: int32(part.Milliseconds()), Host: -1}}}
		if i > 0 {
			stage.Parents, a.Stages[i-1].Map = []int{i - 1}, true
		}
		a.Stages = append(a.Stages, stage)
		a.Jobs[0].Stages = append(a.Jobs[0].Stages, i)
		run -= part
	}
	if wait := swfTime(n[swfWait]); n[swfWait] >= 0 {
		end := wait + swfTime(n[swfRun])
		a.Recorded = &traces.Recorded{
			End: end, Ended: true, Jobs: []traces.RecordedJob{{Start: 0, End: end}},
			Executors: []traces.RecordedExecutor{{
				ID: "0", Host: "machine", Cores: processors, Requested: -1, Added: wait,
				FirstTask: wait, LastTask: end, Removed: end, Reason: "the job ended",
			}},
		}
	}
	s.w.Apps = append(s.w.Apps, a)
}

// swfTime is a time in seconds, of which the format has no more than days of
// centuries; it has been checked to be finite.
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

// millennium is the start of the year 2000. Submit times count from the start
// of a log, which no log is that long after; those past it are Unix times, as
// in MetaCentrum's logs.
const millennium = 946684800 * time.Second

func (s *swfReader) epoch() {
	for _, a := range s.w.Apps {
		if !s.w.Epoch.IsZero() || a.Submit < millennium {
			return
		}
	}
	s.w.Epoch = time.Unix(0, 0).UTC()
}

const (
	// mostWork is the core time that a replay's ledger can count.
	mostWork = time.Duration(math.MaxInt64)
	year     = 365 * 24 * time.Hour
)

func (s *swfReader) notes(jobs int) {
	note := func(format string, args ...any) {
		s.w.Notes = append(s.w.Notes, fmt.Sprintf("%s: ", s.path)+fmt.Sprintf(format, args...))
	}
	largest, waits, work := 0, 0, 0.0
	for _, a := range s.w.Apps {
		work += traces.TotalWork(a).Seconds()
		largest = max(largest, a.Profiles[0].Cores)
		if a.Recorded != nil {
			waits++
		}
	}
	note("an SWF log. Each job is one executor with all its processors and one task, so no policy can make it smaller; memory is not replayed.")
	if s.processors > 0 {
		note("the machine had %d processors: --cluster standalone,nodes=1,cores=%d,memory=1g,startup=0s is like it.", s.processors, s.processors)
	} else {
		note("the log does not say how large the machine was; its largest job had %d processors, and all must fit on one node.", largest)
	}
	if work > mostWork.Seconds()/2 {
		note("its work is %.0f core-years, and a replay counts up to %.0f: waits and ends are right, and what is held, busy or wasted is not. A window of it (dynalloc synth --from --until) is counted right.",
			work/year.Seconds(), mostWork.Seconds()/year.Seconds())
	}
	if waits < len(s.w.Apps) {
		note("%d of %d jobs have no recorded wait.", len(s.w.Apps)-waits, len(s.w.Apps))
	}
	for _, why := range swfDrops {
		if n := s.dropped[why]; n > 0 {
			note("%d of %d jobs are left out: %s.", n, jobs, why)
		}
	}
}
