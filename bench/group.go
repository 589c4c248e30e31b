package bench

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"dynalloc/replay"
)

// A Group is what metrics are computed from: some applications of one replay
// (or recording), and the cluster and the time that they all share.
type Group struct {
	Apps     []App
	Capacity int           // cores of the cluster
	Window   time.Duration // of the whole replay: first submission to last end
}

// An App is what one application got, measured from its submission.
type App struct {
	Turnaround  time.Duration // submission to end
	Unasked     time.Duration // submission until anything was asked; -1: not known
	Ungranted   time.Duration // asked until something was granted; -1: not known
	Starting    time.Duration // granted until the first executor registered; -1: not known
	QueueWait   time.Duration // submission until the first executor registered; -1: none did
	Wait        time.Duration // executor wait, executor-time; -1: not known
	Held        time.Duration // core-time; -1: not known
	Busy        time.Duration // core-time; -1: not known
	Executors   time.Duration // executor-time held; -1: not known
	Failed      int           // 1: Spark gave it up, 0: it did not, -1: not known
	Rerun       int           // tasks run again because their output was lost; -1: not known
	Recomputed  time.Duration // task time spent on lost cached blocks; -1: not known
	Critical    time.Duration // critical path; 0: not known
	Deadline    time.Duration // after submission
	HasDeadline bool
	Attribution *replay.Attribution // where the time went; nil: not known
}

// Missed says whether the application had a deadline and did not keep it: it
// ended later, or failed.
func (a *App) Missed() bool { return a.HasDeadline && (a.Failed > 0 || a.Turnaround > a.Deadline) }

// replayed measures one application of a replay.
func replayed(r *replay.AppResult, ref *Reference) App {
	a := App{
		Turnaround: r.End - r.Submit,
		Unasked:    -1, Ungranted: -1, Starting: -1, QueueWait: -1,
		Wait: r.Wait, Held: r.Ledger.Held(), Busy: r.Ledger.Busy, Executors: r.Ledger.Executor,
		Rerun: r.Rerun, Recomputed: r.Recomputed, Attribution: r.Attribution,
	}
	a.refer(ref)
	if r.Failed {
		a.Failed = 1
	}
	if r.Registered >= 0 {
		a.QueueWait = r.Registered - r.Submit
		a.Unasked = r.Asked - r.Submit
		a.Ungranted = r.Granted - r.Asked
		a.Starting = r.Registered - r.Granted
	}
	return a
}

func (a *App) refer(ref *Reference) {
	a.Critical = ref.Critical
	a.Deadline = ref.Deadline
	a.HasDeadline = ref.HasDeadline
}

// values are f of the applications for which it is known (not negative), sorted.
func (g *Group) values(f func(*App) float64) []float64 {
	var v []float64
	for i := range g.Apps {
		if x := f(&g.Apps[i]); x >= 0 {
			v = append(v, x)
		}
	}
	slices.Sort(v)
	return v
}

// sum adds f over the applications; NaN if there are none or it is unknown for
// any of them, because a part of a sum is not a smaller sum but a wrong one.
func (g *Group) sum(f func(*App) time.Duration) float64 {
	if len(g.Apps) == 0 {
		return math.NaN()
	}
	var total time.Duration
	for i := range g.Apps {
		d := f(&g.Apps[i])
		if d < 0 {
			return math.NaN()
		}
		total += d
	}
	return total.Seconds()
}

// total adds a count over the applications; NaN as in sum.
func (g *Group) total(f func(*App) int) float64 {
	return g.sum(func(a *App) time.Duration { return time.Duration(f(a)) * time.Second })
}

// mean is NaN for no values.
func mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return stat.Mean(values, nil)
}

// ratio is NaN where there is nothing to divide by.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return part / whole
}

func seconds(f func(*App) time.Duration) func(*App) float64 {
	return func(a *App) float64 {
		if d := f(a); d >= 0 {
			return d.Seconds()
		}
		return -1
	}
}
