package traces

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// WriteText writes a workload in the form that ReadText reads. It holds all
// that a replay looks at, so that a workload which was read from text is written
// and read again unchanged. What a log says beside that is left out: how the
// applications really ran (Recorded), where they were read from, and what was
// wrong with their logs. Stages are numbered in the order of their lines.
func WriteText(out io.Writer, w *Workload) error {
	b := bufio.NewWriter(out)
	if !w.Epoch.IsZero() {
		fmt.Fprintf(b, "epoch %s\n", w.Epoch.UTC().Format(time.RFC3339Nano))
	}
	for _, note := range w.Notes {
		fmt.Fprintf(b, "note %s\n", strconv.Quote(note))
	}
	for _, a := range w.Apps {
		t := textWriter{out: b, app: a, written: make([]bool, len(a.Stages)), read: make([]bool, len(a.Stages))}
		t.callStages()
		t.application()
	}
	return b.Flush()
}

// A textWriter writes one application.
type textWriter struct {
	out     *bufio.Writer
	app     *Application
	line    []string // words of the line at hand
	written []bool   // stages
	lines   int      // of stages so far
	read    []bool   // stages that another reads
	called  []string // what stages are called in the text
	needed  []bool   // stages that must be called something, though their names do not do
}

// end writes the line at hand, so far in.
func (t *textWriter) end(indent string) {
	fmt.Fprintln(t.out, indent+strings.Join(t.line, " "))
	t.line = t.line[:0]
}

func (t *textWriter) word(text string) { t.line = append(t.line, text) }

// text adds key=value where a value is not the one that the reader assumes.
func (t *textWriter) text(key, value, assumed string) {
	if value != assumed {
		t.word(key + "=" + quoted(value))
	}
}

func (t *textWriter) number(key string, value, assumed int) {
	t.text(key, strconv.Itoa(value), strconv.Itoa(assumed))
}

func (t *textWriter) length(key string, d time.Duration) {
	t.text(key, spec.FormatDuration(d), "0s")
}

// quoted puts quotes around a value that would not be one word without them.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " =\t\r\n\"#\\") || strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}

func (t *textWriter) application() {
	a := t.app
	t.word("app")
	t.word(quoted(a.ID))
	t.text("name", a.Name, a.ID)
	t.text("class", a.Class, Class(a.Name))
	t.length("submit", a.Submit)
	t.length("setup", a.Setup)
	t.length("earlier", a.EarlierAttempts)
	t.profile(&a.Profiles[0])
	t.text("user", a.User, "")
	t.text("queue", a.Queue, "")
	t.text("attempt", a.Attempt, "")
	t.text("spark", a.SparkVersion, "")
	t.text("master", a.Master, "")
	if a.DriverOnExecutorHost {
		t.word("beside=" + strconv.FormatFloat(a.DriverContenders, 'g', -1, 64))
	}
	mode, speculation := a.Properties[modeProperty], a.Properties[speculationProperty]
	plainMode := mode == "FIFO" || mode == "FAIR"
	plainSpeculation := speculation == "true" || speculation == "false"
	t.property("mode", mode, "FIFO", plainMode)
	t.property("speculation", speculation, "false", plainSpeculation)
	t.end("")
	for _, key := range slices.Sorted(maps.Keys(a.Properties)) {
		if key == modeProperty && plainMode || key == speculationProperty && plainSpeculation {
			continue
		}
		t.word("set")
		t.word(quoted(key))
		t.word(quoted(a.Properties[key]))
		t.end("  ")
	}
	for i := range a.Profiles[1:] {
		p := &a.Profiles[i+1]
		t.word("profile")
		t.number("id", p.ID, 0)
		t.profile(p)
		t.end("  ")
	}
	if slices.ContainsFunc(a.Hosts, func(h string) bool { return h != hostName(slices.Index(a.Hosts, h)) }) {
		t.word("hosts")
		for _, host := range a.Hosts {
			t.word(quoted(host))
		}
		t.end("  ")
	}
	for i := range a.Jobs {
		t.job(i)
	}
	for _, u := range a.Unpersists {
		t.word("unpersist")
		t.number("rdd", u.RDD, 0)
		t.cue(u.Cue, len(a.Jobs))
		t.end("  ")
	}
	if a.Tail > 0 {
		t.word("end")
		t.length("gap", a.Tail)
		t.end("  ")
	}
}

// property adds one of the two properties that an app line says; a value that
// it cannot say is left to a line of its own.
func (t *textWriter) property(key, value, assumed string, plain bool) {
	if !plain {
		value = unset
	}
	t.text(key, value, assumed)
}

func (t *textWriter) profile(p *Profile) {
	t.number("cores", p.Cores, 1)
	t.text("memory", spec.FormatMiB(p.MemoryMB), "1g")
	t.text("overhead", spec.FormatMiB(p.OverheadMB), "0m")
	t.number("cpus", p.TaskCPUs, 1)
	t.number("slots", p.Limit, 0)
}

