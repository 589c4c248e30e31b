package comparing

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/internal/stopwatch"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// BenchmarkComparing measures the comparison of 48 policies on 1,000 applications of 100
// tasks in 13 classes: its processor time relative to the comparison of the built-in day
// (x-builtin), which is measured beside it, and the most memory that the process had
// resident (peak-MB). No report is written.
func BenchmarkComparing(b *testing.B) {
	day, err := builtin.Day()
	if err != nil {
		b.Fatal(err)
	}
	suite := many(b, 1000, 48)
	run := func(s *bench.Suite) func() {
		return func() {
			if _, err := bench.Run(context.Background(), s, bench.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	var took [2]float64
	rounds := 0
	for b.Loop() {
		for i, t := range stopwatch.Medians(1, run(day), run(suite)) {
			took[i] += t.Seconds()
		}
		rounds++
	}
	b.ReportMetric(took[1]/took[0], "x-builtin")
	b.ReportMetric(took[0]/float64(rounds), "builtin-s")
	b.ReportMetric(took[1]/float64(rounds), "many-s")
	b.ReportMetric(float64(stopwatch.PeakMemory())/1e6, "peak-MB")
}

// many is a suite of so many applications in 13 classes, and so many policies.
func many(tb testing.TB, apps, fleets int) *bench.Suite {
	tb.Helper()
	var text strings.Builder
	for i := range apps {
		fmt.Fprintf(&text, "app run-%d name=class-%c cores=4 memory=4g submit=%ds\njob\nstage tasks=40x6s\nstage tasks=20x4s\njob gap=20s\nstage tasks=40x3s\n", i, 'a'+i%13, 60*i)
	}
	w, err := traces.ReadText(strings.NewReader(text.String()), "many")
	if err != nil {
		tb.Fatal(err)
	}
	s := &bench.Suite{Workload: w}
	s.Config.Seed = 1
	if s.Config.Cluster, err = cluster.Parse("standalone,nodes=10,cores=16,memory=64g,startup=3s"); err != nil {
		tb.Fatal(err)
	}
	for i := range fleets {
		spec := fmt.Sprintf("static,n=%d", 1+i/2)
		if i%2 == 1 {
			spec = fmt.Sprintf("spark,idle=30s,shuffle=tracking,max=%d", 1+i/2)
		}
		fleet, err := policies.ParseFleet(spec)
		if err != nil {
			tb.Fatal(err)
		}
		s.Policies = append(s.Policies, fleet)
	}
	return s
}

// The suite has the classes and the tasks that it says, and all its policies run.
func TestManyIsWhatItSays(t *testing.T) {
	r, err := bench.Run(context.Background(), many(t, 26, 4), bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tasks := 0
	for i := range r.Suite.Workload.Apps[0].Stages {
		tasks += r.Suite.Workload.Apps[0].Stages[i].Size()
	}
	if len(r.Classes) != 13 || len(r.Runs) != 4 || tasks != 100 {
		t.Errorf("%d classes, %d runs, %d tasks in an application", len(r.Classes), len(r.Runs), tasks)
	}
}
