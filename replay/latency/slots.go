package latency

import (
	"math"
	"time"
)

// A SlotHistory records which kinds of tasks an executor's slots have run. The first
// tasks of an executor load its classes and fetch its files: the first one, and those in
// other slots that start before that is done. The first task of a slot that reads shuffle
// data loads more, and the first of each stage fetches the stage's code. Each of these adds
// time once.
type SlotHistory struct {
	cold   int32         // slots that have not had a task
	unread int32         // slots that have not read shuffle data
	warmAt time.Duration // when the first task has loaded the classes; noTime: it has not started
	stages []stageSlots
}

// stageSlots is how many slots have had a task of a stage, up to all of them.
type stageSlots struct{ stage, slots int32 }

// rememberedStages is the number of stages that a SlotHistory remembers. A stage that
// returns after so many others has first tasks again.
const rememberedStages = 16

// noTime is later than everything.
const noTime = time.Duration(math.MaxInt64)

// A First is the set of respects in which a task is a first one.
type First struct{ InSlot, Read, OfStage bool }

// Begin makes it that of an executor that has not had a task, in its memory.
func (h *SlotHistory) Begin(slots int32) {
	*h = SlotHistory{cold: slots, unread: slots, warmAt: noTime, stages: h.stages[:0]}
}

// Record adds a task of a stage that starts now on an executor with so many slots, and
// says in which respects it is a first one.
func (h *SlotHistory) Record(now time.Duration, stage int32, reads bool, slots int32) First {
	var f First
	if h.cold > 0 && now < h.warmAt {
		h.cold--
		f.InSlot = true
	}
	if reads && h.unread > 0 {
		h.unread--
		f.Read = true
	}
	for i := len(h.stages) - 1; i >= 0; i-- {
		if s := &h.stages[i]; s.stage == stage {
			f.OfStage = s.slots < slots
			s.slots = min(s.slots+1, slots)
			return f
		}
	}
	if len(h.stages) == rememberedStages {
		copy(h.stages, h.stages[1:])
		h.stages = h.stages[:rememberedStages-1]
	}
	h.stages = append(h.stages, stageSlots{stage, 1})
	f.OfStage = true
	return f
}

// FirstCost is the overhead of a first task that starts now, beside others on its node. A
// task that starts while the executor's first one loads classes waits for the rest. The
// overhead of the stage's code is not added to the other two, because these are larger and
// contain it.
func (m *Model) FirstCost(f First, h *SlotHistory, now time.Duration, others int) time.Duration {
	var cost time.Duration
	pay := func(c Cause) { cost += m.By[c].Typical(others) }
	if f.InSlot {
		launched := now + m.By[Overhead].Typical(0)
		h.warmAt = min(h.warmAt, launched+m.By[ColdSlot].Typical(others))
		cost += max(h.warmAt-launched, 0)
		pay(ColdSlotRun)
	}
	if f.Read {
		pay(FirstRead)
		pay(FirstReadRun)
	}
	if f.OfStage && !f.InSlot && !f.Read {
		pay(FirstOfStage)
	}
	return cost
}
