package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/traces"
)

// giant wants executors that no node has room for.
const giant = lecture + `
app giant cores=32 memory=1g submit=110s
  job
    stage tasks=1x1s
`

func suiteOf(t *testing.T, text string, fleets ...string) *Suite {
	t.Helper()
	s := lectureSuite(t, fleets...)
	w, err := traces.ReadText(strings.NewReader(text), "lecture")
	if err != nil {
		t.Fatal(err)
	}
	s.Workload = w
	s.Truth = []Truth{{Policy: fleets[0], Workload: w}}
	return s
}

// An application whose executors fit on no node is left out of every row, with a
// note; the comparison goes on.
func TestAMisfitIsLeftOut(t *testing.T) {
	s := suiteOf(t, giant, "static,n=8", "static,n=2")
	r := mustRun(t, s, Options{})
	if n := r.Runs[0].All.Value("applications"); n != 3 || len(r.Suite.Workload.Apps) != 3 {
		t.Errorf("%v applications in the row, want the 3 that can run", n)
	}
	want := "application giant (giant) under policy static,n=8: an executor of 32 cores and 1024 MiB " +
		"fits on no node of the cluster (16 cores, 65536 MiB); give the nodes more or the executors less"
	if len(r.LeftOut) != 1 || len(r.Notes) != 1 || !note.Equal(r.Notes[0], AppLeftOut.With(want)) {
		t.Errorf("notes %q, want %s", r.Notes, want)
	}
	if len(s.Workload.Apps) != 4 {
		t.Error("the suite itself was changed")
	}
}

// If no other application is left, the comparison fails.
func TestNothingButMisfits(t *testing.T) {
	s := suiteOf(t, giant[len(lecture):], "static,n=8")
	_, err := Run(context.Background(), s, Options{})
	var odd *replay.AppError
	if !errors.As(err, &odd) || !strings.Contains(err.Error(), "fits on no node") {
		t.Errorf("got %v", err)
	}
}

// With a fixed size of 0 the load never ends: it is found during the replay and
// left out.
func TestApplicationsThatNeverEnd(t *testing.T) {
	s := suiteOf(t, lecture, "static,n=2", "load*=static,n=0;*=static,n=2")
	r := mustRun(t, s, Options{})
	if len(r.LeftOut) != 1 || !strings.HasSuffix(r.LeftOut[0].Error(), "it never ends: it wants no executor although tasks wait") {
		t.Errorf("left out: %v", r.LeftOut)
	}
}

// A policy whose replay passes the horizon has a row without values and a note; the
// other policies have values.
func TestARowWithoutValues(t *testing.T) {
	s := suiteOf(t, lecture, "static,n=8", "static,n=1")
	s.Config.Horizon = 200 * time.Second
	r := mustRun(t, s, Options{})
	if slow := r.Rows("")[1]; slow.Policy != "static,n=1" || finite(slow.Value("turnaround_max")) || finite(slow.Value("applications")) {
		t.Errorf("the row of the policy that is given up: %+v", slow)
	}
	if fast := r.Rows("")[0]; !finite(fast.Value("turnaround_max")) {
		t.Errorf("the other row: %+v", fast)
	}
	want := "policy static,n=1: the replay passed its horizon of 3m20s, and 1 of 3 applications have not ended"
	if len(r.Notes) != 1 || !note.Equal(r.Notes[0], rowWithoutValues.With(want)) {
		t.Errorf("notes %q, want %s", r.Notes, want)
	}
}

func finite(v float64) bool { return v == v }

// The horizon is much later than the end of any replay that makes progress.
func TestHorizon(t *testing.T) {
	s := suiteOf(t, lecture, "static,n=2")
	month := 30 * 24 * time.Hour
	if got, want := Horizon(s.Workload), month+20*110*time.Second; got != want {
		t.Errorf("%s, want 30 days and twenty times 110 s: %s", got, want)
	}
}
