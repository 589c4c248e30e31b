package saved

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"dynalloc/internal/stopwatch"
	"dynalloc/traces"
)

// tasksLike makes tasks as a log has them.
func tasksLike(n int) []traces.Task {
	r := rand.New(rand.NewPCG(1, 2))
	tasks := make([]traces.Task, n)
	for i := range tasks {
		tasks[i] = traces.Task{Run: int32(500 + r.IntN(3000)), Deserialize: int32(r.IntN(20)), Result: int32(r.IntN(2)), Scheduler: int32(5 + r.IntN(30)),
			Locality: traces.NodeLocal, Host: int16(r.IntN(100)), Read: r.Int64N(1 << 24), Write: r.Int64N(1 << 22)}
	}
	return tasks
}

// BenchmarkLoad measures the processor time of making a workload of a saved file in memory,
// with stages that are packed and stages that are not, for each task, and relative to a copy
// of its tasks from one place in memory to another, measured beside it (x-copy).
func BenchmarkLoad(b *testing.B) {
	const tasks = 1 << 20
	for name, stage := range map[string]int{"stages-of-128": 128, "stages-of-4096": 4096, "packed": tasks} {
		a := &traces.Application{ID: "a"}
		for range tasks / stage {
			s := traces.Stage{Name: "stage", Tasks: tasksLike(stage)}
			s.Pack(0)
			a.Stages = append(a.Stages, s)
		}
		var file bytes.Buffer
		if err := write(&file, program, input, &traces.Workload{Apps: []*traces.Application{a}}); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var took [2]float64
			for b.Loop() {
				for i, t := range stopwatch.Medians(1, func() {
					if _, err := read(file.Bytes(), program, input); err != nil {
						b.Fatal(err)
					}
				}, func() {
					stages := slices.Clone(a.Stages)
					for i := range stages {
						stages[i].Tasks = slices.Clone(stages[i].Tasks)
						if p := stages[i].Packed; p != nil {
							stages[i].Packed = traces.PackedOf(p.Size(), bytes.Clone(p.Bytes()))
						}
					}
				}) {
					took[i] += t.Seconds()
				}
			}
			b.ReportMetric(took[0]/took[1], "x-copy")
			b.ReportMetric(took[0]*1e9/tasks/float64(b.N), "ns/task")
			b.ReportMetric(float64(file.Len())*float64(b.N)/took[0]/1e6, "file-MB/s")
			b.ReportMetric(float64(file.Len())/tasks, "B/task")
		})
	}
}
