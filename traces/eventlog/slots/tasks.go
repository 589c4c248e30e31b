package slots

import (
	"math/bits"

	"dynalloc/traces/eventlog/numbered"
)

// A Tasks is which tasks were launched and which finished, by attempts of stages and 64 ids
// of tasks each.
type Tasks struct {
	stages numbered.Table[stageTasks]
	last   int64 // the stage of the task before
	key    taskKey
	now    *taskSets // of that task
}

// A stageTasks is the tasks of a stage: those of the first 64 ids, and others.
type stageTasks struct {
	taskSets
	key   taskKey
	known bool
	more  map[taskKey]*taskSets
}

type taskKey struct{ attempt, ids int64 }

type taskSets struct{ launched, finished uint64 }

// of returns the sets of a stage with a key.
func (s *stageTasks) of(key taskKey) *taskSets {
	if !s.known {
		s.key, s.known = key, true
	}
	if s.key == key {
		return &s.taskSets
	}
	sets := s.more[key]
	if sets == nil {
		if s.more == nil {
			s.more = map[taskKey]*taskSets{}
		}
		sets = &taskSets{}
		s.more[key] = sets
	}
	return sets
}

// find makes the sets of a task the present ones.
func (t *Tasks) find(stage, attempt, id int64) (bit uint64) {
	if key := (taskKey{attempt, id >> 6}); t.now == nil || stage != t.last || key != t.key {
		s := t.stages.Get(int(stage))
		if s == nil {
			s = t.stages.Add(int(stage))
		}
		t.last, t.key, t.now = stage, key, s.of(key)
	}
	return 1 << (id & 63)
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

// EachOpen calls yield for each stage with how many of its tasks were launched and did not
// finish, if there are any.
func (t *Tasks) EachOpen(yield func(stage, n int)) {
	for stage, s := range t.stages.All() {
		n := s.open()
		for _, sets := range s.more { // any order: they are added up
			n += sets.open()
		}
		if n > 0 {
			yield(stage, n)
		}
	}
}

func (s *taskSets) open() int { return bits.OnesCount64(s.launched &^ s.finished) }
