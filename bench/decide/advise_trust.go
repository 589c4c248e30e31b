package decide

import (
	"fmt"
	"math"
	"slices"

	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/traces"
)

// trust is how far the logs of a class can be relied on.
type logQuality struct {
	model           validate.ModelError
	insufficiencies []string // why they cannot
	notes           []string
}

// When logs are too poor to judge: by how much the replay under the recorded
// settings may miss what was recorded, in the middle of the runs, and how large
// a share of the logs may lack something.
const (
	maxReplayError = 0.20
	maxIncomplete  = 0.20
)

// logQualities judges the logs of every class: their grades, and whether the replay
// under the recorded settings gives what was recorded.
func (a *adviser) logQualities() []logQuality {
	list := make([]logQuality, len(a.classes))
	comparisons := a.selfCheck()
	for k, c := range a.classes {
		t := &list[k]
		t.model = validate.Measured
		if validate.Computes(&traces.Workload{Apps: []*traces.Application{c.last}}) {
			t.model = validate.MeasuredComputing
			t.notes = append(t.notes, fmt.Sprintf("Its tasks compute (SQL): the recordings of such work are predicted to %.0f %% of time only, and intervals are widened by it.", 100*t.model.Time))
		}
		poor := map[traces.Grade]int{}
		total, work := 0, 0
		for _, at := range c.apps {
			app := a.suite.Workload.Apps[at]
			if app.Log.Grade > traces.Complete {
				poor[app.Log.Grade]++
				total++
			}
			work += app.Log.Tasks
		}
		if total > 0 {
			parts := ""
			for g := traces.Cut; g <= traces.Unreadable; g++ {
				if n := poor[g]; n > 0 {
					if parts != "" {
						parts += ", "
					}
					parts += fmt.Sprintf("%d %s", n, g)
				}
			}
			line := fmt.Sprintf("%d of %d logs not complete (%s)", total, len(c.apps), parts)
			if float64(total) > maxIncomplete*float64(len(c.apps)) {
				t.insufficiencies = append(t.insufficiencies, line+"; give logs that are complete (\"dynalloc inspect\" says what is missing)")
			} else {
				t.notes = append(t.notes, "Not all is known: "+line+".")
			}
		}
		if work == 0 {
			t.insufficiencies = append(t.insufficiencies, "no task is in the logs: nothing hangs on executors")
		}
		t.check(c, comparisons)
	}
	return list
}

// selfCheck replays the logs under their own settings, and compares. Nil where
// how they ran is not known.
func (a *adviser) selfCheck() []validate.Comparison {
	w := a.suite.Workload
	for _, app := range w.Apps {
		if app.Recorded == nil {
			return nil
		}
	}
	cluster := a.suite.Config.Cluster
	times := a.suite.Config.Times
	v, err := validate.Run(w, w, validate.Options{Cluster: &cluster, Times: &times, Seed: a.suite.Config.Seed})
	if err != nil || v.Failed != nil {
		return nil
	}
	return v.Apps
}

// check holds the replay of a class against its record.
func (t *logQuality) check(c *class, comparisons []validate.Comparison) {
	if comparisons == nil {
		t.notes = append(t.notes, "How these runs really went is not known, so the replay could not be held against it.")
		return
	}
	var time, executors []float64
	for _, at := range c.apps {
		if e := comparisons[at].Error; !math.IsNaN(e) {
			time = append(time, math.Abs(e))
		}
		if e := comparisons[at].ExecutorError; !math.IsNaN(e) {
			executors = append(executors, math.Abs(e))
		}
	}
	if len(time) == 0 {
		return
	}
	slices.Sort(time)
	slices.Sort(executors)
	off := stats.Quantile(0.5, time)
	if off > maxReplayError {
		t.insufficiencies = append(t.insufficiencies, fmt.Sprintf("replayed under its own settings the class takes %.0f %% longer or shorter than it was recorded: something that matters is not in the logs, or the cluster is not the one given", 100*off))
	}
	t.model = t.model.Max(validate.ModelError{Time: off, Executors: stats.Quantile(0.5, executors)})
	t.notes = append(t.notes, fmt.Sprintf("Replayed under its own settings it is within %.1f %% of the recorded time and %.1f %% of the executor-seconds (medians).", 100*off, 100*stats.Quantile(0.5, executors)))
}
