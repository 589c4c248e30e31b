package slots

import (
	"cmp"
	"slices"
	"time"
)

// A Use is how a time was used.
type Use uint8

// The uses of time.
const (
	Useful     Use = iota // a task ran
	Vain                  // a task ran that a replay without faults does not have
	Recovering            // from a failed fetch until the stage was tried again
	waiting               // tasks waited, and there was no executor
	starved               // the part of it that counts as lost
	uses
)

// A Lost adds up the time that a run lost.
type Lost struct {
	spans [uses]struct{ from, to Times }
}

// Add adds a time from one moment to a later one.
func (l *Lost) Add(use Use, from, to int64) {
	if from > 0 && from < to {
		l.spans[use].from.Add(from)
		l.spans[use].to.Add(to)
	}
}

// Starved adds a time in which tasks waited and there was no executor, if it is longer than
// what is spared: that part is not lost.
func (l *Lost) Starved(from, to, spared int64) {
	if from+spared < to {
		l.Add(waiting, from, to)
		l.Add(starved, from+spared, to)
	}
}

// A LostTime is what was lost of the time of a run.
type LostTime struct {
	Repeated time.Duration // by runs in vain
	Starved  time.Duration // without an executor
	Waited   time.Duration // Starved and what was spared before
}

// Sum adds up. While runs in vain and others ran side by side, their share of the running
// tasks counts.
func (l *Lost) Sum() LostTime {
	if l.spans[Vain].from.Len()+l.spans[starved].from.Len() == 0 {
		return LostTime{}
	}
	var cursors [2 * uses]cursor // of the beginnings, then of the ends
	for use := range uses {
		cursors[use].times, cursors[uses+use].times = &l.spans[use].from, &l.spans[use].to
	}
	for _, c := range cursors {
		c.times.Sort()
	}
	var now [uses]int
	var repeated float64
	var starvedFor, waited int64
	for at := earliest(cursors[:]); at < never; {
		for use := range uses {
			now[use] += cursors[use].pass(at) - cursors[uses+use].pass(at)
		}
		next := earliest(cursors[:])
		if next == never {
			break
		}
		took := next - at
		at = next
		running := now[Useful] + now[Vain]
		switch {
		case running > 0:
			repeated += float64(took) * float64(now[Vain]) / float64(running)
		case now[starved] > 0:
			starvedFor += took
		case now[Recovering] > 0:
			repeated += float64(took)
		}
		if running == 0 && now[waiting] > 0 {
			waited += took
		}
	}
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return LostTime{time.Duration(repeated) * time.Millisecond, ms(starvedFor), ms(waited)}
}

// Missing returns for how long executors were missing that were lost, and how many at one
// time at most. One that comes replaces a lost one; who gives one back needs none more.
func Missing(lost, cameOrGivenBack []int64, until int64) (most int, total time.Duration) {
	type change struct {
		at int64
		by int
	}
	var changes []change
	for _, at := range lost {
		changes = append(changes, change{at, 1})
	}
	for _, at := range cameOrGivenBack {
		changes = append(changes, change{at, -1})
	}
	slices.SortFunc(changes, func(x, y change) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.by, y.by)) })
	missing := 0
	for i, c := range changes {
		missing = max(missing+c.by, 0)
		next := until
		if i+1 < len(changes) {
			next = min(changes[i+1].at, until)
		}
		if missing > 0 && next > c.at {
			most = max(most, missing)
			total += time.Duration(next-c.at) * time.Millisecond
		}
	}
	return most, total
}
