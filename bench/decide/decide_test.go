package decide

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/stats"
	"dynalloc/internal/logtest"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// logOf is a suite of one recording on the cluster assumed from it.
func logOf(t *testing.T, name string) *bench.Suite {
	t.Helper()
	return suiteOf(logtest.Read(t, "../testdata/recordings/"+name))
}

func suiteOf(w *traces.Workload) *bench.Suite {
	s := &bench.Suite{Workload: w, Config: replay.Config{Seed: 1, Cluster: cluster.Assume(w)}}
	s.LearnTimes(w)
	return s
}

func specs(t *testing.T, texts ...string) []policies.Spec {
	t.Helper()
	var list []policies.Spec
	for _, text := range texts {
		s, err := policies.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// only asks about a suite with a few policies, or with all for none.
func only(s *bench.Suite, list ...policies.Spec) Question {
	return Question{Suite: s, MissRate: DefaultMissRate, MaxSlowdown: DefaultMaxSlowdown, Only: len(list) > 0, Policies: list, Budget: 1200}
}

func decided(t *testing.T, q Question) *Decision {
	t.Helper()
	d, err := Decide(t.Context(), q, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// One log with one run is enough for a decision about this run, repeated. Both kinds are
// tried, and one policy for everyone; few runs prove nothing.
func TestADecisionFromOneRunIsAboutThisRunRepeated(t *testing.T) {
	d := decided(t, only(logOf(t, "etl/ess10")))
	c := d.Classes[0]
	if c.Verdict == Insufficient || c.Blocks.Unit != bench.ByReplica || c.NoSnippet != "" || c.ProofRuns != 299 || !d.Invented || !c.Invented {
		t.Errorf("verdict %s of %s over %s; %s; %d runs prove it, deadlines invented %v", c.Verdict, c.Set.Policy, c.Blocks, c.NoSnippet, c.ProofRuns, d.Invented)
	}
	if n := d.Tried; n.Static < 4 || n.Dynamic < 20 || n.OneForAll < 20 || n.Fleets < n.OneForAll || n.Replays < 500 {
		t.Errorf("tried %+v", n)
	}
	if c.BestStatic == nil || c.BestDynamic == nil || c.Set.Policy.Fixed() && c.Set.Policy != c.BestStatic.Policy && c.Set.ExecutorSeconds > 1.05*c.BestStatic.ExecutorSeconds {
		t.Errorf("set %s, best %+v and %+v", c.Set.Policy, c.BestStatic, c.BestDynamic)
	}
}

// A fixed size and dynamic allocation with equal bounds behave alike: there is no
// difference, and the current settings stay.
func TestWhatMakesNoDifferenceStays(t *testing.T) {
	d := decided(t, only(logOf(t, "etl/static4"), specs(t, "spark,min=4,max=4,initial=4")...))
	c := d.Classes[0]
	if c.Verdict != NoDifference || c.Set.Policy != c.Now.Policy {
		t.Errorf("verdict %s, set %s where %s is in force; %.2f the same", c.Verdict, c.Set.Policy, c.Now.Policy, c.Equivalent)
	}
}

// There is no verdict if logs are incomplete.
func TestADecisionRefusesPoorLogs(t *testing.T) {
	lossy := logOf(t, "etl/ess10")
	lossy.Workload.Apps[0].Log.Grade = traces.Lossy
	c := decided(t, only(lossy, specs(t, "static,n=2", "spark,idle=10s")...)).Classes[0]
	if c.Verdict != Insufficient || c.Set.Policy != c.Now.Policy || len(c.Insufficiencies) == 0 || c.Insufficiencies[0].Kind != logsIncomplete {
		t.Errorf("verdict %s, because %q", c.Verdict, c.Insufficiencies)
	}
}

// A log says that the application took 1, 2, 5 and 20 s longer than any replay explains.
// Each second makes the model's error of its class larger; there is no limit below which
// the error does not count, or above which there is no verdict.
func TestAReplayIsTrustedLessTheFurtherItIsOff(t *testing.T) {
	last := 0.0
	for _, longer := range []time.Duration{0, 1, 2, 5, 20} {
		s := logOf(t, "etl/ess10")
		a := s.Workload.Apps[0]
		recorded := *a.Recorded
		recorded.End = time.Duration(selfreplay.Of(a, selfreplay.Options{}).Replayed.Seconds*float64(time.Second)) + longer*time.Second
		a.Recorded = &recorded
		c := decided(t, only(s, specs(t, "static,n=2", "static,n=4")...)).Classes[0]
		if c.Model.Time <= last || c.Verdict == Insufficient {
			t.Errorf("%d s longer: verdict %s, an error of %.4f after one of %.4f", longer, c.Verdict, c.Model.Time, last)
		}
		last = c.Model.Time
	}
}

// A log says that the application took twenty times as long as its replay. Intervals
// become wide, and stay inside what is possible: no more than all runs miss, and nothing
// saves more than all.
func TestIntervalsStayInsideWhatIsPossible(t *testing.T) {
	s := logOf(t, "etl/ess10")
	a := s.Workload.Apps[0]
	recorded := *a.Recorded
	recorded.End = time.Duration(20 * selfreplay.Of(a, selfreplay.Options{}).Replayed.Seconds * float64(time.Second))
	a.Recorded = &recorded
	d := decided(t, only(s, specs(t, "static,n=1", "static,n=2", "static,n=4")...))
	for _, c := range d.Classes[0].Candidates {
		if m := c.Misses; m.Low < 0 || m.High > float64(c.Deadlines) || m.Low > m.Value || m.High < m.Value {
			t.Errorf("%s: misses %+v of %d", c.Policy, m, c.Deadlines)
		}
	}
	for _, f := range append(d.Front, d.Now, d.Safe, d.Cheap) {
		if f.Saved.High > 1 || f.MissRate.Low < 0 || f.MissRate.High > 1 {
			t.Errorf("%s: saved %+v, misses %+v", f.Fleet, f.Saved, f.MissRate)
		}
	}
}

// However many replays run at a time, the decision is the same.
func TestADecisionIsRepeatable(t *testing.T) {
	var got [2]string
	for i, parallel := range []int{1, 4} {
		d, err := Decide(t.Context(), fleetQuestion(t), bench.Options{Parallel: parallel})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = outcomeOfDecision(d)
	}
	if got[0] != got[1] {
		t.Errorf("one at a time\n%s\nfour at a time\n%s", got[0], got[1])
	}
}

// Applications that are kept before and after a window are replayed, but nothing is
// decided about them.
func TestNothingIsDecidedAboutWarmUpAndDrain(t *testing.T) {
	s := logOf(t, "pair-static")
	s.Workload.Apps[0].Class = traces.ClassWarmUp
	d := decided(t, only(s, specs(t, "spark,idle=5s")...))
	if len(d.Classes) != 1 || d.Classes[0].Class != s.Workload.Apps[1].Class {
		t.Errorf("%d classes are decided, the first is %s", len(d.Classes), d.Classes[0].Class)
	}
}

// Without a cluster the decision depends on an assumption. It names the classes for which
// policies were tried that want more than is assumed: on a fleet that shared a cluster,
// more than there is room for; for a run that had one to itself, more than its log shows.
func TestADecisionSaysWhereTheAssumedClusterDecides(t *testing.T) {
	fleet := logtest.Read(t, "../builtin/recordings/fleet-static")
	one := logtest.Read(t, "../testdata/recordings/etl/static4")
	for _, c := range []struct {
		name   string
		log    *traces.Workload
		policy string
		given  bool
		want   []string
	}{
		{"a run alone that gets more than it had", one, "static,n=5", false, []string{"etl"}},
		{"a run alone that gets no more", one, "static,n=3", false, nil},
		{"a given cluster", one, "static,n=5", true, nil},
		{"all classes of a fleet that shared a full cluster", fleet, "static,n=20", false, bench.Classes(fleet)},
	} {
		s := suiteOf(c.log)
		s.Config.Cluster.Assumed = !c.given
		if d := decided(t, only(s, specs(t, c.policy)...)); !slices.Equal(d.RoomDecides, c.want) {
			t.Errorf("%s: the assumption decides about %v, want %v", c.name, d.RoomDecides, c.want)
		}
	}
}

// fleetQuestion is the recorded fleet with a small budget.
func fleetQuestion(t *testing.T) Question {
	t.Helper()
	s, err := builtin.Fleet()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Horizon = bench.Horizon(s.Workload)
	return Question{Suite: s, MissRate: DefaultMissRate, MaxSlowdown: DefaultMaxSlowdown, Replicas: 4, Budget: 600}
}

// A search tells how far it is, and finds a fleet that meets the goal at less cost than the
// settings in force. No fleet is below the bounds, and none of the front dominates another.
// Hindsight stands apart.
func TestADecisionOfTheRecordedFleet(t *testing.T) {
	told := bench.Progress{}
	q := fleetQuestion(t)
	d, err := Decide(t.Context(), q, bench.Options{Parallel: 1, Progress: func(now bench.Progress) {
		if now.Total != q.Budget || now.Done < told.Done || now.Done > float64(now.Total) {
			t.Errorf("%+v after %+v", now, told)
		}
		told = now
	}})
	if err != nil {
		t.Fatal(err)
	}
	best := d.Advised
	if !best.MeetsGoal || !(best.Saved.Low > 0.1) || best.ExecutorHours >= d.Now.ExecutorHours || d.Interrupted {
		t.Errorf("advised: %+v, in force %+v", best, d.Now)
	}
	if f, err := policies.ParseFleet(best.Fleet.String()); err != nil || f.String() != best.Fleet.String() {
		t.Errorf("the fleet %s is read back as %s, %v", best.Fleet, f, err)
	}
	for _, f := range slices.Concat(d.Front, d.Hindsight, d.OneForAll, []FleetResult{d.Now, d.Safe, d.Cheap}) {
		if f.Misses < d.Bounds.Misses || f.ExecutorHours < d.Bounds.ExecutorHours {
			t.Errorf("%s misses %g and holds %g executor-hours, below the bounds %+v", f.Fleet, f.Misses, f.ExecutorHours, d.Bounds)
		}
	}
	for i, f := range d.Front {
		if i > 0 && f.ExecutorHours < d.Front[i-1].ExecutorHours-1e-9 {
			t.Errorf("%s is not in its place", f.Fleet)
		}
	}
	for _, f := range d.Hindsight {
		for _, rule := range f.Fleet.Rules {
			if rule.Spec.Deployable() {
				t.Errorf("%s stands with hindsight", rule.Spec)
			}
		}
	}
	if len(d.OneForAll) < 2 {
		t.Errorf("for everyone: %+v", d.OneForAll)
	}
	for k, c := range d.Classes {
		if c.Set.ExecutorSeconds != d.Advised.Classes[k].ExecutorSeconds {
			t.Errorf("%s holds %.1f executor-seconds in its class, %.1f in the fleet", c.Class, c.Set.ExecutorSeconds, d.Advised.Classes[k].ExecutorSeconds)
		}
		if n := c.Set.Deadlines; c.Set.Misses.High < float64(n)*stats.Proportion(0, float64(n)).High {
			t.Errorf("%s: %d runs prove up to %.2f misses, however often they are replayed", c.Class, n, c.Set.Misses.High)
		}
		if c.Confidence < 0 || c.Confidence > 1 {
			t.Errorf("%s: confidence %g", c.Class, c.Confidence)
		}
	}
}

// The budget counts every replay: those of the search, of the judgement, and those for what
// is reported. A budget that does not allow to compare the two kinds once is refused. Where
// replicas were too few to be sure, the answer says so, and they went to the classes that
// needed them.
func TestTheBudgetCountsEveryReplay(t *testing.T) {
	for _, budget := range []int{61, 70, 150, 600, 2000} {
		q := fleetQuestion(t)
		q.Replicas, q.Budget = 0, budget
		d := decided(t, q)
		if d.Tried.Replays > float64(budget) || d.SmallBudget <= budget {
			t.Errorf("with a budget of %d there were %.1f replays; usual are %d", budget, d.Tried.Replays, d.SmallBudget)
		}
		least, most := d.Classes[0].Replicas, d.Classes[0].Replicas
		for _, c := range d.Classes {
			least, most = min(least, c.Replicas), max(most, c.Replicas)
			if c.BestStatic == nil || c.BestDynamic == nil {
				t.Errorf("with a budget of %d only one kind was tried for %s", budget, c.Class)
			}
			said := slices.ContainsFunc(c.WouldDecide, func(n note.Note) bool { return n.Kind == decideBudget })
			if c.Verdict == Undecided && c.ConfidenceError > ConfidenceSure && !said {
				t.Errorf("with a budget of %d, %s: a confidence of %.2f ± %.2f, and nothing says that replicas are too few", budget, c.Class, c.Confidence, c.ConfidenceError)
			}
		}
		if budget == 2000 && most < 2*least {
			t.Errorf("all classes have %d to %d replicas", least, most)
		}
	}
	q := fleetQuestion(t)
	q.Replicas, q.Budget = 0, 40
	if _, err := Decide(t.Context(), q, bench.Options{}); err == nil || !strings.Contains(err.Error(), "a budget of 40 replays is too small: for 4 classes") {
		t.Error(err)
	}
}

// Where only one kind could be tried, nothing is decided, and the answer says what is missing.
func TestOneKindAloneDecidesNothing(t *testing.T) {
	d := decided(t, only(logOf(t, "etl/static4"), specs(t, "static,n=2", "static,n=3")...))
	c := d.Classes[0]
	if c.Verdict != Undecided || !math.IsNaN(c.Confidence) || c.BestDynamic != nil || len(c.WouldDecide) != 1 || c.WouldDecide[0].Kind != decideOtherKind {
		t.Errorf("verdict %s with %.2f, would decide: %v", c.Verdict, c.Confidence, c.WouldDecide)
	}
}

// outcomeOfDecision is a decision as text.
func outcomeOfDecision(d *Decision) string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Tried, d.Replicas, d.Bounds)
	for _, f := range slices.Concat([]FleetResult{d.Now, d.Safe, d.Cheap}, d.Front, d.OneForAll, d.Hindsight) {
		fmt.Fprintln(&b, f.Fleet, f.Misses, f.Deadlines, f.MissRate, f.ExecutorHours, f.Saved, f.Slowdown, f.MeetsGoal, f.OnFront)
	}
	for _, c := range d.Classes {
		fmt.Fprintln(&b, c.Class, c.Verdict, c.Confidence, c.ConfidenceError, c.Equivalent, c.Set.Policy, c.Reason)
	}
	return b.String()
}

// two is a policy of another package: two executors while there are tasks.
type two struct{}

func (two) Size(v *policies.View) int { return min(2, v.Needed) }

// A policy of another package is a candidate for every class, and is always shown.
func TestTheUsersPolicyIsNeverDropped(t *testing.T) {
	q := fleetQuestion(t)
	spec := policies.Sized("two", func() policies.Sizer { return two{} })
	spec.Allocation.Idle = 0
	q.Policies, q.MissRate = []policies.Spec{spec}, 0.2
	d := decided(t, q)
	for _, c := range d.Classes {
		if !slices.ContainsFunc(c.Candidates, func(x Choice) bool { return x.Policy == spec }) {
			t.Errorf("%s was judged without the user's policy", c.Class)
		}
	}
	if !slices.ContainsFunc(d.OneForAll, func(f FleetResult) bool { return strings.Contains(f.Fleet.String(), "=two") }) || d.Tried.User != len(d.Classes) {
		t.Errorf("the user's policy was tried %d times, and for everyone: %v", d.Tried.User, d.OneForAll)
	}
}

// A search that is cancelled gives the best fleets so far, and an error if there are
// none yet.
func TestADecisionStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	d, err := Decide(ctx, fleetQuestion(t), bench.Options{Parallel: 1, Progress: func(now bench.Progress) {
		if now.Done > 0.8*float64(now.Total) {
			stop()
		}
	}})
	if err != nil || !d.Interrupted || len(d.Front) == 0 || len(d.Hindsight) > 0 || d.Classes[0].Verdict != Undecided {
		t.Errorf("stopped late: %+v, %v", d, err)
	}
	ctx, stop = context.WithCancel(context.Background())
	if _, err := Decide(ctx, fleetQuestion(t), bench.Options{Parallel: 1, Progress: func(bench.Progress) { stop() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped at once: %v", err)
	}
}

// The patterns of a fleet are the names of the classes, the narrower ones first. The
// result names the classes of which another pattern matches an application.
func TestAFleetIsWrittenByClass(t *testing.T) {
	for want, byName := range map[string]map[string]string{
		"[] *queries=recorded;report*=recorded;*=recorded": {"adhoc-queries": "*queries", "report-sla-1": "report*", "report-sla-2": "report*", "report-sla-3": "report*"},
		"[* *-2] report*=recorded;*-2=recorded;*=recorded": {"report-sla-1": "report*", "report-sla-2": "*-2"},
	} {
		q := fleetQuestion(t)
		w := *q.Suite.Workload
		q.Suite.Workload, w.Apps = &w, nil
		for _, a := range fleetQuestion(t).Suite.Workload.Apps {
			own := *a
			if own.Class = byName[a.Name]; own.Class == "" {
				own.Class = "*"
			}
			w.Apps = append(w.Apps, &own)
		}
		d, err := newDecider(t.Context(), q, bench.Options{})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := d.named(slices.Repeat([]policies.Spec{policies.Recorded()}, len(d.classes)))
		if got := fmt.Sprint(d.ambiguous(f), " ", f); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAQuestionIsRefused(t *testing.T) {
	hindsight, unread := specs(t, "hindsight")[0], specs(t, "script,file=my.star")[0]
	for problem, change := range map[string]func(*Question){
		"a miss rate of 1.5":                func(x *Question) { x.MissRate = 1.5 },
		"slower by -1":                      func(x *Question) { x.MaxSlowdown = -1 },
		"-1 replicas":                       func(x *Question) { x.Replicas = -1 },
		"budget of 5 replays":               func(x *Question) { x.Budget = 5 },
		"knows the demand in adv":           func(x *Question) { x.Policies = []policies.Spec{hindsight} },
		"no suite is given":                 func(x *Question) { x.Suite = nil },
		"my.star: its script is not loaded": func(x *Question) { x.Policies = []policies.Spec{unread} },
	} {
		q := fleetQuestion(t)
		change(&q)
		if _, err := Decide(t.Context(), q, bench.Options{}); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%v; want %q", err, problem)
		}
	}
}

// With so small a budget that no race of fleets ends, one policy for everyone is still shown, of
// each kind.
func TestOnePolicyForEveryoneIsShownWithATinyBudget(t *testing.T) {
	for _, budget := range []int{60, 80, 100} {
		s, err := builtin.Fleet()
		if err != nil {
			t.Fatal(err)
		}
		q := only(s)
		q.Budget = budget
		d := decided(t, q)
		kinds := map[bool]int{}
		for _, f := range d.OneForAll {
			kinds[f.Fleet.Rules[0].Spec.Fixed()]++
		}
		if kinds[true] != 1 || kinds[false] != 1 {
			t.Errorf("with %d replays %d fixed sizes and %d dynamic allocations are shown for everyone", budget, kinds[true], kinds[false])
		}
	}
}

// twoDrivers are two applications that each need a driver of one core and an executor of the
// other three; the second comes after a time.
func twoDrivers(t *testing.T, after string) *bench.Suite {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(`
app a cores=3
  job
    stage tasks=6x10s
app b submit=`+after+` cores=3
  job
    stage tasks=6x10s
`), "two")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range w.Apps {
		a.Properties["spark.submit.deployMode"] = "cluster"
	}
	on, err := cluster.Parse("standalone,nodes=1,cores=4,memory=64g,startup=1s")
	if err != nil {
		t.Fatal(err)
	}
	s := &bench.Suite{Workload: w, Config: replay.Config{Seed: 1, Cluster: on, Horizon: bench.Horizon(w)}}
	s.LearnTimes(w)
	return s
}

// As recorded, the second application comes when the first has its executor. In some replicas
// it comes before that: both drivers run, no executor fits, and nothing ever ends. What never
// ends is left out by name, and the rest is decided.
func TestWhatNeverEndsInAReplicaIsLeftOutByName(t *testing.T) {
	s := twoDrivers(t, "2s")
	s.Policies = []policies.Fleet{bench.RecordedFleet()}
	if r, err := bench.Run(t.Context(), s, bench.Options{}); err != nil || len(r.LeftOut) > 0 {
		t.Fatalf("as recorded: %v, left out %v", err, r.LeftOut)
	}
	d := decided(t, only(s, specs(t, "static,n=1", "spark,max=1")...))
	if len(d.LeftOut) != 1 || !strings.Contains(d.LeftOut[0].Error(), "drivers hold some") || len(d.Classes) != 1 || d.Classes[0].Class == d.LeftOut[0].Of.Class {
		t.Errorf("left out %v of %d classes", d.LeftOut, len(d.Classes))
	}
}

// A fixed size of which two applications together stop each other in some replicas cannot be
// chosen, and neither ends the decision.
func TestAPolicyThatNeverEndsInAReplicaIsNotChosen(t *testing.T) {
	s := twoDrivers(t, "5s")
	d := decided(t, only(s, specs(t, "static,n=1", "spark,max=1")...))
	if len(d.LeftOut) > 0 || len(d.Classes) != 2 {
		t.Errorf("left out %v of %d classes", d.LeftOut, len(d.Classes))
	}
}
