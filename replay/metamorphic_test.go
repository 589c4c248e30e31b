package replay

import (
	"fmt"
	"testing"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Relations that must hold for every workload: each test replays the same random
// runs in two ways and compares.
const randomRuns = 150

func eachRandomRun(t *testing.T, relation func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config)) {
	t.Helper()
	for seed := uint64(1); seed <= randomRuns && !t.Failed(); seed++ {
		w, f, c := randomRun(seed)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			if err := w.Check(); err != nil {
				t.Fatal(err)
			}
			relation(t, w, f, c)
			if t.Failed() {
				t.Logf("policy %s, cluster %s", f, c.Cluster)
			}
		})
	}
}

func play(t *testing.T, w *traces.Workload, f policies.Fleet, c Config, observers ...Observer) *Result {
	t.Helper()
	r, err := Run(w, f, c, observers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fleet(t *testing.T, text string) policies.Fleet {
	t.Helper()
	f, err := policies.ParseFleet(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// steady removes the spread from times.
func steady(t latency.Model) latency.Model {
	for i := range t.By {
		t.By[i] = latency.Constant(t.By[i].Quantiles.Median().Truncate(time.Millisecond))
	}
	return t
}

func TestSameInputSameEvents(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		seen := 0
		a, b := play(t, w, f, c), play(t, w, f, c, ObserverFunc(func(Event) { seen++ }))
		if a.Digest != b.Digest {
			t.Error("two runs of the same differ")
		}
		if seen != a.Events {
			t.Errorf("an observer saw %d of %d events", seen, a.Events)
		}
	})
}

func TestTickingAtEveryGridPointChangesNothing(t *testing.T) {
	eachRandomRun(t, ticksWhenDue)
}

// ticksWhenDue compares a replay that ticks policies when they ask for it with one
// that ticks them at every point of the grid.
func ticksWhenDue(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
	t.Helper()
	e, err := New(w, f, c)
	if err != nil {
		t.Fatal(err)
	}
	e.everyTick = true
	for e.Step() {
	}
	every, err := e.Result()
	if err != nil {
		t.Fatal(err)
	}
	if elided := play(t, w, f, c); elided.Digest != every.Digest {
		t.Errorf("ticking when due: %d events, end %s; at every tick: %d events, end %s", elided.Events, elided.End, every.Events, every.End)
	}
}

func TestSparkWithEqualBoundsIsStatic(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, _ policies.Fleet, c Config) {
		static := play(t, w, fleet(t, "static,n=3"), c)
		spark := play(t, w, fleet(t, "spark,min=3,max=3,initial=3"), c)
		if static.Digest != spark.Digest {
			t.Errorf("static: %d events, end %s; spark: %d events, end %s", static.Events, static.End, spark.Events, spark.End)
		}
	})
}

func TestCapacityBeyondAllThatIsAskedChangesNothing(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		c.Cluster = cluster.Uniform(1, 10_000, 1<<40)
		large := play(t, w, f, c)
		c.Cluster = cluster.Uniform(1, 20_000, 1<<40)
		if larger := play(t, w, f, c); large.Digest != larger.Digest {
			t.Error("a larger cluster changed a run that had room for all")
		}
	})
}

func TestWithRoomForAllEachRunsAsIfAlone(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		c.Cluster = cluster.Uniform(1, 10_000, 1<<40)
		c.Offers, c.Times = Ordered, steady(c.Times) // random numbers are keyed by the application's place
		together := play(t, w, f, c)
		for i, a := range w.Apps {
			alone := play(t, &traces.Workload{Name: a.Name, Apps: []*traces.Application{a}}, f, c).Apps[0]
			if got := together.Apps[i]; got.End != alone.End || got.Ledger != alone.Ledger || got.Wait != alone.Wait {
				t.Errorf("%s: ends at %s, alone at %s", a.Name, got.End, alone.End)
			}
		}
	})
}

func TestWithoutRandomPartsTheSeedDoesNotMatter(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		c.Offers, c.Times = Ordered, steady(c.Times)
		a := play(t, w, f, c)
		c.Seed += 1000
		if b := play(t, w, f, c); a.Digest != b.Digest {
			t.Error("the seed changed a run that has nothing random in it")
		}
	})
}

