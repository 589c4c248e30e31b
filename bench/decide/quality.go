package decide

import (
	"fmt"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/traces"
)

// logQuality describes how reliable the logs of a class are.
type logQuality struct {
	model           validate.ModelError
	insufficiencies []note.Note // reasons to give no advice
	notes           []note.Note
}

// maxIncomplete is the share of a class's logs that are incomplete above which they are
// insufficient.
const maxIncomplete = 0.20

var (
	tasksCompute    = note.Declare("tasks-compute", "percent")
	logsIncomplete  = note.Declare("logs-incomplete", "count", "runs", "grades")
	someIncomplete  = note.Declare("some-logs-incomplete", "count", "runs", "grades")
	logsWithoutTask = note.Declare("logs-without-tasks")
	runsNotRecorded = note.Declare("runs-not-recorded")
	replayError     = note.Declare("replay-error", "median", "worst", "executors", "wider")
)

// assess checks the logs of a class: their grades, and whether the replay with the
// recorded settings reproduces what was recorded. self has the error of each application
// of the workload.
func (c *class) assess(w *traces.Workload, self []selfreplay.Error) {
	q := &c.logQuality
	byGrade := map[traces.Grade]int{} // only looked up, never ranged over
	incomplete, tasks := 0, 0
	for _, at := range c.apps {
		app := w.Apps[at]
		if app.Log.Grade > traces.Disturbed {
			byGrade[app.Log.Grade]++
			incomplete++
		}
		tasks += app.Log.Tasks
	}
	if incomplete > 0 {
		var grades []string
		for g := traces.Cut; g <= traces.Unreadable; g++ {
			if n := byGrade[g]; n > 0 {
				grades = append(grades, fmt.Sprintf("%d %s", n, g))
			}
		}
		text := strings.Join(grades, ", ")
		if float64(incomplete) > maxIncomplete*float64(len(c.apps)) {
			q.insufficiencies = append(q.insufficiencies, logsIncomplete.With(incomplete, len(c.apps), text))
		} else {
			q.notes = append(q.notes, someIncomplete.With(incomplete, len(c.apps), text))
		}
	}
	if tasks == 0 && bench.TasksOf(&traces.Workload{Apps: c.runs(w)}) == 0 { // a workload that people wrote has no log
		q.insufficiencies = append(q.insufficiencies, logsWithoutTask.With())
	}
	q.checkReplay(c.runs(w), c.apps, self)
}

// checkReplay sets the model's error for the class, and states how well replays of its own
// logs reproduce them.
func (q *logQuality) checkReplay(runs []*traces.Application, apps []int, self []selfreplay.Error) {
	var errors []selfreplay.Error
	for _, at := range apps {
		errors = append(errors, self[at])
	}
	q.model = validate.ErrorOf(runs, errors)
	if validate.Computes(&traces.Workload{Apps: runs}) {
		q.notes = append(q.notes, tasksCompute.With(100*validate.HalfWidth(q.model.Time)))
	}
	of := bench.ClassErrors(runs, errors)
	if len(of) == 0 {
		q.notes = append(q.notes, runsNotRecorded.With())
		return
	}
	q.notes = append(q.notes, replayError.With(100*of[0].Median, 100*of[0].Largest, 100*of[0].Executors, 100*validate.HalfWidth(q.model.Time)))
}
