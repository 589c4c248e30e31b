package slots

// Levels are how many tasks ran at one time.
type Levels struct {
	from, to       Times // of tasks
	waited, served Times
}

// Ran adds a task that ran from one time to another, if that is later.
func (l *Levels) Ran(from, to int64) {
	if from < to {
		l.from.Add(from)
		l.to.Add(to)
	}
}

// Waited adds a time in which tasks waited for slots.
func (l *Levels) Waited(from, to int64) {
	if from < to {
		l.waited.Add(from)
		l.served.Add(to)
	}
}

// Count returns the most tasks that ran at one time, and how many usually did while tasks
// waited: the median over that time. Both are at least 1; usual is most if no task waited.
func (l *Levels) Count() (most, usual int) {
	cursors := [...]cursor{{times: &l.from}, {times: &l.to}, {times: &l.waited}, {times: &l.served}}
	for _, c := range cursors {
		c.times.Sort()
	}
	from, to, waited, served := &cursors[0], &cursors[1], &cursors[2], &cursors[3]
	most = 1
	now, waiting, total := 0, 0, int64(0)
	var levels []int64 // the time in which so many tasks ran while others waited
	for at := earliest(cursors[:]); at < never; {
		now -= to.pass(at)
		now += from.pass(at)
		waiting += waited.pass(at) - served.pass(at)
		most = max(most, now)
		next := earliest(cursors[:])
		if waiting > 0 && next < never {
			for len(levels) <= now {
				levels = append(levels, 0)
			}
			levels[now] += next - at
			total += next - at
		}
		at = next
	}
	if total == 0 {
		return most, most
	}
	half := int64(0)
	for level, took := range levels {
		if half += took; 2*half >= total {
			return most, max(level, 1)
		}
	}
	return most, most
}
