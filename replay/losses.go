package replay

import "time"

// With Config.RecordedLosses an application loses executors again as it did when it was
// recorded, and what follows is Spark's: tasks run again, fetches fail, stages are
// submitted again. The log adds how long tasks tried to fetch before they failed, and how
// long the driver took to submit a stage again.

// scheduleLosses schedules the losses that came after the first submission of a stage, or
// after the application's start (stage -1).
func (a *application) scheduleLosses(stage int32) {
	if !a.engine.config.RecordedLosses {
		return
	}
	for i := range a.app.Losses {
		if l := &a.app.Losses[i]; int32(l.Stage) == stage {
			a.after(l.After, executorIsLost, int32(i))
		}
	}
}

// loseRecorded loses the executor that has the place of one that was lost, by age among
// those that have registered. If there are not so many, it hits nobody: a policy that
// holds fewer executors has fewer losses.
func (a *application) loseRecorded(loss int32) {
	l := &a.app.Losses[loss]
	place := l.Executor
	for id := range a.executors {
		x := &a.executors[id]
		switch {
		case x.state == starting || x.state >= leaving:
		case place > 0:
			place--
		default:
			a.crash(x)
			if l.Host && a.settings.Service {
				a.after(lossNotice, nodeFilesAreLost, x.node)
			}
			return
		}
	}
}

// fetchTime is how long tasks of a set run before a fetch of lost data fails: as long as
// when the same attempt failed in the log. ok is false if it did not.
func (a *application) fetchTime(set *taskSet) (t time.Duration, ok bool) {
	retries := a.app.Stages[set.stage].Retries
	if !a.engine.config.RecordedLosses || int(set.attempt) >= len(retries) {
		return 0, false
	}
	t = retries[set.attempt].Fetch
	return t, t > 0
}

// breakFetches has running tasks fail whose data was lost while they fetch it. A replay
// takes it that tasks fetch when they begin, except where the log shows that the loss of
// data in the middle of the same attempt ended it.
func (a *application) breakFetches() {
	if !a.engine.config.RecordedLosses {
		return
	}
	for id := range a.executors {
		x := &a.executors[id]
		if x.state >= leaving {
			continue
		}
		for k := range x.tasks {
			t := &x.tasks[k]
			set := a.sets[t.set]
			fetch, ok := a.fetchTime(set)
			end := max(a.engine.now, t.start+fetch)
			if !ok || set.zombie || t.fate != succeeds || end >= t.end || !a.readsMissing(set.stage) {
				continue
			}
			t.end, t.fate = end, missesData
			a.path.taskBroken(set, x, t.task)
			a.scheduleEnd(x, t)
		}
	}
}

// submissionDelay is the driver's time until it submits a stage that can be submitted.
func (a *application) submissionDelay(stage int32) time.Duration {
	s, attempts := &a.app.Stages[stage], a.stages[stage].attempts
	switch {
	case attempts == 0:
		return s.Delay
	case a.engine.config.RecordedLosses && int(attempts) <= len(s.Retries):
		return s.Retries[attempts-1].Delay
	}
	return 0
}