func (t *textWriter) cue(c Cue, jobs int) {
	t.number("after", c.After, jobs-1)
	t.length("gap", c.Gap)
}

func (t *textWriter) job(number int) {
	j := &t.app.Jobs[number]
	t.word("job")
	t.number("id", j.ID, number)
	t.cue(j.Cue, number)
	t.text("pool", j.Pool, "")
	t.text("group", j.Group, "")
	t.text("execution", j.Execution, "")
	t.text("description", j.Description, "")
	t.text("failed", strconv.FormatBool(j.Failed), "false")
	known := t.known(j)
	t.text("lists", t.names(known), "")
	t.end("  ")
	before := -1
	if len(known) > 0 {
		before = notOne
	}
	for _, s := range j.Stages {
		if !t.written[s] {
			t.stage(s, before)
			t.written[s] = true
			before = s
		}
	}
}

// known are the stages of a job that stand with earlier ones and that the stages
// which stand with it do not imply, because none of them reads them.
func (t *textWriter) known(j *Job) []int {
	implied := map[int]bool{} // only looked up
	var imply func(stages []int)
	imply = func(stages []int) {
		for _, s := range stages {
			if !implied[s] {
				implied[s] = true
				imply(t.app.Stages[s].Parents)
			}
		}
	}
	for _, s := range j.Stages {
		if !t.written[s] {
			implied[s] = true
			imply(t.app.Stages[s].Parents)
		}
	}
	var known []int
	for _, s := range slices.Backward(j.Stages) {
		if !implied[s] {
			known = append(known, s)
			implied[s] = true
			imply(t.app.Stages[s].Parents)
		}
	}
	slices.Reverse(known)
	return known
}

// callStages gives each stage a name for the text: its own where that is one
// plain word and no other stage's, else its number.
func (t *textWriter) callStages() {
	a := t.app
	bearers, listings := map[string]int{}, make([]int, len(a.Stages))
	for i := range a.Stages {
		bearers[a.Stages[i].Name]++
		for _, parent := range a.Stages[i].Parents {
			t.read[parent] = true
		}
	}
	for i := range a.Stages {
		name := a.Stages[i].Name
		if !plainName.MatchString(name) || bearers[name] > 1 || name == "none" {
			name = "#" // no name can look like it
		}
		t.called = append(t.called, name)
	}
	t.needed = make([]bool, len(a.Stages))
	for i := range a.Jobs {
		// Those that a job lists and nothing reads may be named by a later job.
		for _, s := range a.Jobs[i].Stages {
			listings[s]++
		}
	}
	for i := range t.called {
		t.needed[i] = t.read[i] || listings[i] > 1
		if t.called[i] == "#" {
			t.called[i] = "stage" + strconv.Itoa(i)
			for bearers[t.called[i]] > 0 {
				t.called[i] += "x"
			}
		}
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func (t *textWriter) names(stages []int) string {
	words := make([]string, len(stages))
	for i, s := range stages {
		words[i] = t.called[s]
	}
	return strings.Join(words, ",")
}

// notOne stands for a stage in front that is none of those that can be read
// without being named.
const notOne = math.MaxInt

// stage writes a stage; before is the one in front of it that it would be taken
// to read, -1 if there is none.
func (t *textWriter) stage(number, before int) {
	s := &t.app.Stages[number]
	t.word("stage")
	t.number("id", s.ID, t.lines)
	t.lines++
	switch {
	case t.called[number] == s.Name:
		t.word("as=" + s.Name)
	case t.needed[number]:
		t.word("as=" + t.called[number])
		t.word("name=" + quoted(s.Name))
	default:
		t.text("name", s.Name, "")
	}
	switch {
	case len(s.Parents) == 0 && before >= 0:
		t.word("reads=none")
	case len(s.Parents) > 1 || len(s.Parents) == 1 && s.Parents[0] != before:
		t.word("reads=" + t.names(s.Parents))
	}
	t.number("profile", s.Profile, 0)
	t.text("map", strconv.FormatBool(s.Map), strconv.FormatBool(t.read[number]))
	var caches []string
	for _, c := range s.Caches {
		level := strconv.Itoa(c.ID)
		switch {
		case c.Memory && c.Disk:
			level += ":both"
		case c.Disk:
			level += ":disk"
		case !c.Memory:
			level += ":none"
		}
		caches = append(caches, level)
	}
	t.text("cache", strings.Join(caches, ","), "")
	var failures []string
	for _, f := range s.Failures {
		failures = append(failures, fmt.Sprintf("%d:%s", f.Task, spec.FormatDuration(f.Work)))
	}
	t.text("fails", strings.Join(failures, ","), "")
	t.word("tasks=" + textTasks(s.Tasks))
	t.end("    ")
}
