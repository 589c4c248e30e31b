package eventlog

import (
	"cmp"

	"dynalloc/internal/spark"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/slots"
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
	var levels slots.Levels
	for _, s := range a.stages.All() {
		firstEnd := int64(0)
		s.runs.each(func(r *taskRun) {
			end := r.launch + int64(r.Run) + int64(r.Deserialize) + int64(r.Result) + int64(r.Scheduler) + int64(r.GettingResult)
			levels.Ran(r.launch, end)
			if firstEnd == 0 || end < firstEnd {
				firstEnd = end
			}
		})
		levels.Waited(firstEnd, s.lastLaunch)
	}
	_, usual := levels.Count()
	return usual
}
