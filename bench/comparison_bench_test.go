package bench_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/internal/stopwatch"
	"dynalloc/replay/cluster"
	"dynalloc/reports"
	"dynalloc/traces"
)

// manySmall is a comparison of 48 policies on 1,000 applications of 100 tasks in 13
// classes, which share twenty nodes.
func manySmall() (*bench.Suite, error) {
	var text strings.Builder
	for i := range 1000 {
		class := i % 13
		fmt.Fprintf(&text, "app class-%c submit=%ds cores=2 memory=2g\n", 'a'+class, 20*i)
		for range 2 {
			fmt.Fprintf(&text, " job gap=3s\n  stage tasks=39x%ds,1x%ds\n  stage tasks=10x2s\n", 2+class, 5+3*class)
		}
	}
	w, err := traces.ReadText(strings.NewReader(text.String()), "many small applications")
	if err != nil {
		return nil, err
	}
	s := &bench.Suite{Workload: w}
	if s.Config.Cluster, err = cluster.Parse("standalone,nodes=20,cores=16,memory=64g"); err != nil {
		return nil, err
	}
	var specs []string
	for n := 1; n <= 24; n++ {
		specs = append(specs, fmt.Sprintf("static,n=%d", n), fmt.Sprintf("spark,idle=%ds,max=%d", 5*n, n))
	}
	s.Policies, err = bench.Fleets(specs)
	return s, err
}

// BenchmarkCompare measures what compare does, from the suite to the written report and
// pictures: processor time (cpu-ms), also relative to that of the built-in day in the same
// run (x-day), the most memory of the process so far (peak-MB), and the share of the
// processors that it keeps busy (busy; time that other processes take counts as busy). The
// workloads are in the order of their memory. Run it with -benchtime=1x.
func BenchmarkCompare(b *testing.B) {
	day := time.Duration(0)
	for _, w := range []struct {
		name string
		load func() (*bench.Suite, error)
	}{{"day", builtin.Day}, {"queues", builtin.Queues}, {"many-small", manySmall}} {
		b.Run("workload="+w.name, func(b *testing.B) {
			dir := b.TempDir()
			idle, all := idleAndAll()
			cpu := stopwatch.Processor()
			for b.Loop() {
				s, err := w.load()
				if err != nil {
					b.Fatal(err)
				}
				s.Config.Attribute, s.Config.Horizon = true, bench.Horizon(s.Workload)
				r, err := bench.Run(context.Background(), s, bench.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := reports.WriteAll(b.Context(), dir, reports.Comparison(r)); err != nil {
					b.Fatal(err)
				}
			}
			took := (stopwatch.Processor() - cpu) / time.Duration(b.N)
			if day == 0 {
				day = took
			}
			idleThen, allThen := idleAndAll()
			b.ReportMetric(float64(took.Milliseconds()), "cpu-ms")
			b.ReportMetric(took.Seconds()/day.Seconds(), "x-day")
			b.ReportMetric(float64(stopwatch.PeakMemory())/1e6, "peak-MB")
			b.ReportMetric(1-(idleThen-idle)/(allThen-all), "busy")
		})
	}
}

// idleAndAll is for how long processors that the process may use were idle, and were
// there, in seconds.
func idleAndAll() (idle, all float64) {
	runtime.GC() // updates the metrics
	m := []metrics.Sample{{Name: "/cpu/classes/idle:cpu-seconds"}, {Name: "/cpu/classes/total:cpu-seconds"}}
	metrics.Read(m)
	return m[0].Value.Float64(), m[1].Value.Float64()
}
