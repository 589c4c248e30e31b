package plan

import (
	"slices"

	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A Plan is the data of an application's work that a run needs, prepared once.
// Applications that are copies of one another share it.
type Plan struct {
	Offset       []int32               // per stage, where its tasks begin in work
	Work         []int32               // milliseconds of each task on a warm executor, without overhead
	Places       [][]Place             // per stage, of each task; nil: the tasks do not differ in it, and none prefers a place
	Choosy       bool                  // tasks of some stage may have preferences
	Reads        []bool                // per stage, whether it reads shuffle data
	Graph        [][]int32             // per job, its stages, parents before children
	Readers      [][]int32             // per stage, the stages that read its output, in ascending order, once for each of their Parents
	Followers    [][]Follower          // per job + 1: what its end (0: the application's start) sets off
	MapStages    [][]policies.MapStage // per job, the stages that write a shuffle
	ResultStages [][]int32             // per job, the stages of its graph that no other one reads
	Barriers     [][]int32             // per job, its barrier stages, in the order in which Spark creates them
	HasBarriers  bool                  // some stage is one
	Survives     bool                  // the recorded driver submitted a job after one that had failed
	Cached       int                   // blocks that persisted RDDs can have
	ComputeCost  []int32               // per block, milliseconds of the task that computes it first
	Blocks       [][]int32             // per stage and cached RDD, where its blocks begin
}

// An Action is something that a driver does.
type Action uint8

// The actions of a driver.
const (
	JobSubmitted   Action = iota // of Application.Jobs
	RDDUnpersisted               // of Application.Unpersists
)

// A Follower is an action of the driver that waits for a job's end.
type Follower struct {
	Action Action
	Index  int32 // into the list that Action names
	Cue    traces.Cue
}

// New prepares the work of an application; model says what tasks take on a warm executor.
// Without a model they take the time for which they held their recorded slots.
func New(a *traces.Application, model *latency.Model) *Plan {
	p := &Plan{
		Offset:       make([]int32, len(a.Stages)+1),
		Places:       make([][]Place, len(a.Stages)),
		Reads:        make([]bool, len(a.Stages)),
		Blocks:       make([][]int32, len(a.Stages)),
		Graph:        make([][]int32, len(a.Jobs)),
		Readers:      readers(a),
		ResultStages: make([][]int32, len(a.Jobs)),
		MapStages:    make([][]policies.MapStage, len(a.Jobs)),
		Barriers:     make([][]int32, len(a.Jobs)),
		Followers:    make([][]Follower, len(a.Jobs)+1),
	}
	warm := latency.WarmDeserialize(a)
	first := p.numberBlocks(a)
	tasks := 0
	for i := range a.Stages {
		tasks += a.Stages[i].Size()
	}
	p.Work = make([]int32, 0, tasks)
	for i := range a.Stages {
		s := &a.Stages[i]
		p.Offset[i] = int32(len(p.Work))
		var seen places
		for _, t := range s.All() {
			work := t.Run + t.Deserialize + t.Result + t.Scheduler + t.GettingResult
			if model != nil {
				work = model.Work(t, warm[i])
			}
			p.Work = append(p.Work, max(work, t.OriginalRun))
			seen.add(placeOf(t))
		}
		p.Reads[i] = seen.reading > 0
		if seen.matter() {
			p.Choosy = true
			p.Places[i] = make([]Place, 0, s.Size())
			for _, t := range s.All() {
				p.Places[i] = append(p.Places[i], placeOf(t))
			}
		}
		for _, rdd := range s.Caches {
			p.Blocks[i] = append(p.Blocks[i], first[rdd.ID])
		}
	}
	p.Offset[len(a.Stages)] = int32(len(p.Work))
	p.computeBlocks(a)
	follow := func(c traces.Cue, t Action, index int) {
		p.Followers[c.After+1] = append(p.Followers[c.After+1], Follower{t, int32(index), c})
	}
	readIn := slices.Repeat([]int{-1}, len(a.Stages)) // the last job in which another stage reads the stage
	for i := range a.Jobs {
		j := &a.Jobs[i]
		follow(j.Cue, JobSubmitted, i)
		after := a.Jobs[:i] // the jobs whose end it may have come after
		if j.Cue.Kind() != traces.OpenLoop {
			after = a.Jobs[max(j.Cue.After, 0) : j.Cue.After+1]
		}
		p.Survives = p.Survives || slices.ContainsFunc(after, func(j traces.Job) bool { return j.Failed })
		for _, s := range j.Stages {
			p.Graph[i] = append(p.Graph[i], int32(s))
			for _, parent := range a.Stages[s].Parents {
				readIn[parent] = i
			}
			if a.Stages[s].Map {
				p.MapStages[i] = append(p.MapStages[i], policies.MapStage{Stage: int32(s), Shuffle: int32(s)})
			}
		}
		for _, s := range p.Graph[i] {
			if readIn[s] != i {
				p.ResultStages[i] = append(p.ResultStages[i], s)
			}
		}
		for _, s := range slices.Backward(p.Graph[i]) {
			if a.Stages[s].Barrier {
				p.HasBarriers = true
				p.Barriers[i] = append(p.Barriers[i], s)
			}
		}
	}
	for i, u := range a.Unpersists {
		follow(u.Cue, RDDUnpersisted, i)
	}
	return p
}

// readers lists for each stage those that read it.
func readers(a *traces.Application) [][]int32 {
	ends := make([]int32, len(a.Stages)+1) // where the list of each stage ends, in one list of all
	for i := range a.Stages {
		for _, parent := range a.Stages[i].Parents {
			ends[parent+1]++
		}
	}
	for i := range a.Stages {
		ends[i+1] += ends[i]
	}
	all, lists := make([]int32, ends[len(a.Stages)]), make([][]int32, len(a.Stages))
	for i := range a.Stages {
		lists[i] = all[ends[i]:ends[i]:ends[i+1]]
	}
	for i := range a.Stages {
		for _, parent := range a.Stages[i].Parents {
			lists[parent] = append(lists[parent], int32(i))
		}
	}
	return lists
}

// computeBlocks determines the time to compute each cached block: the work of the first
// task that stands for it. That cost is subtracted from a later task that had to
// compute the block again when it was recorded.
func (p *Plan) computeBlocks(a *traces.Application) {
	p.ComputeCost = slices.Repeat([]int32{-1}, p.Cached)
	for i := range a.Stages {
		for _, first := range p.Blocks[i] {
			for j, t := range a.Stages[i].All() {
				block, work := first+int32(j), &p.Work[p.Offset[i]+int32(j)]
				if p.ComputeCost[block] < 0 {
					p.ComputeCost[block] = *work
				} else if t.Recomputed {
					*work = max(*work-p.ComputeCost[block], 0)
				}
			}
		}
	}
}

// numberBlocks gives a number to every block of every persisted RDD and returns the
// first one of each RDD. A task of a stage stands for the block of its index.
func (p *Plan) numberBlocks(a *traces.Application) map[int]int32 {
	size := map[int]int{} // only looked up, never ranged over
	for i := range a.Stages {
		for _, rdd := range a.Stages[i].Caches {
			size[rdd.ID] = max(size[rdd.ID], a.Stages[i].Size())
		}
	}
	first := map[int]int32{}
	for i := range a.Stages {
		for _, rdd := range a.Stages[i].Caches {
			if _, known := first[rdd.ID]; !known {
				first[rdd.ID] = int32(p.Cached)
				p.Cached += size[rdd.ID]
			}
		}
	}
	return first
}
