package decide

import (
	"fmt"
	"math"
	"os"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/internal/logtest"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A truth is the real result of a workload under one configuration.
type truth struct {
	policy          policies.Spec
	time, executors float64 // seconds, executor-seconds: medians of the repeats
}

// configurations are the policies under which a workload really ran, with the real
// results. Configurations with equal policies are one.
func configurations(t *testing.T, group []*traces.Workload) []truth {
	var list []truth
	for _, repeats := range validate.ByConfiguration(group) {
		app := repeats[0].Apps[0]
		spec, err := replay.SpecFor(bench.RecordedFleet(), app)
		if err != nil {
			t.Fatal(err)
		}
		c := class{cores: traces.ExecutorCores(app), last: app, master: app.Master}
		var time, executors []float64
		for _, r := range repeats {
			v := validate.Recorded(r)[0]
			time, executors = append(time, v.Seconds), append(executors, v.ExecutorSeconds)
		}
		list = append(list, truth{c.plain(spec), stats.Median(time), stats.Median(executors)})
	}
	return list
}

// Where a workload really ran under several policies the best of them is known. The
// policy that is advised from the log of one run is, in reality, within the spread
// of the best one: of those that keep the deadline the one with the fewest
// executor-seconds, or the one with the shortest time. The spread is twice the
// largest one between repeats, as for winners in docs/VALIDATION.md. RECORDINGS names a folder of other recordings.
func TestAdviceIsAsGoodAsTheBestReally(t *testing.T) {
	folder := "../testdata/recordings"
	if other := os.Getenv("RECORDINGS"); other != "" {
		folder = other
	}
	groups := validate.ByWorkload(validate.Recordings(logtest.Read(t, folder).Apps))
	borrowed := validate.Spread{}
	for _, group := range groups {
		borrowed = borrowed.Max(validate.SpreadOf(group))
	}
	var all [2]counted
	for _, group := range groups {
		if len(group[0].Apps) > 1 {
			continue // a fleet
		}
		real := configurations(t, group)
		if len(real) < 2 || real[0].policy == real[1].policy {
			continue // two runs that differ in other things
		}
		own := validate.SpreadOf(group)
		if own == (validate.Spread{}) {
			own = borrowed
		}
		for g, goal := range []Goal{FewestMisses, ShortestTime} {
			sum := adviseFromEach(t, group, real, goal, own)
			t.Log(sum.row(group[0].Apps[0].Name, goal))
			all[g].add(sum)
		}
	}
	for g, goal := range []Goal{FewestMisses, ShortestTime} {
		sum := all[g]
		t.Log(sum.row("**all**", goal))
		if sum.asked < 20 || float64(sum.right) < 0.9*float64(sum.asked) || float64(sum.verdicts) < 0.9*float64(sum.asked) {
			t.Errorf("goal %s: of %d times the policy was right %d times, the verdict %d times", goal, sum.asked, sum.right, sum.verdicts)
		}
	}
}

// A counted counts advice: how often the policy was as good as the best and how often
// the verdict was not the opposite of the truth, and how far the worst advice was
// from the best policy.
type counted struct {
	asked, right, verdicts int
	alike, saidAlike       int // times that there was no difference, and that this was said
	worst                  float64
}

func (a *counted) add(o counted) {
	a.asked, a.right, a.verdicts = a.asked+o.asked, a.right+o.right, a.verdicts+o.verdicts
	a.alike, a.saidAlike, a.worst = a.alike+o.alike, a.saidAlike+o.saidAlike, max(a.worst, o.worst)
}

func (a *counted) row(name string, goal Goal) string {
	return fmt.Sprintf("| %s | %s | %d of %d | %.1f %% | %d of %d | %d of %d |", name, goal, a.right, a.asked, 100*a.worst, a.verdicts, a.asked, a.saidAlike, a.alike)
}

func adviseFromEach(t *testing.T, group []*traces.Workload, real []truth, goal Goal, own validate.Spread) counted {
	var sum counted
	var specs []policies.Spec
	for _, r := range real {
		specs = append(specs, r.policy)
	}
	for _, log := range group {
		s := &bench.Suite{Workload: log, Config: replay.Config{Seed: 1, Cluster: cluster.Assume(log)}}
		s.LearnTimes(log)
		advice, err := Advise(t.Context(), s, AdviseOptions{Goal: goal, Policies: specs, Only: true})
		if err != nil {
			t.Fatalf("%s: %v", log.Name, err)
		}
		c := &advice.Classes[0]
		deadline := advice.deadlines[0].Deadline.Seconds()
		cost := func(r truth) float64 {
			switch {
			case goal == ShortestTime:
				return r.time
			case r.time > deadline:
				return math.Inf(1)
			}
			return r.executors
		}
		limit := 2 * own.Application
		if goal == FewestMisses {
			limit = 2 * own.Executors
		}
		best, static, dynamic, chosen := math.Inf(1), math.Inf(1), math.Inf(1), math.NaN()
		for _, r := range real {
			best = min(best, cost(r))
			if r.policy.Fixed() {
				static = min(static, cost(r))
			} else {
				dynamic = min(dynamic, cost(r))
			}
			if r.policy == c.Advised.Policy {
				chosen = cost(r)
			}
		}
		sum.asked++
		off := chosen/best - 1
		if off <= limit {
			sum.right++
		} else {
			t.Logf("%s, goal %s: %s is %.1f %% from the best (spread %.1f %%)", log.Name, goal, c.Advised.Policy, 100*off, 100*limit)
		}
		sum.worst = max(sum.worst, off)
		truly := NoDifference
		switch {
		case dynamic > static*(1+limit):
			truly = Static
		case static > dynamic*(1+limit):
			truly = Dynamic
		}
		if truly == NoDifference {
			sum.alike++
			if c.Verdict == NoDifference {
				sum.saidAlike++
			}
		}
		if c.Verdict == truly || c.Verdict == NoDifference {
			sum.verdicts++
		} else {
			t.Logf("%s, goal %s: the verdict is %s, in truth it is %s (%.1f against %.1f)", log.Name, goal, c.Verdict, truly, static, dynamic)
		}
	}
	return sum
}
