package fair

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
)

// Queues and users may have limits on how many of their applications run. Others wait
// until one of them ends.
//
// Source: MaxRunningAppsEnforcer.

// mayRun reports whether the limits of a user and of a queue with all above it allow
// one more application to run.
func (s *Scheduler) mayRun(q *queue, user string) bool {
	if s.runningOf[user] >= s.config.maxApps(user) {
		return false
	}
	for ; q != nil; q = q.parent {
		if q.running >= q.maxRunningApps {
			return false
		}
	}
	return true
}

// countRunning adds to the applications that run in the queue and above it, and of the user.
func (s *Scheduler) countRunning(a *appAttempt, by int) {
	for q := a.queue; q != nil; q = q.parent {
		q.running += by
	}
	s.runningOf[a.user] += by
}

// run makes an application runnable.
func (s *Scheduler) run(a *appAttempt) {
	a.runnable, a.runSince = true, a.s.rounds
	a.list()
	a.queue.runnable = append(a.queue.runnable, a)
	s.countRunning(a, 1)
}

// leave takes an application out of its queue.
func (s *Scheduler) leave(a *appAttempt) {
	q, is := a.queue, func(o *appAttempt) bool { return o == a }
	q.demands = q.demands.Minus(a.demand)
	s.changed = true
	if !a.runnable {
		q.waiting = slices.DeleteFunc(q.waiting, is)
		return
	}
	q.runnable = slices.DeleteFunc(q.runnable, is)
	if a.hasMaster {
		q.amUsed = q.amUsed.Minus(a.master)
	}
	s.countRunning(a, -1)
	s.runWaiting(a)
}

// runWaiting makes applications runnable that waited for the one that has ended: by
// arrival, of the highest queue that was full because of it and of its user, and as
// many as there are lists of them.
func (s *Scheduler) runWaiting(ended *appAttempt) {
	var full *queue
	for q := ended.queue; q != nil; q = q.parent {
		if q.running == q.maxRunningApps-1 {
			full = q
		}
	}
	var lists [][]*appAttempt
	if full != nil {
		lists = full.waitingLists(lists)
	}
	if s.runningOf[ended.user] == s.config.maxApps(ended.user)-1 {
		lists = append(lists, s.waitingOf(ended.user))
	}
	if len(lists) == 0 {
		return
	}
	firstStart := func(list *[]*appAttempt) int64 {
		if len(*list) == 0 {
			return math.MaxInt64
		}
		return (*list)[0].start
	}
	heads := java.NewPriorityQueue(func(a, b *[]*appAttempt) int { return cmp.Compare(firstStart(a), firstStart(b)) })
	for i := range lists {
		heads.Push(&lists[i])
	}
	var last *appAttempt
	for started := 0; started < len(lists) && len(*heads.Peek()) > 0; {
		list := heads.Pop()
		a := (*list)[0]
		*list = (*list)[1:]
		heads.Push(list)
		if a != last && !a.runnable && s.mayRun(a.queue, a.user) {
			s.run(a)
			started++
		}
		last = a
	}
	for _, q := range s.leaves {
		q.waiting = slices.DeleteFunc(q.waiting, func(a *appAttempt) bool { return a.runnable })
	}
}

// waitingLists adds the waiting applications of each leaf below q to which no queue on
// the way is full.
func (q *queue) waitingLists(lists [][]*appAttempt) [][]*appAttempt {
	if q.running >= q.maxRunningApps {
		return lists
	}
	if q.leaf {
		return append(lists, slices.Clone(q.waiting))
	}
	for _, c := range q.children {
		lists = c.waitingLists(lists)
	}
	return lists
}

// waitingOf lists a user's waiting applications, by arrival.
func (s *Scheduler) waitingOf(user string) []*appAttempt {
	var apps []*appAttempt
	for _, id := range slices.Sorted(maps.Keys(s.apps)) {
		if a := s.apps[id]; a.user == user && !a.runnable {
			apps = append(apps, a)
		}
	}
	return apps
}
