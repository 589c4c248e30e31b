package decide

import (
	"fmt"
	"math"
	"strings"

	"dynalloc/bench/stats"
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

// Above these limits logs are insufficient: the median error of the replay with
// the recorded settings, as a share of the recorded time, and the share of the
// class's logs that are incomplete.
const (
	maxReplayError = 0.20
	maxIncomplete  = 0.20
)

var (
	tasksCompute    = note.Declare("tasks-compute", "percent")
	logsIncomplete  = note.Declare("logs-incomplete", "count", "runs", "grades")
	someIncomplete  = note.Declare("some-logs-incomplete", "count", "runs", "grades")
	logsWithoutTask = note.Declare("logs-without-tasks")
	runsNotRecorded = note.Declare("runs-not-recorded")
	replayFarOff    = note.Declare("replay-far-off", "percent")
	replayError     = note.Declare("replay-error", "time", "executors")
)

// logQualities checks the logs of every class: their grades, and whether the
// replay with the recorded settings reproduces what was recorded.
func (a *adviser) logQualities() []logQuality {
	list := make([]logQuality, len(a.classes))
	comparisons := a.selfCheck()
	for k, c := range a.classes {
		q := &list[k]
		q.model = validate.Measured
		if validate.Computes(&traces.Workload{Apps: []*traces.Application{c.last}}) {
			q.model = validate.MeasuredComputing
			q.notes = append(q.notes, tasksCompute.With(100*q.model.Time))
		}
		byGrade := map[traces.Grade]int{}
		incomplete, tasks := 0, 0
		for _, at := range c.apps {
			app := a.suite.Workload.Apps[at]
			if app.Log.Grade > traces.Complete {
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
		if tasks == 0 {
			q.insufficiencies = append(q.insufficiencies, logsWithoutTask.With())
		}
		q.checkReplay(c, comparisons)
	}
	return list
}

// selfCheck compares the replay under the recorded settings with the recording. It is
// nil if the logs do not record how the applications ran.
func (a *adviser) selfCheck() []validate.Comparison {
	w := a.suite.Workload
	for _, app := range w.Apps {
		if app.Recorded == nil {
			return nil
		}
	}
	c := a.suite.Config
	v, err := validate.Run(w, w, validate.Options{Cluster: &c.Cluster, Times: &c.Times, Seed: c.Seed})
	if err != nil || v.Failed != nil {
		return nil
	}
	return v.Apps
}

// checkReplay compares the replay of a class with its recording.
func (q *logQuality) checkReplay(c *class, comparisons []validate.Comparison) {
	if comparisons == nil {
		q.notes = append(q.notes, runsNotRecorded.With())
		return
	}
	var times, executors []float64
	for _, at := range c.apps {
		if e := comparisons[at].Error; !math.IsNaN(e) {
			times = append(times, math.Abs(e))
		}
		if e := comparisons[at].ExecutorError; !math.IsNaN(e) {
			executors = append(executors, math.Abs(e))
		}
	}
	if len(times) == 0 {
		return
	}
	found := validate.ModelError{Time: stats.Median(times), Executors: stats.Median(executors)}
	if found.Time > maxReplayError {
		q.insufficiencies = append(q.insufficiencies, replayFarOff.With(100*found.Time))
	}
	q.model = q.model.Max(found)
	q.notes = append(q.notes, replayError.With(100*found.Time, 100*found.Executors))
}
