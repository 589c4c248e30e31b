package decide

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A brokenEven is a workload of which the break-even of one input follows from arithmetic.
type brokenEven struct {
	app      string // in the native text form
	cluster  string
	deadline time.Duration // 0: none
	policies []string      // the first is in force
}

// decision is what is decided between the policies.
func (b *brokenEven) decision(t *testing.T) *ClassDecision {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(b.app), "arithmetic")
	if err != nil {
		t.Fatal(err)
	}
	on, err := cluster.Parse(b.cluster)
	if err != nil {
		t.Fatal(err)
	}
	s := &bench.Suite{Workload: w, Config: replay.Config{Seed: 1, Cluster: on, Horizon: bench.Horizon(w)}}
	s.LearnTimes(w)
	s.Config.Times.By[latency.Startup].Uncertainty = 0
	rule := sla.DeadlineRule{Basis: sla.None}
	if b.deadline > 0 {
		rule = sla.DeadlineRule{Basis: sla.Within, Within: b.deadline}
	}
	s.Deadlines = sla.Deadlines{{Match: sla.Match{Name: "*"}, DeadlineRule: rule}}
	q := only(s, specs(t, b.policies...)...)
	q.MaxSlowdown = 10
	return &decided(t, q).Classes[0]
}

// of are the break-evens of an input.
func of(c *ClassDecision, input string) (list []BreakEven) {
	for _, b := range c.BreakEvens {
		if b.Input == input {
			list = append(list, b)
		}
	}
	return list
}

// expect is that there is one break-even of an input, with a value between two.
func expect(t *testing.T, c *ClassDecision, input string, above bool, low, high float64, want Verdict) {
	t.Helper()
	list := of(c, input)
	if len(list) != 1 || list[0].Above != above || list[0].At < low || list[0].At > high || list[0].Verdict != want {
		t.Errorf("%s: %+v; want %s from between %g and %g on (%s now, all: %+v)", input, list, want, low, high, c.Verdict, c.BreakEvens)
	}
}

// Two jobs of one task of 10 s, with a gap of 30 s between. One fixed executor is held for
// start-up S, both tasks and the gap: S + 50 s. Dynamic allocation that gives it back soon
// holds it twice for start-up, a task, and once for the idle timeout of 5 s: 2 S + 25 s. The
// fixed size is cheaper from S = 25 s on, and the costs are within 5 % from 21 s on.
func TestTheStartUpAtWhichAFixedSizeIsCheaperIsFound(t *testing.T) {
	b := brokenEven{
		app: `
app a cores=1
  job
    stage tasks=1x10s
  job gap=30s
    stage tasks=1x10s
`,
		cluster:  "standalone,nodes=1,cores=4,memory=16g,startup=8s",
		policies: []string{"static,n=1", "spark,idle=5s,max=1"},
	}
	c := b.decision(t)
	if c.Verdict != Dynamic {
		t.Errorf("with a start-up of 8 s the verdict is %s", c.Verdict)
	}
	expect(t, c, "startup", true, 19, 24, NoDifference)
	// On the other side the fixed size is better, down to a start-up of 29 s.
	b.cluster = "standalone,nodes=1,cores=4,memory=16g,startup=60s"
	if c = b.decision(t); c.Verdict != Static {
		t.Errorf("with a start-up of 60 s the verdict is %s", c.Verdict)
	}
	expect(t, c, "startup", false, 26, 33, NoDifference)
	// Nothing shares the cluster, so neither load nor room matter.
	if list := append(of(c, "load"), of(c, "free")...); len(list) > 0 {
		t.Errorf("on a cluster that nobody shares: %+v", list)
	}
}

// Four tasks of 10 s, one after the other, take one fixed executor 2 s and 40 s. Dynamic
// allocation runs them at once, and holds more for it. If the deadline of 60 s falls below
// those 42 s, 0.7 times what it is, the fixed size is late.
func TestTheDeadlineThatAFixedSizeMissesIsFound(t *testing.T) {
	c := (&brokenEven{
		app:      "app a cores=1\n  job\n    stage tasks=4x10s\n  end gap=3s\n",
		cluster:  "standalone,nodes=1,cores=4,memory=16g,startup=2s",
		deadline: time.Minute,
		policies: []string{"static,n=1", "spark,min=4,max=4,initial=4"},
	}).decision(t)
	if c.Verdict != Static {
		t.Errorf("the verdict is %s", c.Verdict)
	}
	expect(t, c, "deadline", false, 0.68, 0.80, Dynamic)
}

