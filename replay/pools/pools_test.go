package pools

import (
	"slices"
	"testing"
)

// Jobs 1 and 2 are in the default pool, job 3 in another one. Each has one task set, and
// slots come one at a time to the first set in the order.
func TestSlotsAreShared(t *testing.T) {
	for _, mode := range []struct {
		name string
		fair bool
		want []int // jobs that get the slots
	}{
		{"FIFO", false, []int{1, 1, 1, 1, 1, 1}},
		// Slots alternate between the pools and, inside the default pool, between its jobs.
		{"FAIR", true, []int{3, 1, 3, 2, 3, 1}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			pools, order := Pools{Fair: mode.fair}, FIFO
			if mode.fair {
				order = Fair
			}
			sets := []*Place{
				{Number: 0, JobID: 3, Pool: pools.Named("adhoc")},
				{Number: 1, JobID: 2, Pool: pools.Named("")},
				{Number: 2, JobID: 1, Pool: pools.Named("default")},
			}
			var got []int
			for range mode.want {
				first := slices.MinFunc(sets, order)
				first.TaskStarts()
				got = append(got, first.JobID)
			}
			if !slices.Equal(got, mode.want) {
				t.Errorf("slots go to the jobs %d, want %d", got, mode.want)
			}
		})
	}
}

// A pool with a name has FIFO inside: the task that ends gives its slot to the same job.
func TestANamedPoolIsFIFOInside(t *testing.T) {
	pools := Pools{Fair: true}
	early, late := &Place{JobID: 1, Pool: pools.Named("adhoc")}, &Place{Number: 1, JobID: 2, Pool: pools.Named("adhoc")}
	early.TaskStarts()
	if Fair(early, late) >= 0 {
		t.Error("a later job of a named pool comes first, as it runs fewer tasks")
	}
	early.TaskEnds()
	if early.Running != 0 || early.Pool.running != 0 {
		t.Errorf("%d tasks of the set and %d of the pool run after the only one has ended", early.Running, early.Pool.running)
	}
}
