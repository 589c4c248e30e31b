package bench

import (
	"cmp"
	"runtime"

	"dynalloc/traces"
)

// What things take in memory, in bytes, measured as the peak of processes: rounded, as they
// differ between workloads. TestMemoryIsAsEstimated in cmd/dynalloc compares the estimate
// with such peaks.
const (
	programBytes  = 60 << 20 // the program, and the pictures and tables that it draws at one time
	appBytes      = 1500     // of the workload: one application, without what follows
	stageBytes    = 350
	jobBytes      = 300
	executorBytes = 200
	recordedBytes = 40 // a recorded run of a task

	// In each replay that runs: its plan, what it knows of waiting and running tasks, and
	// where their output is.
	replayTaskBytes = 10
	replayNodeBytes = 400 // a stage or a job

	// ResultBytes is what the result of a replay keeps for each application, with its
	// metrics, and FigureBytes what is kept of one that is reduced to its figures.
	ResultBytes = 3000
	FigureBytes = 700

	// garbage is how much of the memory the collector lets grow before it collects.
	garbage = 2
)

// Memory estimates the most memory that replays of a workload take, in bytes, from counts
// alone: so many at a time (0: one for each processor), which keep so many bytes for each
// application when they are done, all together.
func Memory(w *traces.Workload, parallel int, kept int64) int64 {
	parallel = cmp.Or(parallel, runtime.GOMAXPROCS(0))
	var held, replay int64
	for _, a := range w.Apps {
		held += appBytes + kept
		nodes := int64(len(a.Stages) + len(a.Jobs))
		held += stageBytes*int64(len(a.Stages)) + jobBytes*int64(len(a.Jobs))
		replay += replayNodeBytes * nodes
		for i := range a.Stages {
			s := &a.Stages[i]
			held += s.Memory()
			replay += replayTaskBytes * int64(s.Size())
		}
		if r := a.Recorded; r != nil {
			held += executorBytes*int64(len(r.Executors)) + recordedBytes*int64(len(r.Tasks))
		}
	}
	return programBytes + garbage*(held+int64(parallel)*replay)
}
