package slots

import "math/bits"

// A Tasks is a set of tasks, by attempts of stages and 64 ids of tasks each.
type Tasks struct {
	sets map[taskKey]uint64
	last taskKey // to which the task before belonged
	bits uint64  // of last
}

type taskKey struct{ stage, attempt, ids int64 }

// flush puts the bits of the last key into the map.
func (t *Tasks) flush() {
	if t.sets == nil {
		t.sets = map[taskKey]uint64{}
	}
	t.sets[t.last] = t.bits
}

// Add adds a task and reports whether it was not in the set before.
func (t *Tasks) Add(stage, attempt, id int64) bool {
	key, bit := taskKey{stage, attempt, id >> 6}, uint64(1)<<(id&63)
	if key != t.last {
		t.flush()
		t.last, t.bits = key, t.sets[key]
	}
	before := t.bits
	t.bits |= bit
	return before&bit == 0
}

// EachWithout calls yield, for each stage in any order and perhaps more than once, with how
// many tasks the set has that the other does not have.
func (t *Tasks) EachWithout(other *Tasks, yield func(stage int64, n int)) {
	t.flush()
	other.flush()
	for key, set := range t.sets {
		if n := bits.OnesCount64(set &^ other.sets[key]); n > 0 {
			yield(key.stage, n)
		}
	}
}
