package policies

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

// A Forecast is what the policy "hindsight" is told of an application in
// advance: the tasks that would run if endless executors were there from the
// start. Times are from the start of the workload. Only a replay can know it; no
// other policy gets one, for it is no part of Env.
type Forecast struct {
	Lead   time.Duration   // typical time from a request to an executor that takes tasks
	Demand [][]Level       // by profile, in order of time
	Stages []Span          // by StageAttempt.ID: when each would run; From is -1 where it would not
	Jobs   []time.Duration // by Event.Job: when each would end
}

// A Level is a number of tasks that holds until the next level.
type Level struct {
	At    time.Duration
	Tasks int
}

// A Span is a time from its begin to its end.
type Span struct{ From, To time.Duration }

var hindsightKind = Kind{
	Name: "hindsight",
	Doc:  "No deployable policy: told the demand in advance, it is a reference for the others, and not a bound.",
	Settings: slices.Concat([]Setting{
		{Key: "lead", Doc: "how far it looks ahead (default: the typical time until an executor takes tasks)", Default: time.Duration(0)},
		cached, minimum, maximum, ratio,
	}, protection),
	Defaults: Spec{Allocation: simplest, Protection: protections[0].switches},
	Check: func(s Spec) error {
		if lead := Value[time.Duration](s, "lead"); lead < 0 {
			return fmt.Errorf("lead is %s: it must not be negative", lead)
		}
		return nil
	},
	Foresee: func(s Spec, env Env, f *Forecast) Policy {
		s.Allocation.Idle = 0
		return &hindsight{accounting: newAccounting(s, env), set: s.Allocation, lead: cmp.Or(Value[time.Duration](s, "lead"), f.Lead), forecast: f}
	},
}

// hindsight wants what is needed now, or will be before an executor that is
// asked for now could take tasks; and gives everything else back at once. An
// executor that is idle and needed again within that time is thus kept: to ask
// for another in its place would cost as much.
//
// It is no bound. It is told the demand with endless executors, and finds the
// present in it by the stages and jobs that begin and end: where executors are
// short, what it expects comes later than it thinks.
type hindsight struct {
	accounting
	set      Allocation
	lead     time.Duration
	forecast *Forecast
	late     time.Duration // by how much the application is behind the forecast
}

func (p *hindsight) Start(now time.Duration) {
	p.size(now)
	p.send()
	p.moved = false
}

func (p *hindsight) Observe(e *Event) {
	p.accounting.Observe(e)
	switch {
	case e.Kind == JobEnd:
		p.late = e.At - p.forecast.Jobs[e.Job]
	case e.Stage.Attempt > 0 || p.forecast.Stages[e.Stage.ID].From < 0:
	case e.Kind == StageSubmitted:
		p.late = e.At - p.forecast.Stages[e.Stage.ID].From
	case e.Kind == StageCompleted:
		p.late = e.At - p.forecast.Stages[e.Stage.ID].To
	}
}

func (p *hindsight) Tick(now time.Duration) time.Duration {
	wake := p.size(now)
	p.request()
	if p.remove(p.monitor.timedOut(now), func(ExecutorID) Reason { return Reason{Cause: Foreseen} }) {
		return now + Interval
	}
	return wake
}

// size sets the targets, and says when the forecast moves them next.
func (p *hindsight) size(now time.Duration) (wake time.Duration) {
	wake = Never
	from := now - p.late
	for i := range p.wanted {
		levels := p.forecast.Demand[i]
		after := func(t time.Duration) int {
			return sort.Search(len(levels), func(k int) bool { return levels[k].At > t })
		}
		begin, end := after(from), after(from+p.lead)
		tasks, why := p.pending(i)+p.running(i), Reason{Cause: AllNeeded}
		for _, l := range levels[begin:end] {
			if l.Tasks > tasks {
				tasks, why = l.Tasks, Reason{Cause: Foreseen}
			}
		}
		p.known[i] = p.known[i] || tasks > 0
		p.want(i, int(math.Ceil(float64(tasks)*p.set.Ratio/float64(p.slots[i]))), p.set, why)
		if begin < end {
			wake = min(wake, levels[begin].At+p.late)
		}
		if end < len(levels) {
			wake = min(wake, levels[end].At+p.late-p.lead)
		}
	}
	return wake
}

// Levels adds up spans of one task each to the demand over time, on the grid of
// ticks: a level is the most tasks at one time until the next.
func Levels(tasks []Span) []Level {
	changes := make([]Level, 0, 2*len(tasks))
	for _, t := range tasks {
		from := t.From / Interval * Interval
		to := max(from+Interval, (t.To+Interval-1)/Interval*Interval)
		changes = append(changes, Level{from, 1}, Level{to, -1})
	}
	slices.SortFunc(changes, func(a, b Level) int { return int(a.At/Interval - b.At/Interval) })
	var levels []Level
	n := 0
	for i, c := range changes {
		n += c.Tasks
		if i+1 == len(changes) || changes[i+1].At > c.At {
			levels = append(levels, Level{c.At, n})
		}
	}
	return levels
}
