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

// A moment is a change of the slots or of the tasks that can be launched, or the end of a
// retry.
type moment struct {
	at      int64
	slots   int   // of executors that come
	pending int   // tasks that can be launched from now on
	retried int64 // how long a retry ran
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
	if !r.Succeeded || r.Attempt > 0 {
		l.moments = append(l.moments, moment{at: r.Finish, retried: r.Finish - r.Launch})
	}
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

// Divide divides the time of a run from its start to its end. busy has the tasks of all
// executors.
func (l *Spent) Divide(start, end int64, busy []*Busy) traces.TimeSpent {
	var launched, finished []*Times
	for _, b := range busy {
		b.Most() // sorts them
		launched, finished = append(launched, &b.launches), append(finished, &b.finishes)
	}
	launches, finishes := merge(launched), merge(finished)
	slices.SortStableFunc(l.moments, func(x, y moment) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(y.slots, x.slots)) })
	var clock traces.SpentClock
	since := func(at int64) time.Duration { return time.Duration(max(0, at-start)) * time.Millisecond }
	// The order in which tasks change at one time has no effect.
	tasks := func(until int64) {
		for min(launches.next(), finishes.next()) < until {
			if launches.next() <= finishes.next() {
				clock.Launched(since(launches.next()))
				launches.pass()
			} else {
				clock.Finished(since(finishes.next()), 0, false)
				finishes.pass()
			}
		}
	}
	for _, m := range l.moments {
		tasks(m.at)
		switch at := since(m.at); {
		case m.retried != 0:
			clock.Retried(at, time.Duration(m.retried)*time.Millisecond)
		case m.slots != 0:
			clock.Slots(at, m.slots)
		default:
			clock.Pending(at, m.pending)
		}
	}
	tasks(never)
	return clock.End(since(end))
}
