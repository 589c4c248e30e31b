package replay

import (
	"slices"
	"testing"
	"time"
)

// TestAnInstantHasAnOrder plays the story in which each phase of an instant has
// something to do at 10 s. The engine's order decides what each phase sees, so
// the first event of each phase comes after the first event of the phase before
// it. Exchanging any two neighbors in Step or among the phases fails this test and the
// story; what the order decides beyond the sequence of events is in the story
// one_instant_decides_what_is_lost.
func TestAnInstantHasAnOrder(t *testing.T) {
	s := readStory(t, "testdata/one_instant_has_an_order.txtar")
	r := s.run(t, "")
	phases := []struct {
		does  string
		kind  Kind
		first int // index of its first event at 10 s
	}{
		{"tasks end", TaskEnded, -1},
		{"executors leave", ExecutorRemoved, -1},
		{"executors register", ExecutorAdded, -1},
		{"jobs become ready", JobSubmitted, -1},
		{"waiting tasks take slots", TaskStarted, -1},
		{"policies tick", TargetChanged, -1},
		{"the manager serves", ExecutorGranted, -1},
	}
	var happened []Kind
	play(t, s.workload, fleet(t, r.policy), r.config, ObserverFunc(func(e Event) {
		if e.At == 10*time.Second {
			happened = append(happened, e.Kind)
		}
	}))
	for i := range phases {
		p := &phases[i]
		if p.first = slices.Index(happened, p.kind); p.first < 0 {
			t.Fatalf("%s: nothing of it happens at 10 s: %v", p.does, happened)
		}
		if i > 0 && p.first < phases[i-1].first {
			t.Errorf("%s before %s", p.does, phases[i-1].does)
		}
	}
}
