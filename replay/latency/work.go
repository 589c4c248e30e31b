package latency

import (
	"slices"
	"time"

	"dynalloc/traces"
)

// Work is what a recorded task takes on a warm executor, in milliseconds: what it
// paid for being a first one is subtracted, as far as that is known.
func (t *Model) Work(task *traces.Task, warmDeserialize int32) int32 {
	run, deserialize := task.Run, task.Deserialize
	if task.Cold || task.First {
		deserialize = min(deserialize, warmDeserialize)
	}
	paid := time.Duration(0)
	if task.Cold {
		paid += t.By[ColdSlotRun].Typical(int(task.Contenders))
	}
	if task.FirstRead {
		paid += t.By[FirstReadRun].Typical(int(task.Contenders))
	}
	if !task.Cold && !task.First && !task.FirstRead {
		paid += t.By[OverheadRun].Typical(int(task.Contenders))
	}
	run -= min(run, int32(paid.Milliseconds()))
	return run + deserialize + task.Result
}

// WarmDeserialize returns for each stage what deserializing a task costs on an
// executor that knows the stage: the median over the stage's tasks that were
// not first there, else over the application's.
func WarmDeserialize(a *traces.Application) []int32 {
	var times []int32
	collect := func(s *traces.Stage) {
		for _, t := range s.All() {
			if !t.Cold && !t.First {
				times = append(times, t.Deserialize)
			}
		}
	}
	byStage := make([]int32, len(a.Stages))
	for i := range a.Stages {
		times = times[:0]
		collect(&a.Stages[i])
		byStage[i] = Median(times, -1)
	}
	if slices.Contains(byStage, -1) {
		times = times[:0]
		for i := range a.Stages {
			collect(&a.Stages[i])
		}
		overall := Median(times, 0)
		for i := range byStage {
			if byStage[i] < 0 {
				byStage[i] = overall
			}
		}
	}
	return byStage
}
