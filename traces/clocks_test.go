package traces

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// A machine without a clock battery starts in 1970, and another one was set to 2099. Both
// are left out by name; the others start at offset 0 as if the two were not there.
func TestAbsurdClocksAreLeftOut(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		what   string
		starts []string
		absurd []int
		apart  bool // what is kept lies in groups that are years apart
	}{
		{"one in 1970", []string{"2026-03-30 08:00", "1970-01-01 00:00", "2026-03-30 09:00"}, []int{1}, false},
		{"one in 2099", []string{"2026-03-30 08:00", "2026-03-30 09:00", "2099-01-01 00:00"}, []int{2}, false},
		{"one log beside one in 1970, before Spark", []string{"1970-01-01 00:00", "2026-03-30 08:00"}, []int{0}, false},
		{"all of them in 1970: nothing to compare with", []string{"1970-01-01 00:00", "1970-01-01 08:00"}, nil, false},
		{"two logs of which nobody knows which is right", []string{"2020-01-01 00:00", "2026-01-01 00:00"}, nil, true},
		{"two majorities that are none", []string{"2020-01-01 00:00", "2020-01-02 00:00", "2026-01-01 00:00", "2026-01-02 00:00"}, nil, true},
		{"a year of months", []string{"2025-01-01 00:00", "2025-06-01 00:00", "2025-12-01 00:00", "2026-06-01 00:00"}, nil, false},
		{"a collection of years", []string{"2015-01-01 00:00", "2016-06-01 00:00", "2016-07-01 00:00", "2016-12-01 00:00", "2017-06-01 00:00", "2019-01-01 00:00"}, nil, true},
		{"a log of last year among those of a day", []string{"2024-01-01 00:00", "2026-03-30 08:00", "2026-03-30 09:00"}, []int{0}, false},
		{"no majority, and one before Spark", []string{"1999-12-31 00:00", "2020-01-01 00:00", "2026-01-01 00:00"}, []int{0}, true},
	} {
		w := &Workload{Name: "fleet"}
		for i, start := range c.starts {
			a := app(fmt.Sprint(i), "ann", 0, time.Hour)
			a.Started, a.Log = at(start), Log{Lines: 10, Span: time.Hour}
			w.Apps = append(w.Apps, a)
		}
		if got := AbsurdClocks(w.Apps); !slices.Equal(got, c.absurd) {
			t.Errorf("%s: %v are absurd, want %v", c.what, got, c.absurd)
		}
		w.arrange()
		rest, out := w.WithRightClocks()
		if len(rest.Apps) != len(c.starts)-len(c.absurd) || len(out) != len(c.absurd) || rest.Apps[0].Submit != 0 {
			t.Errorf("%s: %d applications are left, the first at %v; left out are %v", c.what, len(rest.Apps), rest.Apps[0].Submit, out)
		}
		if len(out) == 1 && !strings.Contains(out[0].Error(), "is left out: its clock says "+c.starts[c.absurd[0]][:10]) {
			t.Errorf("%s: %v", c.what, out[0])
		}
		if apart := len(YearsApart(rest.Apps)) == 1; apart != c.apart {
			t.Errorf("%s: years apart are said: %v", c.what, apart)
		}
		if noted := len(rest.Notes) == 1; noted != (len(c.absurd) > 0) {
			t.Errorf("%s: notes %q", c.what, rest.Notes)
		}
	}
}

// A streaming application that started three years before the others still runs beside
// them, so its clock is right.
func TestALongApplicationIsNoAbsurdClock(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stream := &Application{Started: start.AddDate(-3, 0, 0), Log: Log{Lines: 1, Span: 3 * year}}
	apps := []*Application{stream, {Started: start, Log: Log{Lines: 1}}, {Started: start.Add(time.Hour), Log: Log{Lines: 1}}}
	if got := AbsurdClocks(apps); got != nil {
		t.Errorf("%v are absurd", got)
	}
}

// Records without a wall clock are compared by their offsets: the first line of a file has
// 0 as its time, and the others have Unix times.
func TestAbsurdOffsetsWithoutAWallClock(t *testing.T) {
	var apps []*Application
	for _, submit := range []time.Duration{0, 50 * year, 50*year + time.Hour} {
		apps = append(apps, &Application{Submit: submit})
	}
	if got := AbsurdClocks(apps); !slices.Equal(got, []int{0}) {
		t.Errorf("%v are absurd", got)
	}
}

// list is a Reader of applications.
type list struct{ apps []*Application }

