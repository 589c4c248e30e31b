package slots

import (
	"slices"
	"time"

	"dynalloc/traces"
)

// usualLevel is the share of an application's tasks whose delay in the driver is usual.
const usualLevel = 0.95

// AddStalls adds to the launch of each stage what all of its tasks had to wait for in the
// driver beyond what is usual in the application: the driver was busy, for example with
// collecting a broadcast, so that no task went on. Delays of single tasks are chance. First
// tasks of an executor wait for more than the driver, and do not count.
func AddStalls(stages []traces.Stage) {
	tasks := 0
	for i := range stages {
		tasks += stages[i].Size()
	}
	delays := make([]int32, 0, tasks)
	least := make([]int32, len(stages)) // -1: no task counts
	for i := range stages {
		least[i] = -1
		for _, t := range stages[i].All() {
			if t.Cold {
				continue
			}
			delays = append(delays, t.Scheduler)
			if least[i] < 0 || t.Scheduler < least[i] {
				least[i] = t.Scheduler
			}
		}
	}
	if len(delays) == 0 {
		return
	}
	slices.Sort(delays)
	usual := delays[int(usualLevel*float64(len(delays)-1))]
	for i := range stages {
		stages[i].Launch += time.Duration(max(least[i]-usual, 0)) * time.Millisecond
	}
}
