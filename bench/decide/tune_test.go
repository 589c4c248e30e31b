package decide

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/policies"
)

// No fleet dominates a fleet of the front, and every other fleet is dominated by one
// of the front or equal to one.
func TestFrontIsNotDominated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	g := goal{missRate: 0.1, slower: 0.1}
	for range 200 {
		list := make([]score, 1+r.IntN(30))
		for i := range list {
			list[i] = score{misses: float64(r.IntN(8)), deadlines: 20, seconds: float64(r.IntN(12)), slower: 0.2 * r.Float64(), failed: r.IntN(10) == 0}
		}
		at := func(i int) score { return list[i] }
		all := upTo(len(list))
		front := g.front(all, at)
		for _, i := range all {
			beaten := slices.ContainsFunc(all, func(j int) bool { return g.dominates(list[j], list[i]) })
			same := slices.ContainsFunc(front, func(j int) bool { return list[j].misses == list[i].misses && list[j].seconds == list[i].seconds })
			if on := slices.Contains(front, i); on && beaten || !on && !beaten && !same {
				t.Fatalf("%+v of %+v: on the front %v, dominated %v", list[i], list, on, beaten)
			}
		}
	}
}

// The best fleet is the cheapest that meets the goal; if none does, the one that is
// nearest to it.
func TestGoal(t *testing.T) {
	g := goal{missRate: 0.05, slower: 0.1}
	list := []score{
		{misses: 0, deadlines: 100, seconds: 900},
		{misses: 5, deadlines: 100, seconds: 500},
		{misses: 6, deadlines: 100, seconds: 100},
		{misses: 0, deadlines: 100, seconds: 200, slower: 0.3},
		{failed: true},
	}
	if got := fmt.Sprint(g.best(upTo(5), 5, func(i int) score { return list[i] })); got != "[1 0 2 3 4]" {
		t.Errorf("in order of the goal: %s", got)
	}
	if got := fmt.Sprint(g.front(upTo(5), func(i int) score { return list[i] })); got != "[2 1 0]" {
		t.Errorf("the front is %s; it leaves out what is too slow", got)
	}
}

// Sixty-four candidates with known misses and costs are raced over eight noisy
// replicas. In most of a hundred races the winner is the one that all 512 replays
// find, on average it costs little more, and a race takes less than half of the
// replays.
func TestHalvingFindsWhatTheGridFinds(t *testing.T) {
	const candidates, replicas, races = 64, 8, 100
	g := goal{missRate: 0.05}
	same, dearer, worst := 0, 0.0, 0.0
	for seed := range uint64(races) {
		r := rand.New(rand.NewPCG(seed, 7))
		misses, cost := make([][]float64, candidates), make([][]float64, candidates)
		shared := make([]float64, replicas) // what a replica does to all alike
		for k := range shared {
			shared[k] = 0.8 + 0.4*r.Float64()
		}
		for i := range candidates {
			size := 1 + float64(i)/4 + r.Float64()
			for k := range replicas {
				misses[i] = append(misses[i], float64(int(30/size*shared[k]*(0.95+0.1*r.Float64()))))
				cost[i] = append(cost[i], 100*size*shared[k]*(0.99+0.02*r.Float64()))
			}
		}
		played := make([]int, candidates)
		at := func(i int) score {
			s := score{deadlines: 100}
			for k := range played[i] {
				s.misses += misses[i][k] / float64(played[i])
				s.seconds += cost[i][k] / float64(played[i])
			}
			return s
		}
		spent := 0
		play := func(list []int, n int) error {
			for _, i := range list {
				spent += max(0, n-played[i])
				played[i] = max(played[i], n)
			}
			return nil
		}
		found, err := g.successiveHalving(upTo(candidates), replicas, 4, play, at)
		if err != nil {
			t.Fatal(err)
		}
		if most := raceCost(candidates, replicas, 4); spent > most || most >= candidates*replicas/2 {
			t.Fatalf("a race took %d replays, price says %d, all are %d", spent, most, candidates*replicas)
		}
		if err := play(upTo(candidates), replicas); err != nil {
			t.Fatal(err)
		}
		best := g.best(upTo(candidates), 1, at)[0]
		if best == found[0] {
			same++
		}
		more := at(found[0]).seconds/at(best).seconds - 1
		dearer, worst = dearer+more/races, max(worst, more)
	}
	said := fmt.Sprintf("%d of %d races name the best of the grid; the winner costs %.1f %% more on average, %.1f %% at worst; %d replays instead of %d",
		same, races, 100*dearer, 100*worst, raceCost(candidates, replicas, 4), candidates*replicas)
	t.Log(said)
	if same < races*8/10 || dearer > 0.02 {
		t.Error(said)
	}
}

