package replay

import (
	"strings"
	"testing"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// Three jobs run after one another, and the third reads what the first has written. While
// a job runs, the engine knows of each task of its stages where its output is. When it has
// ended, that is dropped, except for the output that a later job still reads; and of the
// tasks of a stage that is done it keeps nothing.
func TestStagesEnterAndLeave(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader(`
app nightly cores=2 memory=1g
  job
    stage as=base tasks=10x5s
  job gap=1s
    stage reads=none tasks=10x5s
  job gap=1s
    stage reads=base tasks=10x5s
`), "stages")
	if err != nil {
		t.Fatal(err)
	}
	f, err := policies.ParseFleet("static,n=2")
	if err != nil {
		t.Fatal(err)
	}
	var e *Engine
	var a *application
	ended := 0
	known := func(stage int) bool { return a.stages[stage].where != nil }
	e, err = New(w, f, Config{Cluster: cluster.Uniform(2, 2, 4<<10)}, ObserverFunc(func(ev Event) {
		if e.apps[0] != nil {
			a = e.apps[0]
		}
		switch ev.Kind {
		case TaskStarted:
			if !known(int(ev.Stage)) {
				t.Errorf("stage %d runs, and where its output is is not known", ev.Stage)
			}
		case JobSubmitted:
			if ended > 0 && !known(0) {
				t.Errorf("after job %d the output of the first stage is not known, which the third job reads", ended)
			}
			if ended == 2 && known(1) {
				t.Error("the output of the second stage, which no job reads any more, is kept")
			}
		case JobEnded:
			ended++
		case AppEnded:
			atEnd := *a
			a = &atEnd
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	for e.Step() {
	}
	if _, err := e.Result(); err != nil {
		t.Fatal(err)
	}
	for i, set := range a.sets {
		if set.doneOn != nil || known(i) {
			t.Errorf("stage %d is kept after its last job", i)
		}
	}
	if ended != 3 || len(a.sets) != 3 {
		t.Errorf("%d jobs, %d stages", ended, len(a.sets))
	}
}
