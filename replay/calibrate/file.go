package calibrate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/latency"
)

// Schema names the form of a times file.
const Schema = "dynalloc.times/1"

// timesFile is a file of a latency.Model, field for field. Times are milliseconds.
type timesFile struct {
	Schema     string         `json:"schema"`
	Levels     []float64      `json:"quantile_levels"`
	Processors float64        `json:"processors"`
	Driver     float64        `json:"driver_processors"`
	DriverWork float64        `json:"driver_work_ms"`
	GC         float64        `json:"gc_ms"`
	Causes     []distribution `json:"causes"`
}

type distribution struct {
	Cause     string    `json:"cause"`
	What      string    `json:"what"`
	N         int       `json:"n"`
	Quantiles []float64 `json:"quantiles_ms"`
	Crowding  float64   `json:"crowding"`
	Most      int       `json:"most_beside"`
	Source    string    `json:"source"`
	Logs      []string  `json:"logs"`
}

// causeKeys are the names of causes in a times file.
var causeKeys = [latency.Causes]string{
	latency.Startup: "startup", latency.Usable: "usable",
	latency.ColdSlot: "cold_slot", latency.ColdSlotRun: "cold_slot_run",
	latency.FirstRead: "first_read", latency.FirstReadRun: "first_read_run", latency.FirstOfStage: "first_of_stage",
	latency.Overhead: "overhead", latency.RemovalLag: "removal_lag",
}

// Write writes times as a JSON object that Read takes, to a tenth of
// a millisecond.
func Write(w io.Writer, t *latency.Model) error {
	f := timesFileOf(t)
	for cause := range latency.Causes {
		d := &t.By[cause]
		out := distribution{Cause: causeKeys[cause], What: cause.String(), N: d.N, Crowding: math.Round(1000*d.Contention) / 1000, Most: d.MaxOthers, Source: d.Source, Logs: d.Logs}
		if out.Logs == nil {
			out.Logs = []string{} // a list in JSON, never null
		}
		for _, q := range d.Quantiles {
			out.Quantiles = append(out.Quantiles, inMillis(q))
		}
		f.Causes = append(f.Causes, out)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(&f)
}

// timesFileOf is the file without the causes.
func timesFileOf(t *latency.Model) timesFile {
	return timesFile{
		Schema: Schema, Levels: latency.Levels[:], Processors: t.Processors.Float(),
		Driver: t.DriverProcessors.Float(), DriverWork: inMillis(t.DriverWork), GC: inMillis(t.GC),
	}
}

func inMillis(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond/10)) / float64(time.Millisecond)
}

// longest is the most that a time in a file may be, in milliseconds: a day.
const longest = 24 * 60 * 60 * 1000

// Read reads a times file. What is not in it has its default. An
// error names the file and the field, and says what was expected.
func Read(r io.Reader, file string) (latency.Model, error) {
	t := Defaults()
	text, err := io.ReadAll(r)
	if err != nil {
		return t, fmt.Errorf("%s: %w", file, err)
	}
	f := timesFileOf(&t)
	f.Schema, f.Levels = "", nil // must be in it
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return t, fmt.Errorf("%s: %w", place(file, text, err), explained(err))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return t, fmt.Errorf("%s: expected one JSON object, found more after it", file)
	}
	if f.Schema != Schema {
		return t, fmt.Errorf(`%s: schema: expected %q, found %q; "dynalloc calibrate" writes such files`, file, Schema, f.Schema)
	}
	if !slices.Equal(f.Levels, latency.Levels[:]) {
		return t, fmt.Errorf("%s: quantile_levels: expected %v, found %v", file, latency.Levels, f.Levels)
	}
	for _, n := range []struct {
		name  string
		value float64
		most  float64
	}{
		{"processors", f.Processors, 1e6}, {"driver_processors", f.Driver, 1e6},
		{"driver_work_ms", f.DriverWork, longest}, {"gc_ms", f.GC, longest},
	} {
		if n.value < 0 || n.value > n.most {
			return t, fmt.Errorf("%s: %s: expected a number from 0 to %.0f, found %g", file, n.name, n.most, n.value)
		}
	}
	t.Processors, t.DriverProcessors = latency.ProcessorsOf(f.Processors), latency.ProcessorsOf(f.Driver)
	t.DriverWork, t.GC = fromMillis(f.DriverWork), fromMillis(f.GC)
	var seen [latency.Causes]bool
	for i, in := range f.Causes {
		cause := slices.Index(causeKeys[:], in.Cause)
		if cause < 0 {
			return t, fmt.Errorf("%s: causes[%d].cause: expected one of %s, found %q", file, i, strings.Join(causeKeys[:], ", "), in.Cause)
		}
		if seen[cause] {
			return t, fmt.Errorf("%s: causes[%d].cause: %s comes a second time", file, i, in.Cause)
		}
		seen[cause] = true
		if t.By[cause], err = in.read(); err != nil {
			return t, fmt.Errorf("%s: causes[%d] (%s): %w", file, i, in.Cause, err)
		}
	}
	return t, nil
}

// read checks a distribution; an error begins with the name of a field.
func (in distribution) read() (latency.Distribution, error) {
	d := latency.Distribution{N: in.N, Contention: in.Crowding, MaxOthers: in.Most, Source: in.Source, Logs: in.Logs}
	if len(in.Quantiles) != len(d.Quantiles) {
		return d, fmt.Errorf("quantiles_ms: expected %d times, found %d", len(d.Quantiles), len(in.Quantiles))
	}
	for i, q := range in.Quantiles {
		if q < 0 || q > longest || i > 0 && q < in.Quantiles[i-1] {
			return d, fmt.Errorf("quantiles_ms[%d]: expected milliseconds from 0 to %d, in ascending order, found %g", i, longest, q)
		}
		d.Quantiles[i] = fromMillis(q)
	}
	if in.N < 0 {
		return d, fmt.Errorf("n: expected 0 or more, found %d", in.N)
	}
	if in.Crowding < 0 || in.Crowding > 1000 {
		return d, fmt.Errorf("crowding: expected a share from 0 to 1000, found %g", in.Crowding)
	}
	if in.Most < 0 {
		return d, fmt.Errorf("most_beside: expected 0 or more, found %d", in.Most)
	}
	return d, nil
}

func fromMillis(ms float64) time.Duration {
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}

// place is the file and, where an error tells, the line.
func place(file string, text []byte, err error) string {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &wrong):
		at = wrong.Offset
	}
	if at < 0 || at > int64(len(text)) {
		return file
	}
	return fmt.Sprintf("%s:%d", file, 1+bytes.Count(text[:at], []byte("\n")))
}

// explained says what a JSON error means to who wrote the file.
func explained(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: expected %s, found a %s", wrong.Field, wrong.Type, wrong.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New(`it ends too early; "dynalloc calibrate" writes such files`)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}
