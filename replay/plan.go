package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A plan is the data of an application's work that a run needs, prepared once.
// Applications that are copies of one another share it.
type plan struct {
	offset       []int32               // per stage, where its tasks begin in work
	work         []int32               // milliseconds of each task on a warm executor, without overhead
	reads        []bool                // per stage, whether it reads shuffle data
	graph        [][]int32             // per job, its stages, parents before children
	followers    [][]follower          // per job + 1: what its end (0: the application's start) sets off
	mapStages    [][]policies.MapStage // per job, the stages that write a shuffle
	resultStages [][]int32             // per job, the stages of its graph that no other one reads
	cached       int                   // blocks that persisted RDDs can have
	computeCost  []int32               // per block, milliseconds of the task that computes it first
	blocks       [][]int32             // per stage and cached RDD, where its blocks begin
}

// A follower is an action of the driver some time after a job's end.
type follower struct {
	event eventType
	index int32
	gap   time.Duration
}

func newPlan(a *traces.Application, model *latency.Model) *plan {
	p := &plan{
		offset:       make([]int32, len(a.Stages)+1),
		reads:        make([]bool, len(a.Stages)),
		blocks:       make([][]int32, len(a.Stages)),
		graph:        make([][]int32, len(a.Jobs)),
		resultStages: make([][]int32, len(a.Jobs)),
		mapStages:    make([][]policies.MapStage, len(a.Jobs)),
		followers:    make([][]follower, len(a.Jobs)+1),
	}
	warm := latency.WarmDeserialize(a)
	first := p.numberBlocks(a)
	for i := range a.Stages {
		s := &a.Stages[i]
		p.offset[i] = int32(len(p.work))
		for j := range s.Tasks {
			t := &s.Tasks[j]
			p.work = append(p.work, max(model.Work(t, warm[i]), t.OriginalRun))
			p.reads[i] = p.reads[i] || t.Read > 0
		}
		for _, rdd := range s.Caches {
			p.blocks[i] = append(p.blocks[i], first[rdd.ID])
		}
	}
	p.offset[len(a.Stages)] = int32(len(p.work))
	p.computeBlocks(a)
	follow := func(c traces.Cue, t eventType, index int) {
		p.followers[c.After+1] = append(p.followers[c.After+1], follower{t, int32(index), c.Gap})
	}
	readIn := slices.Repeat([]int{-1}, len(a.Stages)) // the last job in which another stage reads the stage
	for i := range a.Jobs {
		j := &a.Jobs[i]
		follow(j.Cue, jobIsSubmitted, i)
		for _, s := range j.Stages {
			p.graph[i] = append(p.graph[i], int32(s))
			for _, parent := range a.Stages[s].Parents {
				readIn[parent] = i
			}
			if a.Stages[s].Map {
				p.mapStages[i] = append(p.mapStages[i], policies.MapStage{Stage: int32(s), Shuffle: int32(s)})
			}
		}
		for _, s := range p.graph[i] {
			if readIn[s] != i {
				p.resultStages[i] = append(p.resultStages[i], s)
			}
		}
	}
	for i, u := range a.Unpersists {
		follow(u.Cue, rddIsUnpersisted, i)
	}
	return p
}

// computeBlocks determines the time to compute each cached block: the work of the first
// task that stands for it. That cost is subtracted from a later task that had to
// compute the block again when it was recorded.
func (p *plan) computeBlocks(a *traces.Application) {
	p.computeCost = slices.Repeat([]int32{-1}, p.cached)
	for i := range a.Stages {
		for _, first := range p.blocks[i] {
			for j := range a.Stages[i].Tasks {
				block, work := first+int32(j), &p.work[p.offset[i]+int32(j)]
				if p.computeCost[block] < 0 {
					p.computeCost[block] = *work
				} else if a.Stages[i].Tasks[j].Recomputed {
					*work = max(*work-p.computeCost[block], 0)
				}
			}
		}
	}
}

// numberBlocks gives a number to every block of every persisted RDD and returns the
// first one of each RDD. A task of a stage stands for the block of its index.
func (p *plan) numberBlocks(a *traces.Application) map[int]int32 {
	size := map[int]int{} // only looked up, never ranged over
	for i := range a.Stages {
		for _, rdd := range a.Stages[i].Caches {
			size[rdd.ID] = max(size[rdd.ID], len(a.Stages[i].Tasks))
		}
	}
	first := map[int]int32{}
	for i := range a.Stages {
		for _, rdd := range a.Stages[i].Caches {
			if _, known := first[rdd.ID]; !known {
				first[rdd.ID] = int32(p.cached)
				p.cached += size[rdd.ID]
			}
		}
	}
	return first
}

func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }
