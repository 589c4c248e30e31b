package slots

import (
	"cmp"
	"slices"
)

// Levels are how many tasks ran at one time.
type Levels struct{ changes []levelChange }

type levelChange struct {
	at             int64
	tasks, waiting int
}

// Ran adds a task that ran from one time to another, if that is later.
func (l *Levels) Ran(from, to int64) {
	if from < to {
		l.changes = append(l.changes, levelChange{from, 1, 0}, levelChange{to, -1, 0})
	}
}

// Waited adds a time in which tasks waited for slots.
func (l *Levels) Waited(from, to int64) {
	if from < to {
		l.changes = append(l.changes, levelChange{from, 0, 1}, levelChange{to, 0, -1})
	}
}

// Count returns the most tasks that ran at one time, and how many usually did while tasks
// waited: the median over that time. Both are at least 1; usual is most if no task waited.
func (l *Levels) Count() (most, usual int) {
	slices.SortFunc(l.changes, func(x, y levelChange) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.tasks, y.tasks)) })
	most = 1
	now, waiting, total := 0, 0, int64(0)
	var levels []int64 // the time in which so many tasks ran while others waited
	for i, c := range l.changes {
		now, waiting = now+c.tasks, waiting+c.waiting
		most = max(most, now)
		if waiting > 0 && i+1 < len(l.changes) {
			for len(levels) <= now {
				levels = append(levels, 0)
			}
			levels[now] += l.changes[i+1].at - c.at
			total += l.changes[i+1].at - c.at
		}
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
