package reports

import (
	"math"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay/attribution"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/latency"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

func spec(text string) policies.Spec {
	s, err := policies.Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

func estimate(value, low, high float64) stats.Estimate {
	return stats.Estimate{Value: value, Interval: stats.Interval{Low: low, High: high}}
}

// advised is a decision about two classes of the lecture's case, made by hand: reports keep
// a fixed size although dynamic allocation would be cheaper, and of the warehouse load
// the logs show too little.
func advised() *decide.Decision {
	figures := func(misses stats.Estimate, turnaround, executors float64) decide.Figures {
		return decide.Figures{Runs: 20, Deadlines: 20, Misses: misses, Turnaround: turnaround, TurnaroundP95: 2 * turnaround, ExecutorSeconds: executors, CoreSeconds: 2 * executors, SlackP5: 8.5}
	}
	static := decide.Choice{Policy: spec("static,n=4"), Figures: figures(estimate(1, 0, 4), 42.5, 7200), RampUp: math.NaN()}
	dynamic := decide.Choice{
		Policy: spec("spark,idle=10s,max=8"), Figures: figures(estimate(6, 3, 11), 50, 5400),
		Causes: []decide.MissCause{{Cause: attribution.TimeRamp, Misses: 5}}, RampUp: 12.5,
	}
	load := decide.Choice{Policy: spec("static,n=4"), Figures: decide.Figures{Runs: 1, SlackP5: math.NaN()}}
	fleetResult := func(text string, misses, hours float64) decide.FleetResult {
		f := fleet("", text)
		return decide.FleetResult{
			Fleet: f, Conf: make([]string, len(f.Rules)), Misses: misses, Deadlines: 20, MissRate: estimate(misses/20, 0, 0.2), ExecutorHours: hours, Saved: estimate(0.1, 0.05, 0.15),
			MeetsGoal: true,
		}
	}
	d := &decide.Decision{
		Suite: lecture().Suite, Question: decide.Question{MissRate: 0.05, MaxSlowdown: 0.1, Prefer: decide.PreferSafe}, Replicas: 5, DeadlineBasis: "from deadlines.csv",
		Tried: decide.Tried{Static: 12, Dynamic: 80, User: 1, OneForAll: 20, Fleets: 60, Replays: 900},
		Now:   fleetResult("recorded", 3, 4), Safe: fleetResult("report-*=static,n=4;*=recorded", 1, 3.6), Cheap: fleetResult("report-*=static,n=4;*=recorded", 1, 3.6),
		Classes: []decide.ClassDecision{
			{
				Class: "report-*", Runs: 20, Verdict: decide.Static, Confidence: 0.97, ConfidenceError: 0.01, Equivalent: 0.02, Now: static, Set: static, Safe: static, Cheap: static,
				BestStatic: &static, BestDynamic: &dynamic, Candidates: []decide.Choice{static, dynamic}, ProofRuns: 73, Replicas: 5,
				Reason:  decide.ReasonMisses.With(static.Policy, 1.0, 20, dynamic.Policy, 6.0, attribution.TimeRamp.String()),
				Snippet: policies.Snippet{Set: []policies.Line{{Key: "spark.dynamicAllocation.enabled", Value: "false"}}},
				Blocks:  bench.Blocks{Unit: bench.ByHour, N: 12},
			},
			{
				Class: "warehouse-load", Runs: 1, Verdict: decide.Insufficient, Confidence: math.NaN(), ConfidenceError: math.NaN(),
				Insufficiencies: []note.Note{note.Plain("the log is cut"), note.Plain("one run is too few")}, Now: load, Set: load, Safe: load, Cheap: load,
			},
		},
	}
	d.Advised = d.Safe
	return d
}

// gate compares results of last week and of today, made by hand: one policy is worse.
func gate() *bench.Gate {
	return &bench.Gate{
		Old: &bench.Snapshot{Name: "old.json"}, New: &bench.Snapshot{Name: "new.json"}, Options: bench.GateOptions{Misses: 1, Cost: 0.05},
		Blocks: bench.Blocks{Unit: bench.ByHour, N: 10},
		Lines: []bench.GateLine{
			{Policy: "recorded", Of: 180, OldMisses: 12, NewMisses: 12, OldHours: 19, NewHours: 19, MissDelta: estimate(0, 0, 0), CostDelta: estimate(0, 0, 0)},
			{
				Policy: "team", Of: 180, OldMisses: 0, NewMisses: 38, OldHours: 19, NewHours: 31, MissDelta: estimate(38, 20, 55), MissesSignificant: true,
				CostDelta: estimate(0.6316, 0.5, 0.8), CostSignificant: true,
			},
			{Policy: "team", Class: "adhoc", OldHours: 8, NewHours: 8.1, MissDelta: estimate(0, math.NaN(), math.NaN()), CostDelta: estimate(0.0125, -0.1, 0.1)},
		},
	}
}

// validated is a recording predicted from another, made by hand.
func validated(from, to string) *validate.Validation {
	view := func(seconds, executorSeconds float64) validate.View {
		return validate.View{
			Name: "etl", Seconds: seconds, QueueWait: 3, FirstExecutor: 3, ExecutorSeconds: executorSeconds, Started: 2,
			Executors: []validate.Life{{From: 3 * time.Second, To: 50 * time.Second}, {From: 4 * time.Second, To: 90 * time.Second}},
		}
	}
	c := validate.Comparison{
		Recorded: view(100, 133), Predicted: view(104, 130), Error: 0.04, ExecutorError: -0.0225, TimelineError: 0.03,
		Jobs: []validate.JobComparison{{ID: 0, Recorded: 40, Predicted: 41, Error: 0.025}, {ID: 1, Recorded: math.NaN(), Predicted: 8, Error: math.NaN()}}, Unmatched: []int{7},
	}
	c.Predicted.Executors = c.Predicted.Executors[:1]
	return &validate.Validation{
		From: from, To: to, Policy: "static,n=2", Cluster: "never full", Startup: validate.StartupTo,
		Apps: []validate.Comparison{c}, Copy: []validate.Comparison{c}, Constant: []validate.Comparison{c}, Summary: summary(),
	}
}

func summary() validate.Summary {
	errors := validate.Errors{N: 4, Median: 0.02, P95: 0.05, Max: 0.09, Bias: -0.01}
	score := validate.Score{Application: errors, Jobs: errors, ExecutorSeconds: errors, Timeline: errors}
	return validate.Summary{
		Score: score, Copy: score, Constant: score, Floor: score, Pairs: 2, Recordings: 3, OverCopy: validate.Skill{Application: 0.9, ExecutorSeconds: 0.8, Jobs: math.NaN()},
		Winner: validate.Winner{Calls: 4, Right: 3},
	}
}

// validationSet is two pairs of recordings of one workload, and one of another.
func validationSet() *validate.Set {
	pairs := []*validate.Validation{validated("etl/a", "etl/b"), validated("etl/b", "etl/a")}
	pairs[1].Apps[0].Error, pairs[1].Summary.Application.Max = -0.3, 0.3
	return &validate.Set{
		Startup: validate.StartupTo, Pairs: pairs, Summary: summary(),
		Workloads: []validate.Workload{{Name: "etl", Barred: true, Pairs: pairs, Summary: summary()}, {Name: "sql", Pairs: pairs[:1], Summary: summary()}},
	}
}

// inspected is logs as inspect finds them: complete, cut, of two attempts, unreadable.
func inspected() ([]*traces.Application, []selfreplay.Error, []source.Skipped) {
	log := traces.Log{Span: 62 * time.Second, Jobs: 1, Stages: 2, Tasks: 16, FailedTasks: 1, ExecutorsAdded: 2}
	cut, bad := log, traces.Log{Grade: traces.Unreadable}
	cut.Grade, cut.Span, cut.Problems = traces.Cut, 7900*time.Millisecond, []traces.Note{note.Plain("no end"), note.Plain("no start")}
	return []*traces.Application{
			{Path: "logs/a1", ID: "app-1", Attempt: "1", Name: "etl", Class: "etl", SparkVersion: "4.1.4", Log: log},
			{Path: "logs/a2", ID: "app-1", Attempt: "2", Name: "etl", Class: "etl", SparkVersion: "4.1.4", Log: log},
			{Path: "logs/b", ID: "app-2", Name: "report\n1", Class: "report-*", Log: cut},
			{Path: "logs/c", Log: bad},
		}, []selfreplay.Error{{Time: 0.012, Executors: -0.03}, {Time: -0.31, Executors: 0.2}, selfreplay.Unknown(), selfreplay.Unknown()}, []source.Skipped{
			{Path: "notes.txt", Why: note.Plain("no Spark event log")}, {Path: ".crc", Why: note.Plain("a checksum file")}, {Path: ".crc2", Why: note.Plain("a checksum file")}, {Path: "gone", Why: note.Plain("cannot be opened"), Failed: true},
		}
}

// times are learned start-up times, and defaults for the rest.
func times() *latency.Model {
	t := calibrate.Defaults()
	d := &t.By[0]
	*d = latency.Constant(1500 * time.Millisecond)
	d.N, d.Logs, d.Contention = 12, []string{"a", "b"}, 0.25
	t.Processors = latency.ProcessorsOf(2)
	return &t
}
