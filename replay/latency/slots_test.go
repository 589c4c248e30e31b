package latency

import (
	"testing"
	"time"
)

// An executor with two slots runs stage 7, then a stage that reads shuffle
// data, then stage 7 again: a slot pays once for being new, once for reading,
// and once for each stage.
func TestSlotsPayOnceForEachFirst(t *testing.T) {
	var w SlotHistory
	w.Begin(2)
	for i, want := range []First{
		{InSlot: true, OfStage: true}, {InSlot: true, OfStage: true}, {}, // stage 7
		{Read: true, OfStage: true}, {Read: true, OfStage: true}, {}, // stage 8
		{}, // stage 7
	} {
		stage := []int32{7, 7, 7, 8, 8, 8, 7}[i]
		if got := w.Record(time.Second, stage, stage == 8, 2); got != want {
			t.Errorf("task %d, of stage %d: %+v, want %+v", i, stage, got, want)
		}
	}
	for stage := range int32(rememberedStages + 1) {
		w.Record(time.Second, 100+stage, false, 2)
	}
	if got := w.Record(time.Second, 7, false, 2); !got.OfStage {
		t.Error("stage 7 is still remembered after as many others as an executor remembers")
	}
}

// An executor with four slots gets one task, which loads classes until 5 s. A task that
// starts at 4 s waits for that; one that starts at 6 s finds the executor warm, although its
// slot is new.
func TestAWarmExecutorHasNoColdSlots(t *testing.T) {
	var w SlotHistory
	w.Begin(4)
	if got := w.Record(time.Second, 7, false, 4); !got.InSlot {
		t.Error("the first task is not cold")
	}
	w.warmAt = 5 * time.Second
	if got := w.Record(4*time.Second, 7, false, 4); !got.InSlot {
		t.Error("a task that starts while classes are loaded is not cold")
	}
	if got := w.Record(6*time.Second, 7, false, 4); got.InSlot {
		t.Error("a task in a new slot of a warm executor is cold")
	}
	var times Model
	times.By[ColdSlot] = Constant(4 * time.Second)
	var h SlotHistory
	h.Begin(4)
	first := times.FirstCost(First{InSlot: true}, &h, time.Second, 0)
	second := times.FirstCost(First{InSlot: true}, &h, 3*time.Second, 0)
	if first != 4*time.Second || second != 2*time.Second || h.warmAt != 5*time.Second {
		t.Errorf("the first task pays %s, one that starts 2s later %s; classes are loaded at %s", first, second, h.warmAt)
	}
}