// Twenty tasks of 10 s take two fixed executors 2 s and ten waves, 102 s, with a deadline of
// 109 s. The ten waves differ by a standard deviation of 31.6 times the spread of a task: by
// 1.6 s at 5 %, and by more than the slack of 7 s in most replicas at 22 % or more.
func TestTheSpreadFromWhichRunsAreLateIsFound(t *testing.T) {
	c := (&brokenEven{
		app:      "app a cores=1\n  job\n    stage tasks=20x10s\n",
		cluster:  "standalone,nodes=1,cores=20,memory=64g,startup=2s",
		deadline: 109 * time.Second,
		policies: []string{"static,n=2", "spark,min=20,max=20,initial=20"},
	}).decision(t)
	expect(t, c, "spread", true, 0.07, 0.30, Dynamic)
}

// Eight tasks of 60 s take two fixed executors four waves, which is too late for a deadline
// of 200 s. Dynamic allocation takes up to eight executors: on a cluster with room for four
// it needs two waves, and with room for three three. With room for two it is as late as two
// fixed executors.
func TestTheRoomThatDynamicAllocationNeedsIsFound(t *testing.T) {
	c := (&brokenEven{
		app:      "app a cores=1\n  job\n    stage tasks=8x60s\n",
		cluster:  "standalone,nodes=1,cores=4,memory=16g,startup=2s",
		deadline: 200 * time.Second,
		policies: []string{"static,n=2", "spark,max=8"},
	}).decision(t)
	if c.Verdict != Dynamic {
		t.Errorf("the verdict is %s", c.Verdict)
	}
	expect(t, c, "free", false, 2, 2.5, NoDifference)
}

// Ten applications of two hours each take four executors while they run, on a cluster for
// twelve of them. With two executors they take four hours, and are always late. At twice the
// load the copies come within an hour and some have to wait, but never all of them: the
// larger size misses fewer deadlines whatever the load is, so that none changes the answer.
func TestALoadThatChangesNothingIsNotNamed(t *testing.T) {
	var text strings.Builder
	for i := range 10 {
		fmt.Fprintf(&text, "app a%c cores=1 user=u%d class=a\n  job\n    stage tasks=4x2h\n", 'a'+i, i)
	}
	c := (&brokenEven{
		app:      text.String(),
		cluster:  "standalone,nodes=1,cores=48,memory=192g,startup=2s",
		deadline: 3 * time.Hour,
		policies: []string{"static,n=2", "spark,min=4,max=4,initial=4"},
	}).decision(t)
	if list := of(c, "load"); c.Verdict != Dynamic || len(list) > 0 {
		t.Errorf("%s; %+v", c.Verdict, list)
	}
}

// How probable it is that an input lies beyond a value: an input that is known to 10 % is
// hardly ever off by a half, an input that is off by one standard deviation is so in one of
// six cases, and what was given does not change.
func TestHowProbableAChangeIs(t *testing.T) {
	for _, c := range []struct{ factor, uncertainty, low, high float64 }{
		{1.5, 0.1, 0, 0.001}, {1 / 1.5, 0.1, 0, 0.001}, {1.10517, 0.1, 0.15, 0.17}, {1, 0.3, 0.5, 0.5}, {1.01, 0, 0, 0},
	} {
		if p := beyond(c.factor, c.uncertainty); p < c.low || p > c.high {
			t.Errorf("a factor of %g at an uncertainty of %g: %g", c.factor, c.uncertainty, p)
		}
	}
	both := []BreakEven{{Input: "startup", Probability: 0.1}, {Input: "startup", Probability: 0.1}, {Input: "load", Probability: 0.5}}
	if p := changeProbable(both); p < 0.599 || p > 0.601 {
		t.Errorf("any of three: %g", p)
	}
}

// Only what differs from the answer is a change: never more of what is set, and both alike only
// where there is a verdict.
func TestWhatIsSetIsNoChange(t *testing.T) {
	set := specs(t, "static,n=3")[0]
	for _, c := range []struct {
		verdict, at Verdict
		want        bool
	}{
		{Static, Static, false}, {Static, Dynamic, true}, {Static, NoDifference, true},
		{Undecided, Static, false}, {Undecided, Dynamic, true}, {Undecided, NoDifference, false}, {NoDifference, NoDifference, false}, {Static, "", false},
	} {
		out := ClassDecision{Verdict: c.verdict, Set: Choice{Policy: set}}
		if got := out.changes(c.at); got != c.want {
			t.Errorf("%s, and %q at the value: %v", c.verdict, c.at, got)
		}
	}
}

// On half the room the executor fits on no node, so the settings in force never end: that
// value cannot be, and the others are searched all the same.
func TestAnInputWithWhichNothingEndsHasNoBreakEven(t *testing.T) {
	c := (&brokenEven{
		app:      "app a cores=4\n  job\n    stage tasks=8x10s\n  end gap=1s\n",
		cluster:  "standalone,nodes=1,cores=4,memory=16g,startup=2s",
		deadline: time.Minute,
		policies: []string{"static,n=1", "spark,idle=5s,max=1"},
	}).decision(t)
	if len(of(c, "free")) > 0 || c.Verdict == Insufficient {
		t.Errorf("verdict %s; room: %+v", c.Verdict, of(c, "free"))
	}
}
