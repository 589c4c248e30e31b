package attribution

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/lists"
)

// A Path divides the time from an application's submission to a fact by cause.
type Path struct {
	Parts Turnaround
	Waves time.Duration // part of the execution: waiting behind tasks of the same set
	Until time.Duration // when the fact was
}

// Advance continues to a later fact; the time to there has one cause.
func (b *Path) Advance(c TimeCause, to time.Duration) {
	if to > b.Until {
		b.Parts[c] += to - b.Until
		b.Until = to
	}
}

// Slots are those of an executor.
type Slots struct {
	list  []Slot
	ended []endedSet // of sets whose slot another one has got since then
}

// Begin makes them a number of slots that are free from now on, in the memory of what was
// before.
func (s *Slots) Begin(n int, now time.Duration) {
	s.list, s.ended = lists.Resized(s.list, n), s.ended[:0]
	for i := range s.list {
		s.list[i].Set, s.list[i].Freed = -1, now
	}
}

// A Slot is one slot of an executor.
type Slot struct {
	Set, Task int32         // if it is free, of the last task that ran
	Path      Path          // of the start of its task; if it is free, of the end of the last one
	Recompute time.Duration // what the task computes again
	Freed     time.Duration
	Busy      bool
	Rerun     bool // the task runs again
	Succeeds  bool // the task will, unless it is stopped
}

// An endedSet is the path to the end of the last task of a set in a slot.
type endedSet struct {
	slot *Slot
	set  int32
	path Path
}

// Before returns the path to the end of the last task of a set in a free slot; nil if there
// was none.
func (s *Slots) Before(slot *Slot, set int32) *Path {
	if slot.Set == set {
		return &slot.Path
	}
	for i := range s.ended {
		if e := &s.ended[i]; e.set == set && e.slot == slot {
			return &e.path
		}
	}
	return nil
}

// Start gives a slot to a task of a set, whose path continues from another one, which may be
// that of the slot. It remembers the path of the set that had the slot before, as long as it
// waits for slots.
func (s *Slots) Start(slot *Slot, set int32, from *Path, waits func(set int32) bool) *Path {
	if from == &slot.Path {
		return from
	}
	path := *from
	if before := slot.Set; before >= 0 && before != set {
		s.ended = slices.DeleteFunc(s.ended, func(e endedSet) bool { return e.set == before && e.slot == slot || !waits(e.set) })
		if waits(before) {
			s.ended = append(s.ended, endedSet{slot, before, slot.Path})
		}
	}
	slot.Set, slot.Path = set, path
	return &slot.Path
}

// Running is the slot of a task that runs on the executor.
func (s *Slots) Running(set, task int32) *Slot {
	for i := range s.list {
		if s := &s.list[i]; s.Busy && s.Task == task && s.Set == set {
			return s
		}
	}
	panic("attribution: the task does not run on the executor")
}

// LastFreed is the free slot that became free last.
func (s *Slots) LastFreed() *Slot {
	var last *Slot
	for i := range s.list {
		if s := &s.list[i]; !s.Busy && (last == nil || s.Freed > last.Freed) {
			last = s
		}
	}
	return last
}

// IdleCause is the cause of the time of an executor that a policy keeps for a reason.
func IdleCause(c policies.Cause) HoldCause {
	switch c {
	case policies.HeldLiveShuffle:
		return HoldLiveShuffle
	case policies.HeldShuffle:
		return HoldOldShuffle
	case policies.HeldCached:
		return HoldCache
	case policies.HeldMinimum:
		return HoldMinimum
	}
	return HoldIdle
}
