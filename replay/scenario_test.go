package replay

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"dynalloc/internal/golden"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// TestStories plays the scenarios in testdata. A story has prose on top, then
// a workload and one or more runs of it ("run", "run 2", ...), and for each what
// happened: a timeline without task lines (unless the run says otherwise) and a
// summary.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { playStory(t, file) })
	}
}

// A story is a file of testdata.
type story struct {
	archive  *txtar.Archive
	sections map[string]string // the texts of the archive, by name
	workload *traces.Workload
}

func readStory(t *testing.T, file string) story {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := story{archive: archive, sections: map[string]string{}}
	for _, section := range archive.Files {
		s.sections[section.Name] = string(section.Data)
	}
	if s.workload, err = traces.ReadText(strings.NewReader(s.sections["workload"]), file); err != nil {
		t.Fatal(err)
	}
	return s
}

// numbers returns the ends of the names of the runs' sections: "", " 2", " 3", ...
func (s *story) numbers() []string {
	numbers := []string{""}
	for n := 2; s.sections[fmt.Sprintf("run %d", n)] != ""; n++ {
		numbers = append(numbers, fmt.Sprintf(" %d", n))
	}
	return numbers
}

// run returns the run of a number, with the files of its cluster read.
func (s *story) run(t *testing.T, number string) run {
	t.Helper()
	r := readRun(t, s.sections["run"+number])
	if err := r.config.Cluster.OpenFiles(archived(s.sections)); err != nil {
		t.Fatal(err)
	}
	return r
}

func playStory(t *testing.T, file string) {
	s := readStory(t, file)
	played := &txtar.Archive{Comment: s.archive.Comment, Files: []txtar.File{{Name: "workload", Data: []byte(s.sections["workload"])}}}
	for _, section := range s.archive.Files {
		if strings.HasSuffix(section.Name, ".xml") {
			played.Files = append(played.Files, section)
		}
	}
	for _, number := range s.numbers() {
		timeline, summary := timelineOf(t, s.workload, s.run(t, number))
		for _, part := range []struct{ name, text string }{{"run", s.sections["run"+number]}, {"timeline", timeline}, {"summary", summary}} {
			played.Files = append(played.Files, txtar.File{Name: part.name + number, Data: []byte(part.text)})
		}
	}
	golden.Check(t, filepath.Base(file), txtar.Format(played))
}

// archived opens the sections of a story: the files of a YARN cluster.
func archived(sections map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		text, there := sections[name]
		if !there {
			return nil, fmt.Errorf("the story has no section %s", name)
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

// A run is one replay of a story's workload.
type run struct {
	policy  string
	config  Config
	tasks   bool // the timeline shows tasks
	jobs    bool // it shows what becomes of applications, jobs and targets, and no executor
	summary bool // there is no timeline
}

// readRun reads the lines of a run: "policy SPEC", "cluster SPEC" and, if a story is
// about them, "fault SPEC", "offers shuffled", "usable 1s", "cold 1s", "lag 5s", "gc 30m",
// "show tasks", "show jobs" (no executors), "show summary" (nothing else).
func readRun(t *testing.T, text string) run {
	t.Helper()
	r := run{}
	r.config.Offers = Ordered
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, value, _ := strings.Cut(line, " ")
		value = strings.TrimSpace(value)
		c := &r.config
		var err error
		switch key {
		case "policy":
			r.policy = value
		case "cluster":
			c.Cluster, err = cluster.Parse(value)
		case "kubernetes": // settings of a cluster file in one line, as in drivers: outside
			err = yaml.UnmarshalWithOptions([]byte("{"+value+"}"), c.Cluster.Settings, yaml.Strict())
		case "fault":
			var f cluster.Fault
			f, err = cluster.ParseFault(value)
			c.Faults = append(c.Faults, f)
		case "faults": // recorded
			r.config.RecordedLosses = true
		case "usable":
			c.Times.By[latency.Usable], err = constant(value)
		case "cold":
			c.Times.By[latency.ColdSlot], err = constant(value)
		case "gc":
			c.Times.GC, err = time.ParseDuration(value)
		case "lag":
			c.Times.By[latency.RemovalLag], err = constant(value)
		case "offers":
			c.Offers, c.Seed = Shuffled, 1
		case "show":
			r.tasks, r.jobs, r.summary = value == "tasks", value == "jobs", value == "summary"
		default:
			err = fmt.Errorf("unknown line")
		}
		if err != nil {
			t.Fatalf("run: %s: %v", line, err)
		}
	}
	return r
}

// shows says whether an event is in the timeline.
func (r *run) shows(k Kind) bool {
	switch k {
	case ExecutorGranted, ExecutorUsable, ExecutorFreed:
		return false
	case TaskStarted, TaskEnded:
		return r.tasks
	case ExecutorAdded, ExecutorReleased, ExecutorRemoved:
		return !r.jobs && !r.summary
	}
	return !r.summary
}

func constant(text string) (latency.Distribution, error) {
	d, err := time.ParseDuration(text)
	return latency.Constant(d), err
}

// timelineOf replays a run, and returns its timeline and its summary.
func timelineOf(t *testing.T, w *traces.Workload, of run) (timeline, summary string) {
	t.Helper()
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	width := 0
	for _, a := range w.Apps {
		width = max(width, len(a.Name))
	}
	f, err := policies.ParseFleet(of.policy)
	if err != nil {
		return "", err.Error() + "\n" // a story may be about the refusal
	}
	var b strings.Builder
	r, err := Run(w, f, of.config, ObserverFunc(func(e Event) {
		if !of.shows(e.Kind) {
			return
		}
		line := fmt.Sprintf("%8.1fs  %-*s  %-28s  %s", e.At.Seconds(), width, w.Apps[e.App].Name, e.Happened(w), e.Why)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}))
	if err != nil {
		return b.String(), err.Error() + "\n"
	}
	summary = fmt.Sprintf("ends %s  held %s  busy %s core-time\n", r.End, r.Ledger.Held(), r.Ledger.Busy)
	for i, a := range r.Apps {
		if a.Rerun > 0 || a.Recomputed.Sign() > 0 {
			summary += fmt.Sprintf("%-*s  %d tasks run again, cached blocks computed again for %s\n", width, w.Apps[i].Name, a.Rerun, a.Recomputed)
		}
		summary += fmt.Sprintf("%-*s  turnaround %s  queue wait %s  executors %d, at most %d at a time  executor wait %s\n",
			width, w.Apps[i].Name, a.End-a.Submit, waited(a), a.Grants, a.Peak, a.Wait)
	}
	return b.String(), summary
}

func waited(a AppResult) string {
	if a.Registered < 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%s unasked, %s queued, %s starting)", a.QueueWait(), a.Began-a.Submit+a.Asked-a.Wanted, a.Granted-a.Asked, a.Registered-a.Granted)
}
