package replay

import (
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// moody is a policy whose target changes with time alone, and that releases
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

// The engine leaves out ticks at which nothing can happen. A custom policy does not
// notice: it is asked on its own grid, and ticking the code around it more often
// changes nothing.
func TestSizedPolicyTicksOnlyWhenDue(t *testing.T) {
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, _ policies.Fleet, c Config) {
		s := policies.Sized("moody", func() policies.Sizer { return moody{} })
		s.Every = time.Second
		f := policies.FleetOf("", s)
		ticksWhenDue(t, w, f, c)
	})
}
