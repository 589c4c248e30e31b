package slots

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
)

// A Spent collects what shows how the time of a run was spent (traces.TimeSpent).
type Spent struct {
	moments []moment
	left    map[[2]int64]int // tasks of a stage's attempt that were not launched yet
}

// A moment is a change of the slots, of the tasks that can be launched, or of those that
// run.
type moment struct {
	at       int64
	slots    int   // of executors that come
	pending  int   // tasks that can be launched from now on
	launched bool  // a task is launched
	finished bool  // a task finishes
	ran      int64 // how long it ran
	retry    bool
}

// Submitted takes the submission of a stage's attempt.
func (l *Spent) Submitted(stage, attempt, at int64, tasks int) {
	if l.left == nil {
		l.left = map[[2]int64]int{}
	}
	l.left[[2]int64{stage, attempt}] += tasks
	l.moments = append(l.moments, moment{at: at, pending: tasks})
}

// Completed takes the end of a stage's attempt: tasks that were not launched never are.
func (l *Spent) Completed(stage, attempt, at int64) {
	id := [2]int64{stage, attempt}
	if n := l.left[id]; n > 0 {
		l.moments = append(l.moments, moment{at: at, pending: -n})
	}
	delete(l.left, id)
}

// A Run is a run of a task.
type Run struct {
	Stage, Attempt, Launch, Finish int64
	Copy                           bool // speculative
	Succeeded                      bool
	Again                          bool // it failed by itself, so that another run of it is pending
}

// Ran takes a run of a task.
func (l *Spent) Ran(r Run) {
	id := [2]int64{r.Stage, r.Attempt}
	if r.Launch <= 0 || r.Finish < r.Launch {
		return
	}
	if r.Copy {
		l.moments = append(l.moments, moment{at: r.Launch, pending: 1})
	} else if l.left[id] > 0 {
		l.left[id]--
	}
	l.moments = append(l.moments, moment{at: r.Launch, launched: true},
		moment{at: r.Finish, finished: true, ran: r.Finish - r.Launch, retry: !r.Succeeded || r.Attempt > 0})
	if r.Again {
		l.left[id]++
		l.moments = append(l.moments, moment{at: r.Finish, pending: 1})
	}
}

// Held adds the slots of an executor from one time to another; 0: until the end.
func (l *Spent) Held(from, to int64, slots int) {
	l.moments = append(l.moments, moment{at: from, slots: slots})
	if to > 0 {
		l.moments = append(l.moments, moment{at: to, slots: -slots})
	}
}

// Divide divides the time of a run from its start to its end.
func (l *Spent) Divide(start, end int64) traces.TimeSpent {
	slices.SortStableFunc(l.moments, func(x, y moment) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(y.slots, x.slots)) })
	var clock traces.SpentClock
	since := func(at int64) time.Duration { return time.Duration(max(0, at-start)) * time.Millisecond }
	for _, m := range l.moments {
		switch at := since(m.at); {
		case m.launched:
			clock.Launched(at)
		case m.finished:
			clock.Finished(at, time.Duration(m.ran)*time.Millisecond, m.retry)
		case m.slots != 0:
			clock.Slots(at, m.slots)
		default:
			clock.Pending(at, m.pending)
		}
	}
	return clock.End(since(end))
}
