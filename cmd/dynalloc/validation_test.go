package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/bench/validate"
	"dynalloc/internal/golden"
	"dynalloc/reports"
	"dynalloc/reports/pictures"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// timelines are the pairs whose executors docs/VALIDATION.md shows.
var timelines = [][2]string{
	{"etl/static4", "etl/ess10"},
	{"etl/ess10", "etl/decom10"},
	{"bursty/static8", "bursty/ess10"},
	{"fanout/static4", "fanout/essbl5"},
	{"reuse/static4", "reuse/track10t15"},
	{"cache/static4", "cache/ess10cache15"},
}

// The tables of docs/VALIDATION.md are the program's output. With -update the test
// rewrites them and the pictures.
func TestValidationDocument(t *testing.T) {
	const docs = "../../docs"
	to, from := validateKept(t, validate.StartupTo), validateKept(t, validate.StartupFrom)
	var text bytes.Buffer
	fmt.Fprint(&text, "\n![Replayed against recorded](validation-scatter.png)\n\n![Executors, recorded and replayed](validation-executors.png)\n\n")
	if err := reports.Markdown(&text, validationPage(reports.ValidationSet(to), reports.ValidationSet(from))); err != nil {
		t.Fatal(err)
	}
	text.WriteByte('\n')
	golden.CheckPart(t, filepath.Join(docs, "VALIDATION.md"), "make validate", text.String())
	if !golden.Updating() {
		return
	}
	var scatter, executors bytes.Buffer
	if err := pictures.RecordedAgainstReplayed(&scatter, to); err != nil {
		t.Fatal(err)
	}
	if err := pictures.ExecutorTimelines(&executors, chosen(t, to)); err != nil {
		t.Fatal(err)
	}
	for name, picture := range map[string][]byte{"validation-scatter.png": scatter.Bytes(), "validation-executors.png": executors.Bytes()} {
		if err := os.WriteFile(filepath.Join(docs, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// validationPage is the tables of docs/VALIDATION.md: with start-up as recorded, which
// leaves the replay's own error, and as a forecast.
func validationPage(to, from *reports.Document) *reports.Document {
	page := &reports.Document{Notes: to.Notes}
	take := func(d *reports.Document, key, heading string) {
		for _, s := range d.Sections {
			if s.Key == key {
				s.Heading = heading
				page.Sections = append(page.Sections, s)
			}
		}
	}
	take(to, "errors", "The replay's own error: start-up as recorded")
	take(to, "bars", "Bars")
	take(to, "skill", "Skill")
	take(from, "errors", "As a forecast: start-up from the log")
	take(to, "worst_pairs", "Worst pairs")
	return page
}

// validateKept validates all recordings in the repository.
func validateKept(t *testing.T, startup string) *validate.Set {
	t.Helper()
	recordings := append(recordingsIn(t, "../../bench/testdata/recordings"), recordingsIn(t, "../../bench/builtin/recordings")...)
	set, err := validate.RunAll(t.Context(), recordings, validate.Options{Startup: startup})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// recordingsIn reads a folder of recordings and names them by their place in it.
func recordingsIn(t *testing.T, folder string) []*traces.Workload {
	t.Helper()
	logs, err := source.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	w, bad, err := traces.Collect(folder, logs)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	list := validate.Recordings(w.Apps)
	for _, r := range list {
		r.Name = strings.TrimPrefix(r.Name, folder+"/")
	}
	return list
}

// chosen returns the validations of the pairs in timelines.
func chosen(t *testing.T, set *validate.Set) []pictures.NamedValidation {
	t.Helper()
	var list []pictures.NamedValidation
	for _, pair := range timelines {
		for _, v := range set.Pairs {
			if v.From == pair[0] && v.To == pair[1] {
				list = append(list, pictures.NamedValidation{Name: strings.Replace(v.From, "/", ": ", 1) + " to " + filepath.Base(v.To), Validation: v})
			}
		}
	}
	if len(list) != len(timelines) {
		t.Fatalf("%d of the %d pairs to draw are there", len(list), len(timelines))
	}
	return list
}
