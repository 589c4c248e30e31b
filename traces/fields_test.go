package traces

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dynalloc/internal/note"
)

// notWork are the fields of an application that say how it was read and how it really
// ran. The text form and workloads that never ran do not have them.
var notWork = []string{"Path", "Started", "Recorded", "Log"}

// setFields adds the names of fields, with their types, to those of the struct types in v
// with whether any value is not zero.
func setFields(v reflect.Value, set map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		setFields(v.Elem(), set)
	case reflect.Slice:
		for i := range v.Len() {
			setFields(v.Index(i), set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Type() == reflect.TypeFor[Application]() && slices.Contains(notWork, name) {
				continue
			}
			key := v.Type().Name() + "." + name
			set[key] = set[key] || !v.Field(i).IsZero()
			setFields(v.Field(i), set)
		}
	}
}

func readEverything(t *testing.T) *Workload {
	t.Helper()
	w, err := ReadText(strings.NewReader(everything), "story")
	if err != nil {
		t.Fatal(err)
	}
	w.Sort()
	return w
}

// Each field of an application, down to its tasks, is used in the workload that uses all
// of the text form. A new field has to be added there, so that what follows holds for it.
func TestEachFieldOfAWorkloadHasAText(t *testing.T) {
	set := map[string]bool{}
	for _, a := range readEverything(t).Apps {
		setFields(reflect.ValueOf(a), set)
	}
	if len(set) < 80 {
		t.Errorf("%d fields were found", len(set))
	}
	for field, used := range set {
		if !used {
			t.Errorf("%s is nowhere set: add it to the text", field)
		}
	}
}

// Whoever makes a workload of another one keeps the work of its applications, to the last
// field: what a copy or a generated application has, and what each changes on purpose.
func TestWorkloadsMadeOfOthersKeepEachField(t *testing.T) {
	arrival := []string{"ID", "Submit"}
	for _, by := range []struct {
		name    string
		make    func(w *Workload) (*Workload, error)
		changes []string
	}{
		{"scaled by one", func(w *Workload) (*Workload, error) { s, _, err := Scale(w, 1, 1); return s, err }, nil},
		{"scaled by two", func(w *Workload) (*Workload, error) { s, _, err := Scale(w, 2, 1); return s, err }, arrival},
		{"selected", func(w *Workload) (*Workload, error) { return w.Select(Selection{Name: "*"}) }, nil},
		{"cut", func(w *Workload) (*Workload, error) { cut, _, err := w.Cut(Window{Until: time.Hour}); return cut, err }, nil},
		{"shaken by nothing", func(w *Workload) (*Workload, error) { s, _ := Shake(w, Shaking{}, 1); return s, nil }, nil},
		{"without those in local mode", func(w *Workload) (*Workload, error) { s, _ := w.SplitLocal(); return s, nil }, nil},
		{"combined with arrivals", func(w *Workload) (*Workload, error) {
			var arrivals strings.Builder
			for i := range 20 {
				fmt.Fprintf(&arrivals, "app arrival-%d submit=%ds\n", i, i)
			}
			from, err := ReadText(strings.NewReader(arrivals.String()), "arrivals")
			if err != nil {
				return nil, err
			}
			return Combine(from, w, 1)
		}, append([]string{"User", "Queue", "Attempt", "EarlierAttempts"}, arrival...)},
		{"generated", func(w *Workload) (*Workload, error) { return Synthesize(w, 20*time.Minute, 1) }, append([]string{"Attempt", "EarlierAttempts"}, arrival...)},
	} {
		w := readEverything(t)
		originals := map[string]*Application{}
		for _, a := range w.Apps {
			originals[a.Name] = a
		}
		made, err := by.make(w)
		if err != nil {
			t.Errorf("%s: %v", by.name, err)
			continue
		}
		kept := map[string]bool{}
		for _, a := range made.Apps {
			kept[a.Name] = true
			if diff := cmp.Diff(originals[a.Name], a, packed, cmpopts.IgnoreFields(Application{}, append(by.changes, notWork...)...)); diff != "" {
				t.Errorf("%s: %s changed (-before +after):\n%s", by.name, a.Name, diff)
			}
		}
		if !kept["etl"] {
			t.Errorf("%s: the application that uses every field is not there", by.name)
		}
	}
}

// An application says that executors were excluded when it was recorded, also after it was
// written as text and scaled.
func TestExclusionsAreAProblemOfTextsAndCopiesToo(t *testing.T) {
	w, err := ReadText(strings.NewReader("app a\n excluded executors=2 hosts=1 time=12m\napp b\n excluded executors=1 time=4s\napp c\n"), "story")
	if err != nil {
		t.Fatal(err)
	}
	w, _, err = Scale(w, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Note{{excludedBoth.With(2, 1, 12*time.Minute)}, {execsExcluded.With(1, 4*time.Second)}, nil}
	for i, a := range w.Apps {
		if !slices.EqualFunc(a.Log.Problems, want[i], note.Equal) {
			t.Errorf("%s: problems %v, want %v", a.ID, a.Log.Problems, want[i])
		}
	}
}
