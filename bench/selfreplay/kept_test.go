package selfreplay

import (
	"path/filepath"
	"testing"

	"dynalloc/internal/logtest"
)

// unlike are kept logs that no replay without their faults can reproduce.
var unlike = map[string]string{
	"retry-storm": "three executors were lost",
	"speculation": "its stage goes on for 8 s after the copy of its last task succeeded",
}

// The logs that are kept beside the program are replayed against themselves wherever the
// tests run: recordings of ordinary runs, recordings of single mechanisms, and the logs of
// single cases. The errors, in percent, do not grow. Lower the limits when the replay gets
// better.
func TestErrorsOfKeptLogsDoNotGrow(t *testing.T) {
	for _, of := range []struct {
		logs                                       string
		count                                      int // that count
		median, p95, executorsMedian, executorsP95 float64
	}{
		{"recordings/*/*/*.zstd", 34, 0.4, 2.0, 0.4, 5.6},
		{"mechanisms/*/*/*.zstd", 32, 2.1, 15.5, 2.8, 12.0},
		{"cases/*/*.zst*", 16, 0.1, 0.6, 0.6, 3.5},
	} {
		logs, err := filepath.Glob("../testdata/" + of.logs)
		if err != nil {
			t.Fatal(err)
		}
		var errors []Error
		for _, log := range logs { // each by itself: some have one id
			a := logtest.Read(t, log).Apps[0]
			if !Counts(a) || unlike[filepath.Base(filepath.Dir(log))] != "" {
				continue
			}
			e := Of(a, Options{})
			errors = append(errors, e)
			t.Logf("%s %+.2f %% of %.1f s, executor-seconds %+.2f %%", log, 100*e.Time, e.Recorded.Seconds, 100*e.Executors)
		}
		s := Summarize(errors)
		for _, x := range []struct {
			name         string
			value, limit float64
		}{
			{"median", s.Bounded.Median, of.median}, {"p95", s.Bounded.P95, of.p95},
			{"median of executor-seconds", s.Executors.Median, of.executorsMedian}, {"p95 of executor-seconds", s.Executors.P95, of.executorsP95},
		} {
			if !(100*x.value <= x.limit) {
				t.Errorf("%s: %s %.2f %%, at most %.2f %% was reached", of.logs, x.name, 100*x.value, x.limit)
			}
		}
		if s.N != of.count || s.Failed > 0 {
			t.Errorf("%s: %d logs count, %d failed", of.logs, s.N, s.Failed)
		}
	}
}
