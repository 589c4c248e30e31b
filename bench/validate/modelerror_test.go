package validate

import (
	"slices"
	"strings"
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/traces"
)

// The error that widens intervals is at least the one that the recordings show,
// and not twice as much.
func TestModelErrorIsTheMeasuredOne(t *testing.T) {
	w := logtest.Read(t, strings.TrimSuffix(kept, "/"))
	apps := slices.DeleteFunc(w.Apps, func(a *traces.Application) bool { return a.Properties["spark.decommission.enabled"] == "true" })
	set, err := RunAll(t.Context(), Recordings(apps), Options{Startup: StartupTo})
	if err != nil {
		t.Fatal(err)
	}
	var all, computing DifferenceErrors
	for i := range set.Workloads {
		v := &set.Workloads[i]
		e := v.Differences.ModelError()
		t.Logf("| %s | %d | %.1f %% | %.1f %% |", v.Name, len(v.Differences.Time), 100*e.Time, 100*e.Executors)
		switch {
		case v.Barred:
			all.add(v.Differences)
		case strings.HasPrefix(v.Name, "tpch"):
			computing.add(v.Differences)
		}
	}
	e, c := all.ModelError(), computing.ModelError()
	t.Logf("| all whose tasks sleep | %d | %.1f %% | %.1f %% |", len(all.Time), 100*e.Time, 100*e.Executors)
	for _, f := range []struct {
		what             string
		measured, stands float64
	}{{"application time", e.Time, Measured.Time}, {"executor-seconds", e.Executors, Measured.Executors},
		{"application time of SQL", c.Time, MeasuredComputing.Time}, {"executor-seconds of SQL", c.Executors, MeasuredComputing.Executors}} {
		if f.measured > f.stands || f.measured < f.stands/2 {
			t.Errorf("%s: the recordings show %.3f, intervals are widened by %.3f", f.what, f.measured, f.stands)
		}
	}
}
