package calibrate

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
	"dynalloc/traces/eventlog"
)

var requestTime = regexp.MustCompile(`,?"Request Time":\d+`)

// readLog reads an event log, as Spark before 3.4 would have written it if old.
func readLog(t *testing.T, path string, old bool) *traces.Application {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	text, err := io.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	if old {
		text = requestTime.ReplaceAll(text, nil)
	}
	a, err := eventlog.Read(&eventlog.Log{Path: path, Parts: []eventlog.Part{{Name: path, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The logs of one run with and without Request Time teach the same: 16 s from the request to
// the registration, and a first request 6 s after the start, 4.5 s after the driver's block
// manager. The first executor alone would leave open which part of its 20.5 s was start-up.
func TestRequestsThatALogDoesNotShowAreInferred(t *testing.T) {
	for _, name := range []string{"dra-boot", "dra-boot-request-time"} {
		a := readLog(t, "../../bench/testdata/cases/"+name+"/"+name+".zstd", false)
		InferRequests(a)
		if got := (a.Setup - 6*time.Second).Abs(); got > 100*time.Millisecond {
			t.Errorf("%s: the first request is %s after the start, want about 6s", name, a.Setup)
		}
		times, _ := Learn(&traces.Workload{Apps: []*traces.Application{a}}, cluster.Uniform(20, 2, 1<<20))
		startup := times.By[latency.Startup]
		if got := (startup.Quantiles.Median() - 16*time.Second).Abs(); got > 200*time.Millisecond || startup.N != 20 {
			t.Errorf("%s: start-up %s from %d samples, want 16s from 20", name, startup.Quantiles.Median(), startup.N)
		}
		if a.Recorded.Tasks != nil || a.Recorded.Attempts != nil {
			t.Errorf("%s: the recorded events are still held", name)
		}
	}
}

// The inference leaves one thing to replays: when the driver first asked, which is before the
// first job. All else that it finds stays with what was recorded, which no replay reads: also
// if the executors came a minute later, from the sixth on.
func TestInferenceLeavesNoArrivalsToReplays(t *testing.T) {
	for _, path := range []string{"../../bench/testdata/cases/dra-boot/dra-boot.zstd", "../../bench/testdata/recordings/etl/ess10/app-20261122191413-0000.zstd"} {
		before, after, late := readLog(t, path, true), readLog(t, path, true), readLog(t, path, true)
		for i := range late.Recorded.Executors[5:] {
			late.Recorded.Executors[5+i].Added += time.Minute
		}
		InferRequests(after)
		InferRequests(late)
		if after.Setup < before.Setup || after.Setup >= after.Recorded.Jobs[0].Start {
			t.Errorf("%s: the first request is at %s, set up at %s, the first job at %s", path, after.Setup, before.Setup, after.Recorded.Jobs[0].Start)
		}
		if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(traces.Application{}, "Recorded", "Setup")); diff != "" {
			t.Errorf("%s: inference changed the work (-before +after):\n%s", path, diff)
		}
		if diff := cmp.Diff(after, late, cmpopts.IgnoreFields(traces.Application{}, "Recorded", "Setup")); diff != "" {
			t.Errorf("%s: later executors changed the work:\n%s", path, diff)
		}
	}
}

// Recordings of Spark 4.1 have the times of requests. Without them the policy's replay finds
// them again: most to a tick or two of a tenth of a second, and all to a round of the ramp.
func TestInferredRequestsAreThoseThatSparkLogged(t *testing.T) {
	for _, name := range []string{"etl/ess10", "etl/essmin3", "etl/track10", "bursty/ess10", "bursty/ess60", "bursty/essbl5", "reuse/track10t15", "fanout/ess10", "cache/ess10cache15"} {
		logs, err := filepath.Glob("../../bench/testdata/recordings/" + name + "/*.zstd")
		if err != nil || len(logs) != 1 {
			t.Fatalf("%s: %v, %v", name, logs, err)
		}
		logged, inferred := readLog(t, logs[0], false), readLog(t, logs[0], true)
		InferRequests(inferred)
		var off []time.Duration
		unknown := 0
		for i := range logged.Recorded.Executors {
			x, y := &logged.Recorded.Executors[i], &inferred.Recorded.Executors[i]
			if x.Requested >= 0 && y.Requested >= 0 {
				off = append(off, (x.Requested - y.Requested).Abs())
			} else if x.Requested >= 0 {
				unknown++
			}
		}
		slices.Sort(off)
		const limit = 150 * time.Millisecond // a tick or two of a tenth of a second
		if n := len(off); n == 0 || unknown > 0 || off[n/2] > limit || off[n*9/10] > 1200*time.Millisecond {
			t.Errorf("%s: %d requests, %d unknown; off by %s", name, n, unknown, off)
		}
	}
}

// The same log with its first executor alone: nothing shows that the driver was late, which is
// rare, so that the 20.5 s after its start are the start-up. The default of 5 s counts for
// little beside it.
func TestOneExecutorAloneIsTakenAtItsWord(t *testing.T) {
	a := readLog(t, "../../bench/testdata/cases/dra-boot/dra-boot.zstd", false)
	setup := a.Setup
	a.Recorded.Executors = a.Recorded.Executors[:1]
	a.Recorded.Tasks = slices.DeleteFunc(a.Recorded.Tasks, func(x traces.RecordedTask) bool { return x.Executor > 0 })
	InferRequests(a)
	if a.Setup > setup+500*time.Millisecond {
		t.Errorf("the first request is at %s, want %s", a.Setup, setup)
	}
	times, _ := Learn(&traces.Workload{Apps: []*traces.Application{a}}, cluster.Uniform(20, 2, 1<<20))
	if got := times.By[latency.Startup].Quantiles.Median(); got < 19*time.Second || got > 20500*time.Millisecond {
		t.Errorf("start-up %s, want nearly 20.5s", got)
	}
}
