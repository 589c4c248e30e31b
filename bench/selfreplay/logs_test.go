package selfreplay

import (
	"cmp"
	"errors"
	"hash/fnv"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dynalloc/replay/calibrate"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// shared is the collection of real logs beside the repository.
const shared = "../../../shared"

// folders are those of shared whose logs count.
var folders = []string{"traces", "cases/real", "recordings"}

// reached are the errors of the logs that count, in percent, for each half of them:
// application time as a share of at least ShortRun, and executor-seconds. Lower them
// when the replay gets better.
var reached = map[string]struct{ median, p95, executorsMedian, executorsP95 float64 }{
	"tuned":    {0.3, 4.3, 0.4, 6.6},
	"held out": {0.4, 5.3, 0.5, 16.5},
	"all":      {0.3, 4.4, 0.4, 11.8},
}

// half divides logs in two by their names: the replay was improved by looking at the
// errors of one half, and the other shows what that is worth for unknown logs.
func half(path string) string {
	h := fnv.New32a()
	h.Write([]byte(path))
	if h.Sum32()%2 == 0 {
		return "tuned"
	}
	return "held out"
}

// A listedLog is a line of testdata/logs.txt.
type listedLog struct {
	why  string // it does not count; empty: it counts
	seen bool
}

func listed(t *testing.T) map[string]*listedLog {
	t.Helper()
	text, err := os.ReadFile("testdata/logs.txt")
	if err != nil {
		t.Fatal(err)
	}
	logs := map[string]*listedLog{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			path, why, _ := strings.Cut(strings.TrimSpace(line), "\t")
			logs[path] = &listedLog{why: why}
		}
	}
	return logs
}

// readLogs reads every log below some paths that counts in its turn.
func readLogs(t *testing.T, paths []string, each func(a *traces.Application)) {
	t.Helper()
	logs, err := source.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	logs.EachLog = true
	for {
		a, err := logs.Read()
		if err == io.EOF {
			return
		}
		if unreadable := (*traces.LogError)(nil); errors.As(err, &unreadable) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if a.Log.Lines > 0 {
			calibrate.InferRequests(a)
			each(a)
		}
	}
}

// leftOut checks the reason for which a log does not count.
func leftOut(a *traces.Application, why string, logs map[string]*listedLog) bool {
	kind, rest, _ := strings.Cut(why, ": ")
	switch kind {
	case "no job":
		return a.Log.Jobs == 0
	case "same log":
		original := logs[rest]
		return original != nil && original.why == "" && strings.HasPrefix(filepath.Base(a.Path), filepath.Base(rest))
	}
	return kind == a.Log.Grade.String() && a.Log.Grade != traces.Complete
}

// Every real log is replayed against itself. A log is in the list or has a reason not to
// be there, and the errors of both halves do not grow unnoticed.
func TestErrorsDoNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("it replays a hundred logs")
	}
	var paths []string
	for _, folder := range folders {
		path := filepath.Join(shared, filepath.FromSlash(folder))
		if _, err := os.Stat(path); err != nil {
			t.Skipf("the real logs are not beside the repository: %v", err)
		}
		paths = append(paths, path)
	}
	logs := listed(t)
	found := map[string][]Error{}
	type line struct {
		path  string
		error Error
	}
	var lines []line
	readLogs(t, paths, func(a *traces.Application) {
		path := strings.TrimPrefix(filepath.ToSlash(a.Path), shared+"/")
		log := logs[path]
		switch {
		case log == nil:
			t.Errorf("%s is not in testdata/logs.txt: add it, or the reason why it does not count", path)
			return
		case log.why != "" && !leftOut(a, log.why, logs):
			t.Errorf("%s (grade %s, %d jobs) does not count because of %q, which its log does not show", path, a.Log.Grade, a.Log.Jobs, log.why)
		case log.why == "" && !Counts(a):
			t.Errorf("%s (grade %s, %d jobs) counts", path, a.Log.Grade, a.Log.Jobs)
		}
		if log.seen = true; log.why != "" {
			return
		}
		e := Of(a, Options{})
		lines = append(lines, line{path, e})
		for _, h := range []string{half(path), "all"} {
			found[h] = append(found[h], e)
		}
	})
	for path, log := range logs {
		if !log.seen {
			t.Errorf("%s is in testdata/logs.txt, and not in the collection", path)
		}
	}
	slices.SortFunc(lines, func(x, y line) int { return cmp.Compare(math.Abs(y.error.Time), math.Abs(x.error.Time)) })
	for _, l := range lines {
		t.Logf("%-8s %8.1f s %+7.2f %% %+7.2f %% %s %v", half(l.path), l.error.Recorded.Seconds, 100*l.error.Time, 100*l.error.Executors, l.path, cmp.Or(l.error.Failed, errors.New("")))
	}
	for _, h := range []string{"tuned", "held out", "all"} {
		s := Summarize(found[h])
		t.Logf("%-8s %3d logs: median %.2f %%, p95 %.2f %%, p95 of at least 6 s %.2f %%, executor-seconds median %.2f %%, p95 %.2f %%",
			h, s.N, 100*s.Time.Median, 100*s.Time.P95, 100*s.Bounded.P95, 100*s.Executors.Median, 100*s.Executors.P95)
		if limit, held := reached[h]; held && (100*s.Bounded.Median > limit.median || 100*s.Bounded.P95 > limit.p95 || 100*s.Executors.Median > limit.executorsMedian || 100*s.Executors.P95 > limit.executorsP95) {
			t.Errorf("the errors of the logs that are %s grew: reached were %+v", h, limit)
		}
	}
}

// The recordings of this repository are replayed against themselves wherever the tests run.
// The limits are the errors that were reached, in percent. Those of mechanisms are not among
// them, because their times are not reliable.
func TestErrorsOfOurRecordingsDoNotGrow(t *testing.T) {
	var found []Error
	readLogs(t, []string{"../testdata/recordings"}, func(a *traces.Application) {
		if Counts(a) {
			found = append(found, Of(a, Options{}))
		}
	})
	s := Summarize(found)
	t.Logf("%d logs: median %.2f %%, p95 %.2f %%, executor-seconds median %.2f %%, p95 %.2f %%", s.N, 100*s.Bounded.Median, 100*s.Bounded.P95, 100*s.Executors.Median, 100*s.Executors.P95)
	if 100*s.Bounded.Median > 0.4 || 100*s.Bounded.P95 > 2 || 100*s.Executors.Median > 0.4 || 100*s.Executors.P95 > 5.6 {
		t.Error("the errors of our recordings grew")
	}
}
