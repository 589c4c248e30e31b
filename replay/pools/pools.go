package pools

import "cmp"

// A Place is what decides when a task set gets slots.
type Place struct {
	Number         int32 // of the set, in the order of submission
	JobID, StageID int   // Spark's ids
	Pool           *Pool
	Running        int32 // tasks of the set that run
}

// A Pool shares an application's slots between jobs under spark.scheduler.mode
// FAIR. Without an allocation file, which a log does not carry, each pool has
// weight 1 and minimum share 0.
type Pool struct {
	name    string
	fair    bool // sets inside it share fairly, too
	running int32
}

// Pools are the pools of an application.
type Pools struct {
	Fair bool // spark.scheduler.mode is FAIR
	list []*Pool
}

// Clear forgets all pools, whose memory serves those to come.
func (p *Pools) Clear() { p.list = p.list[:0] }

// defaultPool is where jobs without spark.scheduler.pool go; under FAIR without
// an allocation file it is itself FAIR, while named pools are FIFO inside.
const defaultPool = "default"

// Named returns the pool of that name. Unknown names make new ones, as Spark does without
// an allocation file.
func (p *Pools) Named(name string) *Pool {
	name = cmp.Or(name, defaultPool)
	for _, known := range p.list {
		if known.name == name {
			return known
		}
	}
	if n := len(p.list); n < cap(p.list) && p.list[:n+1][n] != nil {
		p.list = p.list[:n+1]
	} else {
		p.list = append(p.list, new(Pool))
	}
	made := p.list[len(p.list)-1]
	*made = Pool{name: name, fair: p.Fair && name == defaultPool}
	return made
}

// TaskStarts counts a task of the set that starts.
func (p *Place) TaskStarts() {
	p.Running++
	p.Pool.running++
}

// TaskEnds counts a task of the set that ends.
func (p *Place) TaskEnds() {
	p.Running--
	p.Pool.running--
}

// FIFO is the order of Spark's FIFO scheduling: lower job id first, then lower stage id
// (FIFOSchedulingAlgorithm).
func FIFO(x, y *Place) int {
	return cmp.Or(cmp.Compare(x.JobID, y.JobID), cmp.Compare(x.StageID, y.StageID), cmp.Compare(x.Number, y.Number))
}

// Fair is the order of Spark's FAIR scheduling (FairSchedulingAlgorithm) for equal weights
// and no minimum shares: between pools, the one with fewer running tasks is first, ties by
// name; inside a pool, the pool's own order holds.
func Fair(x, y *Place) int {
	if x.Pool != y.Pool {
		return cmp.Or(cmp.Compare(x.Pool.running, y.Pool.running), cmp.Compare(x.Pool.name, y.Pool.name))
	}
	if !x.Pool.fair {
		return FIFO(x, y)
	}
	return cmp.Or(cmp.Compare(x.Running, y.Running), FIFO(x, y))
}
