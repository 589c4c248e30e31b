package bench

import (
	"math"
	"testing"
	"time"

	"dynalloc/traces"
)

// Another recording is measured against the deadlines of this workload, application
// by application; a note counts the applications that are not in it.
func TestTruthIsPairedByName(t *testing.T) {
	s := lectureSuite(t, "static,n=2")
	other := &traces.Workload{}
	for _, a := range []struct {
		name string
		took time.Duration
	}{{"report-1", time.Hour}, {"load", time.Second}, {"stranger", time.Hour}} {
		other.Apps = append(other.Apps, &traces.Application{Name: a.name, Class: traces.Class(a.name), Recorded: &traces.Recorded{End: a.took}})
	}
	s.Truth = []Truth{{Policy: "static,n=2", Workload: other}}
	r := mustRun(t, s, Options{})
	rows := r.Rows("")
	if len(rows) != 2 || !rows[1].Recorded {
		t.Fatalf("rows %+v, want the replay and the truth under it", rows)
	}
	truth := rows[1]
	if truth.Value("applications") != 3 || truth.Value("with_deadline") != 2 || truth.Value("sla_misses") != 1 {
		t.Errorf("%v applications, %v of %v missed; want 3, 1 of 2", truth.Value("applications"), truth.Value("sla_misses"), truth.Value("with_deadline"))
	}
	if !math.IsNaN(truth.Value("utilization_busy")) || !math.IsNaN(truth.Value("executor_wait")) {
		t.Error("a log does not tell busy cores or executor wait")
	}
	if len(r.Notes) != 1 {
		t.Errorf("notes %q, want one about the stranger", r.Notes)
	}
}
