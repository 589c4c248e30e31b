package eventlog

import (
	"iter"

	"dynalloc/traces/eventlog/slots"
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
	for i := range a.lived(s.submittedAt, s.firstLaunch) {
		x := a.executors[i]
		if x.profile != s.profile {
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

// lived ranges over the indexes of executors that had been added at a time and were not
// removed before another one, in ms since 1970. It is for the end of the log.
func (a *assembler) lived(from, until int64) iter.Seq[int] {
	if a.lives == nil {
		a.lives = slots.NewSpans(len(a.executors), func(i int) (int64, int64) { return a.executors[i].added, a.executors[i].removed })
	}
	return a.lives.Across(from, until)
}
