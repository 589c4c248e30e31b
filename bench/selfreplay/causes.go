package selfreplay

import (
	"math"
	"slices"
	"time"

	"dynalloc/replay/calibrate"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A Cause is a part of the model in which the error of a self-replay can lie.
type Cause uint8

// The causes, in the order in which an explanation looks at them.
const (
	Startup     Cause = iota // when executors registered
	FirstTasks               // first tasks of executors and stages, launch and result of all tasks
	Retries                  // executors that were lost, runs of tasks that failed, later attempts of stages
	Waits                    // slots that were free although tasks could be launched
	Driver                   // times without a task that runs or can be launched
	Unexplained              // the rest
	Causes                   // how many there are
)

func (c Cause) String() string {
	return [Causes]string{"start-up", "first tasks", "retries", "waits", "driver", "unexplained"}[c]
}

// Large is the share of the recorded time above which an error has its cause stated.
const Large = 0.05

// An Explanation is an error and its parts.
type Explanation struct {
	Error
	Parts [Causes]float64 // shares of the recorded time, signed; they add up to Error.Time
}

// Cause is the part that contributes most to the error.
func (e *Explanation) Cause() Cause {
	largest, sign := Unexplained, math.Copysign(1, e.Time)
	for c := range Causes {
		if sign*e.Parts[c] > sign*e.Parts[largest] {
			largest = c
		}
	}
	return largest
}

// Explain divides the error of an application among causes. First start-up, then the times
// of tasks are replaced by what the log says, then executors are lost as the log says, and
// what the error changes by is the part of each. What is left is divided by how the time
// of the two runs was spent (traces.TimeSpent). This reads the recorded run: it shows where
// an error comes from, and is no prediction.
func Explain(a *traces.Application, o Options) Explanation {
	w := alone(a)
	config := o.config(w)
	e := Explanation{Error: with(w, config)}
	if !e.Known() {
		return e
	}
	left := e.Time
	spent := e.spent
	step := func(c Cause, given Error) {
		if given.Known() {
			e.Parts[c], left, spent = left-given.Time, given.Time, given.spent
		}
	}
	config.Startups = [][]latency.GivenStartup{calibrate.RequestedStartups(w.Apps[0], w.Apps[0].Setup)}
	step(Startup, with(w, config))
	for c := range latency.Causes {
		if c != latency.Startup && c != latency.Usable && c != latency.RemovalLag {
			config.Times.By[c] = latency.Constant(0)
		}
	}
	given := alone(asLaunched(a))
	step(FirstTasks, with(given, config))
	config.RecordedLosses = true
	step(Retries, with(given, config))
	real := a.Recorded.Spent
	move := func(c Cause, differs time.Duration) {
		part := differs.Seconds() / e.Recorded.Seconds
		e.Parts[c], left = e.Parts[c]+part, left-part
	}
	move(Retries, spent.Retries-real.Retries)
	move(Waits, spent.Waits-real.Waits)
	move(Driver, spent.Driver-real.Driver)
	e.Parts[Unexplained] = left
	return e
}

// asLaunched is an application whose tasks take the whole time from their recorded
// launch to their end, whatever part of it was their own work.
func asLaunched(a *traces.Application) *traces.Application {
	whole := *a
	whole.Stages = slices.Clone(a.Stages)
	for i := range whole.Stages {
		whole.Stages[i].Change(func(t *traces.Task) {
			t.Run += t.Deserialize + t.Result + t.Scheduler + t.GettingResult
			t.Deserialize, t.Result, t.Scheduler, t.GettingResult = 0, 0, 0, 0
			t.Cold, t.First, t.FirstRead, t.Contenders = false, false, false, 0
		})
	}
	return &whole
}
