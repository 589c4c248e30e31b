package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/metrics"
	"dynalloc/traces"
)

// Run runs a suite.
func Run(t testing.TB, s *bench.Suite, o bench.Options) *bench.Results {
	t.Helper()
	r, err := bench.Run(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// However many replays run at a time, the results are the same.
func TestParallelRunsChangeNothing(t *testing.T) {
	s, err := builtin.Fleet()
	if err != nil {
		t.Fatal(err)
	}
	dump := func(o bench.Options) []byte {
		r := Run(t, s, o)
		var b bytes.Buffer
		for i := range r.Runs {
			run := &r.Runs[i]
			fmt.Fprintf(&b, "%s %x %v %v\n", run.Policy.Name, run.Result.Digest, run.All.Values, run.Timeline.Samples)
		}
		fmt.Fprint(&b, r.Reference, r.Truth, r.Notes)
		return b.Bytes()
	}
	if one, many := dump(bench.Options{Parallel: 1}), dump(bench.Options{Parallel: 7}); !bytes.Equal(one, many) {
		t.Error("one replay at a time and seven give different results")
	}
}

// The timeline and the ledger have equal sums, to the millisecond, however often the
// timeline was thinned.
func TestTheTimelineAddsUpToTheLedger(t *testing.T) {
	for _, suite := range []func() (*bench.Suite, error){builtin.Fleet, builtin.Day} {
		s, err := suite()
		if err != nil {
			t.Fatal(err)
		}
		r := Run(t, s, bench.Options{})
		for _, run := range r.Runs {
			var want metrics.Sample
			for _, a := range run.Result.Apps {
				want.Add(metrics.Sample{Held: a.Ledger.Executor, Cores: a.Ledger.Held(), Busy: a.Ledger.Busy})
			}
			got := Total(run.Timeline.Series)
			if got.Held != want.Held || got.Cores != want.Cores || got.Busy != want.Busy {
				t.Errorf("%s, %s: timeline %+v, ledger %+v", s.Workload.Name, run.Policy.Name, got, want)
			}
			if n := len(run.Timeline.Samples); n > 4096 {
				t.Errorf("%s: %d samples", run.Policy.Name, n)
			}
		}
	}
}

func Total(s metrics.Series) metrics.Sample {
	var sum metrics.Sample
	for _, sample := range s.Samples {
		sum.Add(sample)
	}
	return sum
}

// In every row of a comparison the shares of the causes add up to 100 %.
func TestSharesOfARowAddUp(t *testing.T) {
	s, err := builtin.Fleet()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Attribute = true
	r := Run(t, s, bench.Options{})
	for _, class := range append([]string{""}, r.Classes...) {
		for _, row := range r.Rows(class) {
			if row.Recorded {
				continue
			}
			spent, hold := 0.0, 0.0
			for _, p := range metrics.TimeParts {
				spent += row.Value("time_" + p.Key)
			}
			for _, p := range metrics.HoldParts {
				hold += row.Value("hold_" + p.Key)
			}
			if math.Abs(spent-100) > 1e-6 || math.Abs(hold-100) > 1e-6 {
				t.Errorf("%s, class %q: %v %% of the time, %v %% of the executor time", row.Policy, class, spent, hold)
			}
			if row.Value("time_waves") > row.Value("time_execution") {
				t.Errorf("%s, class %q: more waves than execution", row.Policy, class)
			}
		}
	}
}

// Blocks are days if there are enough of them, else users, hours or runs. Fewer than
// ten runs make no blocks.
func TestBlocksAreTheWidestThatAreEnough(t *testing.T) {
	s, err := builtin.Day()
	if err != nil {
		t.Fatal(err)
	}
	var all, loads []int
	for i, a := range s.Workload.Apps {
		all = append(all, i)
		if a.Class == "warehouse-load" && len(loads) < 9 {
			loads = append(loads, i)
		}
	}
	if b := bench.BlocksOf(s.Workload, all); b.Unit != bench.ByHour || b.String() != "24 hours" {
		t.Errorf("the built-in day: %s", b)
	}
	if b := bench.BlocksOf(s.Workload, all[:20]); b.Unit != bench.ByRun || b.N != 20 {
		t.Errorf("its first twenty runs: %s", b)
	}
	if b := bench.BlocksOf(s.Workload, loads); b.Unit != bench.ByReplica {
		t.Errorf("nine runs: %s", b)
	}
	weeks := &traces.Workload{}
	for i := range 24 {
		a := *s.Workload.Apps[0]
		a.Submit = time.Duration(i) * 12 * time.Hour
		weeks.Apps = append(weeks.Apps, &a)
	}
	if b := bench.BlocksOf(weeks, all[:24]); b.Unit != bench.ByDay || b.N != 12 {
		t.Errorf("twelve days of two runs: %s", b)
	}
}
