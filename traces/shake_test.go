package traces

import (
	"math"
	"testing"
	"time"

	"dynalloc/internal/wide"
)

func shakable() *Workload {
	w := &Workload{Name: "shakable"}
	for i := range 40 {
		a := &Application{ID: string(rune('a'+i%26)) + string(rune('a'+i/26)), Submit: time.Duration(i) * time.Second, Profiles: []Profile{{TaskCPUs: 1}}}
		a.Stages = []Stage{{Tasks: make([]Task, 100)}}
		for k := range a.Stages[0].Tasks {
			a.Stages[0].Tasks[k] = Task{Run: 10000, Host: -1}
		}
		a.Jobs = []Job{{Cue: Cue{After: -1, Gap: 3 * time.Second}, Stages: []int{0}}}
		w.Apps = append(w.Apps, a)
	}
	return w
}

// Shaken inputs are a valid workload of about the same work, and the workload from which
// they were made is unchanged.
func TestShakenWorkloadIsNearlyTheSame(t *testing.T) {
	w := shakable()
	shaken, from := Shake(w, Shaking{Arrivals: 5 * time.Second, Work: 0.1}, 7)
	if err := shaken.Check(); err != nil {
		t.Fatal(err)
	}
	var was, is wide.Time
	moved := false
	for i, a := range shaken.Apps {
		original := w.Apps[from[i]]
		if a.ID != original.ID {
			t.Fatalf("%s is said to come from %s", a.ID, original.ID)
		}
		if apart := (a.Submit - original.Submit).Abs(); apart > 5*time.Second {
			t.Errorf("%s comes %v apart", a.ID, apart)
		} else if apart > 0 {
			moved = true
		}
		was, is = was.Plus(TotalWork(original)), is.Plus(TotalWork(a))
	}
	if ratio := is.Seconds() / was.Seconds(); !moved || math.Abs(ratio-1) > 0.01 || ratio == 1 {
		t.Errorf("the work is %.4f times what it was, arrivals moved: %v", ratio, moved)
	}
	if w.Apps[0].Stages[0].Tasks[0].Run != 10000 || w.Apps[0].Jobs[0].Cue.Gap != 3*time.Second {
		t.Error("the workload itself was shaken")
	}
}

// The same seed gives the same result and another seed another one. Without arrivals and
// work to shake, nothing changes.
func TestShakingFollowsItsSeed(t *testing.T) {
	w := shakable()
	by := Shaking{Arrivals: time.Second, Work: 0.1}
	run := func(by Shaking, seed uint64) int32 {
		shaken, _ := Shake(w, by, seed)
		return shaken.Apps[3].Stages[0].Tasks[5].Run
	}
	one, again, two, none := run(by, 1), run(by, 1), run(by, 2), run(Shaking{}, 1)
	if one != again || one == two || none != 10000 {
		t.Errorf("seed 1 %d and %d, seed 2 %d, unshaken %d", one, again, two, none)
	}
}

// Some tasks become longer and some shorter, and on average they take as long as
// before.
func TestShakenRunTimesKeepTheirMean(t *testing.T) {
	w := shakable()
	shaken, _ := Shake(w, Shaking{Work: 0.4}, 3)
	var was, is wide.Time
	for i, a := range shaken.Apps {
		was, is = was.Plus(TotalWork(w.Apps[i])), is.Plus(TotalWork(a))
	}
	if ratio := is.Seconds() / was.Seconds(); math.Abs(ratio-1) > 0.03 {
		t.Errorf("4,000 tasks take %.3f times as long, want 1", ratio)
	}
}
