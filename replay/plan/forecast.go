package plan

import (
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// Forecast returns what the policy "hindsight" knows about an application in advance: its
// demand with enough executors from the start (traces.IdealSchedule). lead is the time
// from a request to an executor that takes tasks.
func Forecast(app *traces.Application, lead time.Duration) *policies.Forecast {
	stages, jobs := traces.IdealSchedule(app)
	f := &policies.Forecast{Lead: lead, Stages: make([]policies.Span, len(stages)), Jobs: jobs}
	for i := range jobs {
		jobs[i] += app.Submit
	}
	tasks := make([][]policies.Span, len(app.Profiles))
	for i, s := range stages {
		if !s.Computed {
			f.Stages[i] = policies.Span{From: -1, To: -1}
			continue
		}
		from := app.Submit + s.Ready
		f.Stages[i] = policies.Span{From: from, To: app.Submit + s.End}
		stage := &app.Stages[i]
		for _, t := range stage.All() {
			tasks[stage.Profile] = append(tasks[stage.Profile], policies.Span{From: from, To: from + t.Work()})
		}
	}
	for _, list := range tasks {
		f.Demand = append(f.Demand, policies.Levels(list))
	}
	return f
}
