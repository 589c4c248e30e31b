package decide

import (
	"os"
	"strconv"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
)

// Intervals from single days contain the mean difference over many days. The days are
// made like the built-in one. The runs of an hour share a queue here, and so do
// hours. The number of days is a twentieth of COVERAGE, or 20.
func TestIntervalsFromOneDayCoverOtherDays(t *testing.T) {
	days := 20
	if n, err := strconv.Atoi(os.Getenv("COVERAGE")); err == nil {
		days = n / 20
	}
	fleets, err := bench.Fleets([]string{"recorded", "static,n=7", "static,n=23", "spark,idle=10s", "mixed:report-*=static,n=2;*=spark,idle=10s,max=40"})
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := builtin.Fleet()
	if err != nil {
		t.Fatal(err)
	}
	day, err := builtin.Day()
	if err != nil {
		t.Fatal(err)
	}
	type dayOf struct{ more, slower, dearer []stats.Estimate }
	found := make([]dayOf, days)
	for d := range found {
		s := *day
		s.Workload = builtin.MakeDay(fleet.Workload, 20261123+uint64(d))
		s.Policies, s.Config.Seed = fleets, uint64(d)+1
		r, err := bench.Run(t.Context(), &s, bench.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, base, others := comparerOf(r, 0, validate.ModelError{})
		found[d].more, _ = c.missDeltas(others, base)
		found[d].slower = c.relative(metrics.TurnaroundOf, startupTurnaround, 0, others, base)
		found[d].dearer = c.relative(metrics.ExecutorSecondsOf, startupExecutors, 0, others, base)
	}
	for _, f := range []struct {
		what string
		of   func(*dayOf) []stats.Estimate
	}{
		{"misses", func(d *dayOf) []stats.Estimate { return d.more }},
		{"turnaround", func(d *dayOf) []stats.Estimate { return d.slower }},
		{"executor-seconds", func(d *dayOf) []stats.Estimate { return d.dearer }},
	} {
		truth := make([]float64, len(fleets)-1)
		for d := range found {
			for i, e := range f.of(&found[d]) {
				truth[i] += e.Value / float64(days)
			}
		}
		held := 0.0
		for d := range found {
			all := true
			for i, e := range f.of(&found[d]) {
				all = all && !e.Excludes(truth[i])
			}
			if all {
				held++
			}
		}
		held /= float64(days)
		t.Logf("| %d replayed days, 24 hours each, 4 policies: %s | %.1f %% | - |", days, f.what, 100*held)
		if held < 0.85 {
			t.Errorf("%s: %.1f %% of the intervals from one day hold what is true of %d days", f.what, 100*held, days)
		}
	}
}
