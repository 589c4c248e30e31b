package eventlog

import (
	"cmp"
	"slices"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// local reports whether the driver did all work itself.
func (a *assembler) local() bool {
	for _, x := range a.executors {
		if !isDriver(x.id) {
			return false
		}
	}
	return len(a.executors) > 0 || spark.Master(a.properties["spark.master"]).Local()
}

// localCores is the number of cores of a driver in local mode: what its own
// ExecutorAdded says (since Spark 2.0), else what the master URL says, else as many as
// its tasks took at one time.
func (a *assembler) localCores() int {
	cores := 0
	for _, x := range a.executors {
		cores = max(cores, x.cores)
	}
	return cmp.Or(cores, spark.Master(a.properties["spark.master"]).LocalCores(), a.parallelTasks()*a.taskCPUs)
}

// ownExecutor is a driver in local mode as an executor: it is there as soon as the
// driver is set up, and until the end.
func (a *assembler) ownExecutor(app *traces.Application, x *executorLog) traces.RecordedExecutor {
	return traces.RecordedExecutor{
		ID: x.id, Host: cmp.Or(x.host, a.driverHost), Cores: app.LocalCores, Requested: -1, Added: app.Setup,
		FirstTask: a.optional(x.firstTask), LastTask: a.optional(x.lastTask), Removed: -1,
	}
}

// parallelTasks is how many tasks ran at one time, at least 1: the median over the time
// in which tasks of a stage ended and others were still to be launched, because all
// slots were in use then; or the most, if no task ever waited. The most is too many
// where tasks waited: the driver launches the next task in a slot some milliseconds
// before it has noted the end of the one before.
func (a *assembler) parallelTasks() int {
	type change struct {
		at             int64 // ms since 1970
		tasks, waiting int
	}
	var changes []change
	for _, s := range a.stages { // in any order: changes are sorted
		end, firstEnd := int64(0), int64(0)
		for i := range s.runs {
			r := &s.runs[i]
			end = r.launch + int64(r.Run) + int64(r.Deserialize) + int64(r.Result) + int64(r.Scheduler) + int64(r.GettingResult)
			changes = append(changes, change{r.launch, 1, 0}, change{end, -1, 0})
			if firstEnd == 0 || end < firstEnd {
				firstEnd = end
			}
		}
		if firstEnd < s.lastLaunch {
			changes = append(changes, change{firstEnd, 0, 1}, change{s.lastLaunch, 0, -1})
		}
	}
	slices.SortFunc(changes, func(x, y change) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.tasks, y.tasks)) })
	most, now, waiting, total := 1, 0, 0, int64(0)
	var levels []int64 // the time in which so many tasks ran while others waited
	for i, c := range changes {
		now, waiting = now+c.tasks, waiting+c.waiting
		most = max(most, now)
		if waiting > 0 && i+1 < len(changes) {
			for len(levels) <= now {
				levels = append(levels, 0)
			}
			levels[now] += changes[i+1].at - c.at
			total += changes[i+1].at - c.at
		}
	}
	if total == 0 {
		return most
	}
	half := int64(0)
	for level, took := range levels {
		if half += took; 2*half >= total {
			return max(level, 1)
		}
	}
	return most
}
