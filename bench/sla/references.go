package sla

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/bench/stats"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Reference is the values with which an application's results are compared. It is the
// same under every policy.
type Reference struct {
	Critical    time.Duration // critical path: the turnaround with unlimited executors that are already running
	Alone       time.Duration // turnaround, or Response, alone on the idle cluster under the base policy
	History     time.Duration // 95 % quantile of the recorded runs of the same program; 0: none is recorded
	Response    time.Duration // with unlimited executors that are already running, where it is judged instead of the turnaround; else 0
	SlackBase   time.Duration // the time that the slack factor multiplied; 0: the deadline is from another rule
	Deadline    time.Duration // after submission
	HasDeadline bool
}

// References computes the reference of every application of a workload. A line of the
// deadline file has precedence over the slack rule; alone has the result of each
// application alone on the idle cluster.
func References(w *traces.Workload, d Deadlines, s SlackRule, alone []*replay.AppResult) []Reference {
	programs := programsOf(w)
	references := make([]Reference, len(w.Apps))
	for i, a := range w.Apps {
		ref := Reference{Critical: traces.CriticalPath(a), Alone: alone[i].End, History: programs.history(a), Response: idealResponse(a)}
		if ref.Response > 0 {
			atZero := *a // as it was replayed alone
			atZero.Submit = 0
			ref.Alone = Response(&atZero, ReplayedRequests(&atZero, alone[i]))
		}
		due := DeadlineRule{Basis: s.Of, Factor: s.Headline()}
		if k := d.ruleFor(a); k >= 0 {
			due = d[k].DeadlineRule
		} else if due.Factor > 0 {
			ref.SlackBase = ref.base(due.Basis)
		} else {
			due.Basis = None
		}
		ref.Deadline, ref.HasDeadline = programs.deadline(due, a, &ref)
		references[i] = ref
	}
	return references
}

// base returns the time that a factor of the basis multiplies; 0 if it is not known.
func (ref *Reference) base(b Basis) time.Duration {
	switch b {
	case Alone:
		return ref.Alone
	case Critical:
		return cmp.Or(ref.Response, ref.Critical)
	}
	return ref.History
}

// A program identifies repeated runs: applications of one user whose names differ
// only in dates and numbers.
type program struct{ class, user string }

func programOf(a *traces.Application) program { return program{traces.Class(a.Name), a.User} }

// programs are the runs of each program of a workload.
type programs struct {
	workload  *traces.Workload
	submits   map[program][]time.Duration // sorted
	durations map[program][]float64       // of the recorded runs, in seconds, sorted
}

func programsOf(w *traces.Workload) *programs {
	p := &programs{w, map[program][]time.Duration{}, map[program][]float64{}}
	for _, a := range w.Apps {
		key := programOf(a)
		p.submits[key] = append(p.submits[key], a.Submit)
		if a.Recorded != nil && a.Until > 0 {
			p.durations[key] = append(p.durations[key], Response(a, RecordedRequests(a)).Seconds())
		} else if a.Recorded != nil {
			p.durations[key] = append(p.durations[key], (a.EarlierAttempts + a.Recorded.End).Seconds())
		}
	}
	for _, took := range p.durations {
		slices.Sort(took)
	}
	return p
}

// history is the 95 % quantile of the recorded runs of an application's program;
// 0 if none is recorded.
func (p *programs) history(a *traces.Application) time.Duration {
	return quantileTime(p.durations[programOf(a)])
}

// quantileTime is the 95 % quantile of sorted seconds; 0 for an empty list.
func quantileTime(seconds []float64) time.Duration {
	if len(seconds) == 0 {
		return 0
	}
	return time.Duration(stats.Quantile(historyQuantile, seconds) * float64(time.Second)).Round(time.Millisecond)
}

// deadline applies a rule to an application. It returns the deadline as a time after
// submission, or false if there is none.
func (p *programs) deadline(due DeadlineRule, a *traces.Application, ref *Reference) (time.Duration, bool) {
	switch due.Basis {
	case Within:
		return due.Within, true
	case AtTime:
		at := submittedAt(p.workload, a)
		return nextClock(at, due.Clock, due.Zone).Sub(at).Truncate(time.Millisecond), true
	case NextRun:
		submits := p.submits[programOf(a)]
		if next, _ := slices.BinarySearch(submits, a.Submit+1); next < len(submits) {
			return submits[next] - a.Submit, true
		}
	case Alone, Critical, History:
		reference := ref.base(due.Basis)
		return Multiple(due.Factor, reference), reference > 0
	}
	return 0, false
}
