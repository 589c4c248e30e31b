package validate

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/traces"
)

// differenceErrors are the errors of predicted differences between the
// configurations of a workload: the logarithm of the predicted ratio less that of
// the real one, for every pair of configurations from every recording. The figure
// is 0 for application time, 1 for executor-seconds.
func differenceErrors(w *Workload, figure int) []float64 {
	var errors []float64
	for i, c := range w.configurations {
		for _, d := range w.configurations[:i] {
			for from := range c.predicted {
				e := math.Log(c.predicted[from][figure]/c.real[figure]) - math.Log(d.predicted[from][figure]/d.real[figure])
				if !math.IsNaN(e) {
					errors = append(errors, e)
				}
			}
		}
	}
	return errors
}

func rootMeanSquare(values []float64) float64 {
	squares := 0.0
	for _, v := range values {
		squares += v * v
	}
	return math.Sqrt(squares / float64(len(values)))
}

// The error that widens intervals is at least the one that the recordings show,
// and less than twice as much.
func TestModelErrorIsTheMeasuredOne(t *testing.T) {
	w := logtest.Read(t, strings.TrimSuffix(kept, "/"))
	apps := slices.DeleteFunc(w.Apps, func(a *traces.Application) bool { return a.Properties["spark.decommission.enabled"] == "true" })
	set, err := RunAll(t.Context(), Recordings(apps), Options{Startup: StartupTo})
	if err != nil {
		t.Fatal(err)
	}
	var all, computing [2][]float64
	for i := range set.Workloads {
		v := &set.Workloads[i]
		times, executors := differenceErrors(v, 0), differenceErrors(v, 1)
		t.Logf("| %s | %d | %.1f %% | %.1f %% |", v.Name, len(times), 100*rootMeanSquare(times), 100*rootMeanSquare(executors))
		to := &computing
		switch {
		case v.Barred:
			to = &all
		case !strings.HasPrefix(v.Name, "tpch"):
			continue
		}
		to[0], to[1] = append(to[0], times...), append(to[1], executors...)
	}
	t.Logf("| all whose tasks sleep | %d | %.1f %% | %.1f %% |", len(all[0]), 100*rootMeanSquare(all[0]), 100*rootMeanSquare(all[1]))
	for _, f := range []struct {
		what   string
		errors []float64
		stands float64
	}{{"application time", all[0], Measured.Time}, {"executor-seconds", all[1], Measured.Executors},
		{"application time of SQL", computing[0], MeasuredComputing.Time}, {"executor-seconds of SQL", computing[1], MeasuredComputing.Executors}} {
		if measured := rootMeanSquare(f.errors); !(measured <= f.stands && measured >= f.stands/2) {
			t.Errorf("%s: the recordings show %.3f, intervals are widened by %.3f", f.what, measured, f.stands)
		}
	}
}
