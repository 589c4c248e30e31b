package validate

import (
	"strings"
	"testing"

	"dynalloc/internal/logtest"
)

// reached are the errors of the replay on the recordings kept here, in percent and
// with start-up times as recorded: 95 % quantiles, and the median for the timeline.
// Lower them when the replay gets better.
var reached = map[string]struct{ application, jobs, executors, timeline float64 }{
	"bursty":     {3.4, 9.3, 3.5, 5.5},
	"cache":      {2.4, 13.7, 6.9, 6.6},
	"concurrent": {0.8, 12.2, 1.3, 1.5},
	"etl":        {5.5, 4.9, 5.8, 2.1}, // four of eight pairs towards decom10 decide in another tick: docs/VALIDATION.md
	"fanout":     {5.3, 22.3, 8.8, 5.5},
	"reuse":      {6.6, 13.7, 27.3, 12},
}

// Errors do not grow unnoticed, and predictions still find the better of two
// configurations.
func TestFiguresDoNotGetWorse(t *testing.T) {
	w := logtest.Read(t, strings.TrimSuffix(kept, "/"))
	set, err := RunAll(t.Context(), Recordings(w.Apps), Options{Startup: StartupTo})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, w := range set.Workloads {
		limit, known := reached[w.Name]
		if !known {
			continue
		}
		checked++
		m := &w.Summary
		for _, f := range []struct {
			what       string
			now, limit float64
		}{
			{"application time, p95", m.Application.P95, limit.application},
			{"job time, p95", m.Jobs.P95, limit.jobs},
			{"executor-seconds, p95", m.ExecutorSeconds.P95, limit.executors},
			{"timeline, median", m.Timeline.Median, limit.timeline},
		} {
			if !(100*f.now <= f.limit) {
				t.Errorf("%s: %s: error of %.1f %%, it was at most %.1f %%", w.Name, f.what, 100*f.now, f.limit)
			}
		}
		if n := m.Jobs.N; m.Winner.Right < m.Winner.Calls || n == 0 {
			t.Errorf("%s: %d of %d winners by application time, %d jobs", w.Name, m.Winner.Right, m.Winner.Calls, n)
		}
	}
	if checked != len(reached) {
		t.Errorf("%d of %d workloads were found", checked, len(reached))
	}
}

// Validations give equal results however many run at a time.
func TestValidationsAreRepeatable(t *testing.T) {
	w := logtest.Read(t, kept+"fanout")
	var figures [2]Score
	for i, parallel := range []int{1, 4} {
		set, err := RunAll(t.Context(), Recordings(w.Apps), Options{Parallel: parallel})
		if err != nil {
			t.Fatal(err)
		}
		figures[i] = set.Summary.Score
	}
	figures[0].Timeline.Bias, figures[1].Timeline.Bias = 0, 0 // NaN is not NaN
	if figures[0] != figures[1] {
		t.Errorf("one at a time %+v, four at a time %+v", figures[0], figures[1])
	}
}

// What a user can forecast, with start-up times learned from another recording, is within
// the limits: over recordings of single applications whose tasks sleep, none of which
// decommissions executors.
func TestForecastsMeetTheirBars(t *testing.T) {
	w := logtest.Read(t, strings.TrimSuffix(kept, "/"))
	set, err := RunAll(t.Context(), Recordings(w.Apps), Options{Startup: StartupFrom})
	if err != nil {
		t.Fatal(err)
	}
	f := &set.Forecasts
	if f.Pairs != 120 || f.Floor.Application.N != 14 {
		t.Errorf("%d pairs and %d pairs of repeats, want 120 and 14", f.Pairs, f.Floor.Application.N)
	}
	for _, b := range ForecastBars(f) {
		if !b.Passed() {
			t.Errorf("%s: %.2f %%, the bar is %.2f %%", b.Name, 100*b.Value, 100*b.Limit)
		}
	}
}

// A driver runs 150 jobs of 0.4 s, and the replay gives each 0.37 s: 4.5 of 60 s are missing.
// Relative to 5 s each job is only 0.6 % off; relative to its own time it is 7.5 %, and so are
// all of them together.
func TestTheFloorDoesNotHideShortJobs(t *testing.T) {
	recorded, predicted := noView("a"), noView("a")
	for id := range 150 {
		recorded.Jobs = append(recorded.Jobs, JobView{id, 0.4})
		predicted.Jobs = append(predicted.Jobs, JobView{id, 0.37})
	}
	s := floorOf([]Comparison{compare(recorded, predicted)})
	for what, f := range map[string]struct{ got, want float64 }{
		"jobs": {s.Jobs.Median, 0.006}, "jobs without the floor": {s.JobsUnfloored.Median, 0.075}, "all jobs together": {s.JobsTogether.Median, 0.075},
	} {
		if f.got < f.want-1e-9 || f.got > f.want+1e-9 {
			t.Errorf("%s: error of %.4f, want %.4f", what, f.got, f.want)
		}
	}
}
