package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
)

// A spentLog collects what shows how the time of the recorded run was spent
// (traces.TimeSpent). Times are ms since 1970.
type spentLog struct {
	moments []spentMoment
	left    map[[2]int64]int // tasks of a stage's attempt that were not launched yet
}

// A spentMoment is a change of the tasks that can be launched, or of those that run.
type spentMoment struct {
	at       int64
	pending  int   // tasks that can be launched from now on
	launched bool  // a task is launched
	finished bool  // a task finishes
	ran      int64 // how long it ran
	retry    bool
}

// submitted takes the submission of a stage's attempt.
func (l *spentLog) submitted(stage, attempt, at int64, tasks int) {
	if l.left == nil {
		l.left = map[[2]int64]int{}
	}
	l.left[[2]int64{stage, attempt}] += tasks
	l.moments = append(l.moments, spentMoment{at: at, pending: tasks})
}

// completed takes the end of a stage's attempt: tasks that were not launched never are.
func (l *spentLog) completed(stage, attempt, at int64) {
	id := [2]int64{stage, attempt}
	if n := l.left[id]; n > 0 {
		l.moments = append(l.moments, spentMoment{at: at, pending: -n})
	}
	delete(l.left, id)
}

// task takes a run of a task.
func (l *spentLog) task(e *scan.TaskEvent) {
	i, id := &e.Info, [2]int64{e.Stage, e.StageAttempt}
	if i.Launch <= 0 || i.Finish < i.Launch {
		return
	}
	if i.Speculative {
		l.moments = append(l.moments, spentMoment{at: i.Launch, pending: 1})
	} else if l.left[id] > 0 {
		l.left[id]--
	}
	again := failedByItself(e.Reason)
	l.moments = append(l.moments, spentMoment{at: i.Launch, launched: true},
		spentMoment{at: i.Finish, finished: true, ran: i.Finish - i.Launch, retry: e.Reason != "Success" || e.StageAttempt > 0})
	if again {
		l.left[id]++
		l.moments = append(l.moments, spentMoment{at: i.Finish, pending: 1})
	}
}

// spent divides the time of the run.
func (a *assembler) spent(end time.Duration) traces.TimeSpent {
	type change struct {
		at    time.Duration
		slots int
	}
	var slots []change
	for _, x := range a.executors {
		if from := cmp.Or(x.added, x.block, x.firstTask); from > 0 && (!isDriver(x.id) || a.local()) {
			slots = append(slots, change{a.offset(from), a.slots(x)})
			if x.removed > 0 {
				slots = append(slots, change{a.offset(x.removed), -a.slots(x)})
			}
		}
	}
	slices.SortFunc(slots, func(x, y change) int { return cmp.Compare(x.at, y.at) })
	slices.SortStableFunc(a.spentOn.moments, func(x, y spentMoment) int { return cmp.Compare(x.at, y.at) })
	var clock traces.SpentClock
	for _, m := range a.spentOn.moments {
		at := a.offset(m.at)
		for len(slots) > 0 && slots[0].at <= at {
			clock.Slots(slots[0].at, slots[0].slots)
			slots = slots[1:]
		}
		switch {
		case m.launched:
			clock.Launched(at)
		case m.finished:
			clock.Finished(at, time.Duration(m.ran)*time.Millisecond, m.retry)
		default:
			clock.Pending(at, m.pending)
		}
	}
	a.spentOn = spentLog{}
	return clock.End(end)
}
