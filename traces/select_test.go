package traces

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// app is an application that was submitted at a time and ran for a length.
func app(id, user string, submit, length time.Duration) *Application {
	return &Application{ID: id, Name: "job " + id, User: user, Submit: submit,
		Profiles: []Profile{{TaskCPUs: 1}}, Tail: length, Recorded: &Recorded{End: length}}
}

func week() *Workload {
	h := time.Hour
	return &Workload{
		Name: "week", Epoch: time.Date(2024, 1, 29, 9, 0, 0, 0, time.UTC), // a Monday, 9:00
		Apps: []*Application{
			app("a", "ann", 0, h), app("b", "bob", 2*h, 30*h), // b runs until Tuesday 17:00
			app("c", "ann", 24*h, h),
			app("d", "bob", 4*24*h+1*h, h), // Friday 10:00
			app("e", "ann", 6*24*h, h),     // Sunday 9:00
		},
	}
}

func submits(w *Workload) (hours []float64) {
	for _, a := range w.Apps {
		hours = append(hours, a.Submit.Hours())
	}
	return hours
}

// A job of every morning and one of every Monday ran, and nothing in between. Nothing says
// that a cluster without work can be left out: the jobs keep their days, so that under a
// policy that is slower they still do not meet.
func TestDailyAndWeeklyJobsKeepTheirDays(t *testing.T) {
	w := week()
	w.Apps = append(w.Apps, app("f", "ann", 14*24*time.Hour, time.Hour)) // Monday in two weeks, 9:00
	picked, err := w.Select(Selection{User: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if got := submits(picked); !slices.Equal(got, []float64{0, 24, 144, 336}) {
		t.Errorf("submitted at hours %v", got)
	}
	if fmt.Sprint(picked.Notes) != "[workload-selected applications=4 of=6 by=\"user ann\"]" {
		t.Errorf("notes %q", picked.Notes)
	}
	later, err := w.Select(Selection{Since: time.Date(2024, 1, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if got := submits(later); !slices.Equal(got, []float64{0, 73, 120, 312}) {
		t.Errorf("from Tuesday on, submitted at hours %v", got)
	}
	if got := submits(w); !slices.Equal(got, []float64{0, 2, 24, 97, 144, 336}) {
		t.Errorf("the workload itself was changed: %v", got)
	}
}

func TestSelect(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2024, 1, 29+d, 0, 0, 0, 0, time.UTC) }
	for name, story := range map[string]struct {
		s    Selection
		want string
	}{
		"by name":                        {Selection{Name: "job [b]"}, ""},
		"by a glob":                      {Selection{Name: "*b"}, "b"},
		"by one character":               {Selection{Name: "job ?"}, "abcde"},
		"by user":                        {Selection{User: "ann"}, "ace"},
		"from a day on":                  {Selection{Since: day(1)}, "cde"},
		"before a day":                   {Selection{Until: day(1)}, "ab"},
		"by all of them":                 {Selection{Name: "job*", User: "bob", Since: day(1), Until: day(7)}, "d"},
		"a day that began with a submit": {Selection{Since: time.Date(2024, 1, 30, 9, 0, 0, 0, time.UTC)}, "cde"},
	} {
		w, err := week().Select(story.s)
		if story.want == "" {
			if err == nil || !strings.Contains(err.Error(), "none of 5 applications is selected by name job [b]") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var ids string
		for _, a := range w.Apps {
			ids += a.ID
		}
		if ids != story.want || w.Apps[0].Submit != 0 {
			t.Errorf("%s: picked %s, the first at %v; want %s", name, ids, w.Apps[0].Submit, story.want)
		}
		if err := w.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
