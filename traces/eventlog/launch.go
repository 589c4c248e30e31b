package eventlog

import "slices"

// The driver needs time from the submission of a stage until it launches a task: it
// serializes the tasks' code and sends it out. The log shows that time where a slot
// was free for a task all the while.

// busyTimes are when the tasks of an executor were launched and when they finished, in
// ms since 1970.
type busyTimes struct {
	launches, finishes []int64
	most               int // tasks at one time; 0: not counted yet
}

// count sorts the times and counts the most tasks at one time.
func (b *busyTimes) count() {
	slices.Sort(b.launches)
	slices.Sort(b.finishes)
	finished := 0
	for i, at := range b.launches {
		for b.finishes[finished] <= at && finished < i {
			finished++
		}
		b.most = max(b.most, i+1-finished)
	}
}

// freeSince returns from when on, at the earliest from a given time, the executor had a
// free slot until another time; false if it had none then. It is taken to have no more
// slots than it ever used at one time: custom resources such as GPUs may allow fewer
// tasks than its cores.
func (b *busyTimes) freeSince(from, until int64, slots int) (since int64, free bool) {
	if b.most == 0 {
		b.count()
	}
	slots = min(slots, b.most)
	launched, _ := slices.BinarySearch(b.launches, until) // before it
	finished, _ := slices.BinarySearch(b.finishes, until+1)
	running := launched - finished
	if running >= slots {
		return 0, false
	}
	for finished > 0 && b.finishes[finished-1] > from {
		finished--
		at := b.finishes[finished]
		for launched > 0 && b.launches[launched-1] >= at {
			launched--
		}
		if launched-finished >= slots {
			return at, true
		}
	}
	return from, true
}

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
		if since, free := x.busy.freeSince(s.submittedAt, s.firstLaunch, a.slots(x)); free && (earliest == 0 || since < earliest) {
			earliest = since
		}
	}
	return earliest
}
