package main

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run on the smallest sizes of two axes writes a page with their tables and pictures,
// and says of everything else that it was not measured.
func TestASmallRunWritesThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles benchmarks")
	}
	docs := t.TempDir()
	p := plan{module: "../..", docs: docs, axes: "^(tasks|seconds)$", tasks: 10_000, most: 3600, rounds: 1, limit: time.Minute, log: t.Logf}
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(docs, "PERFORMANCE.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{
		"| machine ", "| Go ", "| date ", "| code ", "make bench", "1 round,",
		"### By tasks of one application", "### By simulated time", "| 1 min |", "| rise |",
		"(performance-tasks.png)", "(performance-seconds.png)",
		"relative to SimPy's single queue", notMeasured,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "%!", "<no value>", "### By nodes"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, name := range []string{"performance-tasks.png", "performance-seconds.png"} {
		f, err := os.Open(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if picture, err := png.Decode(f); err != nil || picture.Bounds().Dx() < 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// reads returns the results of printed lines.
func reads(t *testing.T, printed string) *results {
	t.Helper()
	r := newResults()
	if _, err := r.read(strings.NewReader(printed)); err != nil {
		t.Fatal(err)
	}
	return r
}

// Three rounds give a median; the number of processors and lines that are no results do
// not matter.
func TestResultsAreMediansOfRounds(t *testing.T) {
	r := reads(t, `goos: linux
BenchmarkGrowth/axis=nodes/size=10/manager=yarn/policy=static-2 1 900 ns/op 4 x-bare 40 ns/event
hello
BenchmarkGrowth/axis=nodes/size=10/manager=yarn/policy=static-2 1 900 ns/op 9 x-bare 90 ns/event
BenchmarkGrowth/axis=nodes/size=10/manager=yarn/policy=static 1 900 ns/op 5 x-bare 50 ns/event
BenchmarkGrowth/axis=nodes/size=100/manager=yarn/policy=static-2 1 900 ns/op 8 x-bare 80 ns/event
`)
	if v, ok := r.median(point{"nodes", 10, "yarn", "static"}.name(), "x-bare"); !ok || v != 5 {
		t.Errorf("the median of 4, 9 and 5 is %v, %v", v, ok)
	}
	if got := r.noise("x-bare"); got != 9.0/4-1 {
		t.Errorf("rounds of 4, 9 and 5 differ by %v", got)
	}
	if v, ok := r.median(point{"nodes", 100, "yarn", "static"}.name(), "ns/event"); !ok || v != 80 {
		t.Errorf("80 ns an event are %v, %v", v, ok)
	}
	if v, ok := r.median(point{"nodes", 1000, "yarn", "static"}.name(), "x-bare"); ok {
		t.Errorf("what was not measured is %v", v)
	}
	if sizes, costs := r.curve("nodes", "yarn", "static"); len(sizes) != 2 || costs[1] != 8 {
		t.Errorf("the curve is %v at %v", costs, sizes)
	}
}

// A benchmark that takes longer than its limit is ended, and what it printed counts.
func TestWhatTakesTooLongIsEnded(t *testing.T) {
	r := newResults()
	err := capture(r, 2*time.Second, "", "sh", "-c", "echo BenchmarkGrowth/axis=nodes/size=1/manager=yarn/policy=static 1 3 x-bare; while :; do :; done")
	if err == nil || !strings.Contains(err.Error(), "ended by a signal, as after 2s of processor time") {
		t.Errorf("a loop without an end: %v", err)
	}
	if v, ok := r.median(point{"nodes", 1, "yarn", "static"}.name(), "x-bare"); !ok || v != 3 {
		t.Errorf("printed before the limit: %v, %v", v, ok)
	}
}

// A cost that falls does not rise, and a rise counts from the lowest cost before it.
func TestRise(t *testing.T) {
	for _, c := range []struct {
		costs []float64
		want  float64
	}{{[]float64{9, 6, 3}, 1}, {[]float64{9, 2, 3, 4}, 2}, {[]float64{2, 6, 3}, 3}, {[]float64{5}, 1}} {
		if got := rise(c.costs); got != c.want {
			t.Errorf("rise of %v: %v, want %v", c.costs, got, c.want)
		}
	}
}

// A figure above its bar is said to miss it, and one that was not measured is neither.
func TestMissedBarsAreNamed(t *testing.T) {
	lines := ""
	for _, size := range []string{"10 4", "100 5", "1000 9"} {
		at, cost, _ := strings.Cut(size, " ")
		lines += "BenchmarkGrowth/axis=nodes/size=" + at + "/manager=yarn/policy=static 1 " + cost + " x-bare\n"
	}
	p := &page{results: reads(t, lines), plan: &plan{}, axes: []axis{{name: "nodes", label: "nodes", bar: 2, most: 10_000}, {name: "jobs", label: "jobs", bar: 2}}}
	if got, want := p.missed(), "1 of 16 figures misses its bar: rise by nodes (up to 1,000)."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if bars := p.bars(); !strings.Contains(bars, "YARN, capacity, static") || !strings.Contains(bars, "2.25") || !strings.Contains(bars, "misses its bar") {
		t.Errorf("the bars do not say what is missed by how much:\n%s", bars)
	}
	if strings.Count(p.bars(), notMeasured) != 2*15 {
		t.Errorf("fifteen figures were not measured:\n%s", p.bars())
	}
}

// What the page writes of numbers.
func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.012345: "0.0123", 3.14159: "3.14", 99.96: "100", 1234.5: "1,234", 58014: "58,014", 1234567: "1,234,567"} {
		if got := digits(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// Names of functions are written as a person would.
func TestShortNames(t *testing.T) {
	for name, want := range map[string]string{
		"dynalloc/replay/agenda.(*Agenda).Pop":             "replay/agenda.Agenda.Pop",
		"slices.Index[go.shape.[]int32,go.shape.int32]":    "slices.Index",
		"runtime.memmove":                                  "runtime.memmove",
		"dynalloc/replay.(*application).advance.func1":     "replay.application.advance.func1",
		"dynalloc/internal/wide.(*Time).Add":               "internal/wide.Time.Add",
		"dynalloc/replay/random.Shuffle[go.shape.int32]":   "replay/random.Shuffle",
		"internal/runtime/maps.(*Iter).Next":               "internal/runtime/maps.Iter.Next",
		"dynalloc/replay/cluster/kubernetes.(*M).Next":     "replay/cluster/kubernetes.M.Next",
		"dynalloc/replay/cluster/yarn/capacity.leaf.apply": "replay/cluster/yarn/capacity.leaf.apply",
	} {
		if got := shortName(name); got != want {
			t.Errorf("%s is written %s, want %s", name, got, want)
		}
	}
}
