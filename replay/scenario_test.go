package replay

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"dynalloc/policies"
	"dynalloc/traces"
)

var update = flag.Bool("update", false, "rewrite what the stories in testdata tell")

// TestStories plays the scenarios in testdata. A story has prose on top, then
// a workload and a run, then what happened: a timeline without task lines
// (unless the run says "show tasks") and a summary.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { playStory(t, file) })
	}
}

func playStory(t *testing.T, file string) {
	story, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	section := func(name string) *txtar.File {
		for i := range story.Files {
			if story.Files[i].Name == name {
				return &story.Files[i]
			}
		}
		story.Files = append(story.Files, txtar.File{Name: name})
		return &story.Files[len(story.Files)-1]
	}
	w, err := traces.ReadText(bytes.NewReader(section("workload").Data), file)
	if err != nil {
		t.Fatal(err)
	}
	fleet, config, show := readRun(t, string(section("run").Data))
	timeline, summary := tell(t, w, fleet, config, show)
	if *update {
		section("timeline").Data, section("summary").Data = []byte(timeline), []byte(summary)
		if err := os.WriteFile(file, txtar.Format(story), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(section("timeline").Data); timeline != want {
		t.Errorf("timeline:\n%s", firstDifference(timeline, want))
	}
	if want := string(section("summary").Data); summary != want {
		t.Errorf("summary:\ngot  %swant %s", summary, want)
	}
}

// readRun reads the lines of a run: "policy SPEC", "cluster SPEC" and, where a
// story is about them, "usable 1s", "cold 1s", "lag 5s", "gc 30m", "show tasks".
func readRun(t *testing.T, text string) (f policies.Fleet, c Config, show bool) {
	t.Helper()
	c.Offers = Ordered
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, value, _ := strings.Cut(line, " ")
		value = strings.TrimSpace(value)
		var err error
		switch key {
		case "policy":
			f, err = policies.ParseFleet(value)
		case "cluster":
			c.Cluster, err = ParseCluster(value)
		case "usable":
			c.Times.By[Usable], err = constant(value)
		case "cold":
			c.Times.By[ColdSlot], err = constant(value)
		case "gc":
			c.Times.GC, err = time.ParseDuration(value)
		case "lag":
			c.Times.By[RemovalLag], err = constant(value)
		case "show":
			show = value == "tasks"
		default:
			err = fmt.Errorf("unknown line")
		}
		if err != nil {
			t.Fatalf("run: %s: %v", line, err)
		}
	}
	return f, c, show
}

func constant(text string) (Distribution, error) {
	d, err := time.ParseDuration(text)
	return Constant(d), err
}

func tell(t *testing.T, w *traces.Workload, f policies.Fleet, c Config, showTasks bool) (timeline, summary string) {
	t.Helper()
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	width := 0
	for _, a := range w.Apps {
		width = max(width, len(a.Name))
	}
	var b strings.Builder
	r, err := Run(w, f, c, ObserverFunc(func(e Event) {
		if !showTasks && (e.Kind == TaskStarted || e.Kind == TaskEnded) || e.Kind == ExecutorGranted || e.Kind == ExecutorUsable || e.Kind == ExecutorFreed {
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
		if a.Rerun > 0 || a.Recomputed > 0 {
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
	return fmt.Sprintf("%s (%s unasked, %s queued, %s starting)", a.Registered-a.Submit, a.Asked-a.Submit, a.Granted-a.Asked, a.Registered-a.Granted)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "(end)", "(end)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, a, b)
		}
	}
	return "no difference"
}
