package decide

import (
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
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
	w := logtest.Read(t, "../testdata/recordings/"+name)
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

// One log with one run is enough for advice; its intervals are over replicas.
func TestAdviceFromOneRunRestsOnReplicas(t *testing.T) {
	a, err := Advise(t.Context(), logOf(t, "etl/ess10"), AdviseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Classes[0]
	if c.Verdict != Static || c.Blocks.Unit != bench.ByReplica || c.Advised.Of != replicasOfFew || c.NoSnippet != "" {
		t.Errorf("verdict %s of %s over %s, %d replays; %s", c.Verdict, c.Advised.Policy, c.Blocks, c.Advised.Of, c.NoSnippet)
	}
	if c.SmallestStatic.Executors != c.Static.Policy.Executors {
		t.Errorf("the smallest size that keeps the deadline is %d, the cheapest fixed size %d", c.SmallestStatic.Executors, c.Static.Policy.Executors)
	}
	for _, classic := range []string{"static,n=", "min=", "max=", "initial=", "shuffle=tracking"} {
		found := false
		for _, tried := range c.Evaluations {
			found = found || strings.Contains(tried.Policy.String(), classic)
		}
		if !found {
			t.Errorf("nothing with %s was tried", classic)
		}
	}
}

// A fixed size and dynamic allocation with equal bounds behave alike: there is no
// difference, and the current settings stay.
func TestAdviceKeepsWhatMakesNoDifference(t *testing.T) {
	a, err := Advise(t.Context(), logOf(t, "etl/static4"), AdviseOptions{Only: true, Policies: specs(t, "spark,min=4,max=4,initial=4")})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Classes[0]
	if c.Verdict != NoDifference || c.Advised.Policy != c.Current.Policy || !c.Stable {
		t.Errorf("verdict %s, advised %s where %s is set, stable %v %v", c.Verdict, c.Advised.Policy, c.Current.Policy, c.Stable, c.Flips)
	}
}

// There is no verdict if logs are incomplete, or if the replay with the current
// settings does not reproduce the recording.
func TestAdviceRefusesPoorLogs(t *testing.T) {
	lossy := logOf(t, "etl/ess10")
	lossy.Workload.Apps[0].Log.Grade = traces.Lossy
	small := logOf(t, "etl/static8")
	small.Config.Cluster = cluster.Uniform(1, 2, 4096)
	for why, s := range map[note.Kind]*bench.Suite{logsIncomplete: lossy, replayFarOff: small} {
		a, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "static,n=2", "spark,idle=10s")})
		if err != nil {
			t.Fatal(err)
		}
		c := a.Classes[0]
		if c.Verdict != Insufficient || c.Advised.Policy != c.Current.Policy || len(c.Insufficiencies) == 0 || c.Insufficiencies[0].Kind != why {
			t.Errorf("%s: verdict %s, because %q", why, c.Verdict, c.Insufficiencies)
		}
	}
}

// On the built-in day large loads make reports late. The advice changes the loads,
// and with all advice taken fewer deadlines are missed.
func TestAdviceOnTheBuiltInDay(t *testing.T) {
	if testing.Short() {
		t.Skip("it replays the day more than a hundred times")
	}
	s, err := builtin.Day()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "static,n=2", "static,n=4", "spark,idle=10s,min=2,max=4")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range a.Classes {
		if c.Class != "warehouse-load" {
			continue
		}
		if c.Advised.OtherClassMisses >= c.Current.OtherClassMisses || c.Blocks.Unit != bench.ByHour {
			t.Errorf("loads as advised (%s) make others miss %.1f deadlines, as they are %.1f; over %s", c.Advised.Policy, c.Advised.OtherClassMisses, c.Current.OtherClassMisses, c.Blocks)
		}
	}
	if j := a.Joint; j == nil || j.After >= j.Before || !j.MissDelta.Significant() {
		t.Errorf("all advice taken: %+v", j)
	}
}

// However many replays run at a time, the advice is the same.
func TestAdviceIsRepeatable(t *testing.T) {
	var got [2]Evaluation
	for i, parallel := range []int{1, 4} {
		a, err := Advise(t.Context(), logOf(t, "fanout/static4"), AdviseOptions{
			Options: bench.Options{Parallel: parallel}, Goal: ShortestTime, Only: true, Policies: specs(t, "static,n=8", "spark,idle=10s,max=10"),
		})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = a.Classes[0].Advised
	}
	if got[0].ExecutorSeconds != got[1].ExecutorSeconds || got[0].Policy != got[1].Policy || got[0].Turnaround != got[1].Turnaround {
		t.Errorf("one at a time %+v, four at a time %+v", got[0], got[1])
	}
}

// Applications that are kept before and after a window are replayed, but get no
// advice.
func TestAdviceIsNotForWarmUpAndDrain(t *testing.T) {
	s := logOf(t, "pair-static")
	s.Workload.Apps[0].Class = traces.ClassWarmUp
	a, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "spark,idle=5s")})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Classes) != 1 || a.Classes[0].Class != s.Workload.Apps[1].Class {
		t.Errorf("%d classes are advised, the first is %s", len(a.Classes), a.Classes[0].Class)
	}
}
