package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Schema names the form of the JSON report. The number after the slash grows
// when a reader of the old form would misread the new one.
const Schema = "dynalloc.compare/1"

// The types below are the JSON report, field for field. Times are whole
// milliseconds; null is a value that does not exist.
type (
	comparison struct {
		Schema        string        `json:"schema"`
		Workload      string        `json:"workload"`
		Cluster       clusterJSON   `json:"cluster"`
		Seed          uint64        `json:"seed"`
		DeadlineBasis string        `json:"deadline_basis"`
		Slack         *slackJSON    `json:"slack"`
		Prices        *string       `json:"prices"`
		Base          string        `json:"base"`
		Warnings      []string      `json:"warnings"`
		Metrics       []metricJSON  `json:"metrics"`
		Policies      []policyJSON  `json:"policies"`
		Rows          []rowJSON     `json:"rows"`
		Applications  []application `json:"applications"`
		Queries       []queryJSON   `json:"queries"`
		Results       []resultOfOne `json:"results"`
		// Told is which differences to the base are more than chance; empty where the
		// runs are too few to say.
		Told []toldJSON `json:"told"`
		// Externalities is what a change of one class's policy alone did to every class.
		Externalities []externality `json:"externalities"`
		FaultCosts    []faultCost   `json:"fault_costs"`
	}
	clusterJSON struct {
		Spec    string `json:"spec"`
		Assumed bool   `json:"assumed"`
	}
	// slackJSON is what other slack factors would have made of the misses.
	slackJSON struct {
		Of       string       `json:"of"`
		Headline float64      `json:"headline"`
		Factors  []float64    `json:"factors"`
		Misses   []missesJSON `json:"misses"`
	}
	missesJSON struct {
		Policy string  `json:"policy"`
		Class  *string `json:"class"`
		Factor float64 `json:"factor"`
		Misses int     `json:"misses"`
		Of     int     `json:"of"`
	}
	// queryJSON is a query with a deadline, and how long it took under each policy
	// in the order of policies; null: it did not end.
	queryJSON struct {
		Application int      `json:"application"`
		Name        string   `json:"name"`
		Jobs        []int    `json:"jobs"`
		DeadlineMS  int64    `json:"deadline_ms"`
		TookMS      []*int64 `json:"took_ms"`
	}
	metricJSON struct {
		Name    string `json:"name"`
		Label   string `json:"label"`
		Unit    string `json:"unit"`
		Formula string `json:"formula"`
		Better  string `json:"better"`
		Source  string `json:"source"`
	}
	policyJSON struct {
		Name   string `json:"name"`
		Spec   string `json:"spec"`
		EndMS  int64  `json:"end_ms"`
		Events int    `json:"events"`
		Digest string `json:"digest"`
	}
	rowJSON struct {
		Policy      string              `json:"policy"`
		Source      string              `json:"source"`
		Class       *string             `json:"class"`
		Values      map[string]*float64 `json:"values"`
		Differences map[string]*float64 `json:"differences"`
	}
	externality struct {
		Policy  string       `json:"policy"`
		Changed string       `json:"changed_class"`
		Effects []effectJSON `json:"effects"`
	}
	effectJSON struct {
		Class        string `json:"class"`
		Applications int    `json:"applications"`
		Misses       int    `json:"misses"`
		WaitMS       int64  `json:"queue_wait_ms"`
		TurnaroundMS int64  `json:"turnaround_ms"`
	}
	faultCost struct {
		Policy       string `json:"policy"`
		Misses       int    `json:"misses"`
		Failed       int    `json:"failed"`
		TurnaroundMS int64  `json:"turnaround_ms"`
		ExecutorMS   int64  `json:"executor_held_ms"`
		Lost         int    `json:"executors_lost"`
		Preempted    int    `json:"executors_preempted"`
		Rerun        int    `json:"tasks_rerun"`
		DiscardedMS  int64  `json:"task_discarded_ms"`
	}
	application struct {
		Index int    `json:"index"`
		ID    string `json:"id"`
		Name  string `json:"name"`
		Class string `json:"class"`
		User  string `json:"user"`
		// Submitted is SubmitMS on the clock; null where the source has no clock.
		Submitted  *time.Time `json:"submitted"`
		SubmitMS   int64      `json:"submit_ms"`
		DeadlineMS *int64     `json:"deadline_ms"`
		AloneMS    int64      `json:"alone_ms"`
		CriticalMS int64      `json:"critical_path_ms"`
		HistoryMS  *int64     `json:"history_ms"`
		Grade      string     `json:"grade"`
		Problems   []string   `json:"problems"`
	}
	resultOfOne struct {
		Policy       string `json:"policy"`
		Application  int    `json:"application"`
		Spec         string `json:"spec"`
		SubmitMS     int64  `json:"submit_ms"`
		AskedMS      *int64 `json:"asked_ms"`
		GrantedMS    *int64 `json:"granted_ms"`
		RegisteredMS *int64 `json:"registered_ms"`
		FirstTaskMS  *int64 `json:"first_task_ms"`
		EndMS        int64  `json:"end_ms"`
		Missed       bool   `json:"missed"`
		SlackMS      *int64 `json:"slack_ms"`
		Failed       bool   `json:"failed"`
		Rerun        int    `json:"tasks_rerun"`
		RecomputedMS int64  `json:"recomputed_ms"`
		Grants       int    `json:"grants"`
		Removals     int    `json:"removals"`
		Peak         int    `json:"peak_executors"`
		WaitMS       int64  `json:"executor_wait_ms"`
		HeldMS       int64  `json:"executor_held_ms"`
		StartingMS   int64  `json:"core_starting_ms"`
		BusyMS       int64  `json:"core_busy_ms"`
		IdleMS       int64  `json:"core_idle_ms"`
		LeavingMS    int64  `json:"core_leaving_ms"`

		Time      map[string]int64 `json:"turnaround_by_cause_ms"`
		Cores     map[string]int64 `json:"core_held_by_cause_ms"`
		Executors map[string]int64 `json:"executor_held_by_cause_ms"`
		WavesMS   *int64           `json:"execution_in_waves_ms"`
		ReachMS   *int64           `json:"executors_needed_after_ms"`
	}
)

