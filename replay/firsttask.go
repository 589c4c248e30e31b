package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// A slotHistory is what an executor's slots have been through. The first tasks of a
// slot load classes, the first that read shuffle data more of them, and the
// first of each stage fetch the stage's code.
type slotHistory struct {
	cold   int32 // slots that have not had a task
	unread int32 // slots that have not read shuffle data
	stages []stageSlots
}

// stageSlots are the slots that have had a task of a stage, up to all of them.
type stageSlots struct{ stage, slots int32 }

// rememberedStages is how many stages an executor keeps apart; who comes back to one
// before them pays again.
const rememberedStages = 16

// A firstKind says in what respects a task is a first one.
type firstKind struct{ inSlot, read, ofStage bool }

// record notes a task of a stage and says in what it is a first one.
func (w *slotHistory) record(stage int32, reads bool, slots int32) firstKind {
	var f firstKind
	if w.cold > 0 {
		w.cold--
		f.inSlot = true
	}
	if reads && w.unread > 0 {
		w.unread--
		f.read = true
	}
	for i := len(w.stages) - 1; i >= 0; i-- {
		if s := &w.stages[i]; s.stage == stage {
			f.ofStage = s.slots < slots
			s.slots = min(s.slots+1, slots)
			return f
		}
	}
	if len(w.stages) == rememberedStages {
		copy(w.stages, w.stages[1:])
		w.stages = w.stages[:rememberedStages-1]
	}
	w.stages = append(w.stages, stageSlots{stage, 1})
	f.ofStage = true
	return f
}

// A firstTask is a first task that starts in this instant.
type firstTask struct {
	executor policies.ExecutorID
	task     runningTask
	firstKind
}

// schedule puts the end of a task into the queue.
func (a *application) schedule(x *executor, t runningTask) {
	a.engine.queue.push(scheduled{at: t.end, app: a.index, a: int32(x.id), b: t.set, c: t.task}, taskEnds, taskIsDone)
}

// startFirstTasks gives the first tasks of this instant what they cost, now that
// it is known how many of them a node has.
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
		a.schedule(x, *t)
	}
	for _, f := range a.firstTasks {
		a.engine.hosts[a.executors[f.executor].node].firstTasks = 0
	}
	a.firstTasks = a.firstTasks[:0]
}

// firstCost is what a task pays for being a first one beside others.
func (a *application) firstCost(f *firstTask, others int) time.Duration {
	var cost time.Duration
	pay := func(c Cause) { cost += a.engine.config.Times.By[c].Typical(others) }
	if f.inSlot {
		pay(ColdSlot)
		pay(ColdSlotRun)
	}
	if f.read {
		pay(FirstRead)
		pay(FirstReadRun)
	}
	if f.ofStage && !f.inSlot && !f.read {
		pay(FirstOfStage)
	}
	return cost
}

// work is what a recorded task takes on a warm executor, in milliseconds: what
// it paid for being a first one is taken off, as far as that is known.
func (t *Times) work(task *traces.Task, warmDeserialize int32) int32 {
	run, deserialize := task.Run, task.Deserialize
	if task.Cold || task.First {
		deserialize = min(deserialize, warmDeserialize)
	}
	paid := time.Duration(0)
	if task.Cold {
		paid += t.By[ColdSlotRun].Typical(int(task.Contenders))
	}
	if task.FirstRead {
		paid += t.By[FirstReadRun].Typical(int(task.Contenders))
	}
	if !task.Cold && !task.First && !task.FirstRead {
		paid += t.By[OverheadRun].Typical(int(task.Contenders))
	}
	run -= min(run, int32(paid.Milliseconds()))
	return run + deserialize + task.Result
}

// removalLag is the time from a kill until the driver sees the executor gone.
func (a *application) removalLag(id policies.ExecutorID) time.Duration {
	if a.removalDelayed {
		return a.engine.draw(RemovalLag, a.index, id, 0)
	}
	return a.engine.config.Cluster.Traits().RemovalLag
}
