package reports

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"dynalloc/bench/decide"
	"dynalloc/bench/selfreplay"
	"dynalloc/internal/note"
)

// tuned is a search over the lecture's case, made by hand: three fleets, one of
// which is chosen, and hindsight.
func tuned(t *testing.T) *decide.Decision {
	t.Helper()
	d := &decide.Decision{
		Suite: lecture().Suite, Question: decide.Question{MissRate: 0.05, MaxSlowdown: 0.1, Prefer: decide.PreferSafe}, Replicas: 4,
		Tried:         decide.Tried{Static: 20, Dynamic: 100, OneForAll: 10, Fleets: 30, Replays: 211.4},
		DeadlineBasis: "from deadlines.csv", WithoutDeadlines: []string{"load"}, Notes: []note.Note{note.Plain("What limits the workload.")},
		Classes: []decide.ClassDecision{{Class: "load", Verdict: decide.Static, Confidence: 0.95, Now: decide.Choice{Policy: spec("static,n=4")}, Set: decide.Choice{Policy: spec("static,n=2")}}},
		Bounds:  decide.Bounds{Misses: 0.25, ExecutorHours: 0.5},
		Now:     decide.FleetResult{Fleet: fleet("", "recorded"), Misses: 2, Deadlines: 20, MissRate: estimate(0.1, 0.04, 0.23), ExecutorHours: 2},
		Front: []decide.FleetResult{
			{Fleet: fleet("", "load=static,n=1;report-*=spark,max=1"), Conf: []string{"spark.executor.instances 1\n", "spark.dynamicAllocation.maxExecutors 1\n"}, Misses: 7.5, Deadlines: 20, MissRate: estimate(0.375, 0.2, 0.6), ExecutorHours: 0.9, Saved: estimate(0.55, 0.5, 0.6), Slowdown: 0.02, OnFront: true},
			{Fleet: fleet("", "load=static,n=2;report-*=spark,idle=5s,max=4"), Conf: []string{"spark.executor.instances 2\n", "spark.dynamicAllocation.maxExecutors 4\n"}, Misses: 0.75, Deadlines: 20, MissRate: estimate(0.0375, 0.001, 0.12), ExecutorHours: 1.25, Saved: estimate(0.375, 0.31, 0.44), Slowdown: 0.03, MeetsGoal: true, OnFront: true},
			{Fleet: fleet("", "load=recorded;report-*=script,file=my.star"), Conf: []string{"# no change\n", "# there are no settings of Spark for this policy\n"}, Misses: 1, Deadlines: 20, MissRate: estimate(0.05, 0.01, 0.2), ExecutorHours: 2.5, Saved: estimate(-0.25, math.NaN(), math.NaN()), Slowdown: 0.3},
		},
		Hindsight: []decide.FleetResult{
			{Fleet: fleet("", "load=hindsight,max=2;report-*=hindsight,max=4"), Misses: 0.5, Deadlines: 20, MissRate: estimate(0.025, 0.001, 0.1), ExecutorHours: 0.75, Saved: estimate(0.625, 0.6, 0.65), MeetsGoal: true, OnFront: true},
		},
		Others: []decide.FleetResult{{Misses: 3, ExecutorHours: 1.5}, {Misses: 99, ExecutorHours: 1.5}},
	}
	d.Safe, d.Cheap, d.Advised = d.Front[1], d.Front[1], d.Front[1]
	return d
}

