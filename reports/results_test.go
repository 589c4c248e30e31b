package reports

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/metrics"
	"dynalloc/bench/selfreplay"
	"dynalloc/internal/note"
	"dynalloc/internal/wide"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/reports/resultfile"
	"dynalloc/traces"
)

// squeezed is a report in one line, so that a sentence can be found that is wrapped.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// says looks for sentences in a report.
func says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(squeezed(text), w) {
			t.Errorf("it does not say %q:\n%s", w, text)
		}
	}
}

// row is the first line of a text that begins with a name, in words.
func row(t *testing.T, text, name string) []string {
	t.Helper()
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), name+" "); found {
			return strings.Fields(rest)
		}
	}
	t.Fatalf("no row of %s in\n%s", name, text)
	return nil
}

// part is a section of a text report.
func part(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+heading+"\n\n")
	if !found {
		t.Fatalf("no section %q in\n%s", heading, text)
	}
	table, rest, _ := strings.Cut(rest, "─\n")
	rows, _, _ := strings.Cut(rest, "\n\n")
	return table + "\n" + rows
}

// The lecture's case: a warehouse load takes the whole cluster, and reports wait
// behind it, unless its size is fixed or its class gets another policy.
func TestTheLectureAsAComparison(t *testing.T) {
	text := render(t, "text", Comparison(lecture()))
	says(t, text,
		"lecture: 3 applications under 3 policies", "memory=32g,startup=4s (assumed from the logs)", "prices: core-hour=0.05",
		"Fewest SLA misses: mixed with 0 of 3 (recorded: 2).", "Fewest executor-hours: static-2 with 0.17 (recorded: 0.25).",
		"report-*: fewest misses under static-2 and mixed (0 of 2; at worst 2)",
		"The cluster is not given", "Quality grade cut, 1 log, whose results are less reliable: app-0002 (the log ends before the application does).",
		"3 runs are too few to say which differences are significant", "applications arrive during 70 s of the 130 s under recorded",
		"mixed report-*=static,n=2;*=spark,idle=5s,max=6",
	)
	if got := row(t, part(t, text, "All applications"), "recorded truth"); !slices.Equal(got, []string{"2", "of", "3", "42.5", "-", "-", "-", "-", "-", "-", "0.24", "-"}) {
		t.Errorf("the recorded truth is %q", got)
	}
	if got := row(t, part(t, text, "Differences to recorded"), "mixed")[:3]; !slices.Equal(got, []string{"-2", "-36.0", "-74.0"}) {
		t.Errorf("the differences of mixed begin with %q", got)
	}
	if got := row(t, part(t, text, "Misses if deadlines were so many times the run alone on the idle cluster under its recorded settings"), "static-2"); !slices.Equal(got, strings.Fields("1 of 3 1 of 3 1 of 3 0 of 3")) {
		t.Errorf("misses at other factors: %q", got)
	}
}

