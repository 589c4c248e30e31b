package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/latency"
)

// A slotHistory records which kinds of tasks an executor's slots have run. The first
// tasks of an executor load its classes and fetch its files: the first one, and those in
// other slots that start before that is done. The first task of a slot that reads shuffle
// data loads more, and the first of each stage fetches the stage's code. Each of these adds
// time once.
type slotHistory struct {
	cold   int32         // slots that have not had a task
	warmAt time.Duration // when the first task has loaded the classes; policies.Never: it has not started
	unread int32         // slots that have not read shuffle data
	stages []stageSlots
}

// stageSlots is how many slots have had a task of a stage, up to all of them.
type stageSlots struct{ stage, slots int32 }

// rememberedStages is the number of stages that a slotHistory remembers. A stage that
// returns after so many others has first tasks again.
const rememberedStages = 16

// A firstKind is the set of respects in which a task is a first one.
type firstKind struct{ inSlot, read, ofStage bool }

// newSlotHistory is that of an executor that has not had a task.
func newSlotHistory(slots int32) slotHistory {
	return slotHistory{cold: slots, unread: slots, warmAt: policies.Never}
}

// record adds a task of a stage and says in which respects it is a first one.
func (h *slotHistory) record(now time.Duration, stage int32, reads bool, slots int32) firstKind {
	var f firstKind
	if h.cold > 0 && now < h.warmAt {
		h.cold--
		f.inSlot = true
	}
	if reads && h.unread > 0 {
		h.unread--
		f.read = true
	}
	for i := len(h.stages) - 1; i >= 0; i-- {
		if s := &h.stages[i]; s.stage == stage {
			f.ofStage = s.slots < slots
			s.slots = min(s.slots+1, slots)
			return f
		}
	}
	if len(h.stages) == rememberedStages {
		copy(h.stages, h.stages[1:])
		h.stages = h.stages[:rememberedStages-1]
	}
	h.stages = append(h.stages, stageSlots{stage, 1})
	f.ofStage = true
	return f
}

// A firstTask is a first task that starts in this instant.
type firstTask struct {
	executor policies.ExecutorID
	task     runningTask
	firstKind
}

// scheduleEnd schedules the end of a task.
func (a *application) scheduleEnd(x *executor, t runningTask) {
	a.engine.push(agenda.Event{At: t.end, App: a.index, Arg: int32(x.id), Set: t.set, Task: t.task}, taskIsDone)
}

// startFirstTasks adds the overhead of first tasks to those that start in this instant.
// It runs at the end of the instant, because the overhead depends on how many start on
// the same node.
func (a *application) startFirstTasks() {
	for _, f := range a.firstTasks {
		x := &a.executors[f.executor]
		at := 0
		for x.tasks[at] != f.task {
			at++
		}
		t := &x.tasks[at]
		n := &a.engine.hosts[x.node]
		others := n.firstTasks - 1
		if f.inSlot {
			others = n.startingAt(a.engine.now) - 1
		}
		t.end += a.firstCost(&f, &x.history, others)
		a.scheduleEnd(x, *t)
	}
	for _, f := range a.firstTasks {
		a.engine.hosts[a.executors[f.executor].node].firstTasks = 0
	}
	a.firstTasks = a.firstTasks[:0]
}

// firstCost is the overhead of a first task that starts beside others on its node. A task
// that starts while the executor's first one loads classes waits for the rest. The overhead
// of the stage's code is not added to the other two, because these are larger
// and contain it.
func (a *application) firstCost(f *firstTask, h *slotHistory, others int) time.Duration {
	var cost time.Duration
	pay := func(c latency.Cause) { cost += a.times.By[c].Typical(others) }
	if f.inSlot {
		launched := a.engine.now + a.times.By[latency.Overhead].Typical(0)
		h.warmAt = min(h.warmAt, launched+a.times.By[latency.ColdSlot].Typical(others))
		cost += max(h.warmAt-launched, 0)
		pay(latency.ColdSlotRun)
	}
	if f.read {
		pay(latency.FirstRead)
		pay(latency.FirstReadRun)
	}
	if f.ofStage && !f.inSlot && !f.read {
		pay(latency.FirstOfStage)
	}
	return cost
}

// removalLag is the time from a kill until the driver sees that the executor is
// gone.
func (a *application) removalLag(id policies.ExecutorID) time.Duration {
	if a.removalDelayed {
		return a.draw(latency.RemovalLag, id, 0)
	}
	return a.engine.config.Cluster.Traits().RemovalLag
}