// tuneFleet is the recorded fleet with the goal of no misses.
func tuneFleet(t *testing.T) Tuning {
	t.Helper()
	s, err := builtin.Fleet()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Horizon = bench.Horizon(s.Workload)
	return Tuning{Suite: s, MaxSlowdown: DefaultMaxSlowdown, Replicas: 3, Budget: 300}
}

// In replays of the recorded fleet a race finds the same as all replays of all
// candidates. docs/TUNE.md has the numbers.
func TestRaceOfTheRecordedFleetFindsWhatTheGridFinds(t *testing.T) {
	for _, rate := range []float64{0, 0.2, 0.4} {
		tuning := tuneFleet(t)
		tuning.Replicas, tuning.MissRate, tuning.Protection = 8, rate, &policies.Protection{Service: true, TrackingTimeout: policies.Never}
		s, err := newSearch(context.Background(), tuning, bench.Options{})
		if err != nil {
			t.Fatal(err)
		}
		space := newSpace(8, *tuning.Protection)
		specs := policies.Start(space)
		enter := func(st *tuneScenario) (list []int) {
			for _, spec := range specs {
				list = append(list, s.enter(st, -1, slices.Repeat([]policies.Spec{spec}, len(s.classes))...))
			}
			return list
		}
		raced, full := s.newScenario("raced", upTo(6), 0), s.newScenario("full", upTo(6), 0)
		found, err := s.race(context.Background(), raced, enter(raced), 4, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		spent := s.spent / 6
		list := enter(full)
		if err := s.play(context.Background(), full, list, 8); err != nil {
			t.Fatal(err)
		}
		best := s.goal.best(list, 1, full.at)[0]
		t.Logf("at most %g: %s after %d replays, the base's among them; all of %d x 8 take %d", rate, raced.candidates[found[0]].specs[0], spent, len(specs), s.spent/6-spent)
		if got, want := raced.candidates[found[0]].specs[0], full.candidates[best].specs[0]; got != want {
			t.Errorf("at most %g missed: the race finds %s, the grid %s", rate, got, want)
		}
		if all := s.spent/6 - spent; spent > all/2 {
			t.Errorf("the race took %d replays, the grid %d", spent, all)
		}
	}
}

// A search keeps its budget, finds a fleet that meets the goal at less cost than the
// recorded settings, and gives equal results however many replays run at a time. No
// fleet is below the bounds, and none of the front dominates another.
func TestTune(t *testing.T) {
	tuning := tuneFleet(t)
	told := bench.Progress{}
	tuned, err := Tune(context.Background(), tuning, bench.Options{Parallel: 1, Progress: func(now bench.Progress) {
		if now.Total != tuning.Budget || now.Done < told.Done || now.Tasks < told.Tasks || now.Done > float64(now.Total) {
			t.Errorf("%+v after %+v", now, told)
		}
		told = now
	}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Tune(context.Background(), tuneFleet(t), bench.Options{Parallel: 4})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := outcome(tuned), outcome(again); a != b {
		t.Errorf("one replay at a time gives\n%s\nfour give\n%s", a, b)
	}
	if tuned.Spent > float64(tuning.Budget) || tuned.Spent >= tuned.Grid || tuned.Interrupted || tuned.Replicas != 3 {
		t.Errorf("it took %.0f replays of %d, the grid %.0f; interrupted %v; means of %d", tuned.Spent, tuning.Budget, tuned.Grid, tuned.Interrupted, tuned.Replicas)
	}
	if tuned.Chosen < 0 {
		t.Fatal("no fleet keeps the goal")
	}
	best := tuned.Fleets[tuned.Chosen]
	if !best.MeetsGoal || best.Misses > 0 || !(best.Saved.Low > 0.2) || best.ExecutorHours >= tuned.Base.ExecutorHours {
		t.Errorf("chosen: %+v, recorded %+v", best, tuned.Base)
	}
	if f, err := policies.ParseFleet(best.Fleet.String()); err != nil || f.String() != best.Fleet.String() {
		t.Errorf("the fleet %s is read back as %s, %v", best.Fleet, f, err)
	}
	for i, f := range slices.Concat(tuned.Fleets, tuned.Hindsight, []FleetResult{tuned.Base}) {
		if f.Misses < tuned.Bounds.Misses || f.ExecutorHours < tuned.Bounds.ExecutorHours {
			t.Errorf("%s misses %g and holds %g executor-hours, below the bounds %+v", f.Fleet, f.Misses, f.ExecutorHours, tuned.Bounds)
		}
		if i > 0 && i < len(tuned.Fleets) && f.ExecutorHours < tuned.Fleets[i-1].ExecutorHours {
			t.Errorf("%s is not in its place", f.Fleet)
		}
		if i >= len(tuned.Fleets) || !f.OnFront {
			continue
		}
		for _, o := range tuned.Fleets {
			if o.Misses <= f.Misses && o.ExecutorHours < f.ExecutorHours || o.Misses < f.Misses && o.ExecutorHours <= f.ExecutorHours {
				t.Errorf("%s is on the front, but dominated by %s", f.Fleet, o.Fleet)
			}
		}
	}
	for _, f := range tuned.Hindsight {
		for _, rule := range f.Fleet.Rules {
			if rule.Spec.Deployable() {
				t.Errorf("%s stands with hindsight", rule.Spec)
			}
		}
	}
}

// outcome is the result of a search as text.
func outcome(t *TuneResult) string {
	var b strings.Builder
	fmt.Fprintln(&b, t.Spent, t.Grid, t.Candidates, t.Chosen, t.Bounds)
	for _, f := range slices.Concat([]FleetResult{t.Base}, t.Fleets, t.Hindsight) {
		fmt.Fprintln(&b, f.Fleet, f.Misses, f.Deadlines, f.MissRate, f.ExecutorHours, f.Saved, f.Slowdown, f.MeetsGoal, f.OnFront)
	}
	return b.String()
}

// two is a policy of another package: two executors while there are tasks.
type two struct{}

func (two) Size(v *policies.View) int { return min(2, v.Needed) }

// A policy of another package is a candidate for every class, and is chosen where it
// is best.
func TestTuneTakesTheUsersPolicy(t *testing.T) {
	tuning := tuneFleet(t)
	spec := policies.Sized("two", func() policies.Sizer { return two{} })
	spec.Allocation.Idle = 0
	tuning.Candidates, tuning.MissRate = []policies.Spec{spec}, 0.2
	tuned, err := Tune(context.Background(), tuning, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tuned.Chosen < 0 || !strings.Contains(tuned.Fleets[tuned.Chosen].Fleet.String(), "=two") {
		t.Errorf("what was found is without the user's policy:\n%s", outcome(tuned))
	}
}

// A search that is cancelled gives the best fleets so far, and an error if there are
// none yet.
func TestTuneStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	tuned, err := Tune(ctx, tuneFleet(t), bench.Options{Parallel: 1, Progress: func(now bench.Progress) {
		if now.Done > 0.6*float64(now.Total) {
			stop()
		}
	}})
	if err != nil || !tuned.Interrupted || len(tuned.Fleets) == 0 || len(tuned.Hindsight) > 0 {
		t.Errorf("stopped late: %+v, %v", tuned, err)
	}
	ctx, stop = context.WithCancel(context.Background())
	if _, err := Tune(ctx, tuneFleet(t), bench.Options{Parallel: 1, Progress: func(bench.Progress) { stop() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped at once: %v", err)
	}
}

// The patterns of a fleet are the names of the classes, the narrower ones first. The
// result names the classes of which another pattern matches an application.
func TestTunedFleetIsWrittenByClass(t *testing.T) {
	for want, byName := range map[string]map[string]string{
		"[] *queries=recorded;report*=recorded;*=recorded": {"adhoc-queries": "*queries", "report-sla-1": "report*", "report-sla-2": "report*", "report-sla-3": "report*"},
		"[* *-2] report*=recorded;*-2=recorded;*=recorded": {"report-sla-1": "report*", "report-sla-2": "*-2"},
	} {
		tuning := tuneFleet(t)
		w := *tuning.Suite.Workload
		tuning.Suite.Workload, w.Apps = &w, nil
		for _, a := range tuneFleet(t).Suite.Workload.Apps {
			own := *a
			if own.Class = byName[a.Name]; own.Class == "" {
				own.Class = "*"
			}
			w.Apps = append(w.Apps, &own)
		}
		s, err := newSearch(context.Background(), tuning, bench.Options{})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := s.named(slices.Repeat([]policies.Spec{policies.Recorded()}, len(s.classes)))
		if got := fmt.Sprint(s.ambiguous(f), " ", f); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestTuneRefuses(t *testing.T) {
	hindsight, err := policies.Parse("hindsight")
	if err != nil {
		t.Fatal(err)
	}
	unread, err := policies.Parse("script,file=my.star")
	if err != nil {
		t.Fatal(err)
	}
	for problem, change := range map[string]func(*Tuning){
		"a miss rate of 1.5":                func(x *Tuning) { x.MissRate = 1.5 },
		"slower by -1":                      func(x *Tuning) { x.MaxSlowdown = -1 },
		"0 replicas":                        func(x *Tuning) { x.Replicas = 0 },
		"budget of 5 replays":               func(x *Tuning) { x.Budget = 5 },
		"knows the demand in adv":           func(x *Tuning) { x.Candidates = []policies.Spec{hindsight} },
		"no suite is given":                 func(x *Tuning) { x.Suite = nil },
		"my.star: its script is not loaded": func(x *Tuning) { x.Candidates = []policies.Spec{unread} },
	} {
		tuning := tuneFleet(t)
		change(&tuning)
		if _, err := Tune(context.Background(), tuning, bench.Options{}); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%v; want %q", err, problem)
		}
	}
}
