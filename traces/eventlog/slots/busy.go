package slots

// A Busy is when the tasks of an executor were launched and when they finished.
type Busy struct {
	launches, finishes Times
	most               int // tasks at one time; 0: not counted yet
}

// count sorts the times and counts the most tasks at one time.
func (b *Busy) count() {
	b.launches.Sort()
	b.finishes.Sort()
	finished := 0
	for i := range b.launches.Len() {
		for b.finishes.At(finished) <= b.launches.At(i) && finished < i {
			finished++
		}
		b.most = max(b.most, i+1-finished)
	}
}

// Tasks is how many tasks there are.
func (b *Busy) Tasks() int { return b.launches.Len() }

// Most is how many tasks ran at one time, by when the driver noted their ends.
func (b *Busy) Most() int {
	if b.most == 0 {
		b.count()
	}
	return b.most
}

// FreeSince returns from when on, at the earliest from a given time, the executor had a
// free slot until another time; false if it had none then. It is taken to have no more
// slots than it ever used at one time: custom resources such as GPUs may allow fewer
// tasks than its cores.
func (b *Busy) FreeSince(from, until int64, slots int) (since int64, free bool) {
	slots = min(slots, b.Most())
	launched, finished := b.launches.Before(until), b.finishes.Before(until+1)
	running := launched - finished
	if running >= slots {
		return 0, false
	}
	for finished > 0 && b.finishes.At(finished-1) > from {
		finished--
		at := b.finishes.At(finished)
		for launched > 0 && b.launches.At(launched-1) >= at {
			launched--
		}
		if launched-finished >= slots {
			return at, true
		}
	}
	return from, true
}

// Ran adds a task.
func (b *Busy) Ran(launch, finish int64) {
	b.launches.Add(launch)
	b.finishes.Add(finish)
}
