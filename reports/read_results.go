package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/internal/wide"
	"dynalloc/traces"
)

// savedResults is the part of a result file that a gate needs. comparison_records.go
// writes the whole form, the JSON form of a comparison.
type savedResults struct {
	Schema   string `json:"schema"`
	Workload string `json:"workload"`
	Policies []struct {
		Name string `json:"name"`
		Spec string `json:"spec"`
	} `json:"policies"`
	Applications []savedApplication `json:"applications"`
	Results      []savedResult      `json:"results"`
}

type savedApplication struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Class      string     `json:"class"`
	User       string     `json:"user"`
	Submitted  *time.Time `json:"submitted"`
	SubmitMS   int64      `json:"submit_ms"`
	DeadlineMS *int64     `json:"deadline_ms"`
}

type savedResult struct {
	Policy      string `json:"policy"`
	Application int    `json:"application"`
	SubmitMS    int64  `json:"submit_ms"`
	EndMS       int64  `json:"end_ms"`
	ResponseMS  int64  `json:"response_ms"` // 0 or null: the turnaround is judged
	Failed      bool   `json:"failed"`
	HeldMS      int64  `json:"executor_held_ms"`
}

// readable are the schemas whose results have the form of savedResults.
var readable = []string{"dynalloc.compare/1", Schema}

// ReadResults reads a result file: the JSON form of a comparison, as "compare
// --format json" prints it and results.json holds it. An error names the file and
// says what was expected.
func ReadResults(r io.Reader, name string) (*bench.Snapshot, error) {
	var c savedResults
	err := json.NewDecoder(r).Decode(&c)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s ends in the middle: write it again with \"dynalloc compare --format json\"", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not a result file of \"dynalloc compare --format json\": %w", name, err)
	}
	if !slices.Contains(readable, c.Schema) {
		return nil, fmt.Errorf("%s: its schema is %q; expected %q, as \"dynalloc compare --format json\" writes it", name, c.Schema, Schema)
	}
	s := &bench.Snapshot{Name: name, Workload: &traces.Workload{Name: c.Workload}}
	for _, a := range c.Applications {
		app := &traces.Application{ID: a.ID, Name: a.Name, Class: a.Class, User: a.User, Submit: milliseconds(a.SubmitMS)}
		if a.Submitted != nil {
			app.Started = a.Submitted.UTC()
			s.Workload.Epoch = app.Started.Add(-app.Submit)
		}
		s.Workload.Apps = append(s.Workload.Apps, app)
	}
	for _, p := range c.Policies {
		s.Policies = append(s.Policies, bench.SnapshotPolicy{Name: p.Name, Spec: p.Spec})
	}
	for _, o := range c.Results {
		i := slices.IndexFunc(s.Policies, func(p bench.SnapshotPolicy) bool { return p.Name == o.Policy })
		if i < 0 || o.Application < 0 || o.Application >= len(c.Applications) {
			return nil, fmt.Errorf("%s: a result of policy %q for application %d, which are not in the file's lists", name, o.Policy, o.Application)
		}
		if a := &c.Applications[o.Application]; o.impossible(a) {
			return nil, fmt.Errorf("%s: the result of application %s under %s has a time that cannot be: submit_ms %d, end_ms %d, executor_held_ms %d; write the file again", name, a.ID, o.Policy, o.SubmitMS, o.EndMS, o.HeldMS)
		}
		p := &s.Policies[i]
		if p.Apps == nil {
			p.Apps = make([]metrics.App, len(c.Applications))
		}
		p.Apps[o.Application] = o.measured(&c.Applications[o.Application])
	}
	return s, nil
}

// impossible reports whether a time is negative, or does not fit in a time.Duration.
func (o *savedResult) impossible(a *savedApplication) bool {
	const most = math.MaxInt64 / int64(time.Millisecond)
	outside := func(ms int64) bool { return ms < 0 || ms > most }
	return outside(o.SubmitMS) || outside(o.EndMS) || o.EndMS < o.SubmitMS || o.HeldMS < 0 || outside(a.SubmitMS) || a.DeadlineMS != nil && outside(*a.DeadlineMS)
}

// measured returns the metrics of an application.
func (o *savedResult) measured(a *savedApplication) metrics.App {
	app := metrics.App{Class: a.Class, User: a.User, Turnaround: milliseconds(o.EndMS - o.SubmitMS), Response: milliseconds(o.ResponseMS), Executors: wide.Of(time.Millisecond, o.HeldMS)}
	if a.DeadlineMS != nil {
		app.HasDeadline, app.Deadline = true, milliseconds(*a.DeadlineMS)
	}
	if o.Failed {
		app.Failed = 1
	}
	return app
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
