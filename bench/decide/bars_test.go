package decide

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
)

func TestExperiment(t *testing.T) {
	name := os.Getenv("W")
	if name == "" {
		t.Skip()
	}
	n, _ := strconv.Atoi(os.Getenv("SEEDS"))
	for seed := 1; seed <= max(1, n); seed++ {
		s, err := builtin.Suites[name]()
		if err != nil {
			t.Fatal(err)
		}
		s.Config.Horizon = bench.Horizon(s.Workload)
		s.Config.Seed = uint64(seed)
		b := time.Now()
		d, err := Decide(t.Context(), Question{Suite: s, MissRate: 0.01, MaxSlowdown: 0.1}, bench.Options{})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("seed %d: %s replays %.0f tried %+v replicas %d now %.2f h %.1f misses; safe %.3f h %.2f; cheap %.3f h %.2f\n", seed, time.Since(b), d.Tried.Replays, d.Tried, d.Replicas, d.Now.ExecutorHours, d.Now.Misses, d.Safe.ExecutorHours, d.Safe.Misses, d.Cheap.ExecutorHours, d.Cheap.Misses)
		for _, c := range d.Classes {
			fmt.Printf("   %-16s %-13s %.3f±%.3f eq %.2f now %s set %s (cheap %s) %.2f of %d [%.1f %.1f] cost %.0f of %.0f p95 %.1f slack %.1f slow %.3f", c.Class, c.Verdict, c.Confidence, c.ConfidenceError, c.Equivalent, c.Now.Policy, c.Set.Policy, c.Cheap.Policy, c.Set.Misses.Value, c.Set.Deadlines, c.Set.Misses.Low, c.Set.Misses.High, c.Set.ExecutorSeconds, c.Now.ExecutorSeconds, c.Set.TurnaroundP95, c.Set.SlackP5, c.Set.Slowdown)
			if c.BestStatic != nil {
				fmt.Printf(" S %s %.0f %.2f", c.BestStatic.Policy, c.BestStatic.ExecutorSeconds, c.BestStatic.Misses.Value)
			}
			if c.BestDynamic != nil {
				fmt.Printf(" D %s %.0f %.2f %v", c.BestDynamic.Policy, c.BestDynamic.ExecutorSeconds, c.BestDynamic.Misses.Value, c.BestDynamic.Causes)
			}
			fmt.Printf(" own %+v\n", c.OwnChange)
		}
	}
}
