package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench/stats"
	"dynalloc/replay"
	"dynalloc/traces"
)

// content is what makes two applications the same work: a workload made from
// recordings repeats applications, and one run alone answers for all repeats.
type content struct {
	stages     *traces.Stage
	jobs       *traces.Job
	profiles   *traces.Profile
	earlier    time.Duration
	setup      time.Duration
	tail       time.Duration
	properties string
}

func contentOf(a *traces.Application) content {
	c := content{earlier: a.Earlier, setup: a.Setup, tail: a.Tail, properties: fmt.Sprint(a.Properties)}
	if len(a.Stages) > 0 {
		c.stages = &a.Stages[0]
	}
	if len(a.Jobs) > 0 {
		c.jobs = &a.Jobs[0]
	}
	if len(a.Profiles) > 0 {
		c.profiles = &a.Profiles[0]
	}
	return c
}

// distinct returns, for each application of the workload, the index of the first
// that is the same work; and those firsts in order.
func distinct(w *traces.Workload) (same, firsts []int) {
	seen := make(map[content]int)
	same = make([]int, len(w.Apps))
	for i, a := range w.Apps {
		key := contentOf(a)
		first, ok := seen[key]
		if !ok {
			first = i
			seen[key] = i
			firsts = append(firsts, i)
		}
		same[i] = first
	}
	return same, firsts
}

// alone replays an application of the workload on the idle cluster under the
// base policy.
func (s *Suite) alone(index int) (*replay.AppResult, error) {
	a := s.Workload.Apps[index]
	single := *a
	single.Submit = 0
	w := &traces.Workload{Name: s.Workload.Name + ", " + a.ID + " alone", Apps: []*traces.Application{&single}}
	result, err := replay.Run(w, s.Policies[0], s.Config)
	var odd *replay.AppError
	if errors.As(err, &odd) {
		odd.App = index
	}
	if err != nil {
		return nil, fmt.Errorf("application %s alone: %w", a.ID, err)
	}
	return &result.Apps[0], nil
}

// slack is the slack in force: what is asked for, else the default one where
// there are no deadlines of applications.
func (s *Suite) slack() Slack {
	if len(s.Slack.Factors) == 0 && !s.Deadlines.ofApplications() {
		return DefaultSlack
	}
	return s.Slack
}

// refer finds what every application and query is measured against; alone are
// the runs alone, by application.
func (r *Results) refer(alone []*replay.AppResult) {
	s := r.Suite
	programs := programsOf(s.Workload)
	r.Slack = s.slack()
	for i, a := range s.Workload.Apps {
		ref := Reference{Critical: traces.CriticalPath(a), Alone: alone[i].End, History: programs.history(a)}
		due := Due{Basis: r.Slack.Of, Factor: r.Slack.Headline()}
		if k := s.Deadlines.find(a); k >= 0 {
			due = s.Deadlines[k].Due
		} else if due.Factor > 0 {
			ref.SlackOf = ref.of(due.Basis)
		} else {
			due.Basis = None
		}
		ref.Deadline, ref.HasDeadline = programs.deadline(due, a, &ref)
		r.Reference[i] = ref
	}
	r.referQueries(alone)
}

// of is the reference of a basis; 0 if it is not known.
func (ref *Reference) of(b Basis) time.Duration {
	switch b {
	case Alone:
		return ref.Alone
	case Critical:
		return ref.Critical
	}
	return ref.History
}

// Misses are how many applications of a group missed their deadlines, of those
// that have one.
type Misses struct{ Missed, Of int }

// Sweep counts the misses that applications of the results, replayed or
// recorded, would have at each factor of the slack: over all, and by class in the
// order of Classes.
func (r *Results) Sweep(apps []App) (all []Misses, byClass [][]Misses) {
	all, byClass = make([]Misses, len(r.Slack.Factors)), make([][]Misses, len(r.Classes))
	for c := range byClass {
		byClass[c] = make([]Misses, len(r.Slack.Factors))
	}
	for i := range apps {
		c, known := slices.BinarySearch(r.Classes, apps[i].Class)
		for k, factor := range r.Slack.Factors {
			a := apps[i].At(factor)
			all[k].add(&a)
			if known {
				byClass[c][k].add(&a)
			}
		}
	}
	return all, byClass
}

func (m *Misses) add(a *App) {
	if a.HasDeadline {
		m.Of++
	}
	if a.Missed() {
		m.Missed++
	}
}

// A program is what is run again and again: applications of one user whose
// names differ by dates and numbers at most.
type program struct{ class, user string }

func programOf(a *traces.Application) program { return program{traces.Class(a.Name), a.User} }

// programs know the runs of each program.
type programs struct {
	workload *traces.Workload
	submits  map[program][]time.Duration // in order
	took     map[program][]float64       // of the recorded runs, in seconds, sorted
}

func programsOf(w *traces.Workload) *programs {
	p := &programs{w, map[program][]time.Duration{}, map[program][]float64{}}
	for _, a := range w.Apps {
		key := programOf(a)
		p.submits[key] = append(p.submits[key], a.Submit)
		if a.Recorded != nil {
			p.took[key] = append(p.took[key], (a.Earlier + a.Recorded.End).Seconds())
		}
	}
	for _, took := range p.took {
		slices.Sort(took)
	}
	return p
}

// history is the 95 % quantile of the recorded runs of an application's program;
// 0 if none was recorded.
func (p *programs) history(a *traces.Application) time.Duration {
	return quantileTime(p.took[programOf(a)])
}

// quantileTime is the 95 % quantile of sorted seconds, 0 of none.
func quantileTime(seconds []float64) time.Duration {
	if len(seconds) == 0 {
		return 0
	}
	return time.Duration(stats.Quantile(historyQuantile, seconds) * float64(time.Second)).Round(time.Millisecond)
}

// deadline is when an application must have ended, after its submission, and
// whether it must.
func (p *programs) deadline(due Due, a *traces.Application, ref *Reference) (time.Duration, bool) {
	switch due.Basis {
	case Within:
		return due.Within, true
	case AtTime:
		at := started(p.workload, a)
		return nextClock(at, due.Clock, due.Zone).Sub(at).Truncate(time.Millisecond), true
	case NextRun:
		submits := p.submits[programOf(a)]
		if next, _ := slices.BinarySearch(submits, a.Submit+1); next < len(submits) {
			return submits[next] - a.Submit, true
		}
	case Alone, Critical, History:
		reference := ref.of(due.Basis)
		return times(due.Factor, reference), reference > 0
	}
	return 0, false
}
