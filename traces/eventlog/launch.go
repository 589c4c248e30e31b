package eventlog

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
			earliest = since
		}
	}
	return earliest
}
