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
