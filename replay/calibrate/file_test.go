package calibrate

import (
	"bytes"
	"strings"
	"testing"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// A written file can be read, and writing what was read gives the same file: times
// have a tenth of a millisecond.
func TestTimesFileRoundTrip(t *testing.T) {
	logs, err := source.Open("../../bench/builtin/recordings/fleet-dra")
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	w, _, err := traces.Collect("fleet-dra", logs)
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]*traces.Workload{"learned": w, "defaults": {}} {
		times, _ := Learn(from, cluster.Uniform(1<<10, 1<<10, 1<<30))
		var first, second bytes.Buffer
		if err := Write(&first, &times); err != nil {
			t.Fatal(err)
		}
		read, err := Read(bytes.NewReader(first.Bytes()), "times.json")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := Write(&second, &read); err != nil {
			t.Fatal(err)
		}
		if first.String() != second.String() {
			t.Errorf("%s: written:\n%s\nwritten after reading:\n%s", name, first.String(), second.String())
		}
		if got, want := read.By[latency.Overhead].N, times.By[latency.Overhead].N; got != want || (name == "learned") != (got > 0) {
			t.Errorf("%s: the overhead comes of %d samples, written were %d", name, got, want)
		}
	}
}

// A cause that is not in the file has its default.
func TestTimesFileLeavesTheRestToDefaults(t *testing.T) {
	const file = `{"schema": "dynalloc.times/3", "quantile_levels": [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
		"causes": [{"cause": "overhead", "quantiles_ms": [1, 1, 1, 2.5, 3, 3, 3]}]}`
	got, err := Read(strings.NewReader(file), "times.json")
	if err != nil {
		t.Fatal(err)
	}
	defaults := Defaults()
	if q := got.By[latency.Overhead].Quantiles; q.Median().Microseconds() != 2500 {
		t.Errorf("overhead: median %s", q.Median())
	}
	if q := got.By[latency.Usable].Quantiles; q != defaults.By[latency.Usable].Quantiles {
		t.Errorf("usable: %v", q)
	}
}

// The first form of the file left out the name of one cause.
func TestTimesFileOfTheFirstForm(t *testing.T) {
	file := func(schema string) string {
		return `{"schema": "` + schema + `", "quantile_levels": [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
			"causes": [{"cause": "", "quantiles_ms": [1, 1, 1, 2.5, 3, 3, 3]}]}`
	}
	got, err := Read(strings.NewReader(file("dynalloc.times/1")), "times.json")
	if err != nil {
		t.Fatal(err)
	}
	if q := got.By[latency.OverheadRun].Quantiles; q.Median().Microseconds() != 2500 {
		t.Errorf("overhead_run: median %s", q.Median())
	}
	if _, err := Read(strings.NewReader(file("dynalloc.times/3")), "times.json"); err == nil {
		t.Error("a cause without a name was read")
	}
}

// The second form did not say how uncertain its times are: as uncertain as those of so
// many samples usually are.
func TestTimesFileOfTheSecondForm(t *testing.T) {
	read := func(n string) latency.Distribution {
		m, err := Read(strings.NewReader(`{"schema": "dynalloc.times/2", "quantile_levels": [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
			"causes": [{"cause": "startup", "n": `+n+`, "quantiles_ms": [1, 1, 1, 9000, 9000, 9000, 9000], "logs": ["a.log"]}]}`), "times.json")
		if err != nil {
			t.Fatal(err)
		}
		return m.By[latency.Startup]
	}
	none, few, many := read("0"), read("3"), read("300")
	if none.Prior != 1 || none.Uncertainty <= few.Uncertainty || few.Uncertainty <= many.Uncertainty {
		t.Errorf("uncertainties of 0, 3 and 300 samples: %.3f, %.3f, %.3f", none.Uncertainty, few.Uncertainty, many.Uncertainty)
	}
}

// An error names the file, the line or field, and what was expected.
func TestTimesFileErrors(t *testing.T) {
	const head = `{"schema": "dynalloc.times/3", "quantile_levels": [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1], `
	for file, want := range map[string]string{
		``:                         `times.json: it ends too early`,
		"{\n\"schema\": 1}":        `times.json:2: schema: expected string, found a number`,
		"{\n\n\"schema\" \"x\"}":   `times.json:3: invalid character '"' after object key`,
		`{"schema": "other/1"}`:    `times.json: schema: expected "dynalloc.times/3", found "other/1"`,
		`{"startup": 4}`:           `times.json: unknown field "startup"`,
		head + `"gc_ms": 1} {}`:    `times.json: expected one JSON object, found more after it`,
		head + `"gc_ms": -1}`:      `times.json: gc_ms: expected a number from 0 to 86400000, found -1`,
		head + `"processors": -1}`: `times.json: processors: expected a number from 0 to 1000000, found -1`,
		`{"schema": "dynalloc.times/3", "quantile_levels": [0, 1]}`:                                           `times.json: quantile_levels: expected [0 0.05 0.25 0.5 0.75 0.95 1], found [0 1]`,
		head + `"causes": [{"cause": "lunch"}]}`:                                                              `times.json: causes[0].cause: expected one of startup, usable, `,
		head + `"causes": [{"cause": "usable", "quantiles_ms": [1, 2]}]}`:                                     `times.json: causes[0] (usable): quantiles_ms: expected 7 times, found 2`,
		head + `"causes": [{"cause": "usable", "quantiles_ms": [1, 2, 3, 4, 5, 7, 6]}]}`:                      `causes[0] (usable): quantiles_ms[6]: expected milliseconds from 0 to 86400000, in ascending order, found 6`,
		head + `"causes": [{"cause": "usable", "n": -1, "quantiles_ms": [1, 2, 3, 4, 5, 6, 7]}]}`:             `causes[0] (usable): n: expected a number from 0 to 1000000000, found -1`,
		head + `"causes": [{"cause": "usable", "crowding": -1, "quantiles_ms": [1, 2, 3, 4, 5, 6, 7]}]}`:      `causes[0] (usable): crowding: expected a number from 0 to 1000, found -1`,
		head + `"causes": [{"cause": "usable", "most_beside": -1, "quantiles_ms": [1, 2, 3, 4, 5, 6, 7]}]}`:   `causes[0] (usable): most_beside: expected a number from 0 to 1000000000, found -1`,
		head + `"causes": [{"cause": "usable", "quantiles_ms": [1, 2, 3, 4, 5, 6, 7]}, {"cause": "usable"}]}`: `causes[1].cause: usable comes a second time`,
	} {
		if _, err := Read(strings.NewReader(file), "times.json"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot:  %v\nwant: %s", file, err, want)
		}
	}
}
