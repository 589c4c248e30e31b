package replay_test

import (
	"fmt"
	"strings"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A nightly load of eight tasks on a cluster with room for two executors.
const nightly = `
app load cores=2 memory=1g
  job
    stage tasks=8x10s
`

// Replay a workload under dynamic allocation, and see how long it took and how many
// executors it held.
func ExampleRun() {
	w, err := traces.ReadText(strings.NewReader(nightly), "nightly")
	if err != nil {
		panic(err)
	}
	on, _ := cluster.Parse("standalone,cores=4,memory=8g,startup=3s")
	fleet, _ := policies.ParseFleet("spark,idle=10s,max=5")
	result, err := replay.Run(w, fleet, replay.Config{Cluster: on})
	if err != nil {
		panic(err)
	}
	load := result.Apps[0]
	fmt.Println("first executor after", load.Registered-load.Submit)
	fmt.Println("done after", load.End-load.Submit, "with at most", load.Peak, "executors")
	// Output:
	// first executor after 4s
	// done after 25s with at most 2 executors
}

// An observer prints each change of the target, with the reason.
func ExampleObserverFunc() {
	w, _ := traces.ReadText(strings.NewReader(nightly), "nightly")
	on, _ := cluster.Parse("standalone,cores=4,memory=8g,startup=3s")
	fleet, _ := policies.ParseFleet("spark,idle=10s,max=5")
	observer := replay.ObserverFunc(func(e replay.Event) {
		if e.Kind == replay.TargetChanged {
			fmt.Println(e.At, e.Happened(w)+":", e.Why)
		}
	})
	if _, err := replay.Run(w, fleet, replay.Config{Cluster: on}, observer); err != nil {
		panic(err)
	}
	// Output:
	// 1s target 1: backlog for 1s
	// 2s target 3: backlog still there after 1s
	// 3s target 4: all that is needed
	// 14s target 3: fewer tasks than that
	// 15s target 2: fewer tasks than that
	// 24s target 1: fewer tasks than that
}

// cautious wants three executors for each four that its tasks could use.
type cautious struct{}

func (cautious) Size(v *policies.View) int { return (3*v.Needed + 3) / 4 }

// A policy of your own is a type with one method. It is a candidate like any
// other, alone or in a fleet.
func Example_ownPolicy() {
	fleet := policies.FleetOf("", policies.Sized("cautious", func() policies.Sizer { return cautious{} }))
	w, _ := traces.ReadText(strings.NewReader(nightly), "nightly")
	on, _ := cluster.Parse("standalone,cores=16,memory=8g,startup=3s")
	result, _ := replay.Run(w, fleet, replay.Config{Cluster: on})
	load := result.Apps[0]
	fmt.Println(load.Policy, "is done after", load.End, "with at most", load.Peak, "executors")
	// Output:
	// cautious is done after 23s with at most 3 executors
}
