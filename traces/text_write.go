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

// WriteText writes a workload in the form that [ReadText] reads; word makes the sentence
// of a note. It writes all that a replay uses, so a workload that was read from text is
// the same after it is written and read again. It leaves out what else a log says: how
// the applications really ran (Recorded), where they were read from, and what is wrong
// with their logs. Stages are numbered in the order of their lines.
func WriteText(out io.Writer, w *Workload, word func(Note) string) error {
	b := bufio.NewWriter(out)
	if !w.Epoch.IsZero() {
		fmt.Fprintf(b, "epoch %s\n", w.Epoch.UTC().Format(time.RFC3339Nano))
	}
	for _, n := range w.Notes {
		fmt.Fprintf(b, "note %s\n", strconv.Quote(word(n)))
	}
	for _, a := range w.Apps {
		t := textWriter{out: b, app: a, written: make([]bool, len(a.Stages)), read: make([]bool, len(a.Stages))}
		t.nameStages()
		t.application()
	}
	return b.Flush()
}

// A textWriter writes one application.
type textWriter struct {
	fieldWriter // of the present line
	out         *bufio.Writer
	app         *Application
	lines       int      // of stages so far
	written     []bool   // by stage
	read        []bool   // by stage: another one reads it
	names       []string // of stages in the text
	needed      []bool   // by stage: it needs a name even if its own does not serve
}

// end writes the present line.
func (t *textWriter) end(indent string) {
	fmt.Fprintln(t.out, indent+strings.Join(t.words, " "))
	t.words = t.words[:0]
}

func (t *textWriter) application() {
	a := t.app
	t.word("app")
	t.word(quoted(a.ID))
	applicationFields(t, a, sparkOverhead(a, &a.Profiles[0]))
	if a.DriverOnExecutorHost {
		t.word("beside=" + strconv.FormatFloat(a.DriverContenders, 'g', -1, 64))
	}
	for _, p := range appProperties {
		value := a.Properties[p.property]
		if !slices.Contains(p.values, value) {
			value = unset
		}
		t.value(p.key, value, p.values[0])
	}
	t.end("")
	for _, property := range slices.Sorted(maps.Keys(a.Properties)) {
		if value := a.Properties[property]; !onAppLine(property, value) {
			t.word("set")
			t.word(quoted(property))
			t.word(quoted(value))
			t.end("  ")
		}
	}
	for i := range a.Profiles[1:] {
		p := &a.Profiles[i+1]
		t.word("profile")
		t.number("id", &p.ID, 0)
		profileFields(t, p, sparkOverhead(a, p))
		t.end("  ")
	}
	for i := range a.Hosts {
		if a.Hosts[i] == hostName(i) {
			continue
		}
		t.word("hosts")
		for _, host := range a.Hosts {
			t.word(quoted(host))
		}
		t.end("  ")
		break
	}
	for i := range a.Jobs {
		t.job(i)
	}
	for i := range a.Losses {
		l := &a.Losses[i]
		t.word("lost")
		if l.Stage >= 0 {
			t.word("stage=" + t.names[l.Stage])
		}
		lossFields(t, l)
		t.end("  ")
	}
	if a.Excluded != (Exclusions{}) {
		t.word("excluded")
		exclusionFields(t, &a.Excluded)
		t.end("  ")
	}
	for _, u := range a.Unpersists {
		t.word("unpersist")
		t.number("rdd", &u.RDD, 0)
		cueFields(t, &u.Cue, len(a.Jobs))
		t.end("  ")
	}
	if a.Tail > 0 || a.Until > 0 {
		t.word("end")
		endFields(t, a)
		t.end("  ")
	}
}

