package eventlog

import (
	"slices"
	"time"

	"dynalloc/traces"
)

// The driver needs time from the submission of a stage until it launches a task: it
// serializes the tasks' code and sends it out. The log shows that time where a slot
// was free for a task all the while.

// launchable is when a stage's first task could have been launched: from its submission
// on, or from when on an executor that had registered before had a free slot until the
// first task was launched. It is 0 if no executor had, or if the tasks of the stage
// start together, for which one free slot is not enough.
func (a *assembler) launchable(s *stageLog) int64 {
	earliest := int64(0)
	if s.barrier {
		return 0
	}
	for _, x := range a.executors {
		if x.added > s.submittedAt || x.removed > 0 && x.removed < s.firstLaunch || x.profile != s.profile {
			continue
		}
		if since, free := x.busy.FreeSince(s.submittedAt, s.firstLaunch, a.slots(x)); free && (earliest == 0 || since < earliest) {
			if earliest = since; 0 < since && since <= s.submittedAt {
				break // there is no earlier time
			}
		}
	}
	return earliest
}

// usualLevel is the share of an application's tasks whose delay in the driver is usual.
const usualLevel = 0.95

// addStalls adds to the launch of each stage what all of its tasks had to wait for in the
// driver beyond what is usual in the application: the driver was busy, for example with
// collecting a broadcast, so that no task went on. Delays of single tasks are chance. First
// tasks of an executor wait for more than the driver, and do not count.
func addStalls(stages []traces.Stage) {
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
