package replay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/stopwatch"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// crowd is a workload of applications that arrive every ten seconds and compete for
// one cluster: two jobs of two stages each, 48 tasks in all.
func crowd(tb testing.TB, apps int) *traces.Workload {
	var text strings.Builder
	for i := range apps {
		fmt.Fprintf(&text, "app load-%d cores=2 memory=1g submit=%ds\n  job\n    stage tasks=16x5s\n    stage tasks=8x3s\n  job gap=15s\n    stage tasks=16x5s\n    stage tasks=8x3s\n", i, 10*i)
	}
	w, err := traces.ReadText(strings.NewReader(text.String()), "crowd")
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// BenchmarkReplay measures the speed of the engine in events per second, by size of
// the workload and policy.
func BenchmarkReplay(b *testing.B) {
	config := Config{Cluster: cluster.Uniform(4, 32, 64<<10), Seed: 1}
	config.Cluster.Startup = 3 * time.Second
	for _, apps := range []int{100, 1000} {
		w := crowd(b, apps)
		for _, policy := range []string{"static,n=4", "spark,idle=10s", "spark,idle=10s,shuffle=tracking", "spark,idle=10s,shuffle=none"} {
			fleet, err := policies.ParseFleet(policy)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("apps=%d/policy=%s", apps, policy), func(b *testing.B) {
				b.ReportAllocs()
				events := 0
				for b.Loop() {
					result, err := Run(w, fleet, config)
					if err != nil {
						b.Fatal(err)
					}
					events += result.Events
				}
				b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// BenchmarkContention measures what an event costs where as many applications as nodes
// wait for one another: it must not grow with their number.
func BenchmarkContention(b *testing.B) {
	for _, manager := range []string{"standalone", "yarn", "yarn,scheduler=fair", "kubernetes"} {
		for _, n := range []int{10, 100, 1000} {
			var text strings.Builder
			for i := range n {
				fmt.Fprintf(&text, "app load-%d cores=4 memory=1g submit=%dms\n  job\n    stage tasks=64x5s\n    stage tasks=32x3s\n  job gap=5s\n    stage tasks=64x5s\n", i, 10*i)
			}
			w, err := traces.ReadText(strings.NewReader(text.String()), "contention")
			if err != nil {
				b.Fatal(err)
			}
			on, err := cluster.Parse(fmt.Sprintf("%s,nodes=%d,cores=6,memory=64g,startup=3s", manager, n))
			if err != nil {
				b.Fatal(err)
			}
			for _, policy := range []string{"static,n=4", "spark,idle=10s,shuffle=tracking"} {
				fleet, err := policies.ParseFleet(policy)
				if err != nil {
					b.Fatal(err)
				}
				b.Run(fmt.Sprintf("manager=%s/apps=%d/policy=%s", manager, n, policy), func(b *testing.B) {
					b.ReportAllocs()
					events := 0
					for b.Loop() {
						result, err := Run(w, fleet, Config{Cluster: on, Seed: 1})
						if err != nil {
							b.Fatal(err)
						}
						events += result.Events
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
				})
			}
		}
	}
}

// BenchmarkAttribution measures what attribution costs, as a ratio to the same replay
// without it.
func BenchmarkAttribution(b *testing.B) {
	config := Config{Cluster: cluster.Uniform(4, 32, 64<<10), Seed: 1}
	config.Cluster.Startup = 3 * time.Second
	w := crowd(b, 300)
	for _, policy := range []string{"static,n=4", "spark,idle=10s", "spark,idle=10s,shuffle=tracking"} {
		fleet, err := policies.ParseFleet(policy)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("policy="+policy, func(b *testing.B) {
			run := func(attribute bool) func() {
				c := config
				c.Attribute = attribute
				var runner Runner // as comparisons do it
				return func() {
					if _, err := runner.Run(w, fleet, c); err != nil {
						b.Fatal(err)
					}
				}
			}
			var took [2]time.Duration
			for b.Loop() {
				for i, t := range stopwatch.Medians(11, run(false), run(true)) {
					took[i] += t
				}
			}
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "with/without")
		})
	}
}
