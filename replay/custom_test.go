package replay

import (
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// moody is a policy whose mind changes with time alone, and that lets go of
// executors by how long they have been idle.
type moody struct{}

func (moody) Size(v *policies.View) int {
	if v.Now/(7*time.Second)%2 == 0 {
		return (v.Needed + 1) / 2
	}
	return v.Needed
}

func (moody) Remove(v *policies.View) (ids []policies.ExecutorID) {
	for _, e := range v.Idle {
		if e.For > 900*time.Millisecond {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// A simple policy of the user's own need not know that ticks are left out where
// nothing happens: it is asked on its own grid, and asking the frame around it
// more often changes nothing.
func TestSizedPolicyTicksOnlyWhenDue(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, _ policies.Fleet, c Config) {
		s := policies.Sized("moody", func() policies.Sizer { return moody{} })
		s.Every = time.Second
		f := policies.FleetOf("", s)
		ticksWhenDue(t, w, f, c)
	})
}
