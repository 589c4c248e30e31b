package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// documents is a report of each kind of result.
func documents(t *testing.T) map[string]*Document {
	return map[string]*Document{
		"comparison": Comparison(lecture()), "day": Comparison(day()), "advice": Advice(advised()), "search": Search(tuned(t)),
		"difference": Difference(gate()), "validation": Validation(validated("etl/a", "etl/b")), "set": ValidationSet(validationSet()),
		"inspection": Inspection(inspected()), "calibration": Calibration(times(), 2),
	}
}

// Every kind of result reaches every format, with all its headings and keys.
func TestEveryResultReachesEveryFormat(t *testing.T) {
	for name, d := range documents(t) {
		t.Run(name, func(t *testing.T) {
			text, markdown, data := render(t, "text", d), render(t, "markdown", d), render(t, "json", d)
			for form, out := range map[string]string{"text": text, "markdown": markdown, "json": data, "csv": render(t, "csv", d)} {
				if out == "" || strings.Contains(out, "NaN") || strings.Contains(out, "%!") {
					t.Errorf("%s is empty or has a number that does not exist:\n%.2000s", form, out)
				}
			}
			for _, f := range d.Facts {
				if f.Label != "" && (!strings.Contains(text, f.Label+":") || !strings.Contains(markdown, "- "+f.Label+":")) {
					t.Errorf("%q is not in text and Markdown", f.Label)
				}
			}
			for _, s := range d.Sections {
				squeezed := strings.Join(strings.Fields(text), " ")
				if !strings.Contains(squeezed, strings.Join(strings.Fields(s.Heading), " ")) || !strings.Contains(markdown, escape(s.Heading)) {
					t.Errorf("the section %q is not in text and Markdown", s.Heading)
				}
			}
			var object map[string]any
			if err := json.Unmarshal([]byte(data), &object); err != nil {
				t.Fatalf("%v: %.300s", err, data)
			}
			if object["schema"] != d.Schema || d.Schema == "" {
				t.Errorf("the schema is %v", object["schema"])
			}
			for _, f := range d.Facts {
				if _, has := object[f.Key]; f.Key != "" && !has {
					t.Errorf("JSON has no %q", f.Key)
				}
			}
			if notes := object["notes"].([]any); len(notes) != len(d.Notes) {
				t.Errorf("%d notes in JSON, want %d", len(notes), len(d.Notes))
			}
		})
	}
}

// The same results give the same bytes.
func TestReportsAreReproducible(t *testing.T) {
	first, second := documents(t), documents(t)
	for name := range first {
		for _, f := range Formats {
			if render(t, f.Name, first[name]) != render(t, f.Name, second[name]) {
				t.Errorf("%s as %s: built twice, two reports", name, f.Name)
			}
		}
	}
}

// All files are there, whole, readable by others, and nothing else is.
func TestWriteAllWritesEveryFormatAndFigure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	d := Comparison(lecture())
	paths, err := WriteAll(t.Context(), dir, d)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"report.txt", "report.md", "results.csv", "results.json"}
	for _, f := range d.Figures {
		want = append(want, f.File)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(want) || len(entries) != len(want) {
		t.Fatalf("written %q, want %q", paths, want)
	}
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(path) != want[i] || info.Size() == 0 || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %d bytes, %s; want %s", path, info.Size(), info.Mode(), want[i])
		}
	}
}

// A report from before is replaced; a place that cannot be written to is named,
// and what was begun there is taken away.
func TestWriteAllReplacesOrSaysWhyNot(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.txt"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "report.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths, err := WriteAll(t.Context(), dir, Comparison(lecture()))
	if err == nil || !strings.Contains(err.Error(), "writing "+filepath.Join(dir, "report.md")) {
		t.Errorf("a folder stands where report.md should be: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 && len(paths) == 0 {
		t.Errorf("%d entries in the folder (%v)", len(entries), err)
	}
	if _, err := WriteAll(t.Context(), filepath.Join(dir, "report.txt", "below"), Comparison(lecture())); err == nil {
		t.Error("a folder below a file was made")
	}
}

// Nothing that a replay may give makes a report fail: no executors at all, no
// deadlines, no waits, one application, values that do not exist.
func TestReportsOfNextToNothing(t *testing.T) {
	bare := func(apps int, change func(*bench.Results)) *bench.Results {
		w := &traces.Workload{Name: "bare"}
		for range apps {
			w.Apps = append(w.Apps, &traces.Application{ID: "a", Class: "a"})
		}
		s := &bench.Suite{
			Workload: w, Config: replay.Config{Cluster: cluster.Uniform(1, 1, 1024)},
			Policies: []policies.Fleet{fleet("recorded", "recorded")},
		}
		r := build(s, make([]sla.Reference, apps), [][]got{make([]got, apps)}, func(int) *metrics.Timeline {
			return &metrics.Timeline{Series: metrics.Series{Step: time.Second}}
		})
		change(r)
		return r
	}
	for name, results := range map[string]*bench.Results{
		"one application, nothing happened": bare(1, func(*bench.Results) {}),
		"nothing was ever asked": bare(2, func(r *bench.Results) {
			for i := range r.Runs[0].Result.Apps {
				a := &r.Runs[0].Result.Apps[i]
				a.Asked, a.Granted, a.Registered, a.FirstTask = -1, -1, -1, -1
			}
		}),
		"no value exists": bare(1, func(r *bench.Results) {
			for i := range r.Runs[0].All.Values {
				r.Runs[0].All.Values[i] = math.NaN()
				r.Runs[0].ByClass[0].Values[i] = math.NaN()
			}
		}),
	} {
		d := Comparison(results)
		for _, f := range Formats {
			if out := render(t, f.Name, d); out == "" || strings.Contains(out, "NaN") {
				t.Errorf("%s: %s is empty or says NaN", name, f.Name)
			}
		}
		for _, f := range d.Figures {
			var b bytes.Buffer
			if err := f.Draw(&b); err != nil || b.Len() == 0 {
				t.Errorf("%s: %s: %d bytes, %v", name, f.File, b.Len(), err)
			}
		}
	}
}
