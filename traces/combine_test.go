package traces

import (
	"dynalloc/internal/note"
	"dynalloc/internal/wide"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fleet is three pipelines of one user each: a report every hour, a load twice
// as large every two hours, and one large job.
func fleet(t testing.TB) *Workload {
	t.Helper()
	var text strings.Builder
	for hour := range 24 {
		fmt.Fprintf(&text, "app report-%d submit=%ds user=ada\n job\n  stage tasks=3x10s,1x11s\n", hour, hour*3600)
		if hour%2 == 0 {
			fmt.Fprintf(&text, "app load-%d submit=%ds user=bob\n job\n  stage tasks=6x10s\n job gap=5s\n  stage tasks=1x22s\n", hour, hour*3600+60)
		}
	}
	fmt.Fprintf(&text, "app big submit=40000s user=cleo\n job\n  stage tasks=98x10s\n")
	w, err := ReadText(strings.NewReader(text.String()), "fleet")
	if err != nil {
		t.Fatal(err)
	}
	w.Sort()
	return w
}

func work(w *Workload) (sum wide.Time) {
	for _, a := range w.Apps {
		sum = sum.Plus(TotalWork(a))
	}
	return sum
}

// checked is a workload that keeps every rule.
func checked(t testing.TB, w *Workload, err error) *Workload {
	t.Helper()
	if err == nil {
		err = w.Check()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A log of a machine says when and who, Spark applications say what: a report if a report
// arrives, any application if the class is not known.
func TestArrivalsAreCombinedWithApplications(t *testing.T) {
	arrivals, err := ReadText(strings.NewReader("app x1 submit=5s user=eve queue=q\napp x2 submit=5s user=eve\napp x3 submit=7s name=report-99\n"), "log")
	if err != nil {
		t.Fatal(err)
	}
	apps := fleet(t)
	w, err := Combine(arrivals, apps, 1)
	checked(t, w, err)
	if len(w.Apps) != 3 || w.Apps[0].Submit != 5*time.Second || w.Apps[0].User != "eve" || w.Apps[0].Queue != "q" || len(w.Apps[0].Stages) == 0 {
		t.Errorf("the first of %d is %+v", len(w.Apps), w.Apps[0])
	}
	if a := w.Apps[2]; a.Class != "report-*" {
		t.Errorf("a report arrived and got an application of class %q", a.Class)
	}
	if want := combined.With(3, "log", 1, len(apps.Apps), "fleet", 1); len(w.Notes) == 0 || !note.Equal(w.Notes[0], want) {
		t.Errorf("notes %v, want %v", w.Notes, want)
	}
	again, err := Combine(arrivals, apps, 1)
	if diff := cmp.Diff(w, again); err != nil || diff != "" {
		t.Errorf("the same seed gives another workload: %v\n%s", err, diff)
	}
	if _, err := Combine(&Workload{}, apps, 1); err == nil {
		t.Error("no arrivals were combined")
	}
}

// The copies of a workload of two minutes come while it runs: an hour later they would be a
// second workload, and no load at all.
func TestCopiesOfAShortWorkloadComeWhileItRuns(t *testing.T) {
	w, err := ReadText(strings.NewReader("app etl cores=2 memory=1g\n  job\n    stage tasks=4x30s\napp report cores=2 memory=1g submit=90s\n  job\n    stage tasks=1x30s\n"), "short")
	if err != nil {
		t.Fatal(err)
	}
	scaled, _, err := Scale(w, 5, 1)
	checked(t, scaled, err)
	later := 0
	for _, a := range scaled.Apps {
		if a.Submit > 90*time.Second+2*time.Minute {
			t.Errorf("%s comes at %v", a.ID, a.Submit)
		}
		if a.Submit > 0 && a.Submit != 90*time.Second {
			later++
		}
	}
	if later != 8 {
		t.Errorf("%d of 8 copies are shifted", later)
	}
}

// Half the load is whole pipelines left out, twice and a half of it copies that
// come up to an hour later with their rhythm unchanged.
func TestLoadIsChangedByWholePipelines(t *testing.T) {
	w := fleet(t)
	half, _, err := Scale(w, 0.5, 1)
	checked(t, half, err)
	users := map[string]int{}
	for _, a := range half.Apps {
		users[a.User]++
	}
	for user, n := range users {
		if want := map[string]int{"ada": 24, "bob": 12, "cleo": 1}[user]; n != want {
			t.Errorf("%d of %d applications of %s are left", n, want, user)
		}
	}
	if share := work(half).Seconds() / work(w).Seconds(); share < 0.3 || share > 0.7 {
		t.Errorf("%.2f of the work is left, want about half", share)
	}
	triple, from, err := Scale(w, 3, 1)
	checked(t, triple, err)
	for i, a := range triple.Apps {
		if original := w.Apps[from[i]]; !strings.HasPrefix(a.ID, original.ID) || &a.Stages[0] != &original.Stages[0] {
			t.Errorf("%s is a copy of %s", a.ID, original.ID)
		}
	}
	if work(triple) != wide.Sum(work(w), work(w), work(w)) {
		t.Errorf("three times %v is %v", work(w), work(triple))
	}
	var last time.Duration
	for _, a := range triple.Apps {
		if a.User == "ada" && strings.HasSuffix(a.ID, "-copy2") {
			if last > 0 && a.Submit-last != time.Hour {
				t.Errorf("%s comes %v after the one before, want an hour", a.ID, a.Submit-last)
			}
			last = a.Submit
		}
	}
	if last < 23*time.Hour || last >= 24*time.Hour {
		t.Errorf("the last report of the copy comes at %v, want within an hour after 23h", last)
	}
	if _, _, err := Scale(w, 0, 1); err == nil {
		t.Error("a load of 0 was accepted")
	}
	if _, _, err := Scale(w, 0.0001, 1); err == nil || !strings.Contains(err.Error(), "leaves nothing") {
		t.Errorf("a load smaller than any pipeline: %v", err)
	}
}

// A window keeps the applications around it as load, in separate classes.
func TestWindowWithWarmUpAndDrain(t *testing.T) {
	w := fleet(t)
	cut, from, err := w.Cut(Window{From: 10 * time.Hour, Until: 12 * time.Hour, WarmUp: 2 * time.Hour, Drain: time.Hour})
	checked(t, cut, err)
	var kept []string
	for _, a := range cut.Apps {
		kept = append(kept, fmt.Sprintf("%v %s %s", a.Submit, a.ID, a.Class))
	}
	want := []string{
		"0s report-8 (warm-up)", "1m0s load-8 (warm-up)", "1h0m0s report-9 (warm-up)",
		"2h0m0s report-10 report-*", "2h1m0s load-10 load-*", "3h0m0s report-11 report-*", "3h6m40s big big",
		"4h0m0s report-12 (drain)", "4h1m0s load-12 (drain)",
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.Apps[0].Class != "report-*" {
		t.Error("the workload that was cut has changed")
	}
	for i, a := range cut.Apps {
		if w.Apps[from[i]].ID != a.ID {
			t.Errorf("%s is said to be made of %s", a.ID, w.Apps[from[i]].ID)
		}
	}
	if _, _, err := w.Cut(Window{From: 100 * time.Hour, Until: 101 * time.Hour}); err == nil {
		t.Error("an empty window was accepted")
	}
}

// Ten generated days have ten times the applications of the recorded one, class
// by class, with tasks that the recorded ones had.
func TestGeneratedWorkloadIsLikeTheRecordedOne(t *testing.T) {
	w := fleet(t)
	made, err := Synthesize(w, 240*time.Hour, 1)
	checked(t, made, err)
	count := map[string]int{}
	for _, a := range made.Apps {
		count[a.Class]++
		if a.Submit < 0 || a.Submit >= 240*time.Hour {
			t.Errorf("%s comes at %v", a.ID, a.Submit)
		}
		for i := range a.Stages {
			for _, task := range a.Stages[i].Tasks {
				if a.Class == "report-*" && task.Work() != 10*time.Second && task.Work() != 11*time.Second {
					t.Errorf("a task of %s takes %v, as none did", a.ID, task.Work())
				}
			}
		}
	}
	if n := count["report-*"]; n < 220 || n > 260 {
		t.Errorf("%d reports in ten days, want about 240", n)
	}
	if n := count["load-*"]; n < 105 || n > 140 {
		t.Errorf("%d loads in ten days, want about 120", n)
	}
	if count["big"] == 0 || count["big"] > 20 {
		t.Errorf("%d big jobs in ten days, want about 10", count["big"])
	}
	again, err := Synthesize(w, 240*time.Hour, 1)
	if diff := cmp.Diff(made, again); err != nil || diff != "" {
		t.Errorf("the same seed gives another workload: %v\n%.500s", err, diff)
	}
	other, err := Synthesize(w, 240*time.Hour, 2)
	if err != nil || cmp.Equal(made.Apps[0], other.Apps[0]) && cmp.Equal(made.Apps[1], other.Apps[1]) {
		t.Errorf("another seed gives the same workload: %v", err)
	}
	one := &Workload{Apps: w.Apps[:1]}
	if _, err := Synthesize(one, time.Hour, 1); err == nil || !strings.Contains(err.Error(), "at one time") {
		t.Errorf("a generator was fitted to one time: %v", err)
	}
}
