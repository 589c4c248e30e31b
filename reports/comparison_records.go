package reports

import (
	"fmt"
	"iter"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/replay"
	"dynalloc/reports/words"
	"dynalloc/traces"
)

// comparisonFacts are the records of a comparison, for programs. Times are whole
// milliseconds; null is a value that does not exist.
func comparisonFacts(r *bench.Results) []Fact {
	prices := Fact{Key: "prices", Value: nil}
	if text := r.Suite.Prices.String(); text != "" {
		prices.Label, prices.Value = "prices", text
	}
	facts := []Fact{prices, {Key: "base", Value: r.Runs[0].Policy.Name}}
	list := func(key string, make func() any) { facts = append(facts, Fact{Key: key, Value: make}) }
	list("metrics", func() any { return metricList(r) })
	list("policies", func() any { return policyRecords(r) })
	list("rows", func() any { return rowRecords(r) })
	list("applications", func() any { return applicationRecords(r) })
	list("queries", func() any { return queryRecords(r) })
	list("results", func() any { return resultRecords(r) })
	list("externalities", func() any { return effectRecords(r) })
	return facts
}

func metricList(*bench.Results) (list []Object) {
	for _, m := range metrics.Table {
		list = append(list, Object{{"name", m.Name}, {"label", m.Label}, {"unit", m.Unit}, {"formula", m.Doc}, {"better", m.Better}, {"source", m.Source}})
	}
	return list
}

func policyRecords(r *bench.Results) (list []Object) {
	for i := range r.Runs {
		run := &r.Runs[i]
		list = append(list, Object{
			{"name", run.Policy.Name}, {"spec", specOf(run.Policy)}, {"end_ms", run.Result.End.Milliseconds()},
			{"events", run.Result.Events}, {"digest", fmt.Sprintf("%016x", run.Result.Digest)},
		})
	}
	return list
}

func rowRecords(r *bench.Results) (list []Object) {
	for _, class := range append([]string{""}, r.Classes...) {
		for _, row := range r.Rows(class) {
			list = append(list, Object{
				{"policy", row.Policy}, {"source", origin(row)}, {"class", orNull(row.Class != "", row.Class)},
				{"values", valueRecord(row.Values)}, {"differences", valueRecord(row.Minus(r.Base(row)))},
			})
		}
	}
	return list
}

func applicationRecords(r *bench.Results) (list []Object) {
	w := r.Suite.Workload
	for i, a := range w.Apps {
		ref := &r.Reference[i]
		list = append(list, Object{
			{"index", i}, {"id", a.ID}, {"name", a.Name}, {"class", a.Class}, {"user", a.User},
			{"submitted", orNull(!w.Epoch.IsZero(), w.Epoch.Add(a.Submit).UTC())},
			{"submit_ms", a.Submit.Milliseconds()}, {"deadline_ms", orNull(ref.HasDeadline, ref.Deadline.Milliseconds())},
			{"alone_ms", ref.Alone.Milliseconds()}, {"critical_path_ms", ref.Critical.Milliseconds()},
			{"history_ms", orNull(ref.History > 0, ref.History.Milliseconds())},
			{"grade", a.Log.Grade.String()}, {"problems", a.Log.Problems},
			{"self_replay_error", words.Rounded(r.Self[i].Time)}, {"self_replay_executor_seconds_error", words.Rounded(r.Self[i].Executors)},
		})
	}
	return list
}

// resultRecords has one record for each policy and application.
func resultRecords(r *bench.Results) iter.Seq[Object] {
	return func(yield func(Object) bool) {
		for i := range r.Runs {
			run := &r.Runs[i]
			for j := range run.Result.Apps {
				if !yield(resultRecord(run.Policy.Name, &run.Result.Apps[j], &run.Apps[j])) {
					return
				}
			}
		}
	}
}

