package sweep

import (
	"bytes"
	"math"
	"testing"

	"golang.org/x/perf/benchfmt"

	"dynalloc/bench/stats"
)

// Three seeds of one policy are one group: its mean is theirs, and its interval that of
// Student's distribution; one seed alone has no interval.
func TestASummaryIsOverReplicasAndSeeds(t *testing.T) {
	folder := t.TempDir()
	swept(t, newRunner(t, lecture, "policy static,n=2\npolicy spark,idle=10s\nseed 1..3\n"), folder, Shard{Of: 1}, 2)
	f, err := OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.Summary()
	if err != nil || len(s.Groups) != 2 || s.Groups[0].Policy != "static,n=2" || s.Groups[1].Results != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	var values []float64
	if err := f.Each(func(r *Result) error {
		if r.Policy == "spark,idle=10s" {
			values = append(values, r.All["turnaround_p95"])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	mean := stats.Mean(values)
	squares := 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	const t975 = 4.302653 // of two degrees of freedom
	half := t975 * math.Sqrt(squares/2/3)
	got := s.Groups[1].Metric("turnaround_p95")
	if len(values) != 3 || squares == 0 || math.Abs(got.Value-mean) > 1e-9 || math.Abs(got.High-got.Value-half) > 1e-5*half {
		t.Errorf("%v of %v, want %v ± %v", got, values, mean, half)
	}
	var out bytes.Buffer
	if err := f.WriteBenchmarks(&out); err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for in := benchfmt.NewReader(&out, "sweep.bench"); in.Scan(); {
		switch r := in.Result().(type) {
		case *benchfmt.Result:
			names[string(r.Name)]++
			if v, there := r.Value("sla_misses"); !there || v < 0 {
				t.Errorf("%s: %v misses", r.Name, v)
			}
		case *benchfmt.SyntaxError:
			t.Error(r)
		}
	}
	if len(names) != 2 || names["Sweep/policy=spark,idle=10s/load=1/window=whole"] != 3 {
		t.Errorf("benchmarks %v", names)
	}
}

// At another load the seed chooses what is copied, so the replicas of a seed are no news about
// other seeds: the interval is over the means of seeds, and one seed has none.
func TestReplicasOfOneLoadAreNotIndependent(t *testing.T) {
	for plan, want := range map[string]int{"seed 1..3": 3, "seed 1": 1} {
		folder := t.TempDir()
		swept(t, newRunner(t, lecture, "policy static,n=2\nload 2\nreplica 0..4\n"+plan+"\n"), folder, Shard{Of: 1}, 2)
		f, err := OpenFolder(folder)
		if err != nil {
			t.Fatal(err)
		}
		s, err := f.Summary()
		if err != nil || len(s.Groups) != 1 || s.Groups[0].Results != 5*want {
			t.Fatalf("%s: %+v, %v", plan, s, err)
		}
		var seeds []float64
		sum, n := map[int]float64{}, map[int]float64{}
		if err := f.Each(func(r *Result) error {
			sum[r.Seed] += r.All["turnaround_p95"]
			n[r.Seed]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for seed := range sum {
			seeds = append(seeds, sum[seed]/n[seed])
		}
		got := s.Groups[0].Metric("turnaround_p95")
		if len(seeds) != want || math.Abs(got.Value-stats.Mean(seeds)) > 1e-9 || math.IsNaN(got.Low) != (want == 1) {
			t.Errorf("%s: %v of seeds %v", plan, got, seeds)
		}
		if want == 3 {
			squares := 0.0
			for _, v := range seeds {
				squares += (v - got.Value) * (v - got.Value)
			}
			if half := 4.302653 * math.Sqrt(squares/2/3); math.Abs(got.High-got.Value-half) > 1e-5*half {
				t.Errorf("%v, want ± %v", got, half)
			}
		}
		var out bytes.Buffer
		if err := f.WriteBenchmarks(&out); err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(out.Bytes(), []byte("BenchmarkSweep/")); lines != want {
			t.Errorf("%s: %d lines for benchstat", plan, lines)
		}
	}
}

// Results that do not fit their manifest are not complete, whatever is wrong with them.
func TestFoldersThatAreNotComplete(t *testing.T) {
	folder := t.TempDir()
	swept(t, newRunner(t, lecture, "policy static,n=2\nseed 1..3\n"), folder, Shard{Of: 1}, 2)
	whole := written(t, folder)
	for _, cut := range []int{0, 1, len(whole) / 2, len(whole) - 1, bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1} {
		mustWrite(t, folder, ResultsFile, whole[:cut])
		expectIncomplete(t, folder)
	}
	mustWrite(t, folder, ResultsFile, whole)
	if _, err := OpenFolder(folder); err != nil {
		t.Error(err)
	}
	mustWrite(t, folder, ManifestFile, []byte("{"))
	expectIncomplete(t, folder)
}