// A search names the chosen fleet, how sure its miss rate is, what no policy can
// improve on, and what to set; hindsight is marked as not deployable.
func TestASearchNamesTheCheapestFleet(t *testing.T) {
	d := Search(tuned(t))
	text := render(t, "text", d)
	says(t, text,
		"lecture: 3 applications, tuned for a miss rate of at most 5 %", "20 fixed sizes, 100 dynamic allocations, 10 policies for everyone and 30 fleets tried in 211 replays of the workload",
		"The advised fleet holds 1.25 executor-hours, 38 % [31, 44] less than the recorded settings (2.00). It misses 0.75 of 20, or 3.8 % [0.1, 12].",
		"So few misses in so few runs do not prove the miss rate: it may be as high as 12 %.",
		"No policy can hold less than 0.500 executor-hours, the time of the tasks themselves, or miss fewer than 0.25 deadlines, because so many are shorter than the critical path.",
		"Hindsight, which knows the demand in advance, holds 0.750 and misses 0.50.",
		"load: keep static allocation, but change static, 4 executors to static, 2 executors, confidence 95 %.", "# report-*: spark,idle=5s,max=4 spark.dynamicAllocation.maxExecutors 4", "Classes without deadlines: load.",
	)
	for name, want := range map[string]string{
		"recorded": "2 of 20 10 [4, 23] 2.00 - 0", "F2": "chosen 0.75 of 20 3.8 [0.1, 12] 1.25 38 [31, 44] 3", "F3": "too slow 1 of 20 5 [1, 20] 2.50 -25 30",
		"H1": "hindsight, not deployable 0.50 of 20 2.5 [0.1, 10] 0.750 62 [60, 65] 0",
	} {
		if got := strings.Join(row(t, text, name), " "); got != want {
			t.Errorf("the row of %s is %q, want %q", name, got, want)
		}
	}
	if strings.Contains(text, "lower bounds") {
		t.Error("the bounds are a row of the table for people")
	}
	csv := render(t, "csv", d)
	says(t, csv, "workload,cluster,seed,name,what,fleet,misses,of,miss_rate,miss_rate_low,miss_rate_high,executor_hours,saved_share,saved_low,saved_high,slower_share,keeps_goal,front",
		`F2,chosen,"load=static,n=2;report-*=spark,idle=5s,max=4",0.75,20,0.0375,0.001,0.12,1.25,0.375,0.31,0.44,0.03,true,true`, "lower bounds,lower bounds,,0.25,,,,,0.5,,,,,,")
	says(t, squeezed(render(t, "json", d)), `"chosen": 1`, `"saved_share": -0.25, "saved_share_interval": null`, `"deployable": false`, `"lower_bounds": { "misses": 0.25, "executor_seconds": 1800 }`)
}

func TestASearchWithoutAnAnswer(t *testing.T) {
	none := tuned(t)
	none.Interrupted, none.Hindsight, none.Ambiguous, none.Untested = true, nil, []string{"load"}, []string{"report-*", "x"}
	none.Advised.MeetsGoal = false
	none.Now.Deadlines = 0
	text := render(t, "text", Search(none))
	says(t, text, "No fleet that was tried keeps a miss rate of 5 % in every class.", "The advised fleet comes nearest: it misses 0.75 of 20, or 3.8 % [0.1, 12], at 1.25 executor-hours.", "none, as there are no deadlines",
		"interrupted", "The search was stopped.", "the patterns of the fleets give some applications of load the policy of another class", "too small to tune 2 classes on its own")
	if strings.Contains(text, "indsight") || strings.Contains(text, " chosen ") {
		t.Errorf("it shows hindsight or a chosen fleet where there is none:\n%s", text)
	}
}

func TestASearchThatFindsOnlyDearerFleets(t *testing.T) {
	dear := tuned(t)
	dear.Advised.Saved = estimate(-0.1, -0.2, -0.05)
	says(t, render(t, "text", Search(dear)), "10 % [5, 20] more than the recorded settings")
}

// A reader of advice or of a search sees how far to trust the replay of each application.
func TestJSONHasTheSelfReplayErrorOfEachApplication(t *testing.T) {
	advice, search := advised(), tuned(t)
	apps := len(advice.Suite.Workload.Apps)
	advice.Self = slices.Repeat([]selfreplay.Error{selfreplay.Unknown()}, apps)
	advice.Self[1] = selfreplay.Error{Time: -0.04, Executors: 0.125}
	search.Self = advice.Self
	for _, d := range []*Document{Advice(advice), Search(search)} {
		var got struct {
			Applications []struct {
				ID    string
				Error *float64 `json:"self_replay_error"`
				Held  *float64 `json:"self_replay_executor_seconds_error"`
			}
		}
		if err := json.Unmarshal([]byte(render(t, "json", d)), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Applications) != apps || got.Applications[0].Error != nil {
			t.Fatalf("%s: %+v", d.Schema, got.Applications)
		}
		if a := got.Applications[1]; a.ID != advice.Suite.Workload.Apps[1].ID || *a.Error != -0.04 || *a.Held != 0.125 {
			t.Errorf("%s: %+v", d.Schema, a)
		}
	}
}