// resultRecord is the result of one application under one policy.
func resultRecord(policy string, a *replay.AppResult, got *metrics.App) Object {
	slack, known := got.Slack()
	o := Object{
		{"policy", policy}, {"application", a.App}, {"spec", a.Policy},
		{"submit_ms", a.Submit.Milliseconds()}, {"began_ms", moment(a.Began)}, {"wanted_ms", moment(a.Wanted)}, {"asked_ms", moment(a.Asked)}, {"granted_ms", moment(a.Granted)},
		{"registered_ms", moment(a.Registered)}, {"first_task_ms", moment(a.FirstTask)}, {"end_ms", a.End.Milliseconds()},
		{"response_ms", orNull(got.Response > 0, got.Response.Milliseconds())}, {"missed", got.Missed()}, {"slack_ms", orNull(known, slack.Milliseconds())},
		{"failed", a.Failure != replay.NoFailure}, {"exception", orNull(a.Failure != replay.NoFailure, a.Failure.Exception())}, {"refused", a.Failure.Refused()},
		{"tasks_rerun", a.Rerun}, {"recomputed_ms", a.Recomputed.Milliseconds()},
		{"grants", a.Grants}, {"removals", a.Removals}, {"peak_executors", a.Peak},
		{"executor_wait_ms", a.Wait.Milliseconds()}, {"executor_held_ms", a.Ledger.Executor.Milliseconds()},
		{"core_starting_ms", a.Ledger.Starting.Milliseconds()}, {"core_busy_ms", a.Ledger.Busy.Milliseconds()},
		{"core_idle_ms", a.Ledger.Idle.Milliseconds()}, {"core_leaving_ms", a.Ledger.Leaving.Milliseconds()},
	}
	var turnaround, cores, executors map[string]int64
	var waves, reach any
	if by := a.Attribution; by != nil {
		turnaround, cores, executors = make(map[string]int64), make(map[string]int64), make(map[string]int64)
		for c, p := range metrics.TimeParts {
			turnaround[p.Key] = by.Turnaround[c].Milliseconds()
		}
		for c, p := range metrics.HoldParts {
			cores[p.Key], executors[p.Key] = by.Cores[c].Milliseconds(), by.Executors[c].Milliseconds()
		}
		waves, reach = moment(by.Waves), moment(by.RampUp)
	}
	return append(o, Field{"turnaround_by_cause_ms", turnaround}, Field{"core_held_by_cause_ms", cores}, Field{"executor_held_by_cause_ms", executors},
		Field{"execution_in_waves_ms", waves}, Field{"executors_needed_after_ms", reach})
}

// valueRecord pairs values with the names of their metrics.
func valueRecord(values []float64) map[string]any {
	record := make(map[string]any, len(values))
	for i, m := range metrics.Table {
		record[m.Name] = orNull(words.Finite(values[i]), words.Rounded(values[i]))
	}
	return record
}

// slackFact counts misses at every deadline factor; null if no deadline is a multiple
// of the time of a run.
func slackFact(r *bench.Results) any {
	if len(r.Slack.Factors) == 0 {
		return nil
	}
	misses := []Object{}
	for i := range r.Runs {
		run := &r.Runs[i]
		if run.Problem != "" {
			continue
		}
		all, byClass := r.Sweep(run.Apps)
		for c, counts := range append([][]bench.Misses{all}, byClass...) {
			var class any
			if c > 0 {
				class = r.Classes[c-1]
			}
			for k, m := range counts {
				misses = append(misses, Object{{"policy", run.Policy.Name}, {"class", class}, {"factor", r.Slack.Factors[k]}, {"misses", m.Missed}, {"of", m.Of}})
			}
		}
	}
	return Object{{"of", r.Slack.Of}, {"headline", r.Slack.Headline()}, {"factors", r.Slack.Factors}, {"misses", misses}}
}

