package attribution

import (
	"slices"
	"time"

	"dynalloc/policies"
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
type Slots []Slot

// Begin is a number of slots that are free from now on, in the memory of others.
func (s Slots) Begin(n int, now time.Duration) Slots {
	s = slices.Grow(s[:0], n)[:n]
	for i := range s {
		s[i] = Slot{Freed: now, Ended: s[i].Ended[:0]}
	}
	return s
}

// A Slot is one slot of an executor.
type Slot struct {
	Busy      bool
	Set, Task int32
	Path      Path          // of the start of its task; if it is free, of the end of the last one
	Recompute time.Duration // what the task computes again
	Rerun     bool          // the task runs again
	Succeeds  bool          // the task will, unless it is stopped
	Freed     time.Duration
	Ended     []EndedSet
}

// An EndedSet is the path to the end of the last task of a set in a slot.
type EndedSet struct {
	Set  int32
	Path Path
}

// Before returns the path to the end of the last task of a set in the slot; nil if there
// was none.
func (s *Slot) Before(set int32) *Path {
	for i := range s.Ended {
		if s.Ended[i].Set == set {
			return &s.Ended[i].Path
		}
	}
	return nil
}

// Running is the slot of a task that runs on the executor.
func (s Slots) Running(set, task int32) *Slot {
	i := slices.IndexFunc(s, func(s Slot) bool { return s.Busy && s.Set == set && s.Task == task })
	return &s[i]
}

// LastFreed is the free slot that became free last.
func (s Slots) LastFreed() *Slot {
	var last *Slot
	for i := range s {
		if s := &s[i]; !s.Busy && (last == nil || s.Freed > last.Freed) {
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
