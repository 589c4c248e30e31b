package slots

// A Tasks is a set of tasks, by attempts of stages and 64 ids of tasks each.
type Tasks struct {
	sets map[taskKey]uint64
	last taskKey // to which the task before belonged
	bits uint64  // of last
}

type taskKey struct{ stage, attempt, ids int64 }

// Add adds a task and reports whether it was not in the set before.
func (t *Tasks) Add(stage, attempt, id int64) bool {
	key, bit := taskKey{stage, attempt, id >> 6}, uint64(1)<<(id&63)
	if key != t.last {
		if t.sets == nil {
			t.sets = map[taskKey]uint64{}
		}
		t.sets[t.last] = t.bits
		t.last, t.bits = key, t.sets[key]
	}
	before := t.bits
	t.bits |= bit
	return before&bit == 0
}
