package selfreplay

import (
	"errors"
	"math"
	"testing"
	"time"

	"dynalloc/internal/logtest"
	"dynalloc/traces"
)

func recording(t *testing.T, name string) *traces.Application {
	t.Helper()
	return logtest.Read(t, "../testdata/recordings/"+name).Apps[0]
}

// The driver of a recorded run stopped 30 s later, and kept its executors until then.
// The replay reproduces that, because the log says how long the driver took. If only
// the recorded end is moved, the replay is 30 s short.
func TestAnErrorIsTheDifferenceToTheLog(t *testing.T) {
	a := recording(t, "etl/static4")
	before := Of(a, Options{})
	if !before.Known() || math.Abs(before.Time) > 0.05 {
		t.Fatalf("%+v", before)
	}
	late, recorded := *a, *a.Recorded
	recorded.End += 30 * time.Second
	late.Recorded, late.Tail = &recorded, a.Tail+30*time.Second
	if e := Of(&late, Options{}); math.Abs(e.Replayed.Seconds-e.Recorded.Seconds-before.Replayed.Seconds+before.Recorded.Seconds) > 1e-9 {
		t.Errorf("the driver took 30 s longer: %+v, before %+v", e, before)
	}
	late.Tail = a.Tail
	e := Of(&late, Options{})
	if math.Abs(e.Replayed.Seconds-before.Replayed.Seconds) > 1e-9 || e.Time > -0.2 {
		t.Errorf("the log ends 30 s later: %+v, before %+v", e, before)
	}
}

// A log lost the ends of all its tasks, so there is no work to replay. That the driver's
// pauses add up to the recorded time says nothing about the model.
func TestTheErrorOfAnEmptyReplayIsUnknown(t *testing.T) {
	a := *recording(t, "etl/static4")
	a.Stages, a.Jobs, a.Log.Grade = nil, nil, traces.Lossy
	if e := Of(&a, Options{}); e.Known() || e.Failed != nil || e.Recorded.Seconds == 0 {
		t.Errorf("%+v", e)
	}
}

// When executors really came, went and where they were is in the log. No replay of the
// log reads it: an application whose executors all came a minute later, and on another
// host, is replayed the same with the same times.
func TestASelfReplayReadsNoArrivals(t *testing.T) {
	a := recording(t, "etl/ess10")
	w := alone(a)
	config := Options{}.config(w)
	want := with(w, config).Replayed
	other, recorded := *w.Apps[0], *a.Recorded
	recorded.Executors = nil
	for _, x := range a.Recorded.Executors {
		x.Requested, x.Added, x.Removed = x.Requested+time.Minute, x.Added+time.Minute, -1
		x.FirstTask, x.LastTask, x.Host, x.ID = -1, -1, "elsewhere", "x"+x.ID
		recorded.Executors = append(recorded.Executors, x)
	}
	other.Recorded = &recorded
	if got := with(&traces.Workload{Apps: []*traces.Application{&other}}, config).Replayed; got != want {
		t.Errorf("%+v, with other arrivals %+v", want, got)
	}
}

// The parts of an error add up to it. Executors that a log shows far later than they
// started otherwise are an error of start-up.
func TestPartsAddUpToTheError(t *testing.T) {
	for _, name := range []string{"etl/static4", "etl/ess10", "fanout/essbl5", "reuse/decom10"} {
		e := Explain(recording(t, name), Options{})
		sum := 0.0
		for _, part := range e.Parts {
			sum += part
		}
		if !e.Known() || math.Abs(sum-e.Time) > 1e-12 {
			t.Errorf("%s: parts %v of %.4f", name, e.Parts, e.Time)
		}
	}
}

// Three errors: 10 % of 100 s, 20 % of 2 s, which is 0.4 s and counts as 0.4 / 6, and a
// replay that failed.
func TestSummary(t *testing.T) {
	figures := func(seconds float64) Figures { return Figures{seconds, math.NaN()} }
	nan := math.NaN()
	s := Summarize([]Error{
		{Recorded: figures(100), Time: 0.1, Executors: 0.3},
		{Recorded: figures(2), Time: -0.2, Executors: nan},
		{Recorded: figures(50), Time: nan, Executors: nan, Failed: errors.New("no room")},
		Unknown(),
	})
	if s.N != 3 || s.Failed != 1 || s.Time.Median != 0.2 || s.Time.Max != 1 {
		t.Errorf("%+v", s)
	}
	if math.Abs(s.Bounded.Median-0.1) > 1e-12 || math.Abs(s.Executors.Median-0.65) > 1e-12 {
		t.Errorf("%+v", s)
	}
}

// An application that no event log recorded has no error.
func TestWithoutALogThereIsNoError(t *testing.T) {
	a := *recording(t, "etl/static4")
	a.Recorded = nil
	if e := Explain(&a, Options{}); e.Known() || e.Failed != nil {
		t.Errorf("%+v", e)
	}
}

// A driver slept for ten seconds in the middle of the recorded run. If the workload has no
// such pause, the replay is ten seconds short, and the cause is the driver.
func TestAMissingPauseIsTheDriver(t *testing.T) {
	a := *recording(t, "etl/static4")
	recorded := *a.Recorded
	recorded.End += 10 * time.Second
	recorded.Spent.Driver += 10 * time.Second
	a.Recorded = &recorded
	e := Explain(&a, Options{})
	if e.Cause() != Driver || math.Abs(e.Parts[Driver]*recorded.End.Seconds()+10) > 0.5 {
		t.Errorf("cause %s, parts %v", e.Cause(), e.Parts)
	}
}
