package replay

import "cmp"

// A taskSet is the tasks of one stage attempt, handed to the scheduler. With
// no locality, tasks launch in increasing index.
type taskSet struct {
	stage   int32 // index into Application.Stages, and of the set in application.sets
	job     int32 // index of the job for which it was submitted
	jobID   int   // Spark's ids, for the order between sets
	stageID int
	profile int32
	pool    *pool
	tasks   int32
	next    int32 // first index not yet started
	running int32
	done    int32
}

func (t *taskSet) pending() int32 { return t.tasks - t.next }

// compareFIFO is the order of Spark's FIFO scheduling: lower job id first, then
// lower stage id (FIFOSchedulingAlgorithm).
func compareFIFO(a, b *taskSet) int {
	if c := cmp.Compare(a.jobID, b.jobID); c != 0 {
		return c
	}
	return cmp.Compare(a.stageID, b.stageID)
}

// A pool shares an application's slots between jobs under spark.scheduler.mode
// FAIR. Without an allocation file, which a log does not carry, each pool has
// weight 1 and minimum share 0.
type pool struct {
	name    string
	fair    bool // sets inside it share fairly too
	running int32
}

// defaultPool is where jobs without spark.scheduler.pool go; under FAIR without
// an allocation file it is itself FAIR, while named pools are FIFO inside.
const defaultPool = "default"

// compareFair is the order of Spark's FAIR scheduling (FairSchedulingAlgorithm)
// for equal weights and no minimum shares: between pools the one with fewer
// running tasks, ties by name; inside a pool as the pool says.
func compareFair(a, b *taskSet) int {
	if a.pool != b.pool {
		if c := cmp.Compare(a.pool.running, b.pool.running); c != 0 {
			return c
		}
		return cmp.Compare(a.pool.name, b.pool.name)
	}
	if !a.pool.fair {
		return compareFIFO(a, b)
	}
	if c := cmp.Compare(a.running, b.running); c != 0 {
		return c
	}
	return compareFIFO(a, b)
}