// JSON writes everything that the comparison gave, down to what each application
// got under each policy, as one object.
func JSON(w io.Writer, r *bench.Results) error {
	s := r.Suite
	c := comparison{
		Schema: Schema, Workload: s.Workload.Name, Cluster: clusterJSON{s.Config.Cluster.String(), s.Config.Cluster.Assumed},
		Seed: s.Config.Seed, DeadlineBasis: r.DeadlineBasis, Base: r.Runs[0].Policy.Name, Warnings: orEmpty(warnings(r)),
		Slack: slackOf(r), Queries: queries(r),
	}
	if text := s.Prices.String(); text != "" {
		c.Prices = &text
	}
	for _, m := range metrics.Table {
		c.Metrics = append(c.Metrics, metricJSON{m.Name, m.Label, string(m.Unit), m.Doc, string(m.Better), m.Source})
	}
	for i := range s.Workload.Apps {
		c.Applications = append(c.Applications, describe(i, s.Workload, &r.Reference[i]))
	}
	for i := range r.Runs {
		run := &r.Runs[i]
		c.Policies = append(c.Policies, policyJSON{
			run.Policy.Name, specOf(run.Policy), run.Result.End.Milliseconds(), run.Result.Events, fmt.Sprintf("%016x", run.Result.Digest),
		})
		for j := range run.Result.Apps {
			c.Results = append(c.Results, outcome(run.Policy.Name, &run.Result.Apps[j], &run.Apps[j]))
		}
	}
	for _, class := range append([]string{""}, r.Classes...) {
		for _, row := range r.Rows(class) {
			line := rowJSON{Policy: row.Policy, Source: source(row), Values: named(row.Values), Differences: named(row.Minus(r.Base(row)))}
			if row.Class != "" {
				line.Class = &row.Class
			}
			c.Rows = append(c.Rows, line)
		}
	}
	c.Externalities, c.FaultCosts, c.Told = externalities(r), faultCosts(r), toldOf(r)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(c)
}

func externalities(r *bench.Results) []externality {
	out := []externality{}
	for _, x := range r.Externalities {
		line := externality{Policy: x.Policy, Changed: x.Changed, Effects: []effectJSON{}}
		for c, e := range x.Effects {
			line.Effects = append(line.Effects, effectJSON{r.Classes[c], e.Apps, e.Misses, e.Wait.Milliseconds(), e.Turnaround.Milliseconds()})
		}
		out = append(out, line)
	}
	return out
}

func faultCosts(r *bench.Results) []faultCost {
	out := []faultCost{}
	for _, c := range r.FaultCosts {
		out = append(out, faultCost{
			c.Policy, c.Misses, c.Failed, c.Turnaround.Milliseconds(), c.Executors.Milliseconds(), c.Lost, c.Preempted, c.Rerun, c.Discarded.Milliseconds(),
		})
	}
	return out
}

