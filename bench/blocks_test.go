package bench

import (
	"testing"
	"time"

	"dynalloc/traces"
)

// Days are taken where there are enough of them, else users, hours, runs; and
// of fewer than ten runs nothing is said beyond those.
func TestBlocksAreTheWidestThatAreEnough(t *testing.T) {
	s, err := BuiltinDay()
	if err != nil {
		t.Fatal(err)
	}
	var all, loads []int
	for i, a := range s.Workload.Apps {
		all = append(all, i)
		if a.Class == load && len(loads) < 9 {
			loads = append(loads, i)
		}
	}
	if b := BlocksOf(s.Workload, all); b.Unit != ByHour || b.String() != "10 hours" {
		t.Errorf("the built-in day: %s", b)
	}
	if b := BlocksOf(s.Workload, all[:20]); b.Unit != ByRun || b.N != 20 {
		t.Errorf("its first twenty runs: %s", b)
	}
	if b := BlocksOf(s.Workload, loads); b.Unit != ByReplica {
		t.Errorf("nine runs: %s", b)
	}
	weeks := &traces.Workload{}
	for i := range 24 {
		a := *s.Workload.Apps[0]
		a.Submit = time.Duration(i) * 12 * time.Hour
		weeks.Apps = append(weeks.Apps, &a)
	}
	if b := BlocksOf(weeks, all[:24]); b.Unit != ByDay || b.N != 12 {
		t.Errorf("twelve days of two runs: %s", b)
	}
}
