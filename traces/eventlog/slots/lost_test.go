package slots

import (
	"testing"
	"time"
)

// Two executors are lost at 10 and 20 ms. One comes at 30 and another at 50: one is missing
// for 10 ms, then two, then one for 20 ms more. A third that comes at 60 replaces none, and
// the executor that is lost at 90 is missing until the run ends at 100.
func TestAnExecutorThatComesReplacesALostOne(t *testing.T) {
	most, total := Missing([]int64{10, 20, 90}, []int64{30, 50, 60}, 100)
	if most != 2 || total != 50*time.Millisecond {
		t.Errorf("at most %d executors are missing, for %v in all; want 2 for 50ms", most, total)
	}
}
