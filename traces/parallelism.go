package traces

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// ExecutorCores is the number of cores of one executor of an application's default
// profile; 0 if an executor takes all cores of a worker and none was recorded.
func ExecutorCores(a *Application) int {
	if len(a.Profiles) > 0 && a.Profiles[0].Cores > 0 {
		return a.Profiles[0].Cores
	}
	if a.Recorded != nil {
		for i := range a.Recorded.Executors {
			if x := &a.Recorded.Executors[i]; x.Cores > 0 {
				return x.Cores
			}
		}
	}
	return 0
}

// Slots is the number of tasks that an executor of a number of cores runs at a time, at
// least 1.
func (p *Profile) Slots(cores int) int {
	slots := cores / max(p.TaskCPUs, 1)
	if p.Limit > 0 {
		slots = min(slots, p.Limit)
	}
	return max(slots, 1)
}

// UsefulExecutors is the number of executors for which an application has tasks, which
// is the number that its largest stage fills; at least 1.
func UsefulExecutors(a *Application) int {
	slots := 1
	if len(a.Profiles) > 0 {
		slots = a.Profiles[0].Slots(ExecutorCores(a))
	}
	most := 1
	for _, j := range a.Jobs {
		largest := 0
		for _, s := range j.Stages {
			largest = max(largest, a.Stages[s].Size())
		}
		most = max(most, (largest+slots-1)/slots)
	}
	return most
}

// AverageParallelism is the number of cores that an application keeps busy on average
// while it has tasks, with unlimited executors that are there from the start
// ([IdealSchedule]). With that many processors, any work-conserving schedule has at
// least half of the largest possible speed-up and keeps the processors busy for at
// least half of the time (Eager, Zahorjan and Lazowska, Speedup versus efficiency in
// parallel systems, IEEE Transactions on Computers 38(3), 1989). It is 0 for an
// application without work.
func AverageParallelism(a *Application) float64 {
	stages, _ := IdealSchedule(a)
	stages = slices.DeleteFunc(stages, func(s StageSpan) bool { return !s.Computed })
	slices.SortFunc(stages, func(x, y StageSpan) int { return cmp.Compare(x.Ready, y.Ready) })
	var busy, until time.Duration
	for _, s := range stages {
		busy += max(0, s.End-max(s.Ready, until))
		until = max(until, s.End)
	}
	if busy == 0 {
		return 0
	}
	return math.Max(1, TotalWork(a).Seconds()/busy.Seconds())
}