// If all times are doubled, the interval of ticks included, everything happens at
// twice the time. Only the static policy can be scaled, as Spark's interval is
// fixed.
func TestTwiceTheTimesIsHalfTheSpeed(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, _ policies.Fleet, c Config) {
		c.Offers, c.Times = Ordered, steady(c.Times)
		f := fleet(t, "static,n=3")
		once := play(t, w, f, c)
		for _, a := range w.Apps {
			a.Submit, a.Setup, a.Tail = 2*a.Submit, 2*a.Setup, 2*a.Tail
			for i := range a.Jobs {
				a.Jobs[i].Cue.Gap, a.Jobs[i].Tail = 2*a.Jobs[i].Cue.Gap, 2*a.Jobs[i].Tail
			}
			for i := range a.Stages {
				a.Stages[i].Delay, a.Stages[i].Launch = 2*a.Stages[i].Delay, 2*a.Stages[i].Launch
				for j := range a.Stages[i].Tasks {
					a.Stages[i].Tasks[j].Run *= 2
				}
			}
		}
		for i := range c.Times.By {
			c.Times.By[i] = latency.Constant(2 * c.Times.By[i].Quantiles.Median())
		}
		twice := play(t, w, f, c)
		if twice.End != 2*once.End || twice.Ledger.Held() != once.Ledger.Held().Plus(once.Ledger.Held()) || twice.Ledger.Busy != once.Ledger.Busy.Plus(once.Ledger.Busy) {
			t.Errorf("once: ends %s, holds %s; twice: ends %s, holds %s", once.End, once.Ledger.Held(), twice.End, twice.Ledger.Held())
		}
	})
}

func TestTheLedgerAddsUp(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		for _, cause := range []latency.Cause{latency.ColdSlot, latency.FirstRead, latency.FirstOfStage, latency.Overhead} {
			c.Times.By[cause] = latency.Distribution{}
		}
		type span struct {
			from  time.Duration
			cores int64
		}
		held := map[[2]int32]span{}
		lifetimes := make([]wide.Time, len(w.Apps))
		r := play(t, w, f, c, ObserverFunc(func(e Event) {
			switch e.Kind {
			case ExecutorGranted:
				held[[2]int32{e.App, int32(e.Executor)}] = span{e.At, int64(e.N)}
			case ExecutorFreed:
				key := [2]int32{e.App, int32(e.Executor)}
				lifetimes[e.App].Add(e.At-held[key].from, held[key].cores)
			}
		}))
		for i, a := range w.Apps {
			got := r.Apps[i]
			if got.Ledger.Held() != lifetimes[i] {
				t.Errorf("%s: the ledger holds %s, executors lived %s core-time", a.Name, got.Ledger.Held(), lifetimes[i])
			}
			if work := traces.TotalWork(a); got.Ledger.Busy.Cmp(work) < 0 || got.Ledger.Busy.Cmp(work.Plus(got.Recomputed)) > 0 && got.Rerun == 0 {
				t.Errorf("%s: busy %s, its work is %s, computed again %s and %d tasks", a.Name, got.Ledger.Busy, work, got.Recomputed, got.Rerun)
			}
			if path := traces.CriticalPath(a); got.End-got.Submit < path {
				t.Errorf("%s: took %s, less than its critical path of %s", a.Name, got.End-got.Submit, path)
			}
			if got.Registered >= 0 && !(got.Submit <= got.Began && got.Began <= got.Wanted && got.Wanted <= got.Asked && got.Asked <= got.Granted && got.Granted <= got.Registered) {
				t.Errorf("%s: submitted %s, began %s, wanted %s, asked %s, granted %s, registered %s", a.Name, got.Submit, got.Began, got.Wanted, got.Asked, got.Granted, got.Registered)
			}
		}
	})
}

func TestTimeIsWholeMilliseconds(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		play(t, w, f, c, ObserverFunc(func(e Event) {
			if e.At%time.Millisecond != 0 {
				t.Errorf("at %s: %s", e.At, e.Happened(w))
			}
		}))
	})
}
