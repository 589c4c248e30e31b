package validate

import (
	"bufio"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"dynalloc/internal/logtest"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

const kept = "../testdata/recordings/"

// Of the predicted recording only settings and start-up times reach the replay. Its
// tasks may take three times as long, and its jobs and executors may end at any time
// or be missing from the log: the prediction does not change.
func TestNothingElseOfToReachesTheReplay(t *testing.T) {
	from := logtest.Read(t, kept+"etl/static4")
	for _, name := range []string{"etl/ess10", "etl/essmin3", "etl/decom10", "etl/static8"} {
		want, err := Run(t.Context(), from, logtest.Read(t, kept+name), Options{Startup: StartupTo})
		if err != nil {
			t.Fatal(err)
		}
		for how, rewrite := range map[string]func(line string) string{
			"slower": slower,
			"silent": silent,
		} {
			got, err := Run(t.Context(), from, logtest.Read(t, rewritten(t, kept+name, rewrite)), Options{Startup: StartupTo})
			if err != nil {
				t.Fatal(name, how, err)
			}
			if diff := cmp.Diff(predictions(want.Apps), predictions(got.Apps), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("%s made %s: another prediction (- before, + after)\n%s", name, how, diff)
			}
			if how == "slower" && cmp.Equal(want.Apps[0].Recorded, got.Apps[0].Recorded, cmpopts.EquateNaNs()) {
				t.Errorf("%s: rewriting changed nothing", name)
			}
		}
	}
}

// kinds of events that make settings and start-up times.
var settings = []string{"LogStart", "EnvironmentUpdate", "ApplicationStart", "ExecutorAdded"}

func isSetting(line string) bool {
	for _, kind := range settings {
		if strings.HasPrefix(line, `{"Event":"SparkListener`+kind+`"`) {
			return true
		}
	}
	return false
}

// slower makes every recorded time but those of settings 1000 s later, and
// tasks run longer.
func slower(line string) string {
	if isSetting(line) {
		return line
	}
	line = strings.ReplaceAll(line, `"Executor Run Time":`, `"Executor Run Time":3`)
	for _, key := range []string{"Timestamp", "Completion Time", "Finish Time"} {
		line = strings.ReplaceAll(line, `"`+key+`":179537`, `"`+key+`":179538`)
	}
	return line
}

// silent leaves only settings.
func silent(line string) string {
	if isSetting(line) {
		return line
	}
	return ""
}

// rewritten is a copy of the only log in a folder with other lines.
func rewritten(t *testing.T, folder string, rewrite func(string) string) string {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*.zstd")
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %v, %v", folder, paths, err)
	}
	f, err := os.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out strings.Builder
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if line := rewrite(lines.Text()); line != "" {
			out.WriteString(line + "\n")
		}
	}
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Applications that shared a full cluster waited for each other, and a log does not
// separate that wait from start-up.
func TestStartUpOfAFullClusterIsRefused(t *testing.T) {
	w := logtest.Read(t, "../builtin/recordings/fleet-dra")
	if _, err := Run(t.Context(), w, w, Options{Startup: StartupTo}); !errors.Is(err, ErrWaited) {
		t.Errorf("start-up times of a fleet that waited: %v", err)
	}
	large := cluster.Uniform(1, 256, 1<<20)
	if _, err := Run(t.Context(), w, w, Options{Startup: StartupTo, Cluster: &large}); err != nil {
		t.Errorf("on a cluster with room for all: %v", err)
	}
}

// Three recordings of a fleet on 16 cores, two of them with dynamic allocation: each
// shows a cluster of 16 cores.
func TestTheClusterIsWhatTheRecordingHeld(t *testing.T) {
	for _, name := range []string{"fleet-static", "fleet-dra", "fleet-mixed"} {
		if c := clusterFor(logtest.Read(t, "../builtin/recordings/"+name), nil); c.Capacity() != 16 || !c.Assumed {
			t.Errorf("%s: %v", name, c)
		}
	}
	if c := clusterFor(logtest.Read(t, kept+"etl/ess10"), nil); c.String() != Unlimited.String() {
		t.Errorf("an application alone: %v", c)
	}
}

// Recorded: 100 s, two executors from 0 to 100 s. Predicted: 110 s, one of them
// 10 s late, the other leaves at 60 s.
func TestErrorsByHand(t *testing.T) {
	s := time.Second
	c := compare(
		View{Seconds: 100, ExecutorSeconds: 200, Executors: []Life{{0, 100 * s}, {0, 100 * s}}, Jobs: []JobView{{0, 50}, {1, 1}, {2, 7}, {3, math.NaN()}}},
		View{Seconds: 110, ExecutorSeconds: 160, Executors: []Life{{10 * s, 110 * s}, {0, 60 * s}}, Jobs: []JobView{{0, 40}, {1, 2}, {3, 4}, {9, 1}}},
	)
	for _, x := range []struct {
		what      string
		got, want float64
	}{
		{"application time", c.Error, 0.1},
		{"executor-seconds", c.ExecutorError, -0.2},
		{"timeline: 10 s, 40 s and 10 s off by one", c.TimelineError, 60.0 / 200},
		{"job 0", c.Jobs[0].Error, -0.2},
		{"job 1, too short to be divided by", c.Jobs[1].Error, 1.0 / 5},
	} {
		if math.Abs(x.got-x.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", x.what, x.got, x.want)
		}
	}
	if diff := cmp.Diff([]int{2, 3, 9}, c.Unmatched); diff != "" {
		t.Errorf("jobs without a partner: %s", diff)
	}
	var all errorLists
	all.add([]Comparison{c})
	if e := all.score().Jobs; e.N != 5 || e.Max != 1 || e.Median != 1 || math.Abs(e.Bias) > 1e-12 {
		t.Errorf("two jobs off by a fifth and three lost: %+v", e)
	}
}