func (t *textWriter) job(number int) {
	j := &t.app.Jobs[number]
	t.word("job")
	jobFields(t, j, number)
	earlier := t.earlierStages(j)
	t.value("lists", t.namesOf(earlier), "")
	t.end("  ")
	before := -1
	if len(earlier) > 0 {
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

// earlierStages are the stages of a job that are written with earlier jobs, except those
// that the reader adds by itself because another stage of the job reads them.
func (t *textWriter) earlierStages(j *Job) []int {
	implied := map[int]bool{}
	var imply func(stage int)
	imply = func(stage int) {
		if !implied[stage] {
			implied[stage] = true
			for _, parent := range t.app.Stages[stage].Parents {
				imply(parent)
			}
		}
	}
	for _, s := range j.Stages {
		if !t.written[s] {
			imply(s)
		}
	}
	var earlier []int
	for _, s := range slices.Backward(j.Stages) {
		if !implied[s] {
			earlier = append(earlier, s)
			imply(s)
		}
	}
	slices.Reverse(earlier)
	return earlier
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// nameStages gives each stage a name in the text: its own if that is one plain word and
// no other stage's, or else one with its number.
func (t *textWriter) nameStages() {
	a := t.app
	sameName, listings := map[string]int{}, make([]int, len(a.Stages))
	for i := range a.Stages {
		sameName[a.Stages[i].Name]++
		for _, parent := range a.Stages[i].Parents {
			t.read[parent] = true
		}
	}
	for i := range a.Jobs {
		for _, s := range a.Jobs[i].Stages {
			listings[s]++
		}
	}
	for i := range a.Stages {
		name := a.Stages[i].Name
		if !plainName.MatchString(name) || sameName[name] > 1 || name == "none" {
			for name = "stage" + strconv.Itoa(i); sameName[name] > 0; name += "x" {
			}
		}
		t.names = append(t.names, name)
		// A stage that several jobs list and no stage reads is named by a later job.
		t.needed = append(t.needed, t.read[i] || listings[i] > 1 || slices.ContainsFunc(a.Losses, func(l Loss) bool { return l.Stage == i }))
	}
}

func (t *textWriter) namesOf(stages []int) string {
	words := make([]string, len(stages))
	for i, s := range stages {
		words[i] = t.names[s]
	}
	return strings.Join(words, ",")
}

// notOne stands for a stage before the present one that has to be named to be read.
const notOne = math.MaxInt

// stage writes a stage. before is the stage that the reader takes for the one that it
// reads, -1 if there is none.
func (t *textWriter) stage(number, before int) {
	s := &t.app.Stages[number]
	t.word("stage")
	t.number("id", &s.ID, t.lines)
	t.lines++
	switch {
	case t.names[number] == s.Name:
		t.word("as=" + s.Name)
	case t.needed[number]:
		t.word("as=" + t.names[number])
		t.word("name=" + quoted(s.Name))
	default:
		t.text("name", &s.Name, "")
	}
	switch {
	case len(s.Parents) == 0 && before >= 0:
		t.word("reads=none")
	case len(s.Parents) > 1 || len(s.Parents) == 1 && s.Parents[0] != before:
		t.word("reads=" + t.namesOf(s.Parents))
	}
	t.number("profile", &s.Profile, 0)
	t.flag("map", &s.Map, t.read[number])
	t.flag("barrier", &s.Barrier, false)
	t.duration("delay", &s.Delay)
	t.duration("launch", &s.Launch)
	var caches, retries, copies, failures []string
	for _, c := range s.Caches {
		caches = append(caches, strconv.Itoa(c.ID)+cacheLevel(c))
	}
	t.value("cache", strings.Join(caches, ","), "")
	for _, r := range s.Retries {
		retries = append(retries, spec.FormatDuration(r.Fetch)+":"+spec.FormatDuration(r.Delay))
	}
	t.value("retries", strings.Join(retries, ","), "")
	for _, c := range s.Copies {
		copies = append(copies, fmt.Sprintf("%d:%s:%s", c.Task, spec.FormatDuration(c.After), spec.FormatDuration(c.Work)))
	}
	t.value("copies", strings.Join(copies, ","), "")
	for _, f := range s.Failures {
		failure := fmt.Sprintf("%d:%s", f.Task, spec.FormatDuration(f.Work))
		if f.Executor > 0 {
			failure += fmt.Sprintf("@%d", f.Executor)
		}
		failures = append(failures, failure)
	}
	t.value("fails", strings.Join(failures, ","), "")
	t.word("tasks=" + textTasks(s))
	t.end("    ")
}

// cacheLevel is the storage level of an RDD as the text form has it after its id.
func cacheLevel(c CachedRDD) string {
	c.ID = 0
	for word, level := range cacheLevels { // any order: the levels differ
		if level == c && word != "" {
			return ":" + word
		}
	}
	return ""
}
