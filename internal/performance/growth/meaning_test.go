package growth

import (
	"testing"
	"time"

	"dynalloc/traces"
)

// One size of each axis describes the work that it says.
func TestAxesAreWhatTheySay(t *testing.T) {
	for _, a := range axes {
		size := a.sizes[len(a.sizes)/3]
		in := a.world(size).load()
		if in.err != nil {
			t.Fatal(in.err)
		}
		tasks, stages, jobs := 0, 0, 0
		for _, application := range in.workload.Apps {
			for i := range application.Stages {
				tasks += application.Stages[i].Size()
			}
			stages += len(application.Stages)
			jobs += len(application.Jobs)
		}
		if tasks != in.tasks {
			t.Errorf("axis=%s/size=%d has %d tasks, says %d", a.name, size, tasks, in.tasks)
		}
		grown := map[string]int{"tasks": tasks, "stages": stages / jobs, "jobs": jobs, "applications": submitted(in.workload), "contended": submitted(in.workload), "nodes": in.nodes, "executors": in.static, "seconds": size}
		if grown[a.name] != size {
			t.Errorf("axis=%s/size=%d has %d", a.name, size, grown[a.name])
		}
	}
}

// submitted is how many applications are submitted within a minute of the first.
func submitted(w *traces.Workload) (n int) {
	for _, a := range w.Apps {
		if a.Submit < time.Minute {
			n++
		}
	}
	return n
}
