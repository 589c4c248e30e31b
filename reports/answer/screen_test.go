package answer

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

func spec(t *testing.T, text string) policies.Spec {
	t.Helper()
	s, err := policies.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func choice(s policies.Spec, misses, executors float64) decide.Choice {
	return decide.Choice{Policy: s, Figures: decide.Figures{Deadlines: 20, Misses: stats.Estimate{Value: misses, Interval: stats.Interval{Low: 0, High: misses + 3}}, TurnaroundP95: 1234.5, ExecutorSeconds: executors, CoreSeconds: 2 * executors}}
}

// delayed is a class whose reports are late under dynamic allocation because of its ramp.
func delayed(t *testing.T, name string) decide.ClassDecision {
	dynamic := choice(spec(t, "spark,idle=10s,max=8"), 6, 900)
	dynamic.Causes = []decide.MissCause{{Cause: attribution.TimeRamp, Misses: 5}}
	static := choice(spec(t, "static,n=3"), 0, 1000)
	return decide.ClassDecision{
		Class: name, Runs: 20, Verdict: decide.Static, Confidence: 0.97, Now: choice(spec(t, "spark,idle=1m,max=40"), 7, 5000), Set: static, BestStatic: &static, BestDynamic: &dynamic,
		BreakEvens: []decide.BreakEven{
			{Input: "load", Now: 1, At: 2, Above: true, Verdict: decide.Dynamic, Set: dynamic.Policy, Probability: 0.01},
			{Input: "startup", Now: 4, At: 3.5, Verdict: decide.Dynamic, Set: dynamic.Policy, Probability: 0.2},
		},
		ChangeProbable: 0.208, OwnChange: decide.OwnChange{Misses: -7},
	}
}

func decision(classes ...decide.ClassDecision) *decide.Decision {
	w := &traces.Workload{Name: "week", Apps: make([]*traces.Application, 20*len(classes))}
	return &decide.Decision{
		Suite: &bench.Suite{Workload: w, Config: replay.Config{Cluster: cluster.Uniform(4, 32, 128<<10)}}, Classes: classes,
		Now:     decide.FleetResult{Misses: 7, Deadlines: 20},
		Advised: decide.FleetResult{Deadlines: 20, MeetsGoal: true, Saved: stats.Estimate{Value: 0.5, Interval: stats.Interval{Low: 0.4, High: 0.6}}, MissRate: stats.Estimate{Interval: stats.Interval{High: 0.14}}},
	}
}

// A class that must not use dynamic allocation says why, and what would change that. How
// probable that is stands first.
func TestTheScreenSaysWhenNotToUseDynamicAllocation(t *testing.T) {
	got := Screen(decision(delayed(t, "report-sla-*")), nil)
	want := `week: 20 applications in 1 class on standalone,nodes=4,cores=32,memory=128g
                                                 late runs   p95 turn- core-h
class        now          set                   now → then   around, s  saved sure
report-sla-* dynamic 0-40 fixed 3              7 → 0 [0-3]/20 1234 → 1234 2.2 97%
report-sla-* (may change: 21 %): not dynamic: the ramp makes 6 of 20 late
  (fixed 3: 0); dynamic 0-8 instead if start-up < 3.5 s (here 4 s).
All together: 50 % [40, 60] fewer executor-hours; late 7 → 0 of 20 (as
  there are few runs, up to 13.9 % may be).
Evidence and other candidates: --details. Files with the settings: -o DIR.
`
	if squeeze(got) != squeeze(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What needs a service that the logs do not show is marked on the screen, and said in each file
// of settings.
func TestAServiceThatIsNeededIsSaid(t *testing.T) {
	c := delayed(t, "report")
	c.Now, c.Set = choice(spec(t, "static,n=3"), 0, 1000), choice(spec(t, "spark,idle=10s,max=8"), 0, 900)
	c.Snippet = policies.Snippet{Set: []policies.Line{{Key: "spark.shuffle.service.enabled", Value: "true"}}}
	d := decision(c)
	for i := range d.Suite.Workload.Apps {
		d.Suite.Workload.Apps[i] = &traces.Application{Class: "report"}
	}
	screen := Screen(d, nil)
	if !strings.Contains(screen, " dynamic 0-8 * ") || !strings.Contains(screen, "\n* needs the external shuffle service on each node, which these logs do not use.\n") {
		t.Errorf("the screen does not say it:\n%s", screen)
	}
	for _, f := range Files(d, nil)[1:] {
		if !strings.Contains(f.Text, "# It needs the external shuffle service on each node") {
			t.Errorf("%s does not say it:\n%s", f.Name, f.Text)
		}
	}
	d.Suite.Workload.Apps[0].Properties = map[string]string{"spark.shuffle.service.enabled": "true"}
	if screen = Screen(d, nil); strings.Contains(screen, "*") {
		t.Errorf("the service runs already:\n%s", screen)
	}
}

// Reports are in time when another class leaves them room: their own change gives nothing.
func TestTheChangeOfAnotherClassIsNamed(t *testing.T) {
	report, load := delayed(t, "report"), delayed(t, "load")
	report.OwnChange, load.OwnChange = decide.OwnChange{Misses: 0.2}, decide.OwnChange{Misses: -7, OtherMisses: -6}
	d := decision(report, load)
	if got := Reason(d, &d.Classes[0]); !strings.HasSuffix(got, "; without the change of load 7.2 would still be late") {
		t.Error(got)
	}
	if got := Reason(d, &d.Classes[1]); strings.Contains(got, "only with") {
		t.Errorf("its own change does it: %s", got)
	}
}

// An undecided class names what is set, at any length, and never says that a kind stays which
// does not.
func TestAnUndecidedClassNamesWhatIsSet(t *testing.T) {
	c := delayed(t, "report")
	c.Verdict, c.Confidence, c.Set = decide.Undecided, 0.7, choice(spec(t, "static,n=5"), 0, 1000)
	d := decision(c)
	for brevity := range briefest + 1 {
		if got := reason(d, &d.Classes[0], brevity); !strings.Contains(got, "undecided between fixed 5, which is set, and dynamic 0-8 (6 late, fixed 5: 0)") {
			t.Errorf("brevity %d: %s", brevity, got)
		}
	}
	d.Classes[0].Confidence = 0.3
	if got := Reason(d, &d.Classes[0]); strings.Contains(got, "stays") || !strings.Contains(got, "fixed 5 and dynamic 0-8 cost about the same, and the search found the former a little better") {
		t.Error(got)
	}
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// Ten classes with long names and long reasons fit on one screen; of twenty those with the
// largest effect do.
func TestTenClassesFitOnOneScreen(t *testing.T) {
	for _, n := range []int{1, 3, 10, 20} {
		var classes []decide.ClassDecision
		for i := range n {
			classes = append(classes, delayed(t, fmt.Sprintf("%d-%s-日報", i, strings.Repeat("long-name-", 3+i%4*10))))
			classes[i].Now.CoreSeconds += float64(i) * 3600
			if i%3 == 0 {
				classes[i].Verdict, classes[i].Confidence, classes[i].WouldDecide = decide.Undecided, math.NaN(), nil
			}
		}
		screen := Screen(decision(classes...), nil)
		rows := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
		if len(rows) > lines {
			t.Errorf("%d classes take %d lines:\n%s", n, len(rows), screen)
		}
		for _, row := range rows {
			if w := utf8.RuneCountInString(row); w > columns {
				t.Errorf("%d classes: a line has %d columns: %q", n, w, row)
			}
		}
		if n == 20 && (!strings.Contains(screen, "12 classes with less effect are left out here.") || strings.Contains(screen, "\n0-long") || !strings.Contains(screen, "\n19-long")) {
			t.Errorf("of twenty classes the wrong ones are shown:\n%s", screen)
		}
	}
}

// Four classes and a long note do not fit into the lines: only the longest texts are cut,
// and all lines are used.
func TestOnlyWhatDoesNotFitIsCut(t *testing.T) {
	var classes []decide.ClassDecision
	for i := range 4 {
		classes = append(classes, delayed(t, fmt.Sprintf("report-%d", i)))
	}
	screen := Screen(decision(classes...), []string{strings.Repeat("word ", 240) + "end."})
	if n := strings.Count(screen, "\n"); n != lines+1 {
		t.Errorf("%d lines:\n%s", n, screen)
	}
	if strings.Count(screen, "…") != 1 || !strings.Contains(screen, "report-3 (may change: 21 %): not dynamic: the ramp makes 6 of 20 late") {
		t.Errorf("more than the note is cut:\n%s", screen)
	}
}

// Deadlines that nobody gave are the first that the screen says.
func TestInventedDeadlinesHeadTheScreen(t *testing.T) {
	d := decision(delayed(t, "report"))
	d.Invented, d.DeadlineBasis = true, "1.5 x the run alone"
	if got := Screen(d, nil); !strings.HasPrefix(got, "Nobody gave deadlines: those used here are 1.5 x the run alone.\n") {
		t.Error(got)
	}
}

// A name from a log controls no terminal.
func TestNamesFromLogsStayText(t *testing.T) {
	screen := Screen(decision(delayed(t, "\x1b[2Jreport\u202e\u009b\r\n")), nil)
	if strings.ContainsAny(screen, "\x1b\u202e\u009b\r") || !strings.Contains(screen, "?[2Jreport") {
		t.Errorf("%q", screen)
	}
}

// Nobody is asked to pay more without the reason. Three executors hold twice what one does, and
// both are in time: the screen says which risk is paid for, or, where few runs do not tell, how
// much time. The cheaper kind is not said to hold a negative amount more. An interval from fewer
// to more executor-hours has its cause.
func TestTheScreenSaysWhatIsPaidFor(t *testing.T) {
	c := delayed(t, "report")
	now := choice(spec(t, "static,n=1"), 0, 500)
	now.Misses.High, now.SlackP5, c.Set.SlackP5 = 9, 20, 55
	c.Now, c.Invented, c.Model.Executors = now, true, 0.5
	cheaper := choice(spec(t, "spark,idle=10s,max=8"), 0, 900)
	cheaper.Misses.High = 5
	c.BestDynamic = &cheaper
	d := decision(c)
	d.Advised.Saved = stats.Estimate{Value: -1, Interval: stats.Interval{Low: -5, High: 0.3}}
	got := squeeze(Screen(d, nil))
	for _, want := range []string{
		"100 % dearer, so that up to 3 instead of 9 of 20 can be late, by an invented deadline;", "it would hold 10.0 % less than fixed 3, but up to 5 of 20 could be late (here 3)",
		"100 % more executor-hours, between 30 % fewer and 500 % more (the replay of report may be off by 166 %)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	d.Classes[0].Now.Misses = c.Set.Misses
	if got := squeeze(Screen(d, nil)); !strings.Contains(got, "100 % dearer, for 55 instead of 20 s to spare") {
		t.Error(got)
	}
	d.Classes[0].Now.CoreSeconds = 2 * c.Set.CoreSeconds
	if got := Screen(d, nil); strings.Contains(got, "dearer") {
		t.Error(got)
	}
}
