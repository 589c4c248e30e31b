package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sweep/store"
	"dynalloc/internal/wide"
)

// A Result is a result line.
type Result struct {
	Schema  int                           `json:"schema"`
	Key     string                        `json:"key"`
	Engine  int                           `json:"engine"`
	Inputs  string                        `json:"inputs"`
	Policy  string                        `json:"policy"`
	Rules   string                        `json:"rules"`
	Files   string                        `json:"files,omitempty"`
	Replica int                           `json:"replica"`
	Load    float64                       `json:"load"`
	Seed    int                           `json:"seed"`
	Window  string                        `json:"window"`
	Events  int                           `json:"events"`  // of the replay
	Digest  string                        `json:"digest"`  // of all of them, in their order
	Sums    map[string]int64              `json:"sums"`    // whole numbers, over all applications
	All     map[string]float64            `json:"all"`     // metrics over all applications
	Classes map[string]map[string]float64 `json:"classes"` // metrics by class
}

// line is the result line of a cell.
func (r *Runner) line(c *Cell, p *Policy, of *bench.Prepared, run *bench.Outcome) []byte {
	result := Result{
		Schema: Schema, Key: r.key(c, p), Engine: Engine, Inputs: r.Inputs,
		Policy: p.Fleet.Name, Rules: p.Fleet.String(), Files: p.Files,
		Replica: c.Replica, Load: float64(c.Load), Seed: c.Seed, Window: c.Window.String(),
		Events: run.Result.Events, Digest: fmt.Sprintf("%016x", run.Result.Digest),
		Sums: sums(run.Apps), All: values(&run.All, nil), Classes: map[string]map[string]float64{},
	}
	for i := range run.ByClass {
		result.Classes[run.ByClass[i].Class] = values(&run.ByClass[i], ofClasses)
	}
	text, err := json.Marshal(&result) // keys of maps are sorted
	if err != nil {
		panic(err) // no value of a line can be refused
	}
	return store.Seal(text[:len(text)-1])
}

// Parse reads a result line.
func Parse(line []byte) (*Result, error) {
	if _, err := store.Key(line); err != nil {
		return nil, err
	}
	r := new(Result)
	if err := json.Unmarshal(line, r); err != nil {
		return nil, err
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("schema %d: expected %d", r.Schema, Schema)
	}
	return r, nil
}

// ofClasses are the metrics that a line has of each class.
var ofClasses = append([]string{"applications", "with_deadline"}, metrics.Headline...)

// values are the metrics of a row that exist, in 12 digits: all of them, or some.
func values(row *metrics.Row, names []string) map[string]float64 {
	list := map[string]float64{}
	for i := range metrics.Table {
		name, v := metrics.Table[i].Name, row.Values[i]
		if !math.IsNaN(v) && !math.IsInf(v, 0) && (names == nil || slices.Contains(names, name)) {
			list[name], _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
		}
	}
	return list
}

// sums are whole numbers that can be added over windows, replicas and seeds.
func sums(apps []metrics.App) map[string]int64 {
	var turnaround, executors, cores, busy, memory wide.Time
	deadlines, misses, failed := 0, 0, 0
	for i := range apps {
		a := &apps[i]
		turnaround.Add(a.Turnaround, 1)
		executors, cores, busy, memory = executors.Plus(a.Executors), cores.Plus(a.Held), busy.Plus(a.Busy), memory.Plus(a.Memory)
		deadlines, misses, failed = deadlines+int(metrics.DeadlineOf(a)), misses+int(metrics.MissOf(a)), failed+max(a.Failed, 0)
	}
	return map[string]int64{
		"applications": int64(len(apps)), "deadlines": int64(deadlines), "misses": int64(misses), "failed": int64(failed),
		"turnaround_ms": turnaround.Milliseconds(), "executor_ms": executors.Milliseconds(), "core_ms": cores.Milliseconds(),
		"busy_core_ms": busy.Milliseconds(), "mib_ms": memory.Milliseconds(),
	}
}
