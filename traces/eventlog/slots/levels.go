package slots

import (
	"math"
	"slices"
)

// Levels are how many tasks ran at one time.
type Levels struct {
	from, to       []int64 // of tasks
	waited, served []int64
}

// Ran adds a task that ran from one time to another, if that is later.
func (l *Levels) Ran(from, to int64) {
	if from < to {
		l.from, l.to = append(l.from, from), append(l.to, to)
	}
}

// Waited adds a time in which tasks waited for slots.
func (l *Levels) Waited(from, to int64) {
	if from < to {
		l.waited, l.served = append(l.waited, from), append(l.served, to)
	}
}

// Count returns the most tasks that ran at one time, and how many usually did while tasks
// waited: the median over that time. Both are at least 1; usual is most if no task waited.
func (l *Levels) Count() (most, usual int) {
	for _, times := range [][]int64{l.from, l.to, l.waited, l.served} {
		slices.Sort(times)
	}
	most = 1
	now, waiting, total := 0, 0, int64(0)
	var levels []int64 // the time in which so many tasks ran while others waited
	from, to, waited, served := l.from, l.to, l.waited, l.served
	for len(to) > 0 || len(served) > 0 { // the last change is an end
		at := min(first(from), first(to), first(waited), first(served))
		now -= pass(&to, at)
		now += pass(&from, at)
		waiting += pass(&waited, at) - pass(&served, at)
		most = max(most, now)
		if next := min(first(from), first(to), first(waited), first(served)); waiting > 0 && next < math.MaxInt64 {
			for len(levels) <= now {
				levels = append(levels, 0)
			}
			levels[now] += next - at
			total += next - at
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

// first is the first of some times, after all times if there is none.
func first(times []int64) int64 {
	if len(times) == 0 {
		return math.MaxInt64
	}
	return times[0]
}

// pass takes the times until one off and returns how many they are.
func pass(times *[]int64, at int64) (n int) {
	for n < len(*times) && (*times)[n] <= at {
		n++
	}
	*times = (*times)[n:]
	return n
}
