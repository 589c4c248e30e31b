package metrics

import (
	"testing"
	"time"

	"dynalloc/internal/wide"
)

// Two executors share a node for a while, and one is alone on another: a node counts as
// long as any executor is on it, and once however many these are.
func TestNodesAreOccupiedWhileTheyHaveExecutors(t *testing.T) {
	var u NodeUse
	s := time.Second
	u.granted(0, 0)
	u.granted(0, 5*s)
	u.granted(1, 6*s)
	u.freed(0, 10*s)
	u.freed(1, 16*s)
	u.freed(0, 20*s)
	u.granted(0, 100*s)
	u.freed(0, 101*s)
	if want := wide.Of(s, 20+10+1); u.Occupied != want || u.Most != 2 {
		t.Errorf("occupied for %v, at most %d nodes, want %v and 2", u.Occupied, u.Most, want)
	}
}
