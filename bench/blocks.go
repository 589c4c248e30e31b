package bench

import (
	"fmt"
	"time"

	"dynalloc/traces"
)

// A BlockUnit is what is drawn when blocks of applications are drawn anew. Runs in
// one block depend on each other: they share a queue, a bad hour, an input.
type BlockUnit string

// The units, from the one that holds most of what depends on each other. Where
// the runs fall into fewer than FewestBlocks of one, the next is taken.
const (
	ByDay     BlockUnit = "day"
	ByUser    BlockUnit = "user"
	ByHour    BlockUnit = "hour"
	ByRun     BlockUnit = "run"
	ByReplica BlockUnit = "replica" // no block of runs: shaken replays of the same runs
)

// FewestBlocks is how many blocks an interval needs. With fewer it depends on
// one or two of them.
const FewestBlocks = 10

// Blocks says to which block each of some applications belongs.
type Blocks struct {
	Unit BlockUnit
	N    int   // blocks
	Of   []int // by application: its block, 0 to N-1
}

// BlocksOf divides applications of a workload, given by their indexes, into
// blocks of the widest unit that makes enough of them. Days and hours are UTC.
func BlocksOf(w *traces.Workload, apps []int) Blocks {
	for _, unit := range []BlockUnit{ByDay, ByUser, ByHour, ByRun} {
		if b := divide(w, apps, unit); b.N >= FewestBlocks {
			return b
		}
	}
	return Blocks{Unit: ByReplica, N: 1, Of: make([]int, len(apps))}
}

func divide(w *traces.Workload, apps []int, unit BlockUnit) Blocks {
	b := Blocks{Unit: unit, Of: make([]int, len(apps))}
	known := map[string]int{}
	for i, index := range apps {
		a := w.Apps[index]
		at := w.Epoch.Add(a.Submit).UTC()
		var key string
		switch unit {
		case ByDay:
			key = at.Format(time.DateOnly)
		case ByUser:
			key = a.User
		case ByHour:
			key = at.Format("2006-01-02T15")
		default:
			key = fmt.Sprint(index)
		}
		block, seen := known[key]
		if !seen {
			block = b.N
			known[key] = block
			b.N++
		}
		b.Of[i] = block
	}
	return b
}

// String says for people what was drawn.
func (b Blocks) String() string {
	switch b.Unit {
	case ByReplica:
		return "shaken replays"
	case ByRun:
		return fmt.Sprintf("%d runs", b.N)
	}
	return fmt.Sprintf("%d %ss", b.N, b.Unit)
}
