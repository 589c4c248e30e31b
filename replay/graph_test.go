package replay

import (
	"strings"
	"testing"

	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// playWith replays a workload under one policy, after a change of the engine, and returns
// it with its first application as that ended.
func playWith(t *testing.T, w *traces.Workload, policy string, c Config, change func(*Engine)) (*Result, *application) {
	t.Helper()
	var e *Engine
	var first application
	e, err := New(w, fleet(t, policy), c, ObserverFunc(func(ev Event) {
		if ev.Kind == AppEnded && ev.App == 0 {
			first = *e.apps[0]
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	change(e)
	for e.Step() {
	}
	r, err := e.Result()
	if err != nil {
		t.Fatalf("%s under %s: %v", w.Name, policy, err)
	}
	return r, &first
}

// The pinned workloads, with lost executors and nodes, are replayed with a walk over the
// graphs of all waiting jobs at each end of a stage, and with a look at its readers.
func TestWalkingAtEveryEndOfAStageChangesNothing(t *testing.T) {
	for seed := uint64(1); seed <= pinnedWorkloads; seed++ {
		for _, policy := range []string{"static,n=3", "spark,idle=1s,shuffle=none", "spark,idle=2s,shuffle=decommission"} {
			w, c := pinnedRun(t, seed)
			c.Cluster.Manager = "standalone"
			looks, _ := playWith(t, w, policy, c, func(*Engine) {})
			walks, _ := playWith(t, w, policy, c, func(e *Engine) { e.everyWalk = true })
			if looks.Digest != walks.Digest {
				t.Errorf("%s under %s: %d events with looks, %d with walks", w.Name, policy, looks.Events, walks.Events)
			}
		}
	}
}

// Two jobs have 500 stages each, in a chain. The driver walks over each graph once,
// when the job begins, and not again at the end of each stage.
func TestAJobWalksOverItsGraphOnce(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader("app long cores=2\n"+strings.Repeat("  job\n"+strings.Repeat("    stage tasks=2x1s\n", 500), 2)), "long")
	if err != nil {
		t.Fatal(err)
	}
	_, a := playWith(t, w, "static,n=2", Config{Cluster: cluster.Uniform(1, 4, 8192)}, func(*Engine) {})
	if a.walk != 2 {
		t.Errorf("%d walks over the graphs of 2 jobs", a.walk)
	}
}

// An application of 200 stages of 4 tasks each has 2,000 executors. An offer of all of them
// draws as many as there are tasks, and looks at no other.
func TestAnOfferDrawsOnlyTheExecutorsThatItUses(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader("app wide cores=2\n  job\n"+strings.Repeat("    stage tasks=4x1s\n", 200)), "wide")
	if err != nil {
		t.Fatal(err)
	}
	_, a := playWith(t, w, "static,n=2000", Config{Cluster: cluster.Uniform(1000, 4, 1<<20)}, func(*Engine) {})
	if p := &a.profiles[0]; a.offerRounds != 200 || cap(p.offered) > 8 {
		t.Errorf("%d offers, of which one drew %d executors or more", a.offerRounds, cap(p.offered)/2+1)
	}
}
