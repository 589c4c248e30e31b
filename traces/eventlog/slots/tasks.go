package slots

import "math/bits"

// A Tasks is which tasks were launched and which finished, by attempts of stages and 64 ids
// of tasks each.
type Tasks struct {
	sets map[taskKey]taskSets
	last taskKey // to which the task before belonged
	now  taskSets
}

type taskKey struct{ stage, attempt, ids int64 }

type taskSets struct{ launched, finished uint64 }

// find makes the sets of a task the present ones.
func (t *Tasks) find(stage, attempt, id int64) (bit uint64) {
	if key := (taskKey{stage, attempt, id >> 6}); key != t.last {
		t.flush()
		t.last, t.now = key, t.sets[key]
	}
	return 1 << (id & 63)
}

// flush keeps the present sets.
func (t *Tasks) flush() {
	if t.sets == nil {
		t.sets = map[taskKey]taskSets{}
	}
	t.sets[t.last] = t.now
}

// Launch takes the launch of a task.
func (t *Tasks) Launch(stage, attempt, id int64) {
	bit := t.find(stage, attempt, id)
	t.now.launched |= bit
}

// Finish takes the end of a task and reports whether it is the first one.
func (t *Tasks) Finish(stage, attempt, id int64) bool {
	bit := t.find(stage, attempt, id)
	before := t.now.finished
	t.now.finished |= bit
	return before&bit == 0
}

// EachOpen calls yield, for each stage in any order and perhaps more than once, with how
// many of its tasks were launched and did not finish.
func (t *Tasks) EachOpen(yield func(stage int64, n int)) {
	t.flush()
	for key, sets := range t.sets {
		if n := bits.OnesCount64(sets.launched &^ sets.finished); n > 0 {
			yield(key.stage, n)
		}
	}
}