// Each metric is in CSV and JSON, and in a table of text and Markdown wherever a
// policy has a value of it other than zero.
func TestMetricsAreInEveryFormat(t *testing.T) {
	r := lecture()
	d := Comparison(r)
	rows, err := csv.NewReader(strings.NewReader(render(t, "csv", d))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	inCSV := map[string]bool{}
	for _, line := range rows[1:] {
		inCSV[line[8]] = true
	}
	var data struct {
		Metrics []struct{ Name string }
		Rows    []struct{ Values map[string]*float64 }
	}
	if err := json.Unmarshal([]byte(render(t, "json", d)), &data); err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, m := range data.Metrics {
		described[m.Name] = true
	}
	text, markdown := render(t, "text", d), render(t, "markdown", d)
	for _, m := range metrics.Table {
		if _, ok := data.Rows[0].Values[m.Name]; !ok || !inCSV[m.Name] {
			t.Errorf("%s is not in CSV and JSON", m.Name)
		}
		if !described[m.Name] {
			t.Errorf("%s has no unit and formula in JSON", m.Name)
		}
		head := metricColumns([]metrics.Metric{m})[0].Head
		shown := len(used([]metrics.Metric{m}, replays(r.Rows("")))) > 0
		for _, line := range strings.Split(head, "\n") {
			if shown && !strings.Contains(text, line) {
				t.Errorf("%s: the text has no column %q", m.Name, head)
			}
		}
		if whole := escape(strings.ReplaceAll(strings.ReplaceAll(head, "-\n", "-"), "\n", " ")); shown && !strings.Contains(markdown, "| "+whole+" ") {
			t.Errorf("%s: Markdown has no column %q", m.Name, whole)
		}
		if !slices.ContainsFunc(metricSections, func(s struct {
			key     metrics.Section
			heading string
			byClass bool
		}) bool {
			return s.key == m.Section
		}) {
			t.Errorf("%s is in section %q, which no report has", m.Name, m.Section)
		}
	}
	first := rows[1]
	want := []string{"lecture", "standalone,nodes=1,cores=16,memory=32g,startup=4s", "1", r.DeadlineBasis, "recorded", "recorded", "replay", "(all)", "applications", "applications", "-", "3", "0", "cut"}
	if !slices.Equal(first, want) {
		t.Errorf("the first record is %q\nwant %q", first, want)
	}
}

func set(r *metrics.Row, metric string, value float64) { r.Values[metrics.Position(metric)] = value }

// Where executors took shuffle files or cached blocks along, a table says what work
// was repeated; where none did, a sentence says that, and there is no table.
func TestRepeatedWork(t *testing.T) {
	const heading, sentence = "Work repeated because executors were lost", "no work was repeated"
	r := lecture()
	if text := render(t, "text", Comparison(r)); strings.Contains(text, heading) || !strings.Contains(text, sentence) {
		t.Errorf("nothing was lost, and the report says\n%s", text)
	}
	set(&r.Runs[1].All, "tasks_rerun", 17)
	set(&r.Runs[1].All, "recomputed", 4.25)
	text := render(t, "text", Comparison(r))
	if got := row(t, part(t, text, heading), "static-2"); !slices.Equal(got, []string{"17", "4.2"}) || strings.Contains(text, sentence) {
		t.Errorf("the row is %q in\n%s", got, text)
	}
}

// A row without values is dashes in tables, and every picture bears it.
func TestARowWithoutValuesIsDashes(t *testing.T) {
	r := lecture()
	run := &r.Runs[2]
	run.Problem, run.Result, run.Timeline = "policy mixed: it does not end", &replay.Result{Policy: "mixed"}, &metrics.Timeline{Series: metrics.Series{Step: firstPictureStep}}
	for _, row := range append([]metrics.Row{run.All}, run.ByClass...) {
		for i := range row.Values {
			row.Values[i] = math.NaN()
		}
	}
	d := Comparison(r)
	if got := row(t, part(t, render(t, "text", d), "All applications"), "mixed"); !slices.Equal(got, slices.Repeat([]string{"-"}, len(metrics.Headline))) {
		t.Errorf("the row is %q", got)
	}
	render(t, "json", d)
	for _, f := range d.Figures {
		if err := f.Draw(&strings.Builder{}); err != nil {
			t.Errorf("%s: %v", f.File, err)
		}
	}
}

// A change of one class's policy changes another class's misses; faults cost; queries
// have deadlines; the logs have a clock. All is in JSON.
func TestEffectsFaultsAndQueries(t *testing.T) {
	r := lecture()
	fault, err := cluster.ParseFault("executor-loss,at=30s,executor=0")
	if err != nil {
		t.Fatal(err)
	}
	r.Suite.Config.Faults = []cluster.Fault{fault}
	r.Suite.Workload.Epoch = time.Date(2026, 3, 31, 8, 0, 0, 0, time.UTC)
	r.Externalities = []bench.Externality{
		{Policy: "mixed", Changed: "warehouse-load", Effects: []bench.Effect{{Misses: -2, Wait: wide.Of(time.Second, -90), Apps: 2}, {Misses: 1, Wait: wide.Of(time.Second, 1), Apps: 1}}},
		{Policy: "mixed", Changed: "report-*", Effects: []bench.Effect{{Misses: 0, Wait: wide.Of(time.Second, 30), Apps: 2}, {Wait: wide.Of(time.Second, 1), Apps: 1}}},
		{Policy: "static-2", Changed: "report-*", Effects: []bench.Effect{{Misses: 1, Apps: 2}, {Apps: 1}}}, // nobody else is affected
		{Policy: "static-2", Changed: "warehouse-load"},
	}
	r.FaultCosts = []bench.FaultCost{{Policy: "recorded", Misses: 1, Turnaround: wide.Of(time.Second, 30), Executors: wide.Of(time.Hour, 1), Lost: 2, Rerun: 3, Discarded: wide.Of(time.Millisecond, 4500)}}
	d := Comparison(r)
	text := render(t, "text", d)
	effects := part(t, text, "Effects on other classes: recorded with one class under another policy")
	if got := row(t, effects, "mixed"); !slices.Equal(got, strings.Fields("warehouse-load +1 +1.0 -2 -45.0 report-* -2 -45.0")) {
		t.Errorf("the effects of mixed are %q in\n%s", got, text)
	}
	if got := row(t, effects, "report-*"); got[0] != "0" || strings.Contains(effects, "static-2") {
		t.Errorf("the effects of reports are %q in\n%s", got, effects)
	}
	if got := row(t, part(t, text, "Cost of the faults: executor-loss,at=30s,executor=0"), "recorded"); !slices.Equal(got, strings.Fields("+1 0 +10.0 +1.00 +2 0 +3 +4.5")) {
		t.Errorf("the faults cost %q", got)
	}
	says(t, text, "The recorded truth ran without the faults.")
	data := squeezed(render(t, "json", d))
	says(t, data, `"task_discarded_ms": 4500`, `"changed_class": "warehouse-load"`, `"submitted": "2026-03-31T08:00:20Z"`, `"deadline_ms": 45000`)
}

// On many runs, differences have intervals, and those that are not significant a mark.
func TestSignificantDifferences(t *testing.T) {
	d := Comparison(day())
	text := render(t, "text", d)
	table := part(t, text, "Significant differences to recorded")
	if !strings.Contains(table, "~") || !strings.Contains(table, "[") {
		t.Errorf("the table has no interval and no mark:\n%s", table)
	}
	says(t, text, "`~`: not significant (the interval contains zero)")
	var data struct {
		Significance []struct {
			Policy      string
			Blocks      string
			Significant *bool      `json:"more_misses_significant"`
			Longer      *float64   `json:"longer_turnaround_share"`
			Within      *[]float64 `json:"longer_turnaround_interval"`
		}
	}
	if err := json.Unmarshal([]byte(render(t, "json", d)), &data); err != nil {
		t.Fatal(err)
	}
	if s := data.Significance; len(s) != 10 || s[0].Policy != "static-2" || s[0].Significant == nil || s[0].Longer == nil || len(*s[0].Within) != 2 {
		t.Errorf("JSON has %+v", data.Significance)
	}
}

// What JSON holds of applications and results is read back for a gate.
func TestResultsAreReadBack(t *testing.T) {
	r := lecture()
	r.Suite.Workload.Epoch = time.Date(2026, 3, 31, 8, 0, 0, 0, time.UTC)
	r.Runs[1].Result.Apps[2].Failure, r.Runs[1].Apps[2].Failed = replay.FetchFailures, 1
	set(&r.Runs[1].All, "sla_misses", 2)
	saved := render(t, "json", Comparison(r))
	s, err := resultfile.Read(strings.NewReader(saved), "new.json")
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Workload.Apps[1]; s.Name != "new.json" || len(s.Workload.Apps) != 3 || a.ID != "app-0002" || a.Class != "report-*" || !s.Workload.Epoch.Equal(r.Suite.Workload.Epoch) {
		t.Errorf("the workload is %+v", s.Workload)
	}
	if len(s.Policies) != 3 || s.Policies[2].Spec != "report-*=static,n=2;*=spark,idle=5s,max=6" {
		t.Errorf("the policies are %+v", s.Policies)
	}
	got := s.Policies[1].Apps[2]
	if want := (metrics.App{Class: "report-*", Turnaround: 30 * time.Second, Executors: wide.Of(time.Second, 56), HasDeadline: true, Deadline: 45 * time.Second, Failed: 1}); got.Turnaround != want.Turnaround ||
		got.Executors != want.Executors || got.Deadline != want.Deadline || got.Failed != 1 || got.Class != want.Class {
		t.Errorf("read %+v, want %+v", got, want)
	}
	older := strings.Replace(saved, resultfile.Schema, "dynalloc.compare/2", 1)
	if _, err := resultfile.Read(strings.NewReader(older), "old.json"); err != nil {
		t.Errorf("results of the schema before, which has no checksum: %v", err)
	}
	if _, err := resultfile.Read(strings.NewReader(strings.Join(strings.Fields(saved), " ")), "reformatted.json"); err != nil {
		t.Errorf("the same results with other white space: %v", err)
	}
}

// A result file that was cut, changed or damaged is refused with what is wrong.
func TestDamagedResultsAreRefused(t *testing.T) {
	r := lecture()
	saved := render(t, "json", Comparison(r))
	unsealed := strings.Replace(saved, resultfile.Schema, "dynalloc.compare/2", 1)
	first := unsealed[strings.Index(unsealed, `"results": [`)+len(`"results": [`):]
	first = first[:strings.Index(first, "\n  },")+len("\n  },")]
	for text, want := range map[string]string{
		saved[:200]:      "bad.json ends in the middle: write it again",
		"policy,value\n": "bad.json: not a result file",
		strings.Replace(saved, `"executor_held_ms": `, `"executor_held_ms": 1`, 1): `bad.json: its checksum does not belong to its content`,
		`{"schema": "other"}`: `bad.json: its schema is "other"; expected "dynalloc.compare/3"`,
		strings.Replace(unsealed, `"executor_held_ms": `, `"executor_held_ms": -`, 1): `has a time that cannot be`,
		strings.Replace(unsealed, `"application": 2`, `"application": 7`, 1):          `a result of policy "recorded" for application 7`,
		strings.Replace(unsealed, `"executor_held_ms": `, `"executor_held_ms": 1`, 1): `executor_hours_held of recorded is 0.`,
		strings.Replace(unsealed, `"missed": true`, `"missed": false`, 1):             "missed is false, which contradicts its times",
		strings.Replace(unsealed, first, "", 1):                                       "there is no result of application app-0001 under recorded",
		strings.Replace(unsealed, first, first+first, 1):                              "two results of application app-0001 under recorded",
	} {
		if _, err := resultfile.Read(strings.NewReader(text), "bad.json"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Reports keep their fixed size: dynamic allocation misses more because of its ramp. What
// could not be judged says why.
func TestAdviceSaysWhatToSetAndWhy(t *testing.T) {
	a := advised()
	text := render(t, "text", Advice(a))
	says(t, text,
		"lecture: advice for 2 classes of 3 applications", "goal: at most 5 % of each class's runs miss their deadline, then fewest executor-seconds; the safe answer", "deadlines: from deadlines.csv",
		"search: 12 fixed sizes, 80 dynamic allocations, 20 policies for everyone and 60 fleets tried in 900 replays of the workload; 1 candidate of yours among them",
		"The advised fleet holds 3.60 executor-hours, 10 % [5, 15] less than the recorded settings (4.00). It misses 1 of 20, or 5 % [0, 20].",
		"report-*: keep static, 4 executors, confidence 97 % Not dynamic: the ramp makes 6 of 20 late (fixed 4: 1).",
		"Dynamic (spark,idle=10s,max=8) misses 6.0 of 20 deadlines, 5.0 of them because of the ramp (median 12.5 s until it has the executors that it needs).",
		"spark.dynamicAllocation.enabled false", "20 runs cannot prove less than 14 %, and the interval ends at 20 %: a proof of 5 % needs 73 runs without a miss.",
		"Confidence 97 % (standard error 1 points)", "Evidence: 20 runs in 12 hours, each in 5 replays. The 95 % intervals are over hours",
		"warehouse-load: no advice, because the logs do not allow a judgement (1 run) The log is cut; one run is too few.",
	)
	if got := row(t, text, "spark,idle=10s,max=8"); !slices.Equal(got, strings.Fields("6.0 of 20 [3.0, 11.0] 8.5 50.0 100.0 1.50")) {
		t.Errorf("the row of dynamic allocation is %q", got)
	}
	data := squeezed(render(t, "json", Advice(a)))
	says(t, data, `"verdict": "static", "confidence": 0.97, "confidence_error": 0.01, "equivalent": 0.02, "policy": "static,n=4", "executors": 4, "conf": "spark.dynamicAllocation.enabled false\n"`,
		`"misses": 6, "of": 20, "misses_interval": [ 3, 11 ], "slack_p5_s": 8.5`, `"confidence": null`, `"deadlines_invented": false`)
}

// caseOfReports is the decision of advised with its first class at hand.
type caseOfReports struct {
	all *decide.Decision
	*decide.ClassDecision
}

func TestAdviceForOtherVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*caseOfReports)
		want   []string
	}{
		"shortest time": {func(a *caseOfReports) { a.all.Question.ShortestTime = true }, []string{"goal: shortest turnaround"}},
		"to dynamic": {func(a *caseOfReports) {
			a.Set, a.Verdict = *a.BestDynamic, decide.Dynamic
			a.OwnChange = decide.OwnChange{Misses: -2, OtherMisses: 0.5, CoreSeconds: -3600}
		}, []string{
			"report-*: change from static, 4 executors to dynamic (spark,idle=10s,max=8), confidence 97 %", "It needs the external shuffle service on every node",
			"Its change alone, with the other classes as they are: -2.0 misses of its own, +0.5 of others, -1.00 core-hours."}},
		"another size": {func(a *caseOfReports) { a.Set.Policy = spec("static,n=3") }, []string{"keep static allocation, but change static, 4 executors to static, 3 executors"}},
		"no difference": {func(a *caseOfReports) { a.Verdict = decide.NoDifference }, []string{
			"keep static, 4 executors, where static and dynamic allocation make no difference"}},
		"undecided": {func(a *caseOfReports) {
			a.Verdict, a.Confidence, a.WouldDecide = decide.Undecided, 0.6, []note.Note{note.Plain("more runs"), note.Plain("the cluster")}
		}, []string{"undecided between static and dynamic allocation: confidence 60 %", "What would decide it: more runs; the cluster."}},
		"few runs": {func(a *caseOfReports) { a.Blocks.Unit, a.NoSnippet = bench.ByReplica, "a script" }, []string{
			"Evidence: 5 replays of 20 runs with varied inputs, too few to predict other runs: these runs, repeated.", "# no settings: a script"}},
		"deadlines of the tool": {func(a *caseOfReports) { a.all.Invented = true }, []string{"Nobody gave deadlines. They are the default of this tool", "and no SLA"}},
		"no fleet is good":      {func(a *caseOfReports) { a.all.Advised.MeetsGoal = false }, []string{"No fleet that was tried keeps a miss rate of 5 % in every class."}},
	} {
		t.Run(name, func(t *testing.T) {
			a := advised()
			c.change(&caseOfReports{a, &a.Classes[0]})
			says(t, render(t, "text", Advice(a)), c.want...)
		})
	}
}

// The gate fails on a policy that is significantly worse.
func TestDifferencesBetweenResults(t *testing.T) {
	text := render(t, "text", Difference(gate()))
	says(t, text, "fails on: more than 1 additional misses, or 5 % more executor-hours; only if the difference is significant by simultaneous 95 % confidence intervals over 10 hours", "Worse than before.")
	if got := row(t, text, "team"); !slices.Equal(got, strings.Fields("all 0 38 180 +38 [+20, +55] 19.00 31.00 +63.2 [+50, +80] WORSE: misses, cost")) {
		t.Errorf("the row is %q", got)
	}
	says(t, render(t, "csv", Difference(gate())), "team,adhoc,0,0,0,,,false,8,8.1,0.0125,-0.1,0.1,false,")

	few := gate()
	few.Blocks, few.Lines = bench.Blocks{Unit: bench.ByReplica, Of: []int{0, 1}}, few.Lines[:2]
	few.Lines[1].MissDelta.Value, few.Lines[1].NewMisses, few.Lines[1].CostSignificant, few.Lines[1].CostDelta.Value = 1, 1, true, math.NaN()
	text = render(t, "text", Difference(few))
	says(t, text, "2 runs are too few for confidence intervals", "No worse than before.")
	if got := row(t, text, "team"); !slices.Equal(got, strings.Fields("all 0 1 180 +1 19.00 31.00 -")) {
		t.Errorf("the row is %q", got)
	}
}

func TestAValidationComparesEachJob(t *testing.T) {
	text := render(t, "text", Validation(validated("etl/a", "etl/b")))
	says(t, text, "start-up: to", "application, s 100.000 104.000 4.0", "job 0, s 40.000 41.000 2.5", "job 1, s - 8.000 -", "Jobs that are in only one of the two runs: [7]", "2 4.000 90.000")
	says(t, squeezed(render(t, "json", Validation(validated("etl/a", "etl/b")))), `"unmatched_jobs": [ 7 ]`, `"skill": { "copy": { "application": 0.9, "executor_seconds": 0.8, "jobs": null }`)
}

func TestASetOfValidationsListsTheWorst(t *testing.T) {
	text := render(t, "text", ValidationSet(validationSet()))
	says(t, text, "2 ordered pairs of 2 workloads, --startup to", "sql (no bar)", "all with bars", "pass", "FAIL", "3 of 4")
	worst := part(t, text, "Worst pairs")
	if got := row(t, worst, "b"); !slices.Equal(got, strings.Fields("a -30.0 2.5 -2.2 3.0")) || strings.Index(worst, " b  ") > strings.Index(worst, " a  ") {
		t.Errorf("the worst pair is %q in\n%s", got, worst)
	}
	from := validationSet()
	from.Startup = "from"
	if text := render(t, "text", ValidationSet(from)); strings.Contains(text, "FAIL") || !strings.Contains(text, "all whose tasks sleep") {
		t.Errorf("a forecast is held to the bars:\n%s", text)
	}
}

func TestAnInspectionOfLogs(t *testing.T) {
	text := render(t, "text", Inspection(inspected()))
	says(t, text, "app-1 attempt 1 etl 4.1.4 1m2s 1 2 16 1 +2 -0 +1.2 complete logs/a1", "app-2 report 1 - 7.9s", "report-* 1 16 - -", "etl 1 32 16.1 31.0",
		"app-1 has 2 logs of one application", "a checksum file 2", "no Spark event log 1")
	says(t, text, "- logs/b: no end", "- logs/b: no start")
	says(t, render(t, "csv", Inspection(inspected())), ",cut,logs/b,,no end; no start")
	if strings.Contains(text, "cannot be opened") {
		t.Error("what has had its line on standard error is counted again")
	}
	var data struct {
		Applications []struct {
			ID, Grade string
			Tasks     int
			Problems  []any
		}
	}
	if err := json.Unmarshal([]byte(render(t, "json", Inspection(inspected()))), &data); err != nil {
		t.Fatal(err)
	}
	if a := data.Applications; len(a) != 4 || a[2].ID != "app-2" || a[2].Grade != "cut" || a[2].Tasks != 16 || a[0].Problems == nil {
		t.Errorf("JSON has %+v", a)
	}
	if render(t, "json", Inspection(nil, nil, nil)) == "" || strings.Contains(render(t, "text", Inspection(nil, nil, nil)), "Logs") {
		t.Error("without logs there is a table")
	}
}

// Two clusters gave the same id in the same second. They are two applications, each in the
// class of its name.
func TestAnInspectionTellsEqualIDsApart(t *testing.T) {
	at := time.Date(2025, 11, 24, 10, 0, 0, 0, time.UTC)
	load := &traces.Application{Path: "a", ID: "app-0", Name: "load", Class: "load", User: "ann", Started: at}
	clean := &traces.Application{Path: "b", ID: "app-0", Name: "clean", Class: "clean", User: "ann", Started: at}
	d := Inspection([]*traces.Application{load, clean}, []selfreplay.Error{selfreplay.Unknown(), selfreplay.Unknown()}, nil)
	text := render(t, "text", d)
	says(t, text, "load 1 0 - -", "clean 1 0 - -")
	if strings.Contains(text, "one application") {
		t.Errorf("they are one application:\n%s", text)
	}
	says(t, render(t, "json", d), `"started": "2025-11-24T10:00:00Z"`, `"user": "ann"`)
}

// Of very many logs the first are listed, and whatever something is wrong with.
func TestAnInspectionOfVeryMany(t *testing.T) {
	logs := make([]*traces.Application, 28489)
	for i := range logs {
		logs[i] = &traces.Application{ID: "job-" + strconv.Itoa(i), Name: "job", Class: "job", Path: "log"}
	}
	logs[20000].Log.Grade, logs[20000].Path = traces.Lossy, "bad.log"
	text := render(t, "text", Inspection(logs, slices.Repeat([]selfreplay.Error{selfreplay.Unknown()}, len(logs)), nil))
	if n := strings.Count(text, "\n"); n > 120 {
		t.Errorf("%d lines", n)
	}
	says(t, text, "bad.log", "and 28388 more, all complete; --format json lists them", "28489")
}

func TestACalibrationNamesItsDefaults(t *testing.T) {
	text := render(t, "text", Calibration(times(), 2))
	says(t, text, "from the logs of 2 applications", "Executors that start together share 2 of a node's processors.")
	if got := row(t, text, "executor start-up"); !slices.Equal(got, strings.Fields("12 0 % 1.50 s 1.50 s 1.50 s 1.50 s 1.50 s 1.50 s 1.50 s +25 % 2 logs")) {
		t.Errorf("the row of start-ups is %q", got)
	}
	if n := strings.Count(text, "\n- "); n != int(latency.Causes)-1 {
		t.Errorf("%d causes stand by a default, want all but one", n)
	}
}

// Many names in a sentence are counted.
func TestManyPoorLogsAreCounted(t *testing.T) {
	w := &traces.Workload{}
	for i := range 9 {
		w.Apps = append(w.Apps, &traces.Application{ID: "app-" + strconv.Itoa(i), Log: traces.Log{Grade: traces.Lossy}})
	}
	w.Apps = append(w.Apps, w.Apps[0])
	if got := Word(gradeNotes(w)[0]); got != "Quality grade lossy, 9 logs, whose results are less reliable: app-0, app-1, app-2, app-3, app-4, app-5 and 3 more." {
		t.Error(got)
	}
}