func describe(i int, w *traces.Workload, ref *sla.Reference) application {
	a := w.Apps[i]
	out := application{
		Index: i, ID: a.ID, Name: a.Name, Class: a.Class, User: a.User, SubmitMS: a.Submit.Milliseconds(),
		AloneMS: ref.Alone.Milliseconds(), CriticalMS: ref.Critical.Milliseconds(),
		Grade: a.Log.Grade.String(), Problems: orEmpty(WordAll(a.Log.Problems)),
	}
	if !w.Epoch.IsZero() {
		at := w.Epoch.Add(a.Submit).UTC()
		out.Submitted = &at
	}
	if ref.HasDeadline {
		ms := ref.Deadline.Milliseconds()
		out.DeadlineMS = &ms
	}
	if ref.History > 0 {
		ms := ref.History.Milliseconds()
		out.HistoryMS = &ms
	}
	return out
}

// slackOf counts misses at every slack factor; nil if no deadline is by a factor.
func slackOf(r *bench.Results) *slackJSON {
	if len(r.Slack.Factors) == 0 {
		return nil
	}
	out := &slackJSON{Of: string(r.Slack.Of), Headline: r.Slack.Headline(), Factors: r.Slack.Factors, Misses: []missesJSON{}}
	for i := range r.Runs {
		run := &r.Runs[i]
		if run.Problem != "" {
			continue
		}
		all, byClass := r.Sweep(run.Apps)
		out.add(run.Policy.Name, nil, all)
		for c, class := range r.Classes {
			out.add(run.Policy.Name, &class, byClass[c])
		}
	}
	return out
}

func (s *slackJSON) add(policy string, class *string, misses []bench.Misses) {
	for k, m := range misses {
		s.Misses = append(s.Misses, missesJSON{Policy: policy, Class: class, Factor: s.Factors[k], Misses: m.Missed, Of: m.Of})
	}
}

func queries(r *bench.Results) []queryJSON {
	out := []queryJSON{}
	of := make(map[int]int) // queries of an application so far
	for i := range r.Queries {
		q := &r.Queries[i]
		line := queryJSON{Application: q.App, Name: q.Name, Jobs: q.Jobs, DeadlineMS: q.Deadline.Milliseconds()}
		for k := range r.Runs {
			took := time.Duration(-1)
			if apps := r.Runs[k].Apps; len(apps) > 0 {
				took = apps[q.App].Queries[of[q.App]].Duration
			}
			line.TookMS = append(line.TookMS, moment(took))
		}
		of[q.App]++
		out = append(out, line)
	}
	return out
}

func outcome(policy string, a *replay.AppResult, got *metrics.App) resultOfOne {
	var left *int64
	if slack, ok := got.Slack(); ok {
		ms := slack.Milliseconds()
		left = &ms
	}
	out := resultOfOne{
		Policy: policy, Application: a.App, Spec: a.Policy,
		SubmitMS: a.Submit.Milliseconds(), AskedMS: moment(a.Asked), GrantedMS: moment(a.Granted),
		RegisteredMS: moment(a.Registered), FirstTaskMS: moment(a.FirstTask), EndMS: a.End.Milliseconds(),
		Missed: got.Missed(), SlackMS: left,
		Failed: a.Failed, Rerun: a.Rerun, RecomputedMS: a.Recomputed.Milliseconds(),
		Grants: a.Grants, Removals: a.Removals, Peak: a.Peak, WaitMS: a.Wait.Milliseconds(), HeldMS: a.Ledger.Executor.Milliseconds(),
		StartingMS: a.Ledger.Starting.Milliseconds(), BusyMS: a.Ledger.Busy.Milliseconds(),
		IdleMS: a.Ledger.Idle.Milliseconds(), LeavingMS: a.Ledger.Leaving.Milliseconds(),
	}
	out.attribute(a.Attribution)
	return out
}

// moment is null for what never happened.
func moment(at time.Duration) *int64 {
	if at < 0 {
		return nil
	}
	ms := at.Milliseconds()
	return &ms
}

// named pairs values with the names of their metrics.
func named(values []float64) map[string]*float64 {
	out := make(map[string]*float64, len(values))
	for i, m := range metrics.Table {
		if v := values[i]; math.IsNaN(v) {
			out[m.Name] = nil
		} else {
			v = rounded(v)
			out[m.Name] = &v
		}
	}
	return out
}

// orEmpty makes an empty list of none, so that JSON has [] and not null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
