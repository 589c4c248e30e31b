package outcome

import (
	"fmt"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// An Invariant is something that is true of the outcome of every application, whatever
// was replayed. A replay without it has counted wrong.
type Invariant struct {
	Name   string
	Broken func(a *App) bool
}

// Invariants are all of them. A replay with an outcome that breaks one has no result:
// the application is left out by name, and the others are replayed again.
var Invariants = []Invariant{
	{"an application ends after it is submitted, and the times between are in order", outOfOrder},
	{"a job ends after it is submitted", func(a *App) bool {
		for _, j := range a.Jobs {
			if j.End != 0 && j.End < j.Start {
				return true
			}
		}
		return false
	}},
	{"counts are not negative, and executors end at most once", func(a *App) bool {
		return min(a.Grants, a.Removals, a.Rerun, a.Lost, a.Preempted, a.Peak) < 0 ||
			a.Preempted > a.Lost || a.Peak > a.Grants || a.Removals+a.Lost > a.Grants
	}},
	{"no amount of time, cores or memory is negative", func(a *App) bool {
		l := &a.Ledger
		return negative(a.Recomputed, a.Discarded, a.Wait, l.Starting, l.Busy, l.Idle, l.Leaving, l.Memory, l.Executor)
	}},
	{"the causes of time are not negative, and add up to the turnaround", func(a *App) bool {
		by := a.Attribution
		if by == nil {
			return false
		}
		for _, part := range by.Turnaround {
			if part < 0 {
				return true
			}
		}
		return by.Turnaround.Total() != a.End-a.Submit || by.Waves < 0 || by.Waves > by.Turnaround[attribution.TimeExecution]
	}},
	{"the causes of executor-time are not negative, and add up to what was held", func(a *App) bool {
		by := a.Attribution
		return by != nil && (negative(by.Cores[:]...) || negative(by.Executors[:]...) ||
			by.Cores.Total() != a.Ledger.Held() || by.Executors.Total() != a.Ledger.Executor)
	}},
}

// outOfOrder reports whether a time that is known, which is not -1, lies before one that
// comes first.
func outOfOrder(a *App) bool {
	latest := a.Submit
	for _, at := range []time.Duration{a.Asked, a.Granted, a.Registered, a.End} {
		if at >= 0 && at < latest {
			return true
		}
		latest = max(latest, at)
	}
	return a.End < a.Submit || a.Submit < 0 || a.Began >= 0 && (a.Began < a.Submit || a.Began > a.End) ||
		a.Wanted >= 0 && (a.Wanted < a.Submit || a.Wanted > a.End) ||
		a.FirstTask >= 0 && (a.FirstTask < a.Submit || a.FirstTask > a.End)
}

func negative(amounts ...wide.Time) bool {
	for _, t := range amounts {
		if t.Sign() < 0 {
			return true
		}
	}
	return false
}

// Impossible returns an error with the first invariant that an outcome breaks.
func (a *App) Impossible() error {
	for _, i := range Invariants {
		if i.Broken(a) {
			return fmt.Errorf("its replay has an impossible result: it is not true that %s", i.Name)
		}
	}
	return nil
}