// queryRecords has one record for each query with a deadline, with its time under each
// policy, in the order of the policies; null if the query did not end.
func queryRecords(r *bench.Results) []Object {
	out := []Object{}
	of := make(map[int]int) // queries of an application so far
	for i := range r.Queries {
		q := &r.Queries[i]
		var times []any
		for k := range r.Runs {
			took := time.Duration(-1)
			if apps := r.Runs[k].Apps; len(apps) > 0 {
				took = apps[q.App].Queries[of[q.App]].Duration
			}
			times = append(times, moment(took))
		}
		of[q.App]++
		out = append(out, Object{{"application", q.App}, {"name", q.Name}, {"jobs", q.Jobs}, {"deadline_ms", q.Deadline.Milliseconds()}, {"took_ms", times}})
	}
	return out
}

// effectRecords are the effects on every class of changing the policy of one class.
func effectRecords(r *bench.Results) []Object {
	out := []Object{}
	for _, x := range r.Externalities {
		effects := []Object{}
		for c, e := range x.Effects {
			effects = append(effects, Object{
				{"class", r.Classes[c]}, {"applications", e.Apps}, {"misses", e.Misses},
				{"queue_wait_ms", e.Wait.Milliseconds()}, {"turnaround_ms", e.Turnaround.Milliseconds()},
			})
		}
		out = append(out, Object{{"policy", x.Policy}, {"changed_class", x.Changed}, {"effects", effects}})
	}
	return out
}

// metricRecords has one record for each metric of each row (long form), because data
// frames and databases read that most easily: over all applications and by class,
// replayed and recorded, with the difference to the first policy and the worst grade of
// the logs that the value depends on.
func metricRecords(r *bench.Results) *Table {
	t := &Table{Columns: keys("workload", "cluster", "seed", "deadlines", "policy", "spec", "source", "class", "metric", "unit", "better", "value", "difference", "grade")}
	specs := make(map[string]string)
	sweeps := make([][][]bench.Misses, len(r.Runs)) // by policy, by class after all, by factor
	for i := range r.Runs {
		specs[r.Runs[i].Policy.Name] = specOf(r.Runs[i].Policy)
		all, byClass := r.Sweep(r.Runs[i].Apps)
		sweeps[i] = append([][]bench.Misses{all}, byClass...)
	}
	for c, class := range append([]string{""}, r.Classes...) {
		name := class
		if class == "" {
			name = "(all)"
		}
		grade := worstGrade(r.Suite.Workload, class).String()
		add := func(policy, source, metric string, unit metrics.Unit, better metrics.Better, value, difference float64) {
			t.add(r.Suite.Workload.Name, r.Suite.Config.Cluster.String(), r.Suite.Config.Seed, r.DeadlineBasis,
				policy, specs[policy], source, name, metric, unit, better, value, difference, grade)
		}
		for _, row := range r.Rows(class) {
			differences := row.Minus(r.Base(row))
			for i, m := range metrics.Table {
				add(row.Policy, origin(row), m.Name, m.Unit, m.Better, row.Values[i], differences[i])
			}
		}
		for i := range r.Runs {
			for k, factor := range r.Slack.Factors {
				if r.Runs[i].Problem == "" {
					missed, base := sweeps[i][c][k].Missed, sweeps[0][c][k].Missed
					add(r.Runs[i].Policy.Name, "replay", fmt.Sprintf("sla_misses_at_%g", factor), metrics.Count, metrics.Lower, float64(missed), float64(missed-base))
				}
			}
		}
	}
	return t
}

// worstGrade is the worst grade of the logs of a class, of all for the empty one.
func worstGrade(w *traces.Workload, class string) traces.Grade {
	grade := traces.Complete
	for _, a := range w.Apps {
		if class == "" || a.Class == class {
			grade = max(grade, a.Log.Grade)
		}
	}
	return grade
}

// origin reports whether a row is from a replay or from the recorded logs.
func origin(r metrics.Row) string {
	if r.Recorded {
		return "recorded"
	}
	return "replay"
}
