package attribution

import "dynalloc/internal/wide"

// A Ledger divides executor time by state, in core-time: an executor with two cores
// that is held for a second counts two core-seconds. Starting, Busy, Idle and Leaving
// add up to Held exactly. Time counts as the cluster sees it: from the grant until the
// cores are free for others.
type Ledger struct {
	Starting wide.Time // granted, not yet able to run tasks
	Busy     wide.Time // cores that tasks occupy
	Idle     wide.Time // cores that no task occupies
	Leaving  wide.Time // given back, not yet free for others
	Memory   wide.Time // MiB-time held, overhead included
	Executor wide.Time // executor-time held, whatever its cores
}

// Held is core-time between grant and release.
func (l Ledger) Held() wide.Time { return wide.Sum(l.Starting, l.Busy, l.Idle, l.Leaving) }

// Wasted is core-time held in which no task ran.
func (l Ledger) Wasted() wide.Time { return l.Held().Minus(l.Busy) }

// Add adds the times of another ledger.
func (l *Ledger) Add(o Ledger) {
	l.Starting = l.Starting.Plus(o.Starting)
	l.Busy = l.Busy.Plus(o.Busy)
	l.Idle = l.Idle.Plus(o.Idle)
	l.Leaving = l.Leaving.Plus(o.Leaving)
	l.Memory = l.Memory.Plus(o.Memory)
	l.Executor = l.Executor.Plus(o.Executor)
}
