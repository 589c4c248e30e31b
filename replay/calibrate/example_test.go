package calibrate_test

import (
	"fmt"

	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// Learn from logs how long executors take to start.
func ExampleLearn() {
	logs, err := source.Open("../../bench/builtin/recordings/fleet-dra")
	if err != nil {
		panic(err)
	}
	defer logs.Close()
	w, _, err := traces.Collect("fleet", logs)
	if err != nil {
		panic(err)
	}
	times, _ := calibrate.Learn(w, cluster.Assume(w))
	startup := &times.By[latency.Startup]
	fmt.Printf("%d start-ups; the default has a weight of %.1f %%\n", startup.N, 100*startup.Prior)
	// Output:
	// 65 start-ups; the default has a weight of 0.6 %
}
