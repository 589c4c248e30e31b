package calibrate

import (
	"bytes"
	"cmp"
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

// Schema names the form of a times file. The second form did not have the weight of the
// default and the uncertainty, and the first one no name for the cause overhead_run; Read
// takes both.
const (
	Schema       = "dynalloc.times/3"
	secondSchema = "dynalloc.times/2"
	firstSchema  = "dynalloc.times/1"
)

// timesFile is a file of a latency.Model, field for field. Times are milliseconds,
// to a tenth.
type timesFile struct {
	Schema     string      `json:"schema"`
	Levels     []float64   `json:"quantile_levels"`
	Processors float64     `json:"processors"`
	Driver     float64     `json:"driver_processors"`
	DriverWork float64     `json:"driver_work_ms"`
	GC         float64     `json:"gc_ms"`
	Causes     []causeFile `json:"causes"`
}

type causeFile struct {
	Cause      string    `json:"cause"`
	What       string    `json:"what"`
	N          int       `json:"n"`
	Quantiles  []float64 `json:"quantiles_ms"`
	Prior      *float64  `json:"default_weight"`
	Spread     *float64  `json:"median_log_sd"`
	Interval   []float64 `json:"median_interval_ms"` // follows from the others; not read
	Contention float64   `json:"crowding"`
	MaxOthers  int       `json:"most_beside"`
	Source     string    `json:"source"`
	Logs       []string  `json:"logs"`
}

// causeKeys are the names of causes in a times file.
var causeKeys = [latency.Causes]string{
	latency.Startup: "startup", latency.Usable: "usable",
	latency.ColdSlot: "cold_slot", latency.ColdSlotRun: "cold_slot_run",
	latency.FirstRead: "first_read", latency.FirstReadRun: "first_read_run", latency.FirstOfStage: "first_of_stage",
	latency.Overhead: "overhead", latency.OverheadRun: "overhead_run", latency.RemovalLag: "removal_lag",
}

// Write writes times as a JSON object that Read takes.
func Write(w io.Writer, m *latency.Model) error {
	f := timesFileOf(m)
	for cause := range latency.Causes {
		d := m.By[cause]
		prior, spread := thousandths(d.Prior), thousandths(d.Uncertainty)
		d.Uncertainty = spread // the interval is that of the numbers in the file
		for i, q := range d.Quantiles {
			d.Quantiles[i] = fromMillis(inMillis(q))
		}
		low, high := d.Interval()
		out := causeFile{
			Cause: causeKeys[cause], What: cause.String(), N: d.N, Prior: &prior, Spread: &spread, Interval: []float64{inMillis(low), inMillis(high)},
			Contention: thousandths(d.Contention), MaxOthers: d.MaxOthers,
			Source: d.Source, Logs: append([]string{}, d.Logs...), // a list in JSON, never null
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
func timesFileOf(m *latency.Model) timesFile {
	return timesFile{
		Schema: Schema, Levels: latency.Levels[:], Processors: m.Processors.Float(),
		Driver: m.DriverProcessors.Float(), DriverWork: inMillis(m.DriverWork), GC: inMillis(m.GC),
	}
}

func thousandths(x float64) float64 { return math.Round(1000*x) / 1000 }

func inMillis(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond/10)) / float64(time.Millisecond)
}

func fromMillis(ms float64) time.Duration {
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}

// Limits of the numbers in a file; larger ones are mistakes.
const (
	longestMillis  = 24 * 60 * 60 * 1000 // a day
	mostProcessors = 1e6
	mostContention = 1000
	mostSpread     = 10
	mostCount      = 1e9
)

// Read reads a times file. What is not in it has its default. An
// error names the file and the field, and says what was expected.
func Read(r io.Reader, file string) (latency.Model, error) {
	m := Defaults()
	text, err := io.ReadAll(r)
	if err != nil {
		return m, fmt.Errorf("%s: %w", file, err)
	}
	f := timesFileOf(&m)
	f.Schema, f.Levels = "", nil // must be in it
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return m, fmt.Errorf("%s: %w", place(file, text, err), explained(err))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return m, fmt.Errorf("%s: expected one JSON object, found more after it", file)
	}
	if f.Schema != Schema && f.Schema != secondSchema && f.Schema != firstSchema {
		return m, fmt.Errorf(`%s: schema: expected %q, found %q; "dynalloc calibrate" writes such files`, file, Schema, f.Schema)
	}
	if !slices.Equal(f.Levels, latency.Levels[:]) {
		return m, fmt.Errorf("%s: quantile_levels: expected %v, found %v", file, latency.Levels, f.Levels)
	}
	if err := cmp.Or(
		within("processors", f.Processors, mostProcessors), within("driver_processors", f.Driver, mostProcessors),
		within("driver_work_ms", f.DriverWork, longestMillis), within("gc_ms", f.GC, longestMillis),
	); err != nil {
		return m, fmt.Errorf("%s: %w", file, err)
	}
	m.Processors, m.DriverProcessors = latency.ProcessorsOf(f.Processors), latency.ProcessorsOf(f.Driver)
	m.DriverWork, m.GC = fromMillis(f.DriverWork), fromMillis(f.GC)
	var seen [latency.Causes]bool
	for i, in := range f.Causes {
		if f.Schema == firstSchema {
			in.Cause = cmp.Or(in.Cause, causeKeys[latency.OverheadRun])
		}
		cause := slices.Index(causeKeys[:], in.Cause)
		if cause < 0 {
			return m, fmt.Errorf("%s: causes[%d].cause: expected one of %s, found %q", file, i, strings.Join(causeKeys[:], ", "), in.Cause)
		}
		if seen[cause] {
			return m, fmt.Errorf("%s: causes[%d].cause: %s comes a second time", file, i, in.Cause)
		}
		seen[cause] = true
		if m.By[cause], err = in.read(priors[cause]); err != nil {
			return m, fmt.Errorf("%s: causes[%d] (%s): %w", file, i, in.Cause, err)
		}
	}
	return m, nil
}

// within returns an error if a number is not from 0 to most.
func within(field string, value, most float64) error {
	if value < 0 || value > most {
		return fmt.Errorf("%s: expected a number from 0 to %.0f, found %g", field, most, value)
	}
	return nil
}

// read checks a distribution; an error begins with the name of a field. Without weight and
// uncertainty, as in old files, they are those of as many samples as the file says.
func (in causeFile) read(p prior) (latency.Distribution, error) {
	d := latency.Distribution{N: in.N, Contention: in.Contention, MaxOthers: in.MaxOthers, Source: in.Source, Logs: in.Logs}
	d.Prior, d.Uncertainty = p.posterior(p.times*p.times, float64(max(in.N, 0)), len(in.Logs), 0)
	if in.Prior != nil {
		d.Prior = *in.Prior
	}
	if in.Spread != nil {
		d.Uncertainty = *in.Spread
	}
	if len(in.Quantiles) != len(d.Quantiles) {
		return d, fmt.Errorf("quantiles_ms: expected %d times, found %d", len(d.Quantiles), len(in.Quantiles))
	}
	for i, q := range in.Quantiles {
		if q < 0 || q > longestMillis || i > 0 && q < in.Quantiles[i-1] {
			return d, fmt.Errorf("quantiles_ms[%d]: expected milliseconds from 0 to %d, in ascending order, found %g", i, longestMillis, q)
		}
		d.Quantiles[i] = fromMillis(q)
	}
	return d, cmp.Or(within("n", float64(in.N), mostCount), within("default_weight", d.Prior, 1), within("median_log_sd", d.Uncertainty, mostSpread), within("crowding", in.Contention, mostContention), within("most_beside", float64(in.MaxOthers), mostCount))
}

// place is the file, with the line if the error has one.
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

// explained rewrites a JSON error for the person who wrote the file.
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