// In a folder with folders, applications that ran at the same time are one recording.
// Those that ran one after the other are one recording each, and so are simultaneous
// runs of one application in folders of their own.
func TestRecordingsAreFoundByFoldersAndTimes(t *testing.T) {
	start := time.Date(2026, 3, 31, 8, 0, 0, 0, time.UTC)
	app := func(path, name string, from, to int) *traces.Application {
		return &traces.Application{
			Path: path, Name: name, Started: start.Add(time.Duration(from) * time.Second),
			Recorded: &traces.Recorded{End: time.Duration(to-from) * time.Second},
		}
	}
	apps := []*traces.Application{
		app("r/etl/static/app-1", "etl", 0, 100), app("r/etl/dynamic/app-2", "etl", 200, 300), app("r/etl/dynamic.r2/app-3", "etl", 290, 400),
		app("r/fleet/load/app-4", "load", 1000, 1100), app("r/fleet/report/app-5", "report", 1050, 1200), app("r/fleet/report2/app-6", "report", 1150, 1210),
		app("r/flat/app-7", "x", 2000, 2100), app("r/flat/app-8", "x", 2200, 2300),
		app("r/twice/a/app-9", "y", 3000, 3100), app("r/twice/b/app-10", "y", 3000, 3100),
	}
	var names []string
	for _, w := range Recordings(apps) {
		names = append(names, w.Name)
	}
	want := []string{"r/etl/dynamic", "r/etl/dynamic.r2", "r/etl/static", "r/flat/app-7", "r/flat/app-8", "r/fleet", "r/twice/a", "r/twice/b"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if alone := Recordings(apps[:1]); len(alone) != 1 || alone[0].Name != "r/etl/static" {
		t.Errorf("a single log: %v", alone[0].Name)
	}
}

// Repeats have equal settings; hosts and log folders do not count as settings.
func TestRepeatsHaveEqualSettings(t *testing.T) {
	r := func(name string) *traces.Workload { return logtest.Read(t, kept+name) }
	if sameConfiguration(r("etl/ess10")) != sameConfiguration(r("etl/ess10.r2")) {
		t.Error("etl/ess10.r2 is no repeat of etl/ess10")
	}
	seen := map[string]string{}
	for _, name := range []string{"etl/ess10", "etl/essmin3", "etl/static4", "etl/static8", "etl/track10", "etl/decom10", "concurrent/essfair", "concurrent/essfifo"} {
		key := sameConfiguration(r(name))
		if other := seen[key]; other != "" {
			t.Errorf("%s is taken for a repeat of %s", name, other)
		}
		seen[key] = name
	}
}

// If properties do not set the size of an executor, Spark's default counts, not the
// size in FROM.
func TestMissingSizesAreSparksDefaults(t *testing.T) {
	work := &traces.Application{Profiles: []traces.Profile{{Cores: 8, MemoryMB: 9000, OverheadMB: 900, TaskCPUs: 2}}}
	to := &traces.Application{Master: "spark://m:7077", SparkVersion: "3.5.1"}
	want := traces.Profile{Cores: 0, MemoryMB: 1024, OverheadMB: 384, TaskCPUs: 1}
	if got := configured(work, to); got.Profiles[0] != want || got.SparkVersion != "3.5.1" {
		t.Errorf("%+v, want %+v", got.Profiles[0], want)
	}
	if work.Profiles[0].Cores != 8 {
		t.Error("FROM itself was changed")
	}
	to.Master = "yarn"
	if got := configured(work, to); got.Profiles[0].Cores != 1 {
		t.Errorf("on YARN an executor has %d cores by default, want 1", got.Profiles[0].Cores)
	}
}

// Limits are raised where real repeats differ by more, and only there.
func TestBarsAreRaisedToTheFloor(t *testing.T) {
	s := Summary{}
	s.Application = Errors{N: 9, Median: 0.01, P95: 0.09}
	s.Floor.Application = Errors{N: 4, Median: 0.01, P95: 0.08}
	bars := Bars(&s)
	if m := bars[0]; m.Limit != 0.02 || m.Raised || !m.Passed() {
		t.Errorf("median: %+v", m)
	}
	if p := bars[1]; p.Limit != 1.25*0.08 || !p.Raised || !p.Passed() {
		t.Errorf("p95: %+v", p)
	}
	s.Floor = Score{}
	if p := Bars(&s)[1]; p.Raised || p.Passed() {
		t.Errorf("p95 without repeats: %+v", p)
	}
}

// Two policies that differ by 10 s while repeats differ by 6 s are not called. If they
// differ by 30 s they are, and the replay must find the better one.
func TestAWinnerIsCalledBeyondTheSpread(t *testing.T) {
	var w Winner
	w.call(100, 110, 100, 105, 0.06)
	if w.Calls != 0 {
		t.Error("10 s within twice a spread of 6 %: called")
	}
	w.call(100, 130, 100, 105, 0.06)
	w.call(100, 130, 106, 105, 0.06)
	w.call(100, 130, math.NaN(), 105, 0.06)
	if w != (Winner{Calls: 3, Right: 1}) {
		t.Errorf("called right, wrong and not at all: %+v", w)
	}
}
