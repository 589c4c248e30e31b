package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/traces"
)

// ReadResults reads a result file: what JSON writes, as "compare --format json"
// prints it and results.json holds it. An error names the file and says what was
// expected.
func ReadResults(r io.Reader, name string) (*bench.Snapshot, error) {
	var c comparison
	err := json.NewDecoder(r).Decode(&c)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s ends in the middle: write it again with \"dynalloc compare --format json\"", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not a result file of \"dynalloc compare --format json\": %w", name, err)
	}
	if c.Schema != Schema {
		return nil, fmt.Errorf("%s: its schema is %q; expected %q, as \"dynalloc compare --format json\" writes it", name, c.Schema, Schema)
	}
	s := &bench.Snapshot{Name: name, Workload: &traces.Workload{Name: c.Workload}}
	for _, a := range c.Applications {
		app := &traces.Application{ID: a.ID, Name: a.Name, Class: a.Class, User: a.User, Submit: time.Duration(a.SubmitMS) * time.Millisecond}
		if a.Submitted != nil {
			s.Workload.Epoch = a.Submitted.Add(-app.Submit)
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
		p := &s.Policies[i]
		if p.Apps == nil {
			p.Apps = make([]metrics.App, len(c.Applications))
		}
		p.Apps[o.Application] = appOf(&o, &c.Applications[o.Application])
	}
	return s, nil
}

// appOf is what a gate needs to know of one result.
func appOf(o *resultOfOne, a *application) metrics.App {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	app := metrics.App{Class: a.Class, User: a.User, Turnaround: ms(o.EndMS - o.SubmitMS), Executors: ms(o.HeldMS)}
	if a.DeadlineMS != nil {
		app.HasDeadline, app.Deadline = true, ms(*a.DeadlineMS)
	}
	if o.Failed {
		app.Failed = 1
	}
	return app
}
