package resultfile

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

// Schema names the JSON form of a comparison. Since the third form it has a checksum.
const Schema = "dynalloc.compare/3"

// readable are the schemas whose results have the form of savedResults.
var readable = []string{"dynalloc.compare/1", "dynalloc.compare/2", Schema}

// savedResults is the part of a result file that a gate needs. reports.Comparison makes
// the whole form, the JSON form of a comparison.
type savedResults struct {
	Schema   string `json:"schema"`
	Workload string `json:"workload"`
	Policies []struct {
		Name string `json:"name"`
		Spec string `json:"spec"`
	} `json:"policies"`
	Applications []savedApplication `json:"applications"`
	Results      []savedResult      `json:"results"`
	Rows         []savedRow         `json:"rows"`
}

// A savedRow is the metrics of one policy, over all applications or a class.
type savedRow struct {
	Policy string              `json:"policy"`
	Source string              `json:"source"`
	Class  *string             `json:"class"`
	Values map[string]*float64 `json:"values"`
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
	Missed      *bool  `json:"missed"`
	Failed      bool   `json:"failed"`
	HeldMS      int64  `json:"executor_held_ms"`
}

// Read reads a result file: the JSON form of a comparison, as "compare --format json"
// prints it and results.json holds it. It refuses a file that was cut or changed after it
// was written, and one whose parts do not agree. An error names the file and says what was
// expected.
func Read(r io.Reader, name string) (*bench.Snapshot, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var c savedResults
	err = json.Unmarshal(data, &c)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(data)) {
		return nil, fmt.Errorf("%s ends in the middle: write it again with \"dynalloc compare --format json\"", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not a result file of \"dynalloc compare --format json\": %w", name, err)
	}
	if !slices.Contains(readable, c.Schema) {
		return nil, fmt.Errorf("%s: its schema is %q; expected %q, as \"dynalloc compare --format json\" writes it", name, c.Schema, Schema)
	}
	if c.Schema == Schema && !Sealed(data) {
		return nil, fmt.Errorf("%s: its checksum does not belong to its content, so it was changed after it was written; write it again with \"dynalloc compare --format json\"", name)
	}
	s, err := c.snapshot(name)
	if err == nil {
		err = c.addUp(s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; write the file again", name, err)
	}
	return s, nil
}

// snapshot returns the applications and their results. An error does not name the file.
func (c *savedResults) snapshot(name string) (*bench.Snapshot, error) {
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
	seen := make([][]bool, len(s.Policies)) // by policy and application
	for _, o := range c.Results {
		i := slices.IndexFunc(s.Policies, func(p bench.SnapshotPolicy) bool { return p.Name == o.Policy })
		if i < 0 || o.Application < 0 || o.Application >= len(c.Applications) {
			return nil, fmt.Errorf("a result of policy %q for application %d, which are not in the file's lists", o.Policy, o.Application)
		}
		if a := &c.Applications[o.Application]; o.impossible(a) {
			return nil, fmt.Errorf("the result of application %s under %s has a time that cannot be: submit_ms %d, end_ms %d, executor_held_ms %d", a.ID, o.Policy, o.SubmitMS, o.EndMS, o.HeldMS)
		}
		p := &s.Policies[i]
		if p.Apps == nil {
			p.Apps = make([]metrics.App, len(c.Applications))
			seen[i] = make([]bool, len(c.Applications))
		}
		if seen[i][o.Application] {
			return nil, fmt.Errorf("two results of application %s under %s", c.Applications[o.Application].ID, o.Policy)
		}
		seen[i][o.Application] = true
		p.Apps[o.Application] = o.measured(&c.Applications[o.Application])
		if o.Missed != nil && p.Apps[o.Application].Missed() != *o.Missed {
			return nil, fmt.Errorf("application %s under %s: missed is %v, which contradicts its times", c.Applications[o.Application].ID, o.Policy, *o.Missed)
		}
	}
	for i, of := range seen {
		if k := slices.Index(of, false); k >= 0 {
			return nil, fmt.Errorf("there is no result of application %s under %s", c.Applications[k].ID, s.Policies[i].Name)
		}
	}
	return s, nil
}

// addUp checks that the rows over all applications are the sums of the results.
func (c *savedResults) addUp(s *bench.Snapshot) error {
	for _, row := range c.Rows {
		i := slices.IndexFunc(s.Policies, func(p bench.SnapshotPolicy) bool { return p.Name == row.Policy })
		if row.Source != "replay" || row.Class != nil || i < 0 || len(s.Policies[i].Apps) == 0 {
			continue
		}
		misses, hours := 0.0, 0.0
		for k := range s.Policies[i].Apps {
			misses += metrics.MissOf(&s.Policies[i].Apps[k])
			hours += metrics.ExecutorSecondsOf(&s.Policies[i].Apps[k]) / 3600
		}
		for metric, sum := range map[string]float64{"sla_misses": misses, "executor_hours_held": hours} {
			if v := row.Values[metric]; v != nil && math.Abs(*v-sum) > 1e-5*max(1, sum) { // rows have six decimals
				return fmt.Errorf("%s of %s is %g, and its results add up to %g", metric, row.Policy, *v, sum)
			}
		}
	}
	return nil
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
