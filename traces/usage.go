package traces

import (
	"cmp"
	"slices"
	"time"
)

// A Usage is what applications held from a time on.
type Usage struct {
	At        time.Duration // from the workload's start
	Executors int
	Cores     int
	MemoryMB  int64 // MiB, overhead included
}

// RecordedUsage returns what recorded applications held over time, as their drivers saw
// it: each executor from ExecutorAdded to the first ExecutorRemoved, or else to the
// application's end.
func RecordedUsage(apps ...*Application) []Usage {
	var changes []Usage
	for _, a := range apps {
		if a.Recorded == nil {
			continue
		}
		start := a.Submit + a.EarlierAttempts
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			memory := a.Profile(x.Profile).Memory()
			to := a.Recorded.EndOf(x)
			changes = append(changes, Usage{start + min(x.Added, to), 1, x.Cores, memory}, Usage{start + to, -1, -x.Cores, -memory})
		}
	}
	slices.SortStableFunc(changes, func(x, y Usage) int {
		// At equal times removals come first: a peak must not count both the executor
		// that leaves and the one that takes its place.
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Executors, y.Executors))
	})
	levels := changes[:0]
	var now Usage
	for _, c := range changes {
		now = Usage{c.At, now.Executors + c.Executors, now.Cores + c.Cores, now.MemoryMB + c.MemoryMB}
		if n := len(levels); n > 0 && levels[n-1].At == c.At {
			levels = levels[:n-1]
		}
		levels = append(levels, now)
	}
	return levels
}

// EndOf is when an executor was removed, at the latest when the application ended: a later
// removal is of a clock that was set.
func (r *Recorded) EndOf(x *RecordedExecutor) time.Duration {
	if x.Removed < 0 {
		return r.End
	}
	return min(x.Removed, r.End)
}

// PeakExecutors is the most executors that the application held at one time when it was
// recorded; 0 if that is not known.
func (a *Application) PeakExecutors() int {
	peak := 0
	for _, u := range RecordedUsage(a) {
		peak = max(peak, u.Executors)
	}
	return peak
}

// Profile returns the resource profile with one of Spark's ids, or else the default one.
func (a *Application) Profile(id int) *Profile {
	for i := range a.Profiles {
		if a.Profiles[i].ID == id {
			return &a.Profiles[i]
		}
	}
	if len(a.Profiles) == 0 {
		return &Profile{}
	}
	return &a.Profiles[0]
}
