package bench

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"weak"

	"dynalloc/internal/note"
	"dynalloc/internal/wide"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// In hogAndReport a load holds all four nodes for a minute and a half although its
// work needs them for half a minute, and a report waits.
const hogAndReport = `
app hog cores=4 memory=1g
  job
    stage tasks=16x20s
    stage tasks=1x60s
app report submit=10s cores=4 memory=1g
  job
    stage tasks=4x10s
`

func hogSuite(t *testing.T, faults ...string) *Suite {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(hogAndReport), "hog")
	if err != nil {
		t.Fatal(err)
	}
	s := &Suite{Workload: w}
	if s.Config.Cluster, err = cluster.Parse("standalone,nodes=4,cores=4,memory=8g,startup=2s"); err != nil {
		t.Fatal(err)
	}
	for _, text := range faults {
		f, err := cluster.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Config.Faults = append(s.Config.Faults, f)
	}
	if s.Policies, err = Fleets([]string{"fixed:hog=static,n=4;*=static,n=1", "dynamic:spark,idle=5s"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// Under dynamic allocation the load releases three idle executors after its first
// stage, and the report waits less: an externality of the load's policy. The change
// of the report's own policy has no effect on the load.
func TestTheLoadsPolicyAffectsTheReport(t *testing.T) {
	r, err := Run(context.Background(), hogSuite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Externalities) != 2 {
		t.Fatalf("got %d changes of a class, want the hog's and the report's", len(r.Externalities))
	}
	byHog, byReport := r.Externalities[0], r.Externalities[1]
	if byHog.Changed != "hog" || byReport.Changed != "report" {
		t.Fatalf("changed are %s and %s", byHog.Changed, byReport.Changed)
	}
	const hog, report = 0, 1
	if saved := byHog.Effects[report].Wait; saved.Cmp(wide.Of(-30*time.Second, 1)) > 0 {
		t.Errorf("the report waits %v longer when the hog is dynamic", saved)
	}
	if d := byReport.Effects[hog].Turnaround; d.Sign() != 0 {
		t.Errorf("the hog takes %v longer when the report is dynamic", d)
	}
}

// Five policies change both classes, which are ten more replays beside the six of the
// policies and the two alone: they are left out, and a note says so. A suite that asks for
// the effects has them, and no note.
func TestEffectsThatCostMoreThanTheComparisonAreLeftOut(t *testing.T) {
	s := hogSuite(t)
	var err error
	if s.Policies, err = Fleets([]string{"static,n=1", "static,n=2", "static,n=3", "static,n=4", "spark,idle=5s", "spark"}); err != nil {
		t.Fatal(err)
	}
	replays := func() (r *Results, n int) {
		r, err := Run(context.Background(), s, Options{Progress: func(now Progress) { n = now.Total }})
		if err != nil {
			t.Fatal(err)
		}
		return r, n
	}
	want := effectsLeftOut.With(10, 10.0/7)
	r, n := replays()
	if len(r.Externalities) != 0 || n != 6+2 || !slices.ContainsFunc(r.Notes, func(n note.Note) bool { return note.Equal(n, want) }) {
		t.Errorf("%d effects in %d replays; notes %q, want %q", len(r.Externalities), n, texts(r.Notes), want)
	}
	s.Effects = true
	r, n = replays()
	if len(r.Externalities) != 10 || n != 6+2+10 || slices.ContainsFunc(r.Notes, func(n note.Note) bool { return n.Kind == effectsLeftOut }) {
		t.Errorf("asked for: %d effects in %d replays; notes %q", len(r.Externalities), n, texts(r.Notes))
	}
	for _, x := range r.Externalities {
		if len(x.Effects) != 2 || x.Effects[0].Apps != 1 {
			t.Errorf("%s under %s: %+v", x.Changed, x.Policy, x.Effects)
		}
	}
}

// Of a side replay only its figures stay: when it has been reduced, nothing refers to its
// result.
func TestSideReplaysAreNotKept(t *testing.T) {
	s := hogSuite(t, "executor-loss,at=30s,app=hog,executor=0")
	r := &Results{Suite: s, Classes: Classes(s.Workload), Runs: make([]Outcome, len(s.Policies))}
	if failed, err := r.replayAll(t.Context(), Options{}); err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	var seen []weak.Pointer[replay.Result]
	for _, side := range slices.Concat(r.externalityReplays(), r.faultFreeReplays()) {
		reduce := side.reduce
		side.reduce = func(result *replay.Result) {
			seen = append(seen, weak.Make(result))
			reduce(result)
		}
		side.run(s.Workload, nil)
	}
	runtime.GC()
	if len(seen) != 4 || slices.ContainsFunc(seen, func(p weak.Pointer[replay.Result]) bool { return p.Value() != nil }) {
		t.Errorf("of %d side replays, results are kept", len(seen))
	}
	runtime.KeepAlive(r)
}

// A node fails while the load's long task runs on it: the task starts again on
// another node, and the cost is reported for each policy.
func TestFaultsHaveACost(t *testing.T) {
	r, err := Run(context.Background(), hogSuite(t, "executor-loss,at=30s,app=hog,executor=0", "executor-loss,at=30s,app=hog,executor=1"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.FaultCosts) != 2 || r.FaultCosts[0].Policy != "fixed" {
		t.Fatalf("costs: %+v", r.FaultCosts)
	}
	if c := r.FaultCosts[0]; c.Lost != 2 || c.Turnaround.Sign() <= 0 {
		t.Errorf("under fixed %d executors were lost and applications took %v longer", c.Lost, c.Turnaround)
	}
}

// Each documented example is a cluster on which applications run.
func TestClusterExamplesRun(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader(hogAndReport), "hog")
	if err != nil {
		t.Fatal(err)
	}
	fleets, err := Fleets([]string{"static,n=2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cluster.Examples() {
		c, faults, err := cluster.Open(name, nil)
		if err != nil || len(faults) > 0 {
			t.Fatalf("%s: %v, %d faults", name, err, len(faults))
		}
		if _, err := replay.Run(w, fleets[0], replay.Config{Cluster: c}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