func (l *list) Read() (*Application, error) {
	if len(l.apps) == 0 {
		return nil, io.EOF
	}
	a := l.apps[0]
	l.apps = l.apps[1:]
	return a, nil
}

// One application of a good day has a value that cannot be. It is left out by name with the
// reason, and the day starts with the first of the others.
func TestImpossibleApplicationsAreLeftOut(t *testing.T) {
	chain := func(a *Application, jobs int, gap time.Duration) {
		for i := range jobs {
			a.Jobs = append(a.Jobs, Job{ID: i, Cue: Cue{After: i - 1, Gap: gap}})
		}
	}
	for _, c := range []struct {
		spoil func(a *Application)
		why   string
	}{
		{func(a *Application) {}, ""},
		{func(a *Application) { a.Profiles[0].Cores = MaxCores }, ""},
		{func(a *Application) { a.Profiles[0].Cores = MaxCores + 1 }, "an executor of 1048577 cores with tasks of 1: at most 1048576 can be replayed"},
		{func(a *Application) { a.Profiles[0].OverheadMB = 1 << 40 }, "an executor of 0 MiB and 1099511627776 MiB of overhead: at most 1073741824 MiB can be replayed"},
		{func(a *Application) { a.Properties = map[string]string{"spark.executor.cores": "999999999999"} }, "spark.executor.cores is 999999999999: at most 1048576 can be replayed"},
		{func(a *Application) {
			a.Properties = map[string]string{"spark.executor.instances": strings.Repeat("9", 30)}
		}, "spark.executor.instances is 999999999999999999999999999999: at most 1048576 can be replayed"},
		{func(a *Application) {
			a.Properties = map[string]string{"spark.dynamicAllocation.maxExecutors": "2147483647"}
		}, ""},
		{func(a *Application) { chain(a, 400_000, 12*time.Minute) }, ""}, // 9.1 years
		{func(a *Application) { chain(a, 100, 5*year) }, "it lasts for 500 years: at most 10 can be replayed; its clock was set, or a time is wrong"},
		{func(a *Application) { chain(a, 1000, 250*year) }, "it lasts for 250000 years: at most 10 can be replayed; its clock was set, or a time is wrong"},
		{func(a *Application) { a.Recorded.End = 56 * year }, "it lasts for 56 years: at most 10 can be replayed; its clock was set, or a time is wrong"},
		{func(a *Application) { a.Recorded.Executors = []RecordedExecutor{{ID: "3", Cores: 1 << 40}} }, "executor 3 of 1099511627776 cores: at most 1048576 can be replayed"},
		{func(a *Application) { a.Stages = []Stage{{ID: 4, Tasks: []Task{{Run: 3 * 3600 * 1000}}}} }, ""},
		{func(a *Application) { a.Stages = []Stage{{ID: 4, Tasks: []Task{{Run: 3*3600*1000 + 1}}}} }, "a task of stage 4 ran for 3h0m0.001s, and the application for 1h0m0s: its durations are damaged"},
		{func(a *Application) { a.Stages = []Stage{{ID: 4, Tasks: []Task{{Run: 1, Scheduler: 3 * 3600 * 1000}}}} }, "a task of stage 4 ran for 3h0m0.001s, and the application for 1h0m0s: its durations are damaged"},
		{func(a *Application) { a.Stages = []Stage{{ID: 4, Tasks: []Task{{GettingResult: math.MaxInt32}}}} }, "a task of stage 4 ran for 25 days or more, and the application for 1h0m0s: its durations are damaged"},
	} {
		good, bad := app("good", "ann", 0, time.Hour), app("bad", "ann", 0, time.Hour)
		good.Started, bad.Started = time.Unix(1_000_000_000, 0), time.Unix(999_999_000, 0)
		bad.Log.Lines = 1
		c.spoil(bad)
		w, out, err := Collect("day", &list{[]*Application{good, bad}})
		if err != nil {
			t.Fatal(err)
		}
		if c.why == "" {
			if len(out) != 0 || len(w.Apps) != 2 {
				t.Errorf("left out are %v", out)
			}
			continue
		}
		if want := "application bad (job bad) is left out: " + c.why; len(out) != 1 || out[0].Err.Error() != want {
			t.Errorf("left out are %v, want %s", out, want)
		}
		if len(w.Apps) != 1 || w.Apps[0].Submit != 0 || !w.Epoch.Equal(good.Started) || len(w.Notes) != 1 {
			t.Errorf("%s: the rest is not the workload without it: %v, notes %q", c.why, w.Apps, w.Notes)
		}
	}
}
