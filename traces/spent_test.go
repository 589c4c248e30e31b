package traces

import (
	"testing"
	"time"
)

// Two slots come at 1 s. A stage with three tasks is submitted at 2 s; one is launched at
// once and runs until 6 s, one at 4 s, which fails at 6 s, and none is left then. From
// 2 to 4 s half of the slots are free beside waiting tasks, and a failed run of two
// seconds is a second of both slots.
func TestTimeIsDividedByWhatWasDone(t *testing.T) {
	var c SpentClock
	s := time.Second
	c.Slots(1*s, 2)
	c.Pending(2*s, 3)
	c.Launched(2 * s)
	c.Launched(4 * s)
	c.Finished(6*s, 2*s, true)
	c.Finished(6*s, 4*s, false)
	c.Pending(6*s, -1)
	if got, want := c.End(9*s), (TimeSpent{Driver: 2*s + 3*s, Waits: 1 * s, Retries: 1 * s}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
