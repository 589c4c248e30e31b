package bench

import (
	"fmt"
	"time"

	"dynalloc/traces"
)

// A BlockUnit is the unit that is resampled for confidence intervals. Runs in one block
// depend on each other: they share a queue, an overloaded hour or an input.
type BlockUnit string

// The units, from the widest, which keeps most of the dependence inside blocks. If the
// runs form fewer than FewestBlocks blocks of one unit, the next is used.
const (
	ByDay     BlockUnit = "day"
	ByUser    BlockUnit = "user"
	ByHour    BlockUnit = "hour"
	ByRun     BlockUnit = "run"
	ByReplica BlockUnit = "replica" // each block is one shaken replay of the same runs
)

// FewestBlocks is the number of blocks that an interval needs. With fewer, one or two
// blocks would determine it.
const FewestBlocks = 10

// Blocks assigns each of a list of applications to a block.
type Blocks struct {
	Unit BlockUnit
	N    int   // number of blocks
	Of   []int // by application: its block, 0 to N-1
}

// BlocksOf divides applications of a workload, given by their indexes, into blocks of
// the widest unit that gives at least FewestBlocks. Days and hours are in UTC.
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
		if _, seen := known[key]; !seen {
			known[key] = b.N
			b.N++
		}
		b.Of[i] = known[key]
	}
	return b
}

// String is the number and unit of the blocks in words.
func (b Blocks) String() string {
	if b.Unit == ByReplica {
		return "shaken replays"
	}
	return fmt.Sprintf("%d %ss", b.N, b.Unit)
}
