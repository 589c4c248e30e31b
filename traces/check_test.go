package traces

import (
	"strings"
	"testing"
	"time"
)

// sound is a workload without a fault.
func sound() *Workload {
	return &Workload{Apps: []*Application{{
		ID: "a", Profiles: []Profile{{Cores: 1, TaskCPUs: 1}}, Hosts: []string{"h"},
		Stages: []Stage{{Map: true, Tasks: tasks(1)}, {Parents: []int{0}, Tasks: tasks(1)}},
		Jobs:   []Job{{Cue: Cue{After: -1}, Stages: []int{0, 1}}, {Cue: Cue{After: 0}, Stages: []int{0}}},

		Recorded: &Recorded{},
	}}}
}

func TestCheckFindsEveryFault(t *testing.T) {
	if err := sound().Check(); err != nil {
		t.Fatal(err)
	}
	for says, spoil := range map[string]func(w *Workload, a *Application){
		"submitted later":             func(w *Workload, a *Application) { b := *a; b.ID, a.Submit = "b", 5; w.Apps = append(w.Apps, &b) },
		"a time is negative":          func(w *Workload, a *Application) { a.Setup = -1 },
		"not Spark's default":         func(w *Workload, a *Application) { a.Profiles[0].ID = 3 },
		"is listed twice":             func(w *Workload, a *Application) { a.Profiles = append(a.Profiles, a.Profiles[0]) },
		"an impossible size":          func(w *Workload, a *Application) { a.Profiles[0].TaskCPUs = 0 },
		"has no tasks":                func(w *Workload, a *Application) { a.Stages[0].Tasks = nil },
		"no resource profile":         func(w *Workload, a *Application) { a.Stages[0].Profile = 1 },
		"parent index 1":              func(w *Workload, a *Application) { a.Stages[1].Parents[0] = 1 },
		"parent index 0 twice":        func(w *Workload, a *Application) { a.Stages[1].Parents = []int{0, 0} },
		"writes no shuffle":           func(w *Workload, a *Application) { a.Stages[0].Map = false },
		"negative time or size":       func(w *Workload, a *Application) { a.Stages[0].Tasks[0].Run = -1 },
		"an unknown host or locality": func(w *Workload, a *Application) { a.Stages[0].Tasks[0].Host = 1 },
		"stage index 2":               func(w *Workload, a *Application) { a.Jobs[0].Stages = []int{0, 2} },
		"out of order":                func(w *Workload, a *Application) { a.Jobs[0].Stages = []int{1, 0} },
		"without its parent":          func(w *Workload, a *Application) { a.Jobs[0].Stages = []int{1} },
		"job 0 follows job index 0":   func(w *Workload, a *Application) { a.Jobs[0].Cue.After = 0 },
		"a negative time 0s or gap":   func(w *Workload, a *Application) { a.Jobs[0].Cue.Gap = -time.Second },
		"a negative time -1s":         func(w *Workload, a *Application) { a.Jobs[0].Cue.At = -time.Second },
		"after its last job":          func(w *Workload, a *Application) { a.Tail = -time.Second },
		"not before -1s":              func(w *Workload, a *Application) { a.Until = -time.Second },
		"the unpersist of RDD 4":      func(w *Workload, a *Application) { a.Unpersists = []Unpersist{{RDD: 4, Cue: Cue{After: 2}}} },
		"impossible times or cores": func(w *Workload, a *Application) {
			a.Recorded.Executors = []RecordedExecutor{{ID: "1", Added: 5, Removed: 4}}
		},
		"ends before it starts": func(w *Workload, a *Application) { a.Recorded.Jobs = []RecordedJob{{Start: 5, End: 4}} },
	} {
		w := sound()
		spoil(w, w.Apps[0])
		if err := w.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want a fault that says %q, got %v", says, err)
		}
	}
}
