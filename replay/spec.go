package replay

import (
	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/replay/settings"
	"dynalloc/traces"
)

// What an application's settings are in a replay.
var (
	SpecFor       = settings.SpecFor
	RemoteShuffle = settings.RemoteShuffle
)

// A profile is a resource profile at run time: how large an executor is, how
// many tasks it runs, and how many are wanted and held.
type profile struct {
	cores    int32 // of one executor; 0: all that a worker can give
	memoryMB int64 // of one executor, overhead included
	heapMB   int64 // of that, its heap
	taskCPUs int32
	limit    int32                 // most tasks that custom resources allow; 0: no limit
	asked    int                   // executors wanted in all
	requests latency.Requests      // for those that have not come
	granted  int                   // executors held
	free     []policies.ExecutorID // those that take tasks and have a free slot, in no order
	offered  []policies.ExecutorID // in an offer of all: those drawn from free that still have one, in order
}

// profileOf is a resource profile under a spec, which may set the size of an
// executor of the default profile.
func (a *application) profileOf(p traces.Profile, spec policies.Spec) profile {
	cores, heap, overhead := p.Cores, p.MemoryMB, p.OverheadMB
	if p.ID == 0 && spec.Cores > 0 {
		cores = spec.Cores
	}
	if p.ID == 0 && spec.MemoryMB > 0 && spec.MemoryMB != heap { // else the log's own overhead stands
		heap, overhead = spec.MemoryMB, a.app.Properties.RuledOverheadMB(a.version, spec.MemoryMB)
	}
	return profile{cores: int32(cores), memoryMB: heap + overhead, heapMB: heap, taskCPUs: int32(max(p.TaskCPUs, 1)), limit: int32(p.Limit)}
}

// slots is how many tasks an executor with so many cores runs at one time.
func (p *profile) slots(cores int32) int32 {
	n := cores / p.taskCPUs
	if p.limit > 0 {
		n = min(n, p.limit)
	}
	return max(n, 1)
}

// assumedSlots is how many tasks the driver counts on for each executor. Where
// executor cores are unset that is one, although a standalone worker may give it
// more (SPARK-30299).
func (p *profile) assumedSlots() int {
	if p.cores == 0 {
		return 1
	}
	return int(p.slots(p.cores))
}
