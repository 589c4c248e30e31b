package replay

import (
	"time"

	"dynalloc/policies"
)

// blockLost marks a cached block that was computed and whose executor is gone. A task
// that reads it must compute it again.
const blockLost = policies.ExecutorID(-2)

// cache stores the blocks of persisted RDDs that a task has computed.
func (a *application) cache(id policies.ExecutorID, stage, task int32) {
	for i, first := range a.plan.Blocks[stage] {
		block := first + task
		if a.blocks[block] >= 0 {
			continue // it existed already and was only read
		}
		a.blocks[block] = id
		rdd := a.app.Stages[stage].Caches[i]
		a.observe(policies.Event{
			Kind: policies.BlockUpdated, Executor: id, RDD: rdd.ID, Partition: int(task), Shuffle: -1,
			Memory: rdd.Memory, Disk: rdd.Disk && !rdd.Memory, Inactive: a.executors[id].state != live,
		})
	}
}

// recompute is the additional time of a task because cached blocks that it reads are
// lost: the work of the tasks that computed them first.
func (a *application) recompute(stage, task int32) time.Duration {
	var extra time.Duration
	for _, first := range a.plan.Blocks[stage] {
		if a.blocks[first+task] == blockLost {
			extra += milliseconds(a.plan.ComputeCost[first+task])
		}
	}
	return extra
}

// unpersist drops a cached RDD everywhere.
func (a *application) unpersist(index int32) {
	rdd := a.app.Unpersists[index].RDD
	for s := range a.app.Stages {
		for i, c := range a.app.Stages[s].Caches {
			if c.ID != rdd {
				continue
			}
			first := a.plan.Blocks[s][i]
			for task := range a.app.Stages[s].Size() {
				a.blocks[first+int32(task)] = nowhere
			}
		}
	}
	a.observe(policies.Event{Kind: policies.UnpersistRDD, RDD: rdd})
}
