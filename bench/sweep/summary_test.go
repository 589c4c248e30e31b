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
