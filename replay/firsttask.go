package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
)

// A slotHistory is what an executor's slots have run. The first tasks of a slot
// load classes, the first that read shuffle data load more of them, and the first
// of each stage fetch the stage's code: each of these costs time once.
type slotHistory struct {
	cold   int32 // slots that have not had a task
	unread int32 // slots that have not read shuffle data
	stages []stageSlots
}

// stageSlots is how many slots have had a task of a stage, up to all of them.
type stageSlots struct{ stage, slots int32 }

// rememberedStages is how many stages an executor keeps apart. The first tasks of
// one that comes back after so many others pay again.
const rememberedStages = 16

// A firstKind says in which respects a task is a first one.
type firstKind struct{ inSlot, read, ofStage bool }

// record adds a task of a stage and says in which respects it is a first one.
func (h *slotHistory) record(stage int32, reads bool, slots int32) firstKind {
	var f firstKind
	if h.cold > 0 {
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
	a.engine.queue.push(scheduled{at: t.end, app: a.index, arg: int32(x.id), set: t.set, task: t.task}, taskIsDone)
}

// startFirstTasks adds to the first tasks of this instant what being first costs
// them. It depends on how many there are on their node, which is known only now.
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
		t.end += a.firstCost(&f, others)
		a.scheduleEnd(x, *t)
	}
	for _, f := range a.firstTasks {
		a.engine.hosts[a.executors[f.executor].node].firstTasks = 0
	}
	a.firstTasks = a.firstTasks[:0]
}

// firstCost is what a task pays for being a first one beside others. The cost of
// the stage's code is part of the other two, which are larger.
func (a *application) firstCost(f *firstTask, others int) time.Duration {
	var cost time.Duration
	pay := func(c latency.Cause) { cost += a.engine.config.Times.By[c].Typical(others) }
	if f.inSlot {
		pay(latency.ColdSlot)
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
		return a.engine.draw(latency.RemovalLag, a.index, id, 0)
	}
	return a.engine.config.Cluster.Traits().RemovalLag
}
