package eventlog

import (
	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// Apache Spark checks the barrier stages of a job before the job begins, and posts nothing
// of one that it refuses. Logs in which such a job fails, without a task of the stage, are
// of builds that post its start.

// unrunBarrier returns how many tasks the largest barrier stage of a job has that never
// ran, if the job did not succeed: else another job has its output.
func (a *assembler) unrunBarrier(j *jobLog) (tasks int) {
	if j.end > 0 && !j.failed {
		return 0
	}
	for _, id := range j.stages {
		s := a.stages.Get(id)
		if s.barrier && s.at() < 0 {
			tasks = max(tasks, s.total)
		}
	}
	return tasks
}

// noteBarriers says what was refused, and whether barrier stages ran that Apache Spark
// refuses.
func (a *assembler) noteBarriers(app *traces.Application) {
	for i := range app.Jobs {
		j := &app.Jobs[i]
		if j.BarrierSlots == 0 {
			continue
		}
		if why := spark.BarrierRefusal(a.jobs[i].why); why != "" {
			a.note(traces.Complete, barrierRefused.With(j.ID, j.BarrierSlots, why))
		} else {
			a.note(traces.Complete, barrierUnrun.With(j.ID, j.BarrierSlots))
		}
	}
	for i := range app.Stages {
		app.DynamicBarriers = app.DynamicBarriers || app.Stages[i].Barrier && a.properties.DynamicAllocation() && !a.local()
	}
	if app.DynamicBarriers {
		a.note(traces.Complete, barrierRan.With())
	}
}
