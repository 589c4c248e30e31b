package decide

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/selfreplay"
	"dynalloc/internal/logtest"
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

// There is no verdict if logs are incomplete.
func TestAdviceRefusesPoorLogs(t *testing.T) {
	lossy := logOf(t, "etl/ess10")
	lossy.Workload.Apps[0].Log.Grade = traces.Lossy
	a, err := Advise(t.Context(), lossy, AdviseOptions{Only: true, Policies: specs(t, "static,n=2", "spark,idle=10s")})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Classes[0]
	if c.Verdict != Insufficient || c.Advised.Policy != c.Current.Policy || len(c.Insufficiencies) == 0 || c.Insufficiencies[0].Kind != logsIncomplete {
		t.Errorf("verdict %s, because %q", c.Verdict, c.Insufficiencies)
	}
}

// A log says that the application took 1, 2, 5 and 20 s longer than any replay explains.
// Each second makes the intervals of its class wider; there is no limit below which
// the error does not count, or above which there is no advice.
func TestAdviceTrustsAReplayLessTheFurtherItIsOff(t *testing.T) {
	last := 0.0
	for _, longer := range []time.Duration{0, 1, 2, 5, 20} {
		s := logOf(t, "etl/ess10")
		a := s.Workload.Apps[0]
		recorded := *a.Recorded
		recorded.End = time.Duration(selfreplay.Of(a, nil).Replayed.Seconds*float64(time.Second)) + longer*time.Second
		a.Recorded = &recorded
		advice, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "static,n=2", "static,n=4")})
		if err != nil {
			t.Fatal(err)
		}
		c := advice.Classes[0]
		width := 0.0
		for _, e := range c.Evaluations {
			width = max(width, e.TimeDelta.High-e.TimeDelta.Low)
		}
		if width <= last || c.Verdict == Insufficient {
			t.Errorf("%d s longer: verdict %s, an interval of width %.4f after one of %.4f", longer, c.Verdict, width, last)
		}
		last = width
	}
}

// A log says that the application took twenty times as long as its replay. Its intervals
// become as wide as that, and stay inside what is possible: nothing is more than 100 %
// shorter or cheaper, and no more than all runs miss.
func TestIntervalsOfAdviceStayInsideWhatIsPossible(t *testing.T) {
	s := logOf(t, "etl/ess10")
	a := s.Workload.Apps[0]
	recorded := *a.Recorded
	recorded.End = time.Duration(20 * selfreplay.Of(a, nil).Replayed.Seconds * float64(time.Second))
	a.Recorded = &recorded
	advice, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "static,n=1", "static,n=2", "static,n=4")})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range advice.Classes[0].Evaluations {
		if e.TimeDelta.Low < -1 || e.CostDelta.Low < -1 || e.MissDelta.Low < -float64(e.Of) || e.MissDelta.High > float64(e.Of) {
			t.Errorf("%s: time %+v, cost %+v, misses %+v of %d", e.Policy, e.TimeDelta.Interval, e.CostDelta.Interval, e.MissDelta.Interval, e.Of)
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
	a, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, "static,n=2", "static,n=33", "spark,idle=10s,max=40")})
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

// Without a cluster the advice depends on an assumption. It names the classes for which
// policies were tried that want more than is assumed: on a fleet that shared a cluster,
// more than there is room for; for a run that had one to itself, more than its log shows.
func TestAdviceSaysWhereTheAssumedClusterDecides(t *testing.T) {
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
		s := &bench.Suite{Workload: c.log, Config: replay.Config{Seed: 1, Cluster: cluster.Assume(c.log)}}
		s.Config.Cluster.Assumed = !c.given
		s.LearnTimes(c.log)
		a, err := Advise(t.Context(), s, AdviseOptions{Only: true, Policies: specs(t, c.policy)})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.RoomDecides, c.want) {
			t.Errorf("%s: the assumption decides about %v, want %v", c.name, a.RoomDecides, c.want)
		}
	}
}
