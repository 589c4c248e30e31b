package policies

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

// A Forecast is what the policy "hindsight" knows about an application in advance: the
// tasks that would run with unlimited executors from the start. Times are from the
// start of the workload. Only a replay can make it, and no other policy receives it.
type Forecast struct {
	Lead   time.Duration   // the typical time from a request until an executor takes tasks
	Demand [][]Level       // by profile, in order of time
	Stages []Span          // by StageAttempt.ID: when each would run; From is -1 where it would not
	Jobs   []time.Duration // by Event.Job: when each would end
}

// A Level is the number of tasks from a time until the next level.
type Level struct {
	At    time.Duration
	Tasks int
}

// A Span is an interval of time.
type Span struct{ From, To time.Duration }

var hindsightKind = Kind{
	Name: "hindsight",
	Doc:  "A reference that knows the demand in advance: no driver can run it, and it is not a bound.",
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
		p := &hindsight{set: s.Allocation, lead: cmp.Or(Value[time.Duration](s, "lead"), f.Lead), forecast: f}
		p.accounting.begin(s, env)
		return p
	},
}

// hindsight wants the executors that are needed now, or before an executor requested
// now could take tasks, and gives back all others immediately. So it keeps an idle
// executor that is needed again within that time, because a new one would cost as much.
//
// It is not a bound. It knows the demand with unlimited executors, and corrects the
// times by the stages and jobs that start and end. When executors are scarce, the
// demand comes later than it expects.
type hindsight struct {
	accounting
	set      Allocation
	lead     time.Duration
	forecast *Forecast
	behind   time.Duration // delay of the application relative to the forecast
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
		p.behind = e.At - p.forecast.Jobs[e.Job]
	case e.Stage.Attempt > 0 || p.forecast.Stages[e.Stage.ID].From < 0:
	case e.Kind == StageSubmitted:
		p.behind = e.At - p.forecast.Stages[e.Stage.ID].From
	case e.Kind == StageCompleted:
		p.behind = e.At - p.forecast.Stages[e.Stage.ID].To
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

// size sets the targets, and returns the time of the next change in the forecast.
func (p *hindsight) size(now time.Duration) (wake time.Duration) {
	wake = Never
	from := now - p.behind
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
			wake = min(wake, levels[begin].At+p.behind)
		}
		if end < len(levels) {
			wake = min(wake, levels[end].At+p.behind-p.lead)
		}
	}
	return wake
}

// Levels sums spans of one task each to the demand over time. Spans are extended to the
// grid of ticks.
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
