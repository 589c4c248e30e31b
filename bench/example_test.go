package bench_test

import (
	"context"
	"fmt"
	"strings"

	"dynalloc/bench"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A nightly load of sixteen tasks on a cluster with room for eight executors.
const Nightly = `
app load cores=2 memory=1g
  job
    stage tasks=16x10s
`

func NightlySuite(fleets ...string) *bench.Suite {
	w, err := traces.ReadText(strings.NewReader(Nightly), "nightly")
	if err != nil {
		panic(err)
	}
	s := &bench.Suite{Workload: w}
	s.Config.Cluster, _ = cluster.Parse("standalone,cores=16,memory=8g,startup=3s")
	s.Policies, _ = bench.Fleets(fleets)
	return s
}

// A fixed size is compared with dynamic allocation.
func ExampleRun() {
	results, err := bench.Run(context.Background(), NightlySuite("static,n=2", "spark,idle=10s"), bench.Options{})
	if err != nil {
		panic(err)
	}
	for _, row := range results.Rows("") {
		fmt.Printf("%s: %.0f s, %.2f executor-hours\n", row.Policy, row.Value("turnaround_max"), row.Value("executor_hours_held"))
	}
	// Output:
	// static,n=2: 43 s, 0.02 executor-hours
	// spark,idle=10s: 17 s, 0.03 executor-hours
}

// An observer follows the replay of each policy: it counts how often the target
// of executors changes. The suite's own figures do not need it.
func ExampleOptions_observe() {
	changes := map[string]*int{}
	suite := NightlySuite("static,n=2", "spark,idle=10s")
	for _, fleet := range suite.Policies {
		changes[fleet.Name] = new(int) // Observe may be called from several goroutines at a time
	}
	options := bench.Options{Observe: func(fleet policies.Fleet) []replay.Observer {
		count := changes[fleet.Name]
		return []replay.Observer{replay.ObserverFunc(func(e replay.Event) {
			if e.Kind == replay.TargetChanged {
				*count++
			}
		})}
	}}
	if _, err := bench.Run(context.Background(), suite, options); err != nil {
		panic(err)
	}
	for _, fleet := range suite.Policies {
		fmt.Println(fleet.Name, *changes[fleet.Name])
	}
	// Output:
	// static,n=2 1
	// spark,idle=10s 7
}
