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
	fmt.Println("learned:", startup.Learned(), "from", startup.N, "start-ups")
	// Output:
	// learned: true from 65 start-ups
}
